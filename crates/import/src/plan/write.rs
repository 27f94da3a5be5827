//! Writes a plan, anew or into the text it was read from. What did not change stays as it was typed, with its comments.

use std::collections::{BTreeMap, HashMap};

use model::Operation;
use model::plan::{Conduit, Enforcement, Initiator, Permit, Plan, Zone};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Formatted, InlineTable, Item, Table, Value};

use super::{SCHEMA, read};

/// Letters of a list up to which it stands in one line.
const LINE_LETTERS_MAX: usize = 96;

/// Comments for a plan that is written anew: lines without their `#`.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Before everything.
    pub head: String,
    /// Before a zone, by its id.
    pub zones: BTreeMap<String, String>,
    /// Before a conduit, by its id.
    pub conduits: BTreeMap<String, String>,
    /// Before a permit, by the id of its conduit and its place there.
    pub permits: BTreeMap<(String, usize), String>,
}

/// A plan as text, with comments.
pub fn write(plan: &Plan, notes: &Notes) -> String {
    let mut document = DocumentMut::new();
    document.insert("schema", Item::Value(text(SCHEMA)));
    if let Some(mut key) = document.key_mut("schema") {
        key.leaf_decor_mut().set_prefix(commented(&notes.head, ""));
    }
    put(&mut document, &[], &head(plan));
    let mut zones = ArrayOfTables::new();
    for zone in &plan.zones {
        let mut table = zone_table(zone);
        let note = notes.zones.get(&zone.id).map_or("", String::as_str);
        table.decor_mut().set_prefix(commented(note, "\n"));
        zones.push(table);
    }
    let mut conduits = ArrayOfTables::new();
    for conduit in &plan.conduits {
        let mut table = conduit_table(conduit);
        let note = notes.conduits.get(&conduit.id).map_or("", String::as_str);
        table.decor_mut().set_prefix(commented(note, "\n"));
        let permits = tables(&mut table, "permit").into_iter().flat_map(ArrayOfTables::iter_mut);
        for (place, permit) in permits.enumerate() {
            if let Some(note) = notes.permits.get(&(conduit.id.clone(), place)) {
                permit.decor_mut().set_prefix(commented(note, ""));
            }
        }
        conduits.push(table);
    }
    document.insert("zone", Item::ArrayOfTables(zones));
    document.insert("conduit", Item::ArrayOfTables(conduits));
    document.to_string()
}

/// The text of a plan with `plan` in it: only what differs is written. None when the text is no TOML, or when permits differ
/// in a conduit of which one cannot be read: a person has to correct that first.
pub fn updated(old: &str, plan: &Plan) -> Option<String> {
    let mut document: DocumentMut = old.parse().ok()?;
    let (before, _) = read(old);
    put(&mut document, &head(&before), &head(plan));
    let zones = tables(&mut document, "zone")?;
    let known: HashMap<&str, &Zone> = before.zones.iter().map(|zone| (zone.id.as_str(), zone)).collect();
    for zone in &plan.zones {
        match known.get(zone.id.as_str()).and_then(|old| Some((old, with_id(zones, &zone.id)?))) {
            Some((old, table)) => put(table, &zone_values(old), &zone_values(zone)),
            None => zones.push(zone_table(zone)),
        }
    }
    zones.retain(|table| is_wanted(table, |id| plan.zone(id).is_some(), |id| known.contains_key(id)));
    let conduits = tables(&mut document, "conduit")?;
    let known: HashMap<&str, &Conduit> = before.conduits.iter().map(|one| (one.id.as_str(), one)).collect();
    for conduit in &plan.conduits {
        match known.get(conduit.id.as_str()).and_then(|old| Some((old, with_id(conduits, &conduit.id)?))) {
            Some((old, table)) => {
                put(table, &conduit_values(old), &conduit_values(conduit));
                put_permits(table, &old.permits, &conduit.permits)?;
            }
            None => conduits.push(conduit_table(conduit)),
        }
    }
    conduits.retain(|table| is_wanted(table, |id| plan.conduit(id).is_some(), |id| known.contains_key(id)));
    Some(document.to_string())
}

