//! The plant as checks look at it: each conversation with both its ends, levels resolved once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    Asset, AssetId, Conversation, Evidence, Family, Host, Level, LevelJudgement, Operation, Plant, Role,
    Timestamp,
};

use crate::plan::Held;
use crate::words;

/// Frames per exchange up to which an unanswered attempt counts as an attempt and not as one half of a
/// conversation of which the mirror shows only one side: an opening frame is repeated five times at most
/// by the usual stacks (Linux tries 6 times, `tcp_syn_retries`).
const ATTEMPT_FRAMES_MAX: u64 = 7;

/// Margin over the second-best level below which two levels are as good as equal, so that none is taken.
const LEVEL_MARGIN_MIN: f32 = 0.1;

/// A table by dense numbers of our own making, so that a quick hash is safe; read it out sorted.
pub(crate) type Table<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

/// A plant with what every check needs to know, worked out once.
pub struct Scene<'a> {
    /// The plant itself.
    pub plant: &'a Plant,
    /// Its conversations in the order of the plant, so that a position here is a position there.
    pub talks: Vec<Talk<'a>>,
    /// How many different parties there are; their numbers lie below.
    pub(crate) parties: usize,
    /// First and last frame of all conversations.
    pub(crate) span: (Timestamp, Timestamp),
    /// The plan and what it says of each conversation, where there is one.
    pub(crate) held: Option<&'a Held<'a>>,
}

/// One conversation with both ends.
#[derive(Clone, Copy)]
pub struct Talk<'a> {
    /// Its place in the plant's list.
    pub index: usize,
    /// The conversation.
    pub conversation: &'a Conversation,
    /// Who started it.
    pub from: End<'a>,
    /// Who was asked.
    pub to: End<'a>,
}

/// One end of a conversation.
#[derive(Clone, Copy)]
pub struct End<'a> {
    /// Its address.
    pub host: Host,
    /// Number of the party: dense, the same for all addresses of an asset.
    pub(crate) number: u32,
    /// Its asset, when it is one.
    pub asset: Option<&'a Asset>,
    /// Its level as judged; [`Level::Outside`] for public addresses of which nothing else is known.
    pub level: Option<Level>,
    /// True when that level is confirmed or inferred with high confidence.
    pub sure: bool,
}

/// Whom a finding is about: an asset with all its addresses, or an address that belongs to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// An asset.
    Asset(AssetId),
    /// An address without an asset, such as a group address.
    Host(Host),
}

