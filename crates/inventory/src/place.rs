//! Purdue levels by weighted evidence: what an asset does and says first, then with whom it stands.

use std::collections::{BTreeMap, BTreeSet};

use model::{Confidence, Conversation, Family, Gap, Level, LevelJudgement, Sentence};

use crate::catalogue as c;
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
        scale.put(Level::Outside, 10.0, Kind::Address, c::PUBLIC_ROUTED);
        scale.put(Level::Outside, 1.0, Kind::Neighbours, c::IN_NO_NETWORK);
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
            Confidence::Stated => (4.0, c::STATES_ROLE.with([("role", Gap::Role(*role))])),
            Confidence::Derived => (1.5, c::PRESENTS_ROLE.with([("role", Gap::Role(*role))])),
            Confidence::Guessed => (0.5, c::MAY_BE_ROLE.with([("role", Gap::Role(*role))])),
        };
        scale.put(level, weight, Kind::Stated, text);
    }
    if let Some((text, _, Some(level))) = &portrait.product {
        scale.put(*level, 3.0, Kind::Stated, c::IS_PRODUCT.with([("text", text.as_str().into())]));
    }
    if let Some((name, _, Some(level))) = &portrait.name {
        scale.put(*level, 2.0, Kind::Name, c::IS_CALLED.with([("name", name.as_str().into())]));
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
    scale.put(level, weight, Kind::Maker, c::MADE_BY.with([("maker", maker.as_str().into())]));
}

/// What it answers and offers.
fn serves(portrait: &Portrait<'_>, scale: &mut Scale<Level>) {
    let b = portrait.behaviour;
    if portrait.is_operated() {
        let text = c::ANSWERS_CONTROL.with([("stations", count(b.operators.len(), c::STATION))]);
        scale.put(Level::Control, 5.0, Kind::Serves, text);
    } else if b.clients(&[Family::Control, Family::Telecontrol, Family::Building]) > 0 {
        let operational = [Family::Control, Family::Telecontrol, Family::Building];
        let sure = operational.iter().any(|f| b.serves.get(f).is_some_and(|served| served.content));
        scale.put(Level::Control, if sure { 3.0 } else { 1.5 }, Kind::Serves, c::SERVES_CONTROL);
    } else if !b.identifiers.is_empty() {
        scale.put(Level::Control, 1.5, Kind::Serves, c::IDENTIFIES_TO_CONTROL);
    }
    if !b.supervisors.is_empty() {
        // Controllers and SCADA systems alike serve these; who reads controllers is none.
        let text = c::GIVES_VALUES.with([("stations", count(b.supervisors.len(), c::STATION))]);
        if b.read_in_cycles().next().is_none() {
            scale.put(Level::Control, 2.5, Kind::Serves, text.clone());
        }
        scale.put(Level::Supervision, 2.0, Kind::Serves, text);
    }
    if portrait.is_in_field() {
        let partners = b.field_devices.len() + b.field_masters.len() + b.field_peers.len();
        let text = match partners {
            0 => c::SENDS_TO_GROUP.into(),
            n => c::EXCHANGES_PROCESS.with([("partners", count(n, c::DEVICE))]),
        };
        let strange = !b.field_devices.is_empty() && b.field_masters.is_empty() && !b.field_at_home;
        scale.put(Level::Control, if strange { 1.5 } else { 5.0 }, Kind::Cycles, text);
    }
    if portrait.is_operated() || portrait.is_by_plant_maker() || portrait.is_router() {
        return;
    }
    let mut offers = |families: &[Family], level, one: f32, many: f32, what: Sentence| {
        let clients = b.clients(families);
        if clients > 0 {
            let weight = if clients > 2 { many } else { one };
            let text = what.with([("hosts", count(clients, c::HOST))]);
            scale.put(level, weight, Kind::Serves, text);
        }
    };
    offers(&[Family::Office], Level::Business, 3.0, 3.5, c::SERVES_OFFICE);
    offers(&[Family::Network], Level::Business, 1.5, 2.0, c::SERVES_NETWORK);
    offers(&[Family::Web], Level::Business, 1.0, 2.5, c::SERVES_WEB);
    offers(&[Family::Management], Level::Business, 0.0, 1.5, c::SERVES_MANAGEMENT);
    if b.supervisors.is_empty() {
        offers(&[Family::Supervision], Level::Operations, 1.0, 1.5, c::SERVES_VALUES);
    }
    offers(&[Family::Database], Level::Operations, 2.0, 2.5, c::SERVES_DATABASE);
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
    let devices = count(b.operates.len(), c::CONTROLLER);
    let controllers = count(cycles.len(), c::CONTROLLER);
    if programs || configures {
        let text = c::PROGRAMS_OR_CONFIGURES.with([("devices", devices.clone())]);
        scale.put(Level::Supervision, 4.0, Kind::Asks, text.clone());
        scale.put(Level::Operations, 2.0, Kind::Asks, text);
    } else if b.is_gathering() {
        let text = c::GATHERS.with([("devices", devices.clone())]);
        scale.put(Level::Operations, 2.5, Kind::Asks, text);
    } else if cycles.is_empty() {
        scale.put(Level::Supervision, 1.0, Kind::Asks, c::ASKS_AT_TIMES.with([("devices", devices.clone())]));
    }
    let elsewhere = b.operates.values().all(|o| o.elsewhere);
    if elsewhere && (b.is_searching() || b.is_searching_devices()) {
        // The stations of a plant know their devices.
        scale.put(Level::Business, 1.5, Kind::Asks, c::LOOKS_FOR_DEVICES);
    }
    if cycles.is_empty() {
        return;
    }
    let faster = cycles.iter().any(|o| o.faster);
    if b.is_collecting() {
        let text = c::COLLECTS.with([("devices", controllers.clone())]);
        scale.put(Level::Operations, 3.5, Kind::Asks, text.clone());
        scale.put(Level::Supervision, 1.0, Kind::Asks, text);
    } else if elsewhere && !faster {
        let text = c::READS_FROM_AFAR.with([("devices", controllers.clone())]);
        scale.put(Level::Operations, 3.0, Kind::Asks, text.clone());
        scale.put(Level::Supervision, 2.5, Kind::Asks, text);
    } else {
        let text = c::READS_IN_CYCLES.with([("devices", controllers.clone())]);
        scale.put(Level::Supervision, if cycles.len() > 2 { 4.0 } else { 3.5 }, Kind::Asks, text);
        if !faster && !writes {
            // A collector that is alone cannot be told from an operator station.
            scale.put(
                Level::Operations,
                2.5,
                Kind::Asks,
                c::ONLY_READS.with([("devices", controllers.clone())]),
            );
        }
    }
    if writes {
        scale.put(Level::Supervision, 1.0, Kind::Asks, c::WRITES);
    }
}

