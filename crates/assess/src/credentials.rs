//! Who presented credentials to whom: folded on the side where there are fewer.

use std::collections::BTreeMap;

use model::{ConversationCredential, Gap, Message};

use crate::catalogue as c;
use crate::scene::{End, Scene, Talk};
use crate::words;

/// A credential as it was presented.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// In which conversation.
    pub talk: Talk<'a>,
    /// The credential; never the secret.
    pub credential: &'a ConversationCredential,
}

/// Credentials of one protocol that concern one party.
pub struct Group<'a> {
    /// The party: who took them, or who sent them to many.
    pub subject: End<'a>,
    /// True when the subject is the one who sent them.
    pub sent: bool,
    /// The protocol.
    pub protocol: &'static str,
    /// What was presented.
    pub shown: Vec<Shown<'a>>,
}

/// Gathers the wanted credentials. Where one station logs in at many devices the finding is about the station, else
/// about each service: whichever makes fewer findings.
pub fn groups<'a>(
    scene: &Scene<'a>,
    wanted: impl Fn(&Talk<'a>, &ConversationCredential) -> bool,
) -> Vec<Group<'a>> {
    let mut protocols: BTreeMap<(&'static str, bool), Vec<Shown<'a>>> = BTreeMap::new();
    for talk in &scene.talks {
        for credential in talk.conversation.credentials.iter().filter(|credential| wanted(talk, credential)) {
            let key = (talk.conversation.protocol, is_community(credential));
            protocols.entry(key).or_default().push(Shown { talk: *talk, credential });
        }
    }
    let mut groups = Vec::new();
    for ((protocol, _), shown) in protocols {
        let sent = distinct(shown.iter().map(Shown::giver)) < distinct(shown.iter().map(Shown::taker));
        let mut subjects: BTreeMap<u32, Group<'a>> = BTreeMap::new();
        for shown in shown {
            let subject = if sent { shown.giver() } else { shown.taker() };
            let group = subjects.entry(subject.number);
            let group = group.or_insert_with(|| Group { subject, sent, protocol, shown: Vec::new() });
            group.shown.push(shown);
        }
        groups.extend(subjects.into_values());
    }
    groups
}

/// True for the shared word of a management protocol: a password for questions.
pub fn is_community(credential: &ConversationCredential) -> bool {
    credential.kind.contains("community")
}

impl<'a> Shown<'a> {
    /// Who presented it.
    pub fn giver(&self) -> End<'a> {
        if self.credential.by_initiator { self.talk.from } else { self.talk.to }
    }

    /// Who took it.
    pub fn taker(&self) -> End<'a> {
        if self.credential.by_initiator { self.talk.to } else { self.talk.from }
    }
}

impl Group<'_> {
    /// The conversations, each once.
    pub fn places(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.shown.iter().map(|shown| shown.talk.index).collect();
        places.dedup();
        places
    }

    /// True for community strings.
    pub fn is_community(&self) -> bool {
        self.shown.iter().any(|shown| is_community(shown.credential))
    }

    /// What was presented: a password, a community string.
    pub fn kinds(&self) -> Gap {
        words::list(self.shown.iter().map(|shown| kind(shown.credential.kind)))
    }

    /// The same with the article that English wants.
    pub fn a_kind(&self) -> Gap {
        words::list(self.shown.iter().map(|shown| {
            let vowel = shown.credential.kind.starts_with(['a', 'e', 'i', 'o', 'u']);
            let article = if vowel { c::AN_KIND } else { c::A_KIND };
            article.with([("kind", kind(shown.credential.kind))])
        }))
    }

    /// Those who presented it, by name.
    pub fn givers(&self) -> Gap {
        words::labels(self.shown.iter().map(Shown::giver))
    }

    /// Those who took it, by name.
    pub fn takers(&self) -> Gap {
        words::labels(self.shown.iter().map(Shown::taker))
    }

    /// How many took it: `1 device`, `30 devices`.
    pub fn devices(&self) -> Gap {
        words::count(distinct(self.shown.iter().map(Shown::taker)), words::DEVICE)
    }

    /// The user names as a sentence; nothing when none was seen.
    pub fn users(&self) -> Option<Message> {
        let users = words::names(self.shown.iter().filter_map(|shown| shown.credential.user.as_deref()));
        words::some(c::USERS_SEEN, "users", users)
    }
}

/// What was presented, in every language; a dissector's own word where the catalogue does not know it.
fn kind(kind: &str) -> Gap {
    match kind {
        "password" => c::PASSWORD.into(),
        "community string" => c::COMMUNITY.into(),
        "bearer token" => c::BEARER.into(),
        "challenge response" => c::CHALLENGE.into(),
        "certificate" => c::CERTIFICATE.into(),
        "session" => c::SESSION.into(),
        "basic authentication" => c::BASIC.into(),
        other => words::short(other).into(),
    }
}

fn distinct<'a>(ends: impl Iterator<Item = End<'a>>) -> usize {
    let mut numbers: Vec<u32> = ends.map(|end| end.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.len()
}
