//! Hosts with one leg in the office and one in the plant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;
use model::{Asset, Gap, Level, Plant, Role, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::scene::Scene;
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "dual-homed",
    title: "A host stands in zones of different level",
    severity: Severity::High,
    technique: None,
    help: HELP,
    german: german::DUAL_HOMED,
    find,
};

const HELP: &str = "
## What it finds
An asset, not a router or firewall, with addresses in zones whose levels lie apart: one in business or enterprise
and one in the plant, one in the DMZ and one in a cell, or one among controllers and one in site operations.
A server of levels 2 and 3, or of 1 and 2, is built that way and not meant.
## Why it matters on the floor
Such a host is a door beside the firewall: whoever takes it over in the office stands in the cell, and no rule has
seen him pass.
## What to do
Take away the leg that is not needed. If both are, put the host into the DMZ, let it be reached over the firewall
from both sides, and make sure that it does not forward between its cards.
";

/// One leg of a host: where it stands.
struct Leg<'p> {
    ip: IpAddr,
    level: Level,
    zone: &'p str,
}

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let many = scene.plant.assets.iter().filter(|asset| asset.ips.len() > 1 && !passes_on(asset));
    let many: Vec<&Asset> = many.collect();
    if many.is_empty() {
        return;
    }
    let map = Map::new(scene.plant);
    for asset in many {
        let mut legs: Vec<Leg<'_>> = asset.ips.iter().filter_map(|&ip| map.leg(ip)).collect();
        legs.sort_by_key(|leg| (leg.level, leg.ip));
        let (Some(lowest), Some(highest)) = (legs.first(), legs.last()) else { continue };
        let Some(severity) = severity(lowest.level, highest.level) else { continue };
        found.tell_of(severity, vec![asset.id], &[], CHECK.technique, || {
            let name = words::label(asset);
            let leg = |leg: &Leg<'_>| {
                let zone = words::short(leg.zone);
                let level = Gap::Level(Some(leg.level));
                c::LEG.with([("ip", leg.ip.to_string().into()), ("zone", zone.into()), ("level", level)])
            };
            let (low, high) = (Gap::Level(Some(lowest.level)), Gap::Level(Some(highest.level)));
            let by_address: BTreeMap<String, &Leg<'_>> =
                legs.iter().map(|leg| (leg.ip.to_string(), leg)).collect();
            let legs = words::list(by_address.into_values().map(leg));
            Told {
                title: c::DUAL_HOMED.with([("name", name.clone().into()), ("low", low), ("high", high)]),
                detail: c::DUAL_HOMED_DETAIL.with([("name", name.into()), ("legs", legs)]),
            }
        });
    }
}

/// What joins networks by its nature.
fn passes_on(asset: &Asset) -> bool {
    asset.roles.iter().any(|role| matches!(role, Role::Router | Role::Switch | Role::InternetHost))
}

fn severity(low: Level, high: Level) -> Option<Severity> {
    match (low, high) {
        (
            Level::Process | Level::Control | Level::Supervision | Level::Operations,
            Level::Business | Level::Enterprise | Level::Outside,
        ) => Some(Severity::High),
        (Level::Process | Level::Control | Level::Supervision, Level::Dmz) => Some(Severity::Medium),
        (Level::Process | Level::Control, Level::Operations) => Some(Severity::Low),
        _ => None,
    }
}

/// The prefixes of the zones that have a level.
struct Map<'p> {
    zones: HashMap<IpNet, (Level, &'p str)>,
    lengths: BTreeSet<u8>,
}

impl<'p> Map<'p> {
    fn new(plant: &'p Plant) -> Map<'p> {
        let mut map = Map { zones: HashMap::new(), lengths: BTreeSet::new() };
        for zone in &plant.zones {
            let Some(level) = zone.level else { continue };
            for net in zone.prefixes.iter().filter_map(|prefix| prefix.parse::<IpNet>().ok()) {
                map.lengths.insert(net.prefix_len());
                map.zones.insert(net.trunc(), (level, zone.name.as_str()));
            }
        }
        map
    }

    /// Where an address stands: the longest prefix decides.
    fn leg(&self, ip: IpAddr) -> Option<Leg<'p>> {
        self.lengths.iter().rev().find_map(|&length| {
            let net = IpNet::new(ip, length).ok()?.trunc();
            let (level, zone) = self.zones.get(&net)?;
            Some(Leg { ip, level: *level, zone })
        })
    }
}
