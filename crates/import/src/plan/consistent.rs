//! What a plan must be as a whole: each id once, conduits between zones that exist, each host and prefix in one zone.

use std::collections::HashMap;

use ipnet::IpNet;
use model::Host;
use model::plan::{OUTSIDE, Plan, UNASSIGNED, Zone};

use super::values::{Reading, shown};

/// Tells what does not fit together, and leaves out what cannot be used: the later of two with one id, conduits whose
/// ends do not exist.
pub(super) fn keep(plan: &mut Plan, reading: &mut Reading) {
    let mut first: HashMap<String, u32> = HashMap::new();
    plan.zones.retain(|zone| once(&mut first, &zone.id, zone.line, "zone", reading));
    first.clear();
    plan.conduits.retain(|conduit| once(&mut first, &conduit.id, conduit.line, "conduit", reading));
    hosts_in_one_zone(&plan.zones, reading);
    prefixes_told_apart(&plan.zones, reading);
    let ids: Vec<&str> =
        plan.zones.iter().map(|zone| zone.id.as_str()).chain([OUTSIDE, UNASSIGNED]).collect();
    let known: std::collections::HashSet<&str> = ids.iter().copied().collect();
    plan.conduits.retain(|conduit| {
        let mut whole = true;
        for (key, end) in [("from", &conduit.from), ("to", &conduit.to)] {
            if known.contains(end.as_str()) {
                continue;
            }
            whole = false;
            let near = ids.iter().min_by_key(|id| strsim::damerau_levenshtein(id, end));
            let near = near.map(|near| format!("Did you mean {near}? ")).unwrap_or_default();
            let what = format!(
                "conduit {} leads {key} {}, which is no zone; it was left out",
                conduit.id,
                shown(end)
            );
            reading.say_in_line(conduit.line, key, what, &format!("{near}Otherwise add the zone."));
        }
        whole
    });
}

fn once(first: &mut HashMap<String, u32>, id: &str, line: u32, kind: &str, reading: &mut Reading) -> bool {
    match first.get(id) {
        Some(before) => {
            let what = format!("{kind} {id} stands in line {before} already; this one was left out");
            reading.say_in_line(line, "id", what, "Give one of the two another id, or make them one.");
            false
        }
        None => {
            first.insert(id.to_string(), line);
            true
        }
    }
}

fn hosts_in_one_zone(zones: &[Zone], reading: &mut Reading) {
    let mut homes: HashMap<Host, &Zone> = HashMap::new();
    for zone in zones {
        for host in &zone.hosts {
            match homes.get(host) {
                // Of several, the first holds it.
                Some(other) => {
                    let what = format!("{host} is a host of zone {} already", other.id);
                    reading.say_in_line(zone.line, "hosts", what, "Leave it in one of the two zones.");
                }
                None => _ = homes.insert(*host, zone),
            }
        }
    }
}

/// The same prefix in two zones is a problem unless their VLANs tell them apart.
fn prefixes_told_apart(zones: &[Zone], reading: &mut Reading) {
    let mut owners: HashMap<IpNet, Vec<&Zone>> = HashMap::new();
    for zone in zones {
        for prefix in &zone.prefixes {
            let others = owners.entry(*prefix).or_default();
            let same = others.iter().find(|other| {
                let apart = !zone.vlans.is_empty() && !other.vlans.is_empty();
                !apart || zone.vlans.iter().any(|vlan| other.vlans.contains(vlan))
            });
            if let Some(other) = same {
                let what = format!(
                    "{prefix} is a prefix of zone {} as well, and no VLAN tells them apart",
                    other.id
                );
                let remedy =
                    "Take it out of one of the two, make it longer there, or give each zone its VLANs.";
                reading.say_in_line(zone.line, "prefixes", what, remedy);
            }
            others.push(zone);
        }
    }
}