impl<'a> Scene<'a> {
    /// Looks at a plant.
    pub fn new(plant: &'a Plant) -> Scene<'a> {
        let mut numbers = Numbers { assets: plant.assets.len() as u32, hosts: HashMap::new() };
        let talks = plant.conversations.iter().enumerate();
        let talks = talks.map(|(index, conversation)| Talk {
            index,
            conversation,
            from: End::new(plant, &mut numbers, conversation.initiator, conversation.initiator_asset),
            to: End::new(plant, &mut numbers, conversation.responder, conversation.responder_asset),
        });
        let talks = talks.collect();
        let first = plant.conversations.iter().map(|c| c.first).min().unwrap_or_default();
        let last = plant.conversations.iter().map(|c| c.last).max().unwrap_or_default();
        let parties = plant.assets.len() + numbers.hosts.len();
        Scene { plant, talks, parties, span: (first, last), held: None }
    }

    /// Looks at a plant that is held against its plan.
    pub fn with_plan(plant: &'a Plant, held: &'a Held<'a>) -> Scene<'a> {
        Scene { held: Some(held), ..Scene::new(plant) }
    }

    /// The conversations at these places.
    pub fn at<'s>(&'s self, places: &'s [usize]) -> impl Iterator<Item = &'s Talk<'a>> + Clone {
        places.iter().filter_map(|&place| self.talks.get(place))
    }

    /// Sorts conversations by what they are about; those without a key are left out.
    pub fn fold<K: Ord>(&self, key: impl Fn(&Talk<'a>) -> Option<K>) -> BTreeMap<K, Vec<usize>> {
        let mut folds: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for talk in &self.talks {
            if let Some(key) = key(talk) {
                folds.entry(key).or_default().push(talk.index);
            }
        }
        folds
    }

    /// What a person would call it.
    pub fn label(&self, party: Party) -> String {
        match party {
            Party::Asset(id) => self.plant.asset(id).map_or_else(|| id.to_string(), words::label),
            Party::Host(host) => host.to_string(),
        }
    }

    /// The assets of these conversations, each once, initiators before responders.
    pub fn assets(&self, places: &[usize]) -> Vec<AssetId> {
        let mut seen = BTreeSet::new();
        let ends = self.at(places).map(|talk| talk.from).chain(self.at(places).map(|talk| talk.to));
        ends.filter_map(|end| end.id()).filter(|id| seen.insert(*id)).collect()
    }
}

impl Talk<'_> {
    /// True when the other side was heard at all.
    pub fn answered(&self) -> bool {
        self.conversation.packets > self.conversation.packets_sent
    }

    /// True for an attempt that nobody answered, not for one half of a conversation.
    pub fn in_vain(&self) -> bool {
        let c = self.conversation;
        !self.answered() && c.packets <= c.flows.max(1).saturating_mul(ATTEMPT_FRAMES_MAX)
    }

    /// True when it carries something from one device to one other: not what keeps a network running, nor
    /// calls to everybody, nor what a host says to itself.
    pub fn is_payload(&self) -> bool {
        match self.conversation.family {
            Family::Network | Family::Discovery => false,
            Family::Control
            | Family::Fieldbus
            | Family::Telecontrol
            | Family::Building
            | Family::Supervision
            | Family::Management
            | Family::RemoteAccess
            | Family::Tunnel
            | Family::Web
            | Family::Office
            | Family::Database
            | Family::Unknown => {
                let between_two = self.to.host.is_unicast() && self.from.host.is_unicast();
                between_two && self.from.number != self.to.number
            }
        }
    }

    /// True when it was seen, and not only guessed, who started it.
    pub fn start_is_known(&self) -> bool {
        match self.conversation.evidence {
            Evidence::FirstSender | Evidence::LowerPort => false,
            Evidence::KnownPort | Evidence::KnownService | Evidence::Content | Evidence::Start => true,
        }
    }

    /// True when the initiator did, or tried to do, something that changes the other device.
    pub fn changes_device(&self) -> bool {
        self.conversation.operations.iter().any(|op| op.by_initiator && op.operation.changes_device())
    }

    /// True when the conversation holds one of these operations, from either side.
    pub fn has(&self, operation: Operation) -> bool {
        self.conversation.operations.iter().any(|op| op.operation == operation)
    }

    /// True when both levels are sure.
    pub fn levels_are_sure(&self) -> bool {
        self.from.sure && self.to.sure
    }
}

impl<'a> End<'a> {
    fn new(plant: &'a Plant, numbers: &mut Numbers, host: Host, id: Option<AssetId>) -> End<'a> {
        let asset = id.and_then(|id| plant.asset(id));
        let number = numbers.of(host, asset);
        let judged = asset.map(|asset| &asset.level).filter(|judged| judged.confidence >= LEVEL_MARGIN_MIN);
        let (level, sure) = match judged.and_then(|judged| judged.level) {
            Some(level) => (Some(level), judged.is_some_and(LevelJudgement::is_high)),
            // An asset with a public address may stand in the plant all the same; the inventory has looked.
            None if asset.is_none() && host.is_public() => (Some(Level::Outside), true),
            None => (None, false),
        };
        End { host, number, asset, level, sure }
    }

    /// Whom it is.
    pub fn party(&self) -> Party {
        self.asset.map_or(Party::Host(self.host), |asset| Party::Asset(asset.id))
    }

    /// Its asset's number.
    pub fn id(&self) -> Option<AssetId> {
        self.asset.map(|asset| asset.id)
    }

    /// The zone of its asset.
    pub fn zone(&self) -> Option<&'a str> {
        self.asset?.zone.as_deref()
    }