/// Lines as comments, behind an empty line.
fn commented(note: &str, before: &str) -> String {
    let lines = note.lines().map(|line| if line.is_empty() { "#\n".into() } else { format!("# {line}\n") });
    std::iter::once(before.to_string()).chain(lines).collect()
}

/// The list of tables under a key, made when it is not there.
fn tables<'d>(table: &'d mut Table, key: &str) -> Option<&'d mut ArrayOfTables> {
    let item = table.entry(key).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    if !item.is_array_of_tables() {
        *item = Item::ArrayOfTables(std::mem::take(item).into_array_of_tables().ok()?);
    }
    item.as_array_of_tables_mut()
}

/// The first table with this id, as the reader takes it.
fn with_id<'d>(tables: &'d mut ArrayOfTables, id: &str) -> Option<&'d mut Table> {
    tables.iter_mut().find(|table| table.get("id").and_then(Item::as_str) == Some(id))
}

/// What the reader could not use stays: a person has to correct it, not we.
fn is_wanted(table: &Table, planned: impl Fn(&str) -> bool, known: impl Fn(&str) -> bool) -> bool {
    table.get("id").and_then(Item::as_str).is_none_or(|id| planned(id) || !known(id))
}

/// Keys with what is to stand there; none for what is not to be there.
type Values = [(&'static str, Option<Value>)];

/// Writes what differs.
fn put(table: &mut Table, old: &Values, new: &Values) {
    for (key, value) in new {
        let before = old.iter().find(|(old, _)| old == key).and_then(|(_, value)| value.as_ref());
        if before.map(ToString::to_string) == value.as_ref().map(ToString::to_string) {
            continue;
        }
        let Some(value) = value else {
            table.remove(key);
            continue;
        };
        match table.get_mut(key).and_then(Item::as_value_mut) {
            Some(place) => {
                let decor = place.decor().clone();
                *place = value.clone();
                *place.decor_mut() = decor;
            }
            None => _ = table.insert(key, Item::Value(value.clone())),
        }
    }
}

fn put_permits(table: &mut Table, old: &[Permit], new: &[Permit]) -> Option<()> {
    let plain = |permit: &Permit| Permit { line: 0, ..permit.clone() };
    if old.iter().map(plain).eq(new.iter().map(plain)) {
        return Some(());
    }
    let listed = tables(table, "permit")?;
    // One that was left out when reading would take the place of another.
    if listed.len() != old.len() {
        return None;
    }
    for (place, permit) in new.iter().enumerate() {
        match (listed.get_mut(place), old.get(place)) {
            (Some(table), Some(old)) => put(table, &permit_values(old), &permit_values(permit)),
            _ => listed.push(permit_table(permit)),
        }
    }
    while listed.len() > new.len() {
        listed.remove(listed.len() - 1);
    }
    Some(())
}

fn zone_table(zone: &Zone) -> Table {
    let mut table = Table::new();
    put(&mut table, &[], &zone_values(zone));
    table
}

fn conduit_table(conduit: &Conduit) -> Table {
    let mut table = Table::new();
    put(&mut table, &[], &conduit_values(conduit));
    let mut permits = ArrayOfTables::new();
    permits.extend(conduit.permits.iter().map(permit_table));
    table.insert("permit", Item::ArrayOfTables(permits));
    table
}

fn permit_table(permit: &Permit) -> Table {
    let mut table = Table::new();
    put(&mut table, &[], &permit_values(permit));
    table
}

fn head(plan: &Plan) -> Vec<(&'static str, Option<Value>)> {
    let (sign, minutes) =
        (if plan.utc_offset_minutes < 0 { '-' } else { '+' }, plan.utc_offset_minutes.abs());
    let offset = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    vec![
        ("name", plan.name.as_deref().map(text)),
        ("utc_offset", (plan.utc_offset_minutes != 0).then(|| text(&offset))),
    ]
}

fn zone_values(zone: &Zone) -> Vec<(&'static str, Option<Value>)> {
    let number = |n: i64| Value::Integer(Formatted::new(n));
    let level = match zone.levels.as_slice() {
        [] => None,
        [one] => Some(text(one.as_str())),
        several => some_list(several.iter().map(|level| text(level.as_str()))),
    };
    let target = zone.security_target.map(|target| list(target.0.iter().map(|n| number(i64::from(*n)))));
    vec![
        ("id", Some(text(&zone.id))),
        ("name", Some(text(&zone.name))),
        ("level", level),
        ("prefixes", some_list(zone.prefixes.iter().map(|prefix| text(&prefix.to_string())))),
        ("vlans", some_list(zone.vlans.iter().map(|vlan| number(i64::from(*vlan))))),
        ("hosts", some_list(zone.hosts.iter().map(|host| text(&host.to_string())))),
        ("owner", zone.owner.as_deref().map(text)),
        ("security_target", target),
        ("safety", flag(zone.safety)),
        ("wireless", flag(zone.wireless)),
        ("temporary", flag(zone.temporary)),
    ]
}

fn conduit_values(conduit: &Conduit) -> Vec<(&'static str, Option<Value>)> {
    let initiator = (conduit.initiator != Initiator::default()).then(|| text(conduit.initiator.as_str()));
    vec![
        ("id", Some(text(&conduit.id))),
        ("from", Some(text(&conduit.from))),
        ("to", Some(text(&conduit.to))),
        ("initiator", initiator),
        ("owner", conduit.owner.as_deref().map(text)),
        ("reason", conduit.reason.as_deref().map(text)),
        ("evidence", conduit.evidence.and_then(|n| i64::try_from(n).ok()).map(Value::from)),
        ("enforced_by", some_list(conduit.enforced_by.iter().map(enforcement))),
    ]
}

fn enforcement(enforcement: &Enforcement) -> Value {
    let mut table = InlineTable::new();
    table.insert("firewall", text(&enforcement.firewall));
    for (key, name) in [("in", &enforcement.in_interface), ("out", &enforcement.out_interface)] {
        if let Some(name) = name {
            table.insert(key, text(name));
        }
    }
    Value::InlineTable(table)
}

fn permit_values(permit: &Permit) -> Vec<(&'static str, Option<Value>)> {
    let operations = |operations: &std::collections::BTreeSet<Operation>| {
        list(operations.iter().map(|operation| text(operation.as_str())))
    };
    vec![
        ("protocols", some_list(permit.protocols.iter().map(|protocol| text(protocol)))),
        ("services", some_list(permit.services.iter().map(|service| text(&service.to_string())))),
        ("operations", permit.operations.as_ref().map(operations)),
        ("responder_operations", permit.responder_operations.as_ref().map(operations)),
        ("peers", some_list(permit.peers.iter().map(|peer| text(&peer.to_string())))),
        ("protection", permit.protection.map(|protection| text(protection.as_str()))),
        ("window", permit.window.as_ref().map(|window| text(&window.to_string()))),
        ("expires", permit.expires.map(|at| text(&at.to_string()))),
        ("reason", permit.reason.as_deref().map(text)),
    ]
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn flag(on: bool) -> Option<Value> {
    on.then(|| Value::from(true))
}

fn some_list(entries: impl Iterator<Item = Value>) -> Option<Value> {
    let list = list(entries);
    (!list.as_array().is_none_or(Array::is_empty)).then_some(list)
}

/// A list in one line, or one entry a line where that is too long.
fn list(entries: impl Iterator<Item = Value>) -> Value {
    let mut array: Array = entries.collect();
    if array.len() > 1 && array.to_string().len() > LINE_LETTERS_MAX {
        for entry in array.iter_mut() {
            entry.decor_mut().set_prefix("\n    ");
        }
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    Value::Array(array)
}
