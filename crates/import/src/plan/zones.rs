//! The zones of a plan.

use ipnet::IpNet;
use model::plan::{OUTSIDE, SecurityLevels, UNASSIGNED, Zone, host};
use model::{Host, Level};
use toml::de::DeTable;

use super::values::{Reading, once, one_of, shown};

const KEYS: &[&str] = &[
    "id",
    "name",
    "level",
    "prefixes",
    "vlans",
    "hosts",
    "owner",
    "security_target",
    "safety",
    "wireless",
    "temporary",
];

/// Letters of an id.
const ID_LETTERS_MAX: usize = 100;

/// A host as a list holds it.
struct Listed(Host);

impl std::str::FromStr for Listed {
    type Err = ();

    fn from_str(text: &str) -> Result<Listed, ()> {
        host(text).map(Listed).ok_or(())
    }
}

/// Reads one zone; none when its id cannot be used.
pub(super) fn read(reading: &mut Reading, table: &DeTable<'_>, at: usize) -> Option<Zone> {
    let id = id(reading, table, at, "zone")?;
    if id == OUTSIDE || id == UNASSIGNED {
        let what = format!("{id} is always there: it holds the addresses that no zone claims");
        reading.say(
            at,
            "id",
            what,
            "Remove this zone, or give it another id. Conduits may name it all the same.",
        );
        return None;
    }
    let place = format!("zone {id}");
    reading.unknown(table, KEYS, &place);
    let prefixes = prefixes(reading, table, &place);
    let vlans = reading.numbers(table, "vlans", &place, 1..=4094).unwrap_or_default();
    let form = "an IP address such as \"10.0.3.11\" or a hardware address such as \"00:1b:1b:00:00:01\"";
    let hosts = reading.list::<Listed>(table, "hosts", &place, form).unwrap_or_default();
    if !table.contains_key("prefixes") && !table.contains_key("vlans") && !table.contains_key("hosts") {
        let remedy = "Give it prefixes, vlans or hosts.";
        reading.say(at, "prefixes", format!("{place} holds nothing, so nothing is ever in it"), remedy);
    }
    Some(Zone {
        name: reading.text(table, "name", &place).map_or_else(|| id.clone(), |(name, _)| name),
        levels: levels(reading, table, &place),
        prefixes: once(prefixes),
        vlans: once(vlans),
        hosts: once(hosts.into_iter().map(|(host, _)| host.0).collect()),
        owner: reading.text(table, "owner", &place).map(|(owner, _)| owner),
        security_target: target(reading, table, &place),
        safety: reading.flag(table, "safety", &place),
        wireless: reading.flag(table, "wireless", &place),
        temporary: reading.flag(table, "temporary", &place),
        line: reading.line(at),
        id,
    })
}

/// The id of a zone or conduit; none, and told, when it cannot be used.
pub(super) fn id(reading: &mut Reading, table: &DeTable<'_>, at: usize, kind: &str) -> Option<String> {
    let remedy = "Give it an id of small letters, digits, -, _ and ., as in \"cell-1\".";
    if !table.contains_key("id") {
        reading.say(at, "id", format!("a {kind} has no id and was left out"), remedy);
        return None;
    }
    let (id, at) = reading.text(table, "id", &format!("a {kind}"))?;
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > ID_LETTERS_MAX || !id.chars().all(usable) {
        let what = format!("\"{}\" cannot be an id; the {kind} was left out", shown(&id));
        reading.say(at, "id", what, remedy);
        return None;
    }
    Some(id)
}

fn prefixes(reading: &mut Reading, table: &DeTable<'_>, place: &str) -> Vec<IpNet> {
    let form = "a network such as \"10.0.3.0/24\" or \"fd00:3::/64\"";
    let listed = reading.list::<IpNet>(table, "prefixes", place, form).unwrap_or_default();
    let mut prefixes = Vec::new();
    for (prefix, at) in listed {
        if prefix.trunc() != prefix {
            let what = format!(
                "{prefix} in prefixes of {place} is a host with a mask; {} was taken",
                prefix.trunc()
            );
            let remedy = format!("Write \"{}\", or list the host under hosts.", prefix.trunc());
            reading.say(at, "prefixes", what, &remedy);
        }
        prefixes.push(prefix.trunc());
    }
    prefixes
}

/// One level as a text, or several as a list.
fn levels(reading: &mut Reading, table: &DeTable<'_>, place: &str) -> Vec<Level> {
    let plant = Level::ALL.iter().filter(|level| **level != Level::Outside).collect::<Vec<&Level>>();
    let form = one_of(&plant);
    let levels = match table.get("level").map(|value| value.get_ref().is_array()) {
        None => Vec::new(),
        Some(true) => reading.list(table, "level", place, &form).unwrap_or_default(),
        Some(false) => {
            let level = reading.parsed(table, "level", place, &form);
            level.map(|level| (level, 0)).into_iter().collect()
        }
    };
    once(levels.into_iter().map(|(level, _)| level).filter(|level| *level != Level::Outside).collect())
}

fn target(reading: &mut Reading, table: &DeTable<'_>, place: &str) -> Option<SecurityLevels> {
    let levels = reading.numbers(table, "security_target", place, 0..=4)?;
    let seven: Option<[u8; 7]> = levels.iter().map(|n| *n as u8).collect::<Vec<u8>>().try_into().ok();
    if seven.is_none() {
        let what = format!("security_target of {place} has not seven numbers");
        let remedy =
            "Write one number from 0 to 4 for each foundational requirement, as in [2, 2, 2, 1, 3, 2, 2].";
        let at = table.get("security_target").map_or(0, |value| value.span().start);
        reading.say(at, "security_target", what, remedy);
    }
    seven.map(SecurityLevels)
}
