//! What an asset is for, from what it does and what it says of itself.

use model::{Confidence, Family, Gap, Reason, Role};

use crate::catalogue as c;
use crate::network;
use crate::portrait::Portrait;
use crate::tables::makers::Trade;
use crate::weigh::{Kind, Scale, count};

/// The weight from which a role is named.
const ROLE_MIN: f32 = 2.5;
/// Weight of what a device says of itself, of product texts, and of names that people give.
const STATED: f32 = 6.0;
const PRODUCT: f32 = 4.0;
const NAME: f32 = 2.5;
/// Weight of what only seems so.
const HINT: f32 = 2.0;

/// The roles of an asset, surest first, and why.
pub fn roles(portrait: &Portrait<'_>) -> (Vec<Role>, Vec<Reason>) {
    let mut scale = Scale::default();
    if network::is_outside(portrait.asset) {
        scale.put(Role::InternetHost, 10.0, Kind::Address, c::PUBLIC);
        return named(&scale);
    }
    says(portrait, &mut scale);
    field(portrait, &mut scale);
    stations(portrait, &mut scale);
    infrastructure(portrait, &mut scale);
    offices(portrait, &mut scale);
    settle_controllers(portrait, &mut scale);
    named(&scale)
}

/// The roles heavy enough to be named, with their reasons.
fn named(scale: &Scale<Role>) -> (Vec<Role>, Vec<Reason>) {
    let heavy: Vec<(Role, f32)> =
        scale.totals().into_iter().filter(|(_, weight)| *weight >= ROLE_MIN).collect();
    let reasons = heavy.iter().flat_map(|&(role, _)| {
        let text = move |reason: Reason| Reason {
            text: c::ROLE_REASON.with([("role", Gap::Role(role)), ("reason", reason.text.into())]),
            ..reason
        };
        scale.reasons(role).into_iter().map(text)
    });
    (heavy.iter().map(|(role, _)| *role).collect(), reasons.collect())
}

/// What the device, its maker and its people say.
fn says(portrait: &Portrait<'_>, scale: &mut Scale<Role>) {
    for (role, confidence) in &portrait.stated {
        let (weight, text) = match confidence {
            // "Server" is said by whatever answers; it tells little beside what else is known.
            Confidence::Stated if *role == Role::Server => (HINT, c::SAYS_SO),
            Confidence::Stated => (STATED, c::SAYS_SO),
            Confidence::Derived => (HINT, c::PRESENTS_SO),
            Confidence::Guessed => (1.0, c::MAY_BE),
        };
        scale.put(*role, weight, Kind::Stated, text);
    }
    if let Some((text, role, _)) = &portrait.product {
        scale.put(*role, PRODUCT, Kind::Stated, c::IS_PRODUCT.with([("text", text.as_str().into())]));
    }
    if let Some((name, role, _)) = &portrait.name {
        scale.put(*role, NAME, Kind::Name, c::IS_CALLED.with([("name", name.as_str().into())]));
    }
    if portrait.safety {
        scale.put(Role::SafetyController, PRODUCT + 1.0, Kind::Stated, c::IS_FOR_SAFETY);
    }
    let Some((trade, maker)) = &portrait.trade else { return };
    let (role, weight) = match trade {
        Trade::Automation | Trade::Energy | Trade::Building => (Role::Controller, 1.0),
        Trade::Drives => (Role::Drive, 2.0),
        Trade::Instruments => (Role::Instrument, 2.5),
        Trade::PlantNetwork => (Role::Switch, 2.5),
        Trade::Network => (Role::Router, 1.0),
        Trade::Cameras => (Role::Camera, 3.0),
        Trade::Printers => (Role::Printer, 3.0),
        Trade::Virtual => (Role::Server, 1.0),
        Trade::Office => (Role::Workstation, 0.5),
        Trade::Boards => return,
    };
    scale.put(role, weight, Kind::Maker, c::MADE_BY.with([("maker", maker.as_str().into())]));
}

