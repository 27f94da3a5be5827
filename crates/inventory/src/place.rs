//! Purdue levels by weighted evidence: what an asset does and says first, then with whom it stands.

use std::collections::BTreeMap;

use model::{AssetId, Conversation, Family, Level, LevelJudgement};

use crate::network::{self, Network};
use crate::portrait::Portrait;
use crate::tables::makers::Trade;
use crate::weigh::{Kind, Scale, count};

/// The weight from which a provisional level counts as evidence for others.
const PROVISIONAL_MIN: f32 = 1.5;
/// The weight at which evidence is enough to be sure; less makes less sure.
const ENOUGH: f32 = 6.5;
/// Up to this weight an asset's own evidence leaves room for its neighbours'.
const OPEN: f32 = 3.5;
/// The highest confidence on one kind of evidence alone.
const ONE_KIND_MAX: f32 = LevelJudgement::HIGH - 0.05;
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
    for role in &portrait.stated {
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
        scale.put(level, 4.0, Kind::Stated, format!("says that its role is {role}"));
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
        scale.put(Level::Control, 1.5, Kind::Serves, "serves control traffic");
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

/// The heaviest level of each asset so far; none where it is too light or the asset only carries frames.
fn provisional(portraits: &[Portrait<'_>], scales: &[Scale<Level>]) -> Vec<Option<Level>> {
    let of = |(portrait, scale): (&Portrait<'_>, &Scale<Level>)| {
        let best = scale.best().filter(|(_, weight)| *weight >= PROVISIONAL_MIN);
        // A maker's name alone would make telephones into controllers.
        best.filter(|(level, _)| !portrait.is_infrastructure() && !scale.only(*level, Kind::Maker))
            .map(|(level, _)| level)
    };
    portraits.iter().zip(scales).map(of).collect()
}

/// What the levels of those it talks to show.
fn peers(portraits: &[Portrait<'_>], conversations: &[Conversation], scales: &mut [Scale<Level>]) {
    let provisional = provisional(portraits, scales);
    let mut sides: Vec<Sides> = vec![Sides::default(); portraits.len()];
    for c in conversations {
        let (Some(from), Some(to)) = (c.initiator_asset.map(index), c.responder_asset.map(index)) else {
            continue;
        };
        let level = |at: usize| provisional.get(at).copied().flatten();
        if c.packets <= c.packets_sent || !crosses(c.family) {
            continue;
        }
        let home = |at: usize| portraits.get(at).and_then(|portrait| portrait.home);
        let away = home(from) != home(to);
        if let (Some(side), Some(level)) = (sides.get_mut(from), level(to)) {
            side.note(level, false, away, c.family);
        }
        if let (Some(side), Some(level)) = (sides.get_mut(to), level(from)) {
            side.note(level, true, away, c.family);
        }
    }
    for ((portrait, side), scale) in portraits.iter().zip(&sides).zip(scales) {
        let mut once = |said: bool, level, weight, text: &str| {
            if said && !scale.has(text) {
                scale.put(level, weight, Kind::Neighbours, text);
            }
        };
        let free = !portrait.is_operated() && portrait.behaviour.operates.is_empty() && !portrait.is_router();
        let ends_both = free && side.below && side.above && side.served;
        once(ends_both, Level::Dmz, 4.0, "ends conversations of the plant and of the business");
        once(side.enters_dmz, Level::Business, 2.0, "opens the screen of a host in the DMZ");
        let entered = side.entered_from_dmz && !portrait.is_operated();
        once(entered, Level::Supervision, 2.0, "shows its screen to a host in the DMZ");
        let feeds = side.feeds_dmz && !portrait.is_operated();
        once(feeds, Level::Operations, 3.0, "hands data to a host in the DMZ");
        once(
            free && side.enters_plant,
            Level::Dmz,
            2.5,
            "opens the screen of a plant host from another network",
        );
        once(free && side.enters_plant, Level::Business, 1.0, "opens a screen in another network");
        let for_plant = free && side.serves_plant && !side.serves_others;
        once(for_plant, Level::Dmz, 3.0, "serves only hosts of the plant, from another network");
        once(for_plant, Level::Operations, 2.0, "serves only hosts of the plant");
    }
}

/// On which sides of the border an asset has partners.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    below: bool,
    above: bool,
    served: bool,
    enters_dmz: bool,
    entered_from_dmz: bool,
    feeds_dmz: bool,
    enters_plant: bool,
    serves_plant: bool,
    serves_others: bool,
}

impl Sides {
    /// Notes a partner on a level, whom the asset served or asked, and whether it is in another network.
    fn note(&mut self, level: Level, served: bool, away: bool, family: Family) {
        let screen = family == Family::RemoteAccess;
        match level {
            Level::Process | Level::Control | Level::Supervision | Level::Operations => {
                self.below = true;
                self.enters_plant |= screen && away && !served;
                self.serves_plant |= served && away && !screen && !family.is_operational();
                self.serves_others |= served && !away;
            }
            Level::Business | Level::Enterprise => {
                self.above = true;
                self.serves_others |= served;
            }
            Level::Dmz if screen => {
                self.enters_dmz |= !served;
                self.entered_from_dmz |= served;
            }
            Level::Dmz => self.feeds_dmz |= !served,
            Level::Outside => {}
        }
        self.served |= served;
    }
}

/// True for trades that carry something across a border; names, time and log-in are asked for by everybody.
fn crosses(family: Family) -> bool {
    match family {
        Family::Control
        | Family::Telecontrol
        | Family::Building
        | Family::Supervision
        | Family::RemoteAccess
        | Family::Web
        | Family::Database => true,
        Family::Fieldbus
        | Family::Discovery
        | Family::Network
        | Family::Management
        | Family::Tunnel
        | Family::Office
        | Family::Unknown => false,
    }
}

/// How many assets of a network stand on which levels.
#[derive(Debug, Clone, Copy, Default)]
struct Company {
    control: usize,
    supervision: usize,
    operations: usize,
    dmz: usize,
    business: usize,
}

impl Company {
    fn slot(&mut self, level: Level) -> Option<&mut usize> {
        match level {
            Level::Process | Level::Control => Some(&mut self.control),
            Level::Supervision => Some(&mut self.supervision),
            Level::Operations => Some(&mut self.operations),
            Level::Dmz => Some(&mut self.dmz),
            Level::Business | Level::Enterprise => Some(&mut self.business),
            Level::Outside => None,
        }
    }
}

/// What the company in the same network shows, for assets whose own evidence leaves room.
fn neighbours(portraits: &[Portrait<'_>], scales: &mut [Scale<Level>]) {
    let provisional = provisional(portraits, scales);
    let mut companies: BTreeMap<Network, Company> = BTreeMap::new();
    for (portrait, level) in portraits.iter().zip(&provisional) {
        if let (Some(home), Some(level)) = (portrait.home, level)
            && let Some(slot) = companies.entry(home).or_default().slot(*level)
        {
            *slot += 1;
        }
    }
    for ((portrait, scale), mine) in portraits.iter().zip(scales).zip(&provisional) {
        if scale.has("stands among") || portrait.is_infrastructure() {
            continue;
        }
        let Some(company) = portrait.home.and_then(|home| companies.get(&home)) else { continue };
        let mut company = *company;
        if let Some(slot) = mine.and_then(|level| company.slot(level)) {
            *slot -= 1;
        }
        let Some((level, weight, kind, text)) = fits(portrait, &company) else { continue };
        let best = scale.best();
        let open = best.is_none_or(|(_, weight)| weight < OPEN);
        if open || best.is_some_and(|(best, _)| best == level) {
            scale.put(level, weight, kind, text);
        }
    }
}

/// The level that an asset most likely has in this company.
fn fits(portrait: &Portrait<'_>, company: &Company) -> Option<(Level, f32, Kind, &'static str)> {
    let plant = company.control + company.supervision;
    let near = Kind::Neighbours;
    // One station alone does not make a control network.
    let full = if company.control > 0 || company.supervision > 1 { 1.0 } else { 0.5 };
    if plant > 0 && plant >= company.business {
        let is_virtual = matches!(portrait.trade, Some((Trade::Virtual, _)));
        let only_time = portrait.behaviour.uses.keys().all(|f| *f == Family::Network);
        let serves = portrait.behaviour.clients(&[Family::Network, Family::Office, Family::Web]) > 0;
        return Some(if portrait.is_by_plant_maker() {
            // Said by the maker's name alone, so no second kind of evidence.
            (Level::Control, 1.5, Kind::Maker, "stands among controllers, made for plants")
        } else if serves {
            (Level::Operations, 1.0, near, "stands among controllers as a server")
        } else if is_virtual {
            (Level::Operations, 2.5 * full, near, "stands among controllers as a virtual machine")
        } else if only_time && !portrait.looks_like_windows() && portrait.traits.hops > 0 {
            (Level::Control, 1.5 * full, near, "stands among controllers and does no office work")
        } else {
            (Level::Supervision, 2.5 * full, near, "stands among controllers and their stations")
        });
    }
    if company.dmz > 0 && company.dmz >= company.business {
        return Some((Level::Dmz, 3.5, near, "stands among hosts of the DMZ"));
    }
    if company.business > 0 {
        return Some((Level::Business, 2.0, near, "stands among hosts of the business"));
    }
    let weight = 1.0;
    (company.operations > 0).then_some((Level::Operations, weight, near, "stands among hosts of operations"))
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

fn judge(portrait: &Portrait<'_>, scale: &Scale<Level>, lowest: &BTreeMap<Network, Level>) -> LevelJudgement {
    if portrait.is_infrastructure() {
        let level = portrait.home.and_then(|home| lowest.get(&home));
        let Some(level) = level.filter(|_| !portrait.is_router()) else {
            return LevelJudgement::unknown();
        };
        let text = "carries frames of hosts of this level".to_string();
        return LevelJudgement::inferred(*level, 0.3, vec![model::Reason { text, weight: 1.0 }]);
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

fn index(id: AssetId) -> usize {
    (id.0 as usize).saturating_sub(1)
}