/// What it uses of the office world, and whose screens it opens.
fn uses(portrait: &Portrait<'_>, scale: &mut Scale<Level>) {
    let b = portrait.behaviour;
    let mut uses = |family, weight, what: Sentence| {
        if let Some(servers) = b.uses.get(&family) {
            scale.put(
                Level::Business,
                weight,
                Kind::Asks,
                what.with([("hosts", count(servers.len(), c::HOST))]),
            );
        }
    };
    uses(Family::Web, 1.5, c::USES_WEB);
    uses(Family::Office, 0.5, c::USES_OFFICE);
    uses(Family::Management, 0.5, c::USES_MANAGEMENT);
    if b.public_servers > 0 {
        let text = c::CALLS_PUBLIC.with([("addresses", count(b.public_servers, c::PUBLIC_ADDRESS))]);
        scale.put(Level::Business, 1.5, Kind::Neighbours, text.clone());
        scale.put(Level::Enterprise, 1.5, Kind::Neighbours, text);
    }
    if !b.watches.is_empty() && !b.watched_by.is_empty() {
        scale.put(Level::Dmz, 4.0, Kind::Serves, c::JUMPS);
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
    let (from, to) = (("low", Gap::Level(Some(low))), ("high", Gap::Level(Some(high))));
    let text = match (low == high, outside) {
        (true, true) => c::ROUTES_OUT.with([from]),
        (true, false) => c::ROUTES_WITHIN.with([from]),
        (false, true) => c::ROUTES_WIDE.with([from, to]),
        (false, false) => c::ROUTES.with([from, to]),
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
        let text = c::CARRIES_LEVEL.into();
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