/// Controllers and what hangs on them.
fn field(portrait: &Portrait<'_>, scale: &mut Scale<Role>) {
    let b = portrait.behaviour;
    let operational = [Family::Control, Family::Telecontrol, Family::Building];
    if portrait.is_operated() {
        let text = c::ANSWERS_CONTROL.with([("stations", count(b.operators.len(), c::STATION))]);
        scale.put(Role::Controller, 5.0, Kind::Serves, text);
    } else if portrait.is_called(Role::Hmi) {
        // Panels answer in the language of their controllers too.
    } else if b.clients(&operational) > 0 {
        scale.put(Role::Controller, 2.0, Kind::Serves, c::SERVES_CONTROL);
    } else if !b.identifiers.is_empty() {
        scale.put(Role::Controller, 1.0, Kind::Serves, c::IDENTIFIES);
    }
    if !b.supervisors.is_empty() {
        let text = c::GIVES_VALUES.with([("stations", count(b.supervisors.len(), c::STATION))]);
        let role = match portrait.trade {
            _ if b.read_in_cycles().next().is_some() => Role::Hmi,
            Some((Trade::Energy, _)) => Role::Relay,
            _ if portrait.is_by_plant_maker() => Role::Controller,
            _ => Role::Server,
        };
        scale.put(role, 3.0, Kind::Serves, text);
    }
    if !b.field_devices.is_empty() {
        let text = c::EXCHANGES.with([("partners", count(b.field_devices.len(), c::FIELD_DEVICE))]);
        scale.put(Role::Controller, if b.field_at_home { 4.0 } else { 2.0 }, Kind::Cycles, text);
    } else if !b.field_masters.is_empty() {
        let text = c::EXCHANGES.with([("partners", count(b.field_masters.len(), c::CONTROLLER))]);
        scale.put(Role::IoDevice, 4.0, Kind::Cycles, text);
    } else if b.field_peers.len() > 1 {
        let text = c::EXCHANGES.with([("partners", count(b.field_peers.len(), c::DEVICE))]);
        scale.put(Role::Controller, 3.0, Kind::Cycles, text);
    } else if !b.field_peers.is_empty() {
        scale.put(Role::IoDevice, 2.5, Kind::Cycles, c::EXCHANGES_WITH_ONE);
    } else if b.publishes {
        scale.put(Role::Relay, 2.5, Kind::Cycles, c::PUBLISHES);
    }
    if b.units > 2 && b.read_cyclically {
        scale.put(
            Role::Gateway,
            6.5,
            Kind::Serves,
            c::STANDS_BEFORE.with([("devices", count(b.units, c::DEVICE))]),
        );
    }
    if portrait.is_operated() && b.read_in_cycles().count() > 1 {
        let text = c::READS_FOR_OTHERS.with([("devices", count(b.read_in_cycles().count(), c::DEVICE))]);
        scale.put(Role::Gateway, 2.5, Kind::Asks, text);
    }
}

/// Stations that ask controllers.
fn stations(portrait: &Portrait<'_>, scale: &mut Scale<Role>) {
    let b = portrait.behaviour;
    let cycles = b.read_in_cycles().count();
    let (devices, read) = (count(b.operates.len(), c::CONTROLLER), count(cycles, c::CONTROLLER));
    if b.sum(|o| o.programs) > 0 {
        scale.put(
            Role::EngineeringStation,
            5.0,
            Kind::Asks,
            c::PROGRAMS.with([("devices", devices.clone())]),
        );
    }
    // Controllers themselves set up, read and write their devices and each other.
    if portrait.is_operated() || portrait.is_in_field() {
        return;
    }
    if b.sum(|o| o.configures) > 0 {
        scale.put(
            Role::EngineeringStation,
            3.0,
            Kind::Asks,
            c::CONFIGURES.with([("devices", devices.clone())]),
        );
    }
    if b.is_collecting() {
        let text = c::COLLECTS.with([("devices", read.clone())]);
        scale.put(Role::Historian, 4.0, Kind::Asks, text);
    } else if b.is_gathering() {
        let text = c::GATHERS.with([("devices", devices.clone())]);
        scale.put(Role::Historian, 2.5, Kind::Asks, text);
    } else if cycles > 0 {
        let near = b.read_in_cycles().any(|o| !o.elsewhere);
        scale.put(
            Role::Hmi,
            if near { 3.0 } else { 2.5 },
            Kind::Asks,
            c::READS_IN_CYCLES.with([("devices", read.clone())]),
        );
    }
    if b.supervisors.is_empty() && b.clients(&[Family::Supervision]) > 0 {
        scale.put(Role::Server, 1.5, Kind::Serves, c::PASSES_VALUES);
    }
    let writes = b.sum(|o| o.writes) > 0;
    if writes && cycles > 0 {
        scale.put(Role::Hmi, 1.5, Kind::Asks, c::WRITES_TO.with([("devices", devices.clone())]));
    } else if writes {
        let near = b.operates.values().any(|o| o.writes > 0 && !o.elsewhere);
        let weight = if near { 2.5 } else { 1.5 };
        scale.put(
            Role::EngineeringStation,
            weight,
            Kind::Asks,
            c::WRITES_AT_TIMES.with([("devices", devices.clone())]),
        );
    } else if b.sum(|o| o.identifies) > 0 && cycles == 0 {
        scale.put(
            Role::EngineeringStation,
            1.5,
            Kind::Asks,
            c::ASKS_WHO.with([("devices", devices.clone())]),
        );
    }
    if b.serves.contains_key(&Family::Database) {
        let clients = count(b.clients(&[Family::Database]), c::CLIENT);
        let role = if cycles > 0 { Role::Historian } else { Role::Server };
        scale.put(role, 3.0, Kind::Serves, c::SERVES_DATABASE.with([("hosts", clients)]));
    }
}

