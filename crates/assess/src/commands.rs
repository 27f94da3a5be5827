//! Who commanded whom: the operations of one kind, summed for each pair.

use std::collections::BTreeMap;

use model::{Level, OperationCount, Severity};

use crate::found::{Found, Told, lowered};
use crate::scene::{End, Party, Scene, Talk};
use crate::words;

/// What one party did to another, over all their conversations.
pub struct Command<'a> {
    /// Who did it.
    pub actor: End<'a>,
    /// To whom.
    pub target: End<'a>,
    /// The operations.
    pub operations: Vec<&'a OperationCount>,
    /// The conversations that hold them.
    pub conversations: Vec<usize>,
}

/// Whose doing an operation is.
#[derive(Clone, Copy)]
pub enum Actor {
    /// The side that asked for it.
    Asker,
    /// The side that started the conversation, also where the device then asks for the parts, as controllers do
    /// while a program is loaded into them.
    Initiator,
}

/// Sums the wanted operations for each pair of actor and target.
pub fn commands<'a>(
    scene: &Scene<'a>,
    actor: Actor,
    wanted: impl Fn(&Talk<'a>, &OperationCount) -> bool,
) -> BTreeMap<(Party, Party), Command<'a>> {
    let mut pairs: BTreeMap<(Party, Party), Command<'a>> = BTreeMap::new();
    for talk in &scene.talks {
        let conversation = talk.conversation;
        for op in conversation.operations.iter().filter(|op| wanted(talk, op)) {
            let forward = match actor {
                Actor::Asker => op.by_initiator,
                Actor::Initiator => true,
            };
            let (from, to) = if forward { (talk.from, talk.to) } else { (talk.to, talk.from) };
            let pair = pairs.entry((from.party(), to.party())).or_insert_with(|| Command {
                actor: from,
                target: to,
                operations: Vec::new(),
                conversations: Vec::new(),
            });
            pair.operations.push(op);
            if pair.conversations.last() != Some(&talk.index) {
                pair.conversations.push(talk.index);
            }
        }
    }
    pairs
}

impl<'a> Command<'a> {
    /// How often it was asked for.
    pub fn asked(&self) -> u64 {
        self.operations.iter().map(|op| words::how_often(op)).sum()
    }

    /// How often the device did it.
    pub fn done(&self) -> u64 {
        self.operations.iter().map(|op| op.answers).sum()
    }

    /// How often the device said no.
    pub fn refused(&self) -> u64 {
        self.operations.iter().map(|op| op.failures).sum()
    }

    /// True when the device said no each time.
    pub fn is_refused(&self) -> bool {
        self.refused() > 0 && self.done() == 0 && self.refused() >= self.asked()
    }

    /// When it happened.
    pub fn span(&self) -> String {
        let first = self.operations.iter().map(|op| op.first).min().unwrap_or_default();
        let last = self.operations.iter().map(|op| op.last).max().unwrap_or_default();
        words::span(first, last)
    }

    /// How bad: worst for a safety system or for a command from above the plant, milder when it was refused.
    pub fn severity(&self, usual: Severity) -> Severity {
        let from_above = self.actor.sure && self.actor.level.is_some_and(|level| level >= Level::Dmz);
        let severity = if self.target.is_safety() || from_above { Severity::Critical } else { usual };
        if self.is_refused() { lowered(severity) } else { severity }
    }

    /// Who did what to whom, how often, when, and how it ended, in sentences.
    pub fn detail(&self, scene: &Scene<'a>) -> String {
        format!(
            "{} ({}) to {} ({}) over {}: {}, {}.{}{}{}{}",
            self.actor.label(),
            words::level(self.actor.level),
            self.target.label(),
            words::level(self.target.level),
            words::protocols(scene.at(&self.conversations)),
            words::deeds(self.operations.iter().copied()),
            self.span(),
            self.objects(),
            self.outcome(),
            if self.target.is_safety() { " The target belongs to a safety system." } else { "" },
            words::doubt([self.actor]),
        )
    }

    /// What was touched, as far as it was named.
    fn objects(&self) -> String {
        let names = self.operations.iter().flat_map(|op| op.objects.iter());
        let names = words::list(names.map(|name| words::short(name)));
        if names.is_empty() { names } else { format!(" Touched: {names}.") }
    }

    /// How it ended; silent where nothing is known to have gone wrong.
    fn outcome(&self) -> String {
        let (asked, done, refused) = (self.asked(), self.done(), self.refused());
        if self.is_refused() {
            " The device refused each time.".to_string()
        } else if refused > 0 {
            format!(" The device refused {} of {}.", words::number(refused), words::number(asked))
        } else if done == 0 {
            " No confirmation was seen.".to_string()
        } else {
            String::new()
        }
    }
}

/// Tells one finding for each pair: `ENG-1 loaded a program into PLC 1`, or `tried to load`.
pub fn tell<'a>(
    scene: &Scene<'a>,
    found: &mut Found<'_, 'a>,
    pairs: &BTreeMap<(Party, Party), Command<'a>>,
    severity: Severity,
    title: impl Fn(&Command<'a>) -> String,
) {
    for command in pairs.values() {
        found.tell(command.severity(severity), &command.conversations, || Told {
            title: title(command),
            detail: command.detail(scene),
        });
    }
}
