//! Who commanded whom: the operations of one kind, summed for each pair.

use model::{Gap, Level, Message, OperationCount, Sentence, Severity};

use crate::catalogue as c;
use crate::found::{Found, Told, lowered};
use crate::scene::{End, Scene, Talk};
use crate::words;

/// What one party did to another, over all their conversations.
pub struct Command<'c, 'a> {
    /// Who did it.
    pub actor: End<'a>,
    /// To whom.
    pub target: End<'a>,
    deeds: &'c [Deed<'a>],
}

/// The wanted operations, sorted by pair.
pub struct Commands<'a> {
    actor: Actor,
    deeds: Vec<Deed<'a>>,
}

/// One operation with the numbers of actor and target and the place of its conversation.
struct Deed<'a> {
    pair: (u32, u32),
    place: usize,
    operation: &'a OperationCount,
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

/// Gathers the wanted operations for each pair of actor and target.
pub fn commands<'a>(
    scene: &Scene<'a>,
    actor: Actor,
    wanted: impl Fn(&Talk<'a>, &OperationCount) -> bool,
) -> Commands<'a> {
    let mut deeds = Vec::new();
    for talk in &scene.talks {
        for operation in talk.conversation.operations.iter().filter(|op| wanted(talk, op)) {
            let (from, to) = actor.sides(talk, operation);
            deeds.push(Deed { pair: (from.number, to.number), place: talk.index, operation });
        }
    }
    // Stable, so that the operations of a pair stay in the order of the plant.
    deeds.sort_by_key(|deed| deed.pair);
    Commands { actor, deeds }
}

impl<'a> Commands<'a> {
    /// One command for each pair of actor and target.
    pub fn pairs<'c>(&'c self, scene: &'c Scene<'a>) -> impl Iterator<Item = Command<'c, 'a>> {
        self.deeds.chunk_by(|one, other| one.pair == other.pair).filter_map(|deeds| {
            let first = deeds.first()?;
            let (actor, target) = self.actor.sides(scene.talks.get(first.place)?, first.operation);
            Some(Command { actor, target, deeds })
        })
    }
}

impl Actor {
    /// Who did it, and to whom.
    pub fn sides<'a>(self, talk: &Talk<'a>, op: &OperationCount) -> (End<'a>, End<'a>) {
        let forward = match self {
            Actor::Asker => op.by_initiator,
            Actor::Initiator => true,
        };
        if forward { (talk.from, talk.to) } else { (talk.to, talk.from) }
    }
}

impl<'c, 'a> Command<'c, 'a> {
    /// The operations.
    pub fn operations(&self) -> impl Iterator<Item = &'a OperationCount> + Clone + use<'c, 'a> {
        self.deeds.iter().map(|deed| deed.operation)
    }

    /// The conversations that hold them.
    pub fn conversations(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.deeds.iter().map(|deed| deed.place).collect();
        places.dedup();
        places
    }

    /// How often it was asked for.
    pub fn asked(&self) -> u64 {
        self.operations().map(words::how_often).sum()
    }

    /// How often the device did it.
    pub fn done(&self) -> u64 {
        self.operations().map(|op| op.answers).sum()
    }

    /// How often the device said no.
    pub fn refused(&self) -> u64 {
        self.operations().map(|op| op.failures).sum()
    }

    /// True when the device said no each time.
    pub fn is_refused(&self) -> bool {
        self.refused() > 0 && self.done() == 0 && self.refused() >= self.asked()
    }

    /// When it happened.
    pub fn span(&self) -> Gap {
        let first = self.operations().map(|op| op.first).min().unwrap_or_default();
        let last = self.operations().map(|op| op.last).max().unwrap_or_default();
        Gap::Span(first, last)
    }

    /// A sentence about the two ends, `actor` and `target`.
    pub fn said(&self, sentence: Sentence) -> Message {
        sentence.with([("actor", self.actor.label().into()), ("target", self.target.label().into())])
    }

    /// How bad: worst for a safety system or for a command from above the plant, milder when it was refused.
    pub fn severity(&self, usual: Severity) -> Severity {
        let from_above = self.actor.sure && self.actor.level.is_some_and(|level| level >= Level::Dmz);
        let severity = if self.target.is_safety() || from_above { Severity::Critical } else { usual };
        if self.is_refused() { lowered(severity) } else { severity }
    }

    /// Who did what to whom, how often, when, and how it ended, in sentences.
    pub fn detail(&self, scene: &Scene<'a>) -> Message {
        let said = c::COMMAND.with([
            ("actor", self.actor.label().into()),
            ("actor_level", Gap::Level(self.actor.level)),
            ("target", self.target.label().into()),
            ("target_level", Gap::Level(self.target.level)),
            ("protocols", words::protocols(scene.at(&self.conversations()))),
            ("deeds", words::deeds(self.operations())),
            ("span", self.span()),
        ]);
        // What was touched, as far as it was named.
        let names = words::names(self.operations().flat_map(|op| op.objects.iter().map(String::as_str)));
        said.and(words::some(c::TOUCHED, "objects", names))
            .and(self.outcome())
            .and(self.target.is_safety().then(|| c::TARGET_IS_SAFETY.into()))
            .and(words::doubt([self.actor]))
    }

    /// How it ended; silent where nothing is known to have gone wrong.
    fn outcome(&self) -> Option<Message> {
        let (asked, done, refused) = (self.asked(), self.done(), self.refused());
        if self.is_refused() {
            Some(c::REFUSED_EACH.into())
        } else if refused > 0 {
            Some(c::REFUSED_SOME.with([("refused", Gap::Number(refused)), ("asked", Gap::Number(asked))]))
        } else if done == 0 {
            Some(c::NO_CONFIRMATION.into())
        } else {
            None
        }
    }
}

/// Tells one finding for each pair: `ENG-1 loaded a program into PLC 1`, or `tried to load`.
pub fn tell<'a>(
    scene: &Scene<'a>,
    found: &mut Found<'_, 'a>,
    commands: &Commands<'a>,
    severity: Severity,
    title: impl Fn(&Command<'_, 'a>) -> Message,
) {
    for command in commands.pairs(scene) {
        found.tell(command.severity(severity), &command.conversations(), || Told {
            title: title(&command),
            detail: command.detail(scene),
        });
    }
}
