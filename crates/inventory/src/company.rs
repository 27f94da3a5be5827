//! What the company an asset keeps shows of its level: with whom it speaks, and among whom it stands.

use std::collections::{BTreeMap, BTreeSet};

use model::{AssetId, Conversation, Family, Level, Sentence};

use crate::catalogue as c;
use crate::network::Network;
use crate::portrait::Portrait;
use crate::tables::makers::Trade;
use crate::weigh::{Kind, Scale};

/// What is said of the company an asset stands in.
const AMONG: &[Sentence] = &[
    c::AMONG_MADE_FOR_PLANTS,
    c::AMONG_AS_SERVER,
    c::AMONG_AS_VIRTUAL,
    c::AMONG_NO_OFFICE,
    c::AMONG_STATIONS,
    c::AMONG_DMZ,
    c::AMONG_BUSINESS,
    c::AMONG_OPERATIONS,
];
/// The weight from which a provisional level counts as evidence for others.
const PROVISIONAL_MIN: f32 = 1.5;
/// Up to this weight an asset's own evidence leaves room for its neighbours'.
const OPEN: f32 = 3.5;

/// The heaviest level of each asset so far; none where it is too light or the asset only carries frames.
pub fn provisional(portraits: &[Portrait<'_>], scales: &[Scale<Level>]) -> Vec<Option<Level>> {
    let of = |(portrait, scale): (&Portrait<'_>, &Scale<Level>)| {
        let best = scale.best().filter(|(_, weight)| *weight >= PROVISIONAL_MIN);
        // A maker's name alone would make telephones into controllers.
        best.filter(|(level, _)| !portrait.is_infrastructure() && !scale.only(*level, Kind::Maker))
            .map(|(level, _)| level)
    };
    portraits.iter().zip(scales).map(of).collect()
}

/// What the levels of those it talks to show.
pub fn peers(portraits: &[Portrait<'_>], conversations: &[Conversation], scales: &mut [Scale<Level>]) {
    let provisional = provisional(portraits, scales);
    let mut sides: Vec<Sides> = vec![Sides { only_away: true, ..Sides::default() }; portraits.len()];
    for talk in conversations {
        let (Some(from), Some(to)) = (talk.initiator_asset.map(index), talk.responder_asset.map(index))
        else {
            continue;
        };
        let level = |at: usize| provisional.get(at).copied().flatten();
        if talk.packets <= talk.packets_sent || !crosses(talk.family) {
            continue;
        }
        let home = |at: usize| portraits.get(at).and_then(|portrait| portrait.home);
        let away = home(from) != home(to);
        if let (Some(side), Some(level)) = (sides.get_mut(from), level(to)) {
            side.note(level, false, away, talk.family);
        }
        if let (Some(side), Some(level)) = (sides.get_mut(to), level(from)) {
            side.note(level, true, away, talk.family);
        }
    }
    let offices = offices(portraits, &provisional, &sides);
    for ((portrait, side), scale) in portraits.iter().zip(&sides).zip(scales) {
        let free = !portrait.is_operated() && portrait.behaviour.operates.is_empty() && !portrait.is_router();
        let ends_both = free && side.below && side.above && side.served;
        let business_at_home = portrait.home.is_some_and(|home| offices.contains(&home));
        if ends_both && side.only_away && !business_at_home && !scale.has(&[c::RELAYS]) {
            // A relay serves and asks like a business server; that it stands apart from both sides tells them apart.
            scale.replace(Level::Business, Level::Dmz);
            scale.put(Level::Dmz, 3.0, Kind::Neighbours, c::RELAYS);
        }
        let mut once = |said: bool, level, weight, text: Sentence| {
            if said && !scale.has(&[text]) {
                scale.put(level, weight, Kind::Neighbours, text);
            }
        };
        once(ends_both, Level::Dmz, 4.0, c::ENDS_BOTH);
        once(side.enters_dmz, Level::Business, 2.0, c::ENTERS_DMZ);
        let entered = side.entered_from_dmz && !portrait.is_operated();
        once(entered, Level::Supervision, 2.0, c::ENTERED_FROM_DMZ);
        let feeds = side.feeds_dmz && !portrait.is_operated();
        once(feeds, Level::Operations, 3.0, c::FEEDS_DMZ);
        once(free && side.enters_plant, Level::Dmz, 2.5, c::ENTERS_PLANT);
        once(free && side.enters_plant, Level::Business, 1.0, c::ENTERS_NETWORK);
        let for_plant = free && side.serves_plant && !side.serves_others;
        once(for_plant, Level::Dmz, 3.0, c::SERVES_PLANT_AWAY);
        once(for_plant, Level::Operations, 2.0, c::SERVES_PLANT);
    }
}

/// On which sides of the border an asset has partners.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    below: bool,
    above: bool,
    served: bool,
    /// True when all its partners are in other networks.
    only_away: bool,
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
        self.only_away &= away;
    }
}

/// Networks with hosts of the business that do not themselves stand between plant and business.
fn offices(portraits: &[Portrait<'_>], provisional: &[Option<Level>], sides: &[Sides]) -> BTreeSet<Network> {
    let business = |level: &Option<Level>| matches!(level, Some(Level::Business | Level::Enterprise));
    let all = portraits.iter().zip(provisional).zip(sides);
    all.filter(|((_, level), side)| business(level) && !side.below)
        .filter_map(|((portrait, _), _)| portrait.home)
        .collect()
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
pub fn neighbours(portraits: &[Portrait<'_>], scales: &mut [Scale<Level>]) {
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
        if scale.has(AMONG) || portrait.is_infrastructure() {
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
fn fits(portrait: &Portrait<'_>, company: &Company) -> Option<(Level, f32, Kind, Sentence)> {
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
            (Level::Control, 1.5, Kind::Maker, c::AMONG_MADE_FOR_PLANTS)
        } else if serves {
            (Level::Operations, 1.0, near, c::AMONG_AS_SERVER)
        } else if is_virtual {
            (Level::Operations, 2.5 * full, near, c::AMONG_AS_VIRTUAL)
        } else if only_time && !portrait.looks_like_windows() && portrait.traits.hops > 0 {
            (Level::Control, 1.5 * full, near, c::AMONG_NO_OFFICE)
        } else {
            (Level::Supervision, 2.5 * full, near, c::AMONG_STATIONS)
        });
    }
    if company.dmz > 0 && company.dmz >= company.business {
        return Some((Level::Dmz, 3.5, near, c::AMONG_DMZ));
    }
    if company.business > 0 {
        return Some((Level::Business, 2.0, near, c::AMONG_BUSINESS));
    }
    let weight = 1.0;
    (company.operations > 0).then_some((Level::Operations, weight, near, c::AMONG_OPERATIONS))
}

fn index(id: AssetId) -> usize {
    (id.0 as usize).saturating_sub(1)
}