/// What carries the others' frames, and who comes from afar.
fn infrastructure(portrait: &Portrait<'_>, scale: &mut Scale<Role>) {
    let b = portrait.behaviour;
    if let Some(reason) = &portrait.traits.router {
        scale.put(Role::Router, 5.0, Kind::Serves, reason.clone());
    }
    if b.routes {
        scale.put(Role::Router, 5.0, Kind::Asks, c::SPEAKS_AS_ROUTER);
    }
    if b.bridges {
        scale.put(Role::Switch, 5.0, Kind::Asks, c::IN_SPANNING_TREE);
    }
    if b.is_searching() {
        let text = c::TRIED_SILENT.with([("hosts", count(b.unanswered.len(), c::HOST))]);
        scale.put(Role::Scanner, 5.0, Kind::Asks, text);
    } else if b.is_searching_devices() {
        let text = c::SOUGHT_DEVICES.with([("hosts", count(b.unanswered_devices.len(), c::HOST))]);
        scale.put(Role::Scanner, 4.0, Kind::Asks, text);
    }
    if !b.watched_by.is_empty() {
        let text = c::SHOWS_SCREEN.with([("hosts", count(b.watched_by.len(), c::HOST))]);
        scale.put(Role::RemoteAccess, 3.0, Kind::Serves, text);
    }
    if !b.watches.is_empty() {
        let text = c::OPENS_SCREENS.with([("hosts", count(b.watches.len(), c::HOST))]);
        scale.put(Role::RemoteAccess, 2.5, Kind::Asks, text);
        if !b.watched_by.is_empty() {
            scale.put(Role::JumpHost, 6.0, Kind::Serves, c::JUMPS);
        }
    }
}

/// Servers and clients of offices.
fn offices(portrait: &Portrait<'_>, scale: &mut Scale<Role>) {
    let b = portrait.behaviour;
    let names = b.clients(&[Family::Network]);
    let files = b.clients(&[Family::Office]);
    let pages = b.clients(&[Family::Web, Family::Management]);
    if !portrait.is_router() && !portrait.is_operated() {
        if names > 1 || (names > 0 && files > 0) {
            let text = c::SERVES_DIRECTORY.with([("hosts", count(names.max(files), c::HOST))]);
            scale.put(Role::DirectoryServer, if files > 0 { 4.0 } else { 3.0 }, Kind::Serves, text);
        }
        if files > 1 || pages > 1 {
            let text = c::SERVES_FILES.with([("hosts", count(files.max(pages), c::HOST))]);
            scale.put(Role::Server, 3.0, Kind::Serves, text);
        } else if files + pages > 0 {
            scale.put(Role::Server, 1.5, Kind::Serves, c::SERVES_FILES_TO_ONE);
        }
    }
    let client = [Family::Web, Family::Office, Family::Network];
    let used = client.iter().filter(|family| b.uses.contains_key(family)).count();
    let serves = names + files + pages > 0;
    let operates = !b.operates.is_empty() && !is_desk(portrait);
    if used > 1 && !serves && !operates && !portrait.is_operated() && !portrait.is_in_field() {
        // Virtual machines are mostly servers, even those that nobody was seen to ask.
        let is_virtual = matches!(portrait.trade, Some((Trade::Virtual, _)));
        let weight = if is_virtual { 2.0 } else { 3.0 };
        scale.put(Role::Workstation, weight, Kind::Asks, c::USES_ALL_SERVES_NOTHING);
    } else if b.uses.contains_key(&Family::Web) && !serves && !operates {
        scale.put(Role::Workstation, 1.5, Kind::Asks, c::USES_THE_WEB);
    }
}

/// True for an office computer that asks devices of other networks now and then, as anybody can from his desk.
fn is_desk(portrait: &Portrait<'_>) -> bool {
    let b = portrait.behaviour;
    let office = [Family::Web, Family::Office].iter().all(|family| b.uses.contains_key(family));
    office && b.operates.values().all(|o| o.elsewhere && o.rate == 0.0 && o.programs + o.configures == 0)
}

/// A drive, a relay or an I/O device that answers operations is just that, not a controller besides; a controller
/// for safety is one role.
fn settle_controllers(portrait: &Portrait<'_>, scale: &mut Scale<Role>) {
    if portrait.safety {
        return scale.replace(Role::Controller, Role::SafetyController);
    }
    let special = [Role::Drive, Role::Relay, Role::Instrument, Role::IoDevice];
    let Some(role) = special.into_iter().find(|role| scale.weight(*role) >= ROLE_MIN) else { return };
    let told = portrait.product.as_ref().map(|(_, role, _)| *role);
    let states = |role: Role| portrait.stated.contains(&(role, Confidence::Stated));
    let is_controller = states(Role::Controller)
        || told == Some(Role::Controller)
        || !portrait.behaviour.field_devices.is_empty();
    if !is_controller {
        scale.replace(Role::Controller, role);
    }
    // Every device on a field bus calls itself one; a drive or a relay is told by its product.
    if !states(Role::IoDevice) || told == Some(role) {
        scale.replace(Role::IoDevice, role);
    }
}
