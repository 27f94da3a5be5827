//! The nouns everybody in Sluice shares: one word per thing, the same in code, page, report and JSON.
//!
//! The one idea: *asset A performed operation O on asset B, over protocol P, at time T.*
//! Decoding tells it as sightings, inventory folds them into a plant, checks draw findings from the plant.

mod code;

mod address;
mod asset;
mod change;
mod conversation;
mod finding;
pub mod firewall;
mod frame;
mod language;
mod level;
mod message;
mod observer;
mod operation;
pub mod packets;
pub mod plan;
mod plant;
mod protocol;
mod role;
mod sighting;
mod text;
mod time;
mod word;
mod zone;

pub use address::{GLOBAL_UNICAST, Host, Mac, NOT_PUBLIC};
pub use asset::{Asset, AssetId, Fact, Reason};
pub use change::{Baseline, ChangeKind, ChangeState, WindowKind};
pub use conversation::{Conversation, ConversationCredential, Evidence, OperationCount, Transport};
pub use finding::{Finding, FindingState, Severity, Technique};
pub use frame::{Frame, LinkType};
pub use language::{Language, Noun, percent};
pub use level::{Level, LevelJudgement, LevelState};
pub use message::{Gap, Message, Sentence};
pub use observer::{Endpoint, Ends, FlowId, Observer, Path, Side};
pub use operation::{Operation, Protection};
pub use plant::{CaptureSummary, Limits, Plant};
pub use protocol::{Certainty, Family};
pub use role::Role;
pub use sighting::{
    Attribute, Code, Confidence, CredentialSighting, IdentitySighting, Object, OperationSighting,
    ProtectionSighting, Sighting, Step, Subject, Weakness,
};
pub use text::printable;
pub use time::Timestamp;
pub use word::{Criticality, Word};
pub use zone::Zone;
