//! Purdue levels by weighted evidence: what an asset does and says first, then with whom it stands.

use std::collections::{BTreeMap, BTreeSet};

use model::{Confidence, Conversation, Family, Level, LevelJudgement};

use crate::company::{neighbours, peers, provisional};
use crate::network::{self, Network};
use crate::portrait::Portrait;
use crate::tables::makers::Trade;
use crate::weigh::{Kind, Scale, count};

/// The weight at which evidence is enough to be sure; less makes less sure.
const ENOUGH: f32 = 6.5;
/// The highest confidence on one kind of evidence alone.
const ONE_KIND_MAX: f32 = LevelJudgement::HIGH - 0.05;
/// The confidence in the level of what only carries others' frames: it follows from theirs.
const CARRIER_CONFIDENCE: f32 = 0.3;
/// How often peers and neighbours are asked: what they are may itself follow from peers and neighbours.
const ROUNDS: usize = 2;

/// The level of every asset, in their order.
pub fn levels(portraits: &[Portrait<'_>], conversations: &[Conversation]) -> Vec<LevelJudgement> {
    let mut scales: Vec<Scale<Level>> = portraits.iter().map(own).collect();
    for _ in 0..ROUNDS {
        peers(portraits, conversations, &mut scales);
        neighbours(portraits, &mut scales);
    }
    let lowest = lowest_by_network(portraits, &scales);
    portraits.iter().zip(&scales).map(|(portrait, scale)| judge(portrait, scale, &lowest)).collect()
}

/// What an asset's own doing and saying shows.
fn own(portrait: &Portrait<'_>) -> Scale<Level> {
    let mut scale = Scale::default();
    if network::is_outside(portrait.asset) {
        scale.put(Level::Outside, 10.0, Kind::Address, "has a public address and is reached over a router");
        scale.put(Level::Outside, 1.0, Kind::Neighbours, "stands in no network of the plant");
        return scale;
    }
    says(portrait, &mut scale);
    serves(portrait, &mut scale);
    asks(portrait, &mut scale);
    uses(portrait, &mut scale);
    scale
}

fn says(portrait: &Portrait<'_>, scale: &mut Scale<Level>) {
    use model::Role::*;
    for (role, confidence) in &portrait.stated {
        let level = match role {
            SafetyController | Controller | Relay | IoDevice | Drive | Gateway => Level::Control,
            Instrument => Level::Process,
            Hmi | EngineeringStation => Level::Supervision,
            Historian => Level::Operations,
            JumpHost => Level::Dmz,
            DirectoryServer | Workstation | Printer | Telephone => Level::Business,
            Switch | Router | Server | Camera | AccessPoint | RemoteAccess | InternetHost | Scanner => {
                continue;
            }
        };
        let (weight, text) = match confidence {
            Confidence::Stated => (4.0, format!("says that its role is {role}")),
            Confidence::Derived => (1.5, format!("presents itself as {role}")),
            Confidence::Guessed => (0.5, format!("may have the role {role}")),
        };
        scale.put(level, weight, Kind::Stated, text);
    }
    if let Some((text, _, Some(level))) = &portrait.product {
        scale.put(*level, 3.0, Kind::Stated, format!("is a product \"{text}\""));
    }
    if let Some((name, _, Some(level))) = &portrait.name {
        scale.put(*level, 2.0, Kind::Name, format!("is called {name}"));
    }
    let Some((trade, maker)) = &portrait.trade else { return };
    let (level, weight) = match trade {
        Trade::Automation | Trade::Drives | Trade::Energy | Trade::Building => (Level::Control, 2.0),
        Trade::Instruments => (Level::Process, 2.0),
        Trade::Printers => (Level::Business, 2.0),
        Trade::PlantNetwork
        | Trade::Network
        | Trade::Office
        | Trade::Virtual
        | Trade::Cameras
        | Trade::Boards => return,
    };
    scale.put(level, weight, Kind::Maker, format!("was made by {maker}"));
}

/// What it answers and offers.
fn serves(portrait: &Portrait<'_>, scale: &mut Scale<Level>) {
    let b = portrait.behaviour;
    if portrait.is_operated() {
        let text = format!("answers control operations from {}", count(b.operators.len(), "station"));
        scale.put(Level::Control, 5.0, Kind::Serves, text);
    } else if b.clients(&[Family::Control, Family::Telecontrol, Family::Building]) > 0 {
        let operational = [Family::Control, Family::Telecontrol, Family::Building];
        let sure = operational.iter().any(|f| b.serves.get(f).is_some_and(|served| served.content));
        scale.put(Level::Control, if sure { 3.0 } else { 1.5 }, Kind::Serves, "serves control traffic");
    } else if !b.identifiers.is_empty() {
        scale.put(
            Level::Control,
            1.5,
            Kind::Serves,
            "says who it is when asked in the language of controllers",
        );
    }
    if !b.supervisors.is_empty() {
        // Controllers and SCADA systems alike serve these; who reads controllers is none.
        let text = format!("gives process values to {}", count(b.supervisors.len(), "station"));
        if b.read_in_cycles().next().is_none() {
            scale.put(Level::Control, 2.5, Kind::Serves, text.clone());
        }
        scale.put(Level::Supervision, 2.0, Kind::Serves, text);
    }
    if portrait.is_in_field() {
        let partners = b.field_devices.len() + b.field_masters.len() + b.field_peers.len();
        let text = match partners {
            0 => "sends cyclic process data to a group".to_string(),
            n => format!("exchanges cyclic process data with {}", count(n, "device")),
        };
        let strange = !b.field_devices.is_empty() && b.field_masters.is_empty() && !b.field_at_home;
        scale.put(Level::Control, if strange { 1.5 } else { 5.0 }, Kind::Cycles, text);
    }
    if portrait.is_operated() || portrait.is_by_plant_maker() || portrait.is_router() {
        return;
    }
    let mut offers = |families: &[Family], level, one: f32, many: f32, what: &str| {
        let clients = b.clients(families);
        if clients > 0 {
            let weight = if clients > 2 { many } else { one };
            let text = format!("serves {what} to {}", count(clients, "host"));
            scale.put(level, weight, Kind::Serves, text);
        }
    };
    offers(&[Family::Office], Level::Business, 3.0, 3.5, "files, directories or log-in");
    offers(&[Family::Network], Level::Business, 1.5, 2.0, "names or time");
    offers(&[Family::Web], Level::Business, 1.0, 2.5, "web pages");
    offers(&[Family::Management], Level::Business, 0.0, 1.5, "management");
    if b.supervisors.is_empty() {
        offers(&[Family::Supervision], Level::Operations, 1.0, 1.5, "process values");
    }
    offers(&[Family::Database], Level::Operations, 2.0, 2.5, "a database");
}

/// What it asks of controllers.
fn asks(portrait: &Portrait<'_>, scale: &mut Scale<Level>) {
    let b = portrait.behaviour;
    if b.operates.is_empty() {
        return;
    }
    let programs = b.sum(|o| o.programs) > 0;
    let configures = b.sum(|o| o.configures) > 0 && !portrait.is_operated() && !portrait.is_in_field();
    let writes = b.sum(|o| o.writes) > 0;
    let cycles: Vec<_> = b.read_in_cycles().collect();
    let devices = count(b.operates.len(), "controller");
    let controllers = count(cycles.len(), "controller");
    if programs || configures {
        let text = format!("programs or configures {devices}");
        scale.put(Level::Supervision, 4.0, Kind::Asks, text.clone());
        scale.put(Level::Operations, 2.0, Kind::Asks, text);
    } else if b.is_gathering() {
        let text = format!("only reads {devices} of another network, seldom but steadily");
        scale.put(Level::Operations, 2.5, Kind::Asks, text);
    } else if cycles.is_empty() {
        scale.put(Level::Supervision, 1.0, Kind::Asks, format!("asks {devices} now and then"));
    }
    let elsewhere = b.operates.values().all(|o| o.elsewhere);
    if elsewhere && (b.is_searching() || b.is_searching_devices()) {
        // The stations of a plant know their devices.
        scale.put(Level::Business, 1.5, Kind::Asks, "looks for devices from another network");
    }
    if cycles.is_empty() {
        return;
    }
    let faster = cycles.iter().any(|o| o.faster);
    if b.is_collecting() {
        let text = format!("only reads {controllers}, more seldom than another station");
        scale.put(Level::Operations, 3.5, Kind::Asks, text.clone());
        scale.put(Level::Supervision, 1.0, Kind::Asks, text);
    } else if elsewhere && !faster {
        let text = format!("reads {controllers} in cycles from another network");
        scale.put(Level::Operations, 3.0, Kind::Asks, text.clone());
        scale.put(Level::Supervision, 2.5, Kind::Asks, text);
    } else {
        let text = format!("reads {controllers} in cycles");
        scale.put(Level::Supervision, if cycles.len() > 2 { 4.0 } else { 3.5 }, Kind::Asks, text);
        if !faster && !writes {
            // A collector that is alone cannot be told from an operator station.
            scale.put(Level::Operations, 2.5, Kind::Asks, format!("only reads {controllers}"));
        }
    }
    if writes {
        scale.put(Level::Supervision, 1.0, Kind::Asks, "writes to controllers");
    }
}

/// What it uses of the office world, and whose screens it opens.
fn uses(portrait: &Portrait<'_>, scale: &mut Scale<Level>) {
    let b = portrait.behaviour;
    let mut uses = |family, weight, what: &str| {
        if let Some(servers) = b.uses.get(&family) {
            scale.put(
                Level::Business,
                weight,
                Kind::Asks,
                format!("uses {what} of {}", count(servers.len(), "host")),
            );
        }
    };
    uses(Family::Web, 1.5, "the web");
    uses(Family::Office, 0.5, "files, directories or log-in");
    uses(Family::Management, 0.5, "management");
    if b.public_servers > 0 {
        let text = format!("opens conversations to {}", count(b.public_servers, "public address"));
        scale.put(Level::Business, 1.5, Kind::Neighbours, text.clone());
        scale.put(Level::Enterprise, 1.5, Kind::Neighbours, text);
    }
    if !b.watches.is_empty() && !b.watched_by.is_empty() {
        scale.put(Level::Dmz, 4.0, Kind::Serves, "is entered by screen and opens others' screens");
    }
}

/// The lowest level that is seen in each network.
fn lowest_by_network(portraits: &[Portrait<'_>], scales: &[Scale<Level>]) -> BTreeMap<Network, Level> {
    let mut lowest: BTreeMap<Network, Level> = BTreeMap::new();
    for (portrait, level) in portraits.iter().zip(provisional(portraits, scales)) {
        if let (Some(home), Some(level)) = (portrait.home, level) {
            let entry = lowest.entry(home).or_insert(level);
            *entry = level.min(*entry);
        }
    }
    lowest
}

/// Where a router or firewall stands, from what it routes between: at the DMZ when plant and business meet in it,
/// else with the upper side, which it guards the lower one from.
fn border(portrait: &Portrait<'_>, lowest: &BTreeMap<Network, Level>) -> LevelJudgement {
    let levels: BTreeSet<Level> =
        portrait.traits.joins.iter().filter_map(|network| lowest.get(network)).copied().collect();
    let (Some(low), Some(high)) = (levels.first().copied(), levels.last().copied()) else {
        return LevelJudgement::unknown();
    };
    let outside = portrait.traits.outside;
    let known = portrait.traits.joins.iter().filter(|network| lowest.contains_key(network)).count();
    if known + usize::from(outside) < 2 {
        // Only one side is known.
        return LevelJudgement::unknown();
    }
    let level = match (low, high) {
        (Level::Process | Level::Control | Level::Supervision | Level::Operations, _)
            if outside || high >= Level::Dmz =>
        {
            Level::Dmz
        }
        (Level::Dmz, _) => Level::Dmz,
        _ if outside => Level::Enterprise,
        _ => high,
    };
    let text = match (low == high, outside) {
        (true, true) => format!("routes between level {low} and the Internet"),
        (true, false) => format!("routes between networks of level {low}"),
        (false, true) => format!("routes between levels {low} to {high} and the Internet"),
        (false, false) => format!("routes between levels {low} and {high}"),
    };
    LevelJudgement::inferred(level, CARRIER_CONFIDENCE, vec![model::Reason { text, weight: 1.0 }])
}

fn judge(portrait: &Portrait<'_>, scale: &Scale<Level>, lowest: &BTreeMap<Network, Level>) -> LevelJudgement {
    if portrait.is_border() && !network::is_outside(portrait.asset) {
        return border(portrait, lowest);
    }
    if portrait.is_infrastructure() {
        let level = portrait.home.and_then(|home| lowest.get(&home));
        let Some(level) = level.filter(|_| !portrait.is_router()) else {
            return LevelJudgement::unknown();
        };
        let text = "carries frames of hosts of this level".to_string();
        return LevelJudgement::inferred(
            *level,
            CARRIER_CONFIDENCE,
            vec![model::Reason { text, weight: 1.0 }],
        );
    }
    let totals = scale.totals();
    let Some((level, best)) = totals.first().copied().filter(|(_, weight)| *weight > 0.0) else {
        return LevelJudgement::unknown();
    };
    let second = totals.get(1).map_or(0.0, |(_, weight)| *weight);
    let mut confidence = (best - second) / best * (best / ENOUGH).min(1.0);
    if scale.kinds(level) < 2 {
        confidence = confidence.min(ONE_KIND_MAX);
    }
    LevelJudgement::inferred(level, confidence, scale.reasons(level))
}
