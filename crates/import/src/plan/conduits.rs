//! The conduits of a plan.

use std::collections::BTreeSet;

use model::plan::{Conduit, Enforcement, Initiator, Peer, Permit, Service, Window};
use model::{Operation, Protection};
use toml::de::DeTable;

use super::ENTRIES_MAX;
use super::values::{Reading, once, one_of};
use super::zones::id;

const KEYS: &[&str] =
    &["id", "from", "to", "initiator", "owner", "reason", "evidence", "enforced_by", "permit"];
const PERMIT_KEYS: &[&str] = &[
    "protocols",
    "services",
    "operations",
    "responder_operations",
    "peers",
    "protection",
    "window",
    "expires",
    "reason",
];
const ENFORCEMENT_KEYS: &[&str] = &["firewall", "in", "out"];

/// Reads one conduit; none when its id, one of its ends or who starts cannot be told.
pub(super) fn read(
    reading: &mut Reading,
    table: &DeTable<'_>,
    at: usize,
    utc_offset_minutes: i16,
) -> Option<Conduit> {
    let id = id(reading, table, at, "conduit")?;
    let place = format!("conduit {id}");
    reading.unknown(table, KEYS, &place);
    let mut end = |key: &str| {
        if !table.contains_key(key) {
            let what = format!("{place} has no {key} and was left out");
            reading.say(at, key, what, &format!("Write {key} = the id of a zone."));
        }
        reading.text(table, key, &place).map(|(zone, _)| zone)
    };
    let (from, to) = (end("from"), end("to"));
    let (from, to) = (from?, to?);
    let mut permits = Vec::new();
    for (entry, at) in reading.tables(table, "permit", ENTRIES_MAX) {
        permits.extend(permit(reading, entry, at, &place, utc_offset_minutes));
    }
    if permits.is_empty() && !table.contains_key("permit") {
        let what = format!("{place} permits nothing");
        reading.say(at, "permit", what, "Add [[conduit.permit]] with what may pass, or remove the conduit.");
    }
    let initiator = match table.contains_key("initiator") {
        true => reading.parsed(table, "initiator", &place, &one_of(Initiator::ALL))?,
        false => Initiator::default(),
    };
    let mut enforced_by = Vec::new();
    for (entry, at) in reading.tables(table, "enforced_by", ENTRIES_MAX) {
        enforced_by.extend(enforcement(reading, entry, at, &place));
    }
    Some(Conduit {
        from,
        to,
        initiator,
        permits,
        enforced_by,
        owner: reading.text(table, "owner", &place).map(|(owner, _)| owner),
        reason: reading.text(table, "reason", &place).map(|(reason, _)| reason),
        evidence: reading.count(table, "evidence", &place),
        line: reading.line(at),
        id,
    })
}

/// Reads one permit. One that cannot be read whole is left out: without the key in which the mistake is it would permit
/// more than was meant.
fn permit(
    reading: &mut Reading,
    table: &DeTable<'_>,
    at: usize,
    place: &str,
    utc_offset_minutes: i16,
) -> Option<Permit> {
    let place = format!("a permit of {place}");
    let place = place.as_str();
    let told = reading.told();
    reading.unknown(table, PERMIT_KEYS, place);
    let listed = |reading: &mut Reading, key| {
        let found = reading.list::<Operation>(table, key, place, &one_of(Operation::ALL))?;
        Some(found.into_iter().map(|(operation, _)| operation).collect::<BTreeSet<Operation>>())
    };
    let protocols =
        reading.list::<String>(table, "protocols", place, "a protocol's name").unwrap_or_default();
    let form = "a service such as \"tcp/502\", \"udp/1024-1100\", \"icmp\", \"ip/47\" or \"ethernet/0x8892\"";
    let services = reading.list::<Service>(table, "services", place, form).unwrap_or_default();
    let form = "a pair such as \"10.0.4.20 -> 10.0.3.11\" or \"10.0.4.0/28 -> *\"";
    let peers = reading.list::<Peer>(table, "peers", place, form).unwrap_or_default();
    let open = "a window such as \"mon,tue,wed 06:00-14:00\" or \"22:00-02:00\"";
    for key in ["protocols", "services", "peers"] {
        let list =
            table.get(key).filter(|value| value.get_ref().as_array().is_some_and(|list| list.is_empty()));
        if let Some(list) = list {
            let remedy = "Remove the key to permit all of them, or the permit to permit none.";
            reading.say(list.span().start, key, format!("{key} of {place} is empty"), remedy);
        }
    }
    let asked = [Protection::Signed, Protection::Encrypted];
    let permit = Permit {
        operations: listed(reading, "operations"),
        responder_operations: listed(reading, "responder_operations"),
        protocols: once(protocols.into_iter().map(|(protocol, _)| protocol).collect()),
        services: once(services.into_iter().map(|(service, _)| service).collect()),
        peers: once(peers.into_iter().map(|(peer, _)| peer).collect()),
        protection: reading
            .parsed::<Asked>(table, "protection", place, &one_of(&asked))
            .map(|Asked(protection)| protection),
        window: reading.parsed::<Window>(table, "window", place, open),
        expires: reading.time(table, "expires", place, utc_offset_minutes),
        reason: reading.text(table, "reason", place).map(|(reason, _)| reason),
        line: reading.line(at),
    };
    if reading.told() == told {
        return Some(permit);
    }
    let what =
        format!("{place} was left out: without what cannot be read it would permit more than was meant");
    reading.say(at, "permit", what, "Correct what is told of it.");
    None
}

/// A protection that can be asked for: "clear" asks for nothing and "unknown" cannot be asked for.
struct Asked(Protection);

impl std::str::FromStr for Asked {
    type Err = ();

    fn from_str(text: &str) -> Result<Asked, ()> {
        match text.parse()? {
            asked @ (Protection::Signed | Protection::Encrypted) => Ok(Asked(asked)),
            Protection::Clear | Protection::Unknown => Err(()),
        }
    }
}

fn enforcement(reading: &mut Reading, table: &DeTable<'_>, at: usize, place: &str) -> Option<Enforcement> {
    reading.unknown(table, ENFORCEMENT_KEYS, &format!("enforced_by of {place}"));
    let firewall = reading.text(table, "firewall", place).map(|(firewall, _)| firewall);
    if firewall.is_none() {
        let what = format!("enforced_by of {place} names no firewall");
        reading.say(
            at,
            "firewall",
            what,
            "Write firewall = the file of its configuration, seen from the plan.",
        );
    }
    Some(Enforcement {
        firewall: firewall?,
        in_interface: reading.text(table, "in", place).map(|(name, _)| name),
        out_interface: reading.text(table, "out", place).map(|(name, _)| name),
    })
}