    /// What a person would call it.
    pub fn label(&self) -> String {
        self.asset.map_or_else(|| self.host.to_string(), words::label)
    }

    /// True when it stands on the Internet.
    pub fn is_outside(&self) -> bool {
        self.level == Some(Level::Outside)
    }

    /// True when it stands on levels 0 to `level` of the plant.
    pub fn is_at_or_below(&self, level: Level) -> bool {
        self.level.is_some_and(|mine| mine <= level)
    }

    /// True for business, enterprise and the Internet.
    pub fn is_above_plant(&self) -> bool {
        self.level.is_some_and(|mine| mine >= Level::Business)
    }

    /// True when it belongs to a safety system.
    pub fn is_safety(&self) -> bool {
        self.asset.is_some_and(|asset| asset.safety || asset.roles.contains(&Role::SafetyController))
    }

    /// True when one of its roles fulfils the condition.
    pub fn has_role(&self, role: impl Fn(Role) -> bool) -> bool {
        self.asset.is_some_and(|asset| asset.roles.iter().any(|&mine| role(mine)))
    }

    /// True when it was heard itself, to whomever it spoke.
    pub fn is_in_operation(&self) -> bool {
        self.asset.is_some_and(|asset| !asset.silent && asset.packets_sent > 0)
    }

    /// True when it measures, moves or controls something: a stop of it is a stop of the plant.
    pub fn is_device(&self) -> bool {
        self.is_at_or_below(Level::Control) || self.has_role(is_device)
    }
}

/// Gives parties dense numbers: assets first, then addresses without one.
struct Numbers {
    assets: u32,
    hosts: HashMap<Host, u32>,
}

impl Numbers {
    fn of(&mut self, host: Host, asset: Option<&Asset>) -> u32 {
        match asset {
            Some(asset) => asset.id.0.saturating_sub(1),
            None => {
                let next = self.assets.saturating_add(self.hosts.len() as u32);
                *self.hosts.entry(host).or_insert(next)
            }
        }
    }
}

/// True for what measures, moves or controls the process.
pub fn is_device(role: Role) -> bool {
    match role {
        Role::SafetyController
        | Role::Controller
        | Role::Relay
        | Role::IoDevice
        | Role::Drive
        | Role::Instrument => true,
        Role::Hmi
        | Role::EngineeringStation
        | Role::Historian
        | Role::Gateway
        | Role::Switch
        | Role::Router
        | Role::Server
        | Role::DirectoryServer
        | Role::Workstation
        | Role::Printer
        | Role::Camera
        | Role::Telephone
        | Role::AccessPoint
        | Role::RemoteAccess
        | Role::JumpHost
        | Role::InternetHost
        | Role::Scanner => false,
    }
}

/// True for what has reason to command a device.
pub fn is_operating(role: Role) -> bool {
    is_device(role) || matches!(role, Role::Hmi | Role::EngineeringStation | Role::Gateway)
}

/// True for what is found in offices and has no business with a controller.
pub fn is_office(role: Role) -> bool {
    matches!(
        role,
        Role::Workstation
            | Role::Printer
            | Role::Camera
            | Role::Telephone
            | Role::DirectoryServer
            | Role::InternetHost
    )
}

/// How high a level lies, in tenths, so that 3.5 lies between 3 and 4.
pub fn height(level: Level) -> u8 {
    match level {
        Level::Process => 0,
        Level::Control => 10,
        Level::Supervision => 20,
        Level::Operations => 30,
        Level::Dmz => 35,
        Level::Business => 40,
        Level::Enterprise => 50,
        Level::Outside => 60,
    }
}
