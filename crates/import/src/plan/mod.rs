//! The plan of a plant, `plan.toml`: zones, conduits, who enforces them. A person writes it, so whatever is wrong is told
//! with its line, its key and what to do, and everything else still holds.

mod conduits;
mod consistent;
mod values;
mod write;
mod zones;

use model::plan::{Plan, Problem, Template};

use values::Reading;
pub use write::{Notes, updated, write};

/// What the first line of a plan says, so that later forms can be told apart.
pub const SCHEMA: &str = "sluice.plan/1";
/// Zones of one plan.
pub const ZONES_MAX: usize = 10_000;
/// Conduits of one plan.
pub const CONDUITS_MAX: usize = 100_000;
/// Entries of one list: prefixes, hosts, peers, permits.
pub const ENTRIES_MAX: usize = 100_000;
/// Problems that are told of one plan.
pub const PROBLEMS_MAX: usize = 1_000;

const KEYS: &[&str] = &["schema", "name", "utc_offset", "zone", "conduit"];

/// Reads a plan. What is wrong is left out and told; a zone or conduit whose id cannot be used is left out whole.
pub fn read(text: &str) -> (Plan, Vec<Problem>) {
    let mut reading = Reading::new(text);
    let (table, errors) = toml::de::DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        let remedy = "Correct this line. Texts stand in quotes, lists in [ ], a zone begins with [[zone]].";
        reading.say(at, "", format!("this is no TOML: {}", error.message()), remedy);
    }
    let table = table.get_ref();
    reading.unknown(table, KEYS, "the plan");
    let schema = reading.text(table, "schema", "the plan");
    if let Some((schema, at)) = schema.filter(|(schema, _)| schema != SCHEMA) {
        let what = format!("\"{schema}\" is no form of a plan that is read here");
        reading.say(at, "schema", what, &format!("Write schema = \"{SCHEMA}\"."));
    }
    let name = reading.text(table, "name", "the plan").map(|(name, _)| name);
    let utc_offset_minutes = values::utc_offset(&mut reading, table).unwrap_or(0);
    let mut plan = Plan { name, utc_offset_minutes, ..Plan::default() };
    for (entry, at) in reading.tables(table, "zone", ZONES_MAX) {
        plan.zones.extend(zones::read(&mut reading, entry, at));
    }
    for (entry, at) in reading.tables(table, "conduit", CONDUITS_MAX) {
        plan.conduits.extend(conduits::read(&mut reading, entry, at, utc_offset_minutes));
    }
    consistent::keep(&mut plan, &mut reading);
    (plan, reading.into_problems())
}

/// A plan to begin with, with comments that say how to go on.
pub fn template(template: Template) -> &'static str {
    match template {
        Template::Flat => include_str!("templates/flat.toml"),
        Template::Purdue => include_str!("templates/purdue.toml"),
        Template::Cells => include_str!("templates/cells.toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_to_begin_with_are_whole() {
        for one in Template::ALL {
            let (plan, problems) = read(template(*one));
            assert!(problems.is_empty() && !plan.conduits.is_empty(), "{one}: {problems:?}");
        }
    }

    #[test]
    fn half_a_plan_never_stops_the_reader() {
        let whole = include_str!("../../tests/plans/whole.plan.toml");
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let _ = read(&whole[..end]);
        }
        for other in ["\u{0}\u{1}", "PK\u{3}\u{4}", "{\"zone\": []}", "<xml/>", "zone = 3", "[zone]\nid = 1"]
        {
            assert!(!read(other).1.is_empty(), "{other:?}");
        }
    }
}
