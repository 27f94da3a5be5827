//! Folds the assets of a report into the stored ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use model::{
    Asset, Attribute, ChangeKind, Confidence, Language, LevelState, Message, Plant, Reason, printable,
};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::facts::{self, PRESENT};
use super::matching::{self, Marks};
use super::{ASSETS_MAX, Context};
use crate::bulk::{Rows, Value, count};
use crate::changes::Raised;
use crate::settings::DAY;
use crate::{SITE, StoreError, Transaction, changes};

/// Addresses on record of one asset at most; new ones beyond are not stored.
const ADDRESSES_MAX: i64 = 256;
/// Longest text of one value that is stored, in bytes.
const VALUE_BYTES_MAX: usize = 500;
/// Names in a list of VLANs or protocols at most.
const LIST_MAX: usize = 200;
/// Reasons that are stored for a level or a role at most.
const REASONS_MAX: usize = 12;
/// An inferred level that was not confirmed by evidence for this long gives way to a less sure one, in nanoseconds.
const LEVEL_STALE: i64 = 7 * DAY;

const DESCRIBED: &str = "name, vendor, product, order_number, hardware, firmware, serial, os, level_inferred, \
     level_percent, level_reasons, level_reasons_german, level_inferred_at, role_inferred, roles_inferred, \
     role_reasons, role_reasons_german, zone_inferred, safety, routed, silent, vlans, protocols, label, address, \
     address_order, search";

/// Everything that describes an asset and is inferred; people's words stand elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Portrait {
    /// In the order of [`PRESENT`].
    present: [Option<String>; 8],
    level: Option<String>,
    level_percent: i64,
    level_reasons: [String; 2],
    level_at: i64,
    role: Option<String>,
    roles: String,
    role_reasons: [String; 2],
    zone: Option<String>,
    safety: i64,
    routed: i64,
    silent: i64,
    vlans: String,
    protocols: String,
    label: String,
    address: String,
    address_order: String,
    search: String,
}

/// An asset as it is stored, and what is to be written of it.
#[derive(Debug, Default)]
struct Stored {
    marks: Marks,
    before: Portrait,
    portrait: Portrait,
    baselines: i64,
    quiet: bool,
    is_new: bool,
    packets: i64,
    first: i64,
    last: i64,
}

/// Stores the assets, and notes what changed.
pub(super) async fn store(
    tx: &mut Transaction,
    plant: &Plant,
    context: &mut Context,
) -> Result<(), StoreError> {
    let marks: Vec<Marks> = plant.assets.iter().map(marks).collect();
    let mut stored = candidates(tx, &marks).await?;
    let mut ids = matched(&marks, &stored);
    add_new(tx, plant, &marks, &mut ids, &mut stored, context).await?;
    let reported: Vec<(i64, &Asset)> =
        ids.iter().zip(&plant.assets).filter_map(|(id, asset)| Some(((*id)?, asset))).collect();
    describe(tx, &reported, &mut stored, context).await?;
    let is_redrawn = |(_, asset): &(&i64, &Stored)| asset.before != asset.portrait;
    context.redrawn = stored.iter().filter(is_redrawn).map(|(id, _)| *id).collect();
    write_described(tx, &stored).await?;
    write_counts(tx, &reported, &stored, context).await?;
    write_addresses(tx, &reported).await?;
    facts::write(tx, &reported).await?;
    context.observed.assets = ids;
    Ok(())
}

/// A value from outside as it is stored: printable and bounded.
pub(super) fn clean(text: &str) -> String {
    let text = printable(text);
    text.get(..text.floor_char_boundary(VALUE_BYTES_MAX)).unwrap_or_default().to_string()
}

fn marks(asset: &Asset) -> Marks {
    let own = asset.macs.iter().filter(|mac| !mac.is_group() && !mac.is_zero() && !mac.is_virtual_router());
    Marks {
        macs: own.map(ToString::to_string).collect(),
        ips: asset.ips.iter().map(ToString::to_string).collect(),
        serial: asset.fact(Attribute::Serial).map(clean),
        name: asset.fact(Attribute::Name).map(clean),
    }
}

/// Every stored asset that shares an address, a serial number or a name with a reported one.
async fn candidates(tx: &mut Transaction, marks: &[Marks]) -> Result<BTreeMap<i64, Stored>, StoreError> {
    let mut ids = BTreeSet::new();
    let addresses =
        marks.iter().flat_map(|marks| marks.macs.iter().chain(&marks.ips)).collect::<BTreeSet<_>>();
    let names = marks.iter().filter_map(|marks| marks.name.as_ref()).collect::<BTreeSet<_>>();
    let serials = marks.iter().filter_map(|marks| marks.serial.as_ref()).collect::<BTreeSet<_>>();
    for (values, tail) in [
        (addresses, ") SELECT a.asset_id FROM v JOIN asset_address a ON a.site_id = 1 AND a.value = v.value"),
        (names, ") SELECT a.id FROM v JOIN asset a ON a.site_id = 1 AND a.name = v.value"),
        (serials, ") SELECT a.id FROM v JOIN asset a ON a.site_id = 1 AND a.serial = v.value"),
    ] {
        let mut rows = Rows::new(1);
        values.into_iter().for_each(|value| rows.push([Value::from(value.clone())]));
        for row in rows.fetch(tx.connection(), "WITH v(value) AS (", tail).await? {
            ids.insert(row.try_get::<i64, _>(0)?);
        }
    }
    let mut rows = Rows::new(1);
    ids.into_iter().for_each(|id| rows.push([Value::from(id)]));
    let select = format!(
        ") SELECT {DESCRIBED}, id, baselines, CASE WHEN quiet_at IS NULL THEN 0 ELSE 1 END FROM v JOIN asset \
         ON asset.id = v.number"
    );
    let mut found = BTreeMap::new();
    for row in rows.clone().fetch(tx.connection(), "WITH v(number) AS (", &select).await? {
        found.insert(row.try_get(27)?, read(&row)?);
    }
    let tail = ") SELECT a.asset_id, a.kind, a.value FROM v JOIN asset_address a ON a.asset_id = v.number";
    for row in rows.fetch(tx.connection(), "WITH v(number) AS (", tail).await? {
        let (id, kind, value): (i64, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if let Some(stored) = found.get_mut(&id) {
            let set = if kind == "mac" { &mut stored.marks.macs } else { &mut stored.marks.ips };
            set.insert(value);
        }
    }
    Ok(found)
}

fn read(row: &AnyRow) -> Result<Stored, StoreError> {
    let mut present: [Option<String>; 8] = Default::default();
    for (at, place) in present.iter_mut().enumerate() {
        *place = row.try_get(at)?;
    }
    let [name, .., serial, _] = &present;
    let marks = Marks { name: name.clone(), serial: serial.clone(), ..Marks::default() };
    let portrait = Portrait {
        present,
        level: row.try_get(8)?,
        level_percent: row.try_get(9)?,
        level_reasons: [row.try_get(10)?, row.try_get(11)?],
        level_at: row.try_get(12)?,
        role: row.try_get(13)?,
        roles: row.try_get(14)?,
        role_reasons: [row.try_get(15)?, row.try_get(16)?],
        zone: row.try_get(17)?,
        safety: row.try_get(18)?,
        routed: row.try_get(19)?,
        silent: row.try_get(20)?,
        vlans: row.try_get(21)?,
        protocols: row.try_get(22)?,
        label: row.try_get(23)?,
        address: row.try_get(24)?,
        address_order: row.try_get(25)?,
        search: row.try_get(26)?,
    };
    Ok(Stored {
        marks,
        before: portrait.clone(),
        portrait,
        baselines: row.try_get(28)?,
        quiet: row.try_get::<i64, _>(29)? == 1,
        first: i64::MAX,
        last: i64::MIN,
        ..Stored::default()
    })
}

/// The stored asset of each reported one.
fn matched(marks: &[Marks], stored: &BTreeMap<i64, Stored>) -> Vec<Option<i64>> {
    let mut by_mark: HashMap<&str, Vec<i64>> = HashMap::new();
    for (id, asset) in stored {
        let named = asset.marks.name.iter().chain(&asset.marks.serial);
        for mark in asset.marks.macs.iter().chain(&asset.marks.ips).chain(named) {
            by_mark.entry(mark).or_default().push(*id);
        }
    }
    let mut taken = BTreeSet::new();
    let mut ids = Vec::new();
    for marks in marks {
        let named = marks.name.iter().chain(&marks.serial);
        let near = marks.macs.iter().chain(&marks.ips).chain(named);
        let near: BTreeSet<i64> =
            near.filter_map(|mark| by_mark.get(mark.as_str())).flatten().copied().collect();
        let near: Vec<(i64, &Marks)> =
            near.into_iter().filter_map(|id| Some((id, &stored.get(&id)?.marks))).collect();
        let id = matching::choose(marks, &near, |id| taken.contains(&id));
        taken.extend(id);
        ids.push(id);
    }
    ids
}

/// A row for each asset that nobody knew, as long as there is room.
async fn add_new(
    tx: &mut Transaction,
    plant: &Plant,
    marks: &[Marks],
    ids: &mut [Option<i64>],
    stored: &mut BTreeMap<i64, Stored>,
    context: &mut Context,
) -> Result<(), StoreError> {
    if ids.iter().all(Option::is_some) {
        return Ok(());
    }
    let row = sqlx::query("SELECT COUNT(*) FROM asset WHERE site_id = $1")
        .bind(SITE)
        .fetch_one(tx.connection())
        .await?;
    let mut room = ASSETS_MAX - row.try_get::<i64, _>(0)?;
    for ((id, asset), marks) in
        ids.iter_mut().zip(&plant.assets).zip(marks).filter(|((id, _), _)| id.is_none())
    {
        if room <= 0 {
            context.observed.dropped += 1;
            continue;
        }
        room -= 1;
        let row = sqlx::query(
            "INSERT INTO asset (site_id, label, address, address_order, level_percent, level_reasons, \
             level_reasons_german, level_inferred_at, roles_inferred, role_reasons, role_reasons_german, safety, \
             routed, silent, vlans, protocols, packets_sent, first_at, last_at, baselines, search) \
             VALUES ($1, '', '', '', 0, '', '', 0, '', '', '', 0, 0, 0, '', '', 0, $2, $3, 0, '') RETURNING id",
        )
        .bind(SITE)
        .bind(asset.first.0)
        .bind(asset.last.0)
        .fetch_one(tx.connection())
        .await?;
        let number: i64 = row.try_get(0)?;
        *id = Some(number);
        context.observed.new_assets += 1;
        let fresh = Stored {
            marks: marks.clone(),
            is_new: true,
            first: i64::MAX,
            last: i64::MIN,
            ..Stored::default()
        };
        stored.insert(number, fresh);
    }
    Ok(())
}

/// Draws each portrait anew from what was there and what is reported, and notes what changed.
async fn describe(
    tx: &mut Transaction,
    reported: &[(i64, &Asset)],
    stored: &mut BTreeMap<i64, Stored>,
    context: &mut Context,
) -> Result<(), StoreError> {
    let differs = |(id, asset): &(i64, &Asset)| {
        let present = &stored.get(id)?.portrait.present;
        let other = |(attribute, present): (&Attribute, &Option<String>)| {
            let best = facts::best(asset, *attribute);
            present.is_some() && best.is_some_and(|best| Some(clean(&best.value)) != *present)
        };
        PRESENT.iter().zip(present).any(other).then_some(*id)
    };
    let differing: BTreeSet<i64> = reported.iter().filter_map(differs).collect();
    let on_record = facts::on_record(tx, &differing.into_iter().collect::<Vec<_>>()).await?;
    for (id, asset) in reported {
        let Some(stored) = stored.get_mut(id) else { continue };
        let told = !context.moment.learning && !stored.is_new && stored.baselines != 0;
        for (place, attribute) in stored.portrait.present.iter_mut().zip(PRESENT) {
            let Some(fact) = facts::best(asset, attribute) else { continue };
            let value = clean(&fact.value);
            let known = on_record.get(&(*id, attribute)).map(Vec::as_slice).unwrap_or_default();
            match place {
                Some(present) if *present == value => {}
                Some(present) if !facts::replaces(present, fact, asset, known) => {}
                _ => {
                    let before = place.replace(value.clone());
                    let sure = attribute == Attribute::Firmware && fact.confidence != Confidence::Guessed;
                    if let Some(before) = before.filter(|_| told && sure) {
                        context.raised.push(
                            Raised::of(ChangeKind::ChangedFirmware, &format!("{id}/{value}"), fact.last)
                                .asset(*id)
                                .from(before, value),
                        );
                    }
                }
            }
        }
        if told {
            context.raised.extend(new_address(*id, asset, &stored.marks));
        }
        stored.marks.macs.extend(asset.macs.iter().map(ToString::to_string));
        stored.marks.ips.extend(asset.ips.iter().map(ToString::to_string));
        draw(&mut stored.portrait, asset, &stored.marks);
        stored.packets = stored.packets.saturating_add(count(asset.packets_sent));
        stored.first = stored.first.min(asset.first.0);
        stored.last = stored.last.max(asset.last.0);
    }
    Ok(())
}

/// An IPv4 address that a known asset did not have before. IPv6 hosts change theirs by design (RFC 8981).
fn new_address(id: i64, asset: &Asset, marks: &Marks) -> Option<Raised> {
    let is_ip4 = |text: &&String| text.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv4());
    let before: Vec<&str> = marks.ips.iter().filter(is_ip4).map(String::as_str).collect();
    let new = asset.ips.iter().filter(|ip| ip.is_ipv4()).map(ToString::to_string);
    let new: Vec<String> = new.filter(|ip| !marks.ips.contains(ip)).collect();
    if before.is_empty() || new.is_empty() {
        return None;
    }
    let new = new.join(", ");
    let change = Raised::of(ChangeKind::ChangedAddress, &format!("{id}/{new}"), asset.last);
    Some(change.asset(id).from(clean(&before.join(", ")), clean(&new)))
}

/// What is inferred, beside the attributes.
fn draw(portrait: &mut Portrait, asset: &Asset, marks: &Marks) {
    draw_level(portrait, asset);
    if let Some(first) = asset.roles.first() {
        portrait.role = Some(first.to_string());
        portrait.roles = joined(asset.roles.iter().map(ToString::to_string));
        portrait.role_reasons = reasons(&asset.role_reasons);
    }
    if asset.zone.is_some() {
        portrait.zone = asset.zone.as_deref().map(clean);
    }
    portrait.safety |= i64::from(asset.safety);
    portrait.routed = i64::from(asset.routed && marks.macs.is_empty());
    portrait.silent = i64::from(asset.silent);
    portrait.vlans = union(&portrait.vlans, asset.vlans.iter().map(ToString::to_string));
    let protocols = asset
        .protocols
        .iter()
        .map(|(protocol, serves)| format!("{protocol}:{}", if *serves { "serves" } else { "uses" }));
    portrait.protocols = union(&portrait.protocols, protocols);
    let ips: BTreeSet<IpAddr> = marks.ips.iter().filter_map(|ip| ip.parse().ok()).collect();
    let newest = asset.ips.first().or(ips.first());
    let mac = marks.macs.first();
    portrait.address = newest.map(ToString::to_string).or(mac.cloned()).unwrap_or_default();
    portrait.address_order = order(newest, mac);
    let [name, _, product, ..] = &portrait.present;
    portrait.label = match (name, product, portrait.address.as_str()) {
        (Some(name), ..) => name.clone(),
        (None, Some(product), "") => product.clone(),
        (None, Some(product), address) => format!("{product} ({address})"),
        (None, None, address) => address.to_string(),
    };
    let words = portrait.present.iter().flatten().chain(&marks.ips).chain(&marks.macs);
    portrait.search = words.take(LIST_MAX).map(|word| word.to_lowercase()).collect::<Vec<_>>().join(" ");
}

/// The new judgement, where it is at least as sure as the one before or that one is old.
fn draw_level(portrait: &mut Portrait, asset: &Asset) {
    let level = &asset.level;
    if level.state != LevelState::Inferred {
        return;
    }
    let percent = (level.confidence * 100.0).round() as i64;
    let age = asset.last.0.saturating_sub(portrait.level_at);
    let text = level.level.map(|level| level.to_string());
    let same = portrait.level == text && portrait.level_percent == percent;
    if (percent >= portrait.level_percent && !(same && age < DAY)) || age > LEVEL_STALE {
        portrait.level = text;
        portrait.level_percent = percent;
        portrait.level_reasons = reasons(&level.reasons);
        portrait.level_at = asset.last.0;
    }
}

/// In both languages, one a line.
fn reasons(reasons: &[Reason]) -> [String; 2] {
    [Language::English, Language::German].map(|language| {
        let line = |text: &Message| clean(&text.text(language)).replace('\n', " ");
        reasons.iter().take(REASONS_MAX).map(|reason| line(&reason.text)).collect::<Vec<_>>().join("\n")
    })
}

/// A text by which addresses sort as numbers: IPv4 before IPv6 before hardware addresses before none.
fn order(ip: Option<&IpAddr>, mac: Option<&String>) -> String {
    match (ip, mac) {
        (Some(IpAddr::V4(ip)), _) => format!("4{:08x}", ip.to_bits()),
        (Some(IpAddr::V6(ip)), _) => format!("6{:032x}", ip.to_bits()),
        (None, Some(mac)) => format!("m{mac}"),
        (None, None) => "z".to_string(),
    }
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.take(LIST_MAX).collect::<Vec<_>>().join(" ")
}

/// The words of a list and new ones, sorted, each once, bounded.
fn union(list: &str, new: impl Iterator<Item = String>) -> String {
    let mut all: BTreeSet<String> = list.split_whitespace().map(ToString::to_string).collect();
    all.extend(new);
    joined(all.into_iter())
}

async fn write_described(tx: &mut Transaction, stored: &BTreeMap<i64, Stored>) -> Result<(), StoreError> {
    let mut rows = Rows::new(28);
    for (id, asset) in stored.iter().filter(|(_, asset)| asset.before != asset.portrait || asset.is_new) {
        let p = asset.portrait.clone();
        let [name, vendor, product, order_number, hardware, firmware, serial, os] = p.present;
        let [level_reasons, level_reasons_german] = p.level_reasons;
        let [role_reasons, role_reasons_german] = p.role_reasons;
        rows.push([
            (*id).into(),
            name.into(),
            vendor.into(),
            product.into(),
            order_number.into(),
            hardware.into(),
            firmware.into(),
            serial.into(),
            os.into(),
            p.level.into(),
            p.level_percent.into(),
            level_reasons.into(),
            level_reasons_german.into(),
            p.level_at.into(),
            p.role.into(),
            p.roles.into(),
            role_reasons.into(),
            role_reasons_german.into(),
            p.zone.into(),
            p.safety.into(),
            p.routed.into(),
            p.silent.into(),
            p.vlans.into(),
            p.protocols.into(),
            p.label.into(),
            p.address.into(),
            p.address_order.into(),
            p.search.into(),
        ]);
    }
    let columns: Vec<&str> = DESCRIBED.split(',').map(str::trim).collect();
    let names: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    let set: Vec<String> =
        columns.iter().zip(&names).map(|(column, name)| format!("{column} = v.{name}")).collect();
    let head = format!("WITH v(number, {}) AS (", names.join(", "));
    let tail = format!(") UPDATE asset SET {} FROM v WHERE asset.id = v.number", set.join(", "));
    rows.run(tx.connection(), &head, &tail).await
}

/// Counts, times and baselines; a silent asset that speaks again is no more silent.
async fn write_counts(
    tx: &mut Transaction,
    reported: &[(i64, &Asset)],
    stored: &BTreeMap<i64, Stored>,
    context: &mut Context,
) -> Result<(), StoreError> {
    let bit = if context.moment.learning { context.moment.baseline.bit() } else { 0 };
    let mut rows = Rows::new(5);
    let mut speaking = Vec::new();
    for id in reported.iter().map(|(id, _)| *id).collect::<BTreeSet<i64>>() {
        let Some(asset) = stored.get(&id) else { continue };
        rows.push([id.into(), asset.packets.into(), asset.first.into(), asset.last.into(), bit.into()]);
        if asset.quiet {
            speaking.push(id);
        }
        if asset.baselines == 0 && !context.moment.learning {
            let change = Raised::of(ChangeKind::NewAsset, &id.to_string(), context.last).asset(id);
            context.raised.push(change.from(String::new(), clean(&asset.portrait.label)));
        }
    }
    changes::speaks_again(tx, &speaking, context.last).await?;
    rows.run(
        tx.connection(),
        "WITH v(number, packets, first_seen, last_seen, bit) AS (",
        ") UPDATE asset SET packets_sent = packets_sent + v.packets, baselines = baselines | v.bit, quiet_at = NULL, \
         first_at = CASE WHEN v.first_seen < first_at THEN v.first_seen ELSE first_at END, \
         last_at = CASE WHEN v.last_seen > last_at THEN v.last_seen ELSE last_at END \
         FROM v WHERE asset.id = v.number",
    )
    .await
}

async fn write_addresses(tx: &mut Transaction, reported: &[(i64, &Asset)]) -> Result<(), StoreError> {
    let mut folded: BTreeMap<(i64, &str, String), (i64, i64)> = BTreeMap::new();
    for (id, asset) in reported {
        let macs = asset.macs.iter().map(|mac| ("mac", mac.to_string()));
        for (kind, value) in macs.chain(asset.ips.iter().map(|ip| ("ip", ip.to_string()))) {
            let span = folded.entry((*id, kind, value)).or_insert((asset.first.0, asset.last.0));
            *span = (span.0.min(asset.first.0), span.1.max(asset.last.0));
        }
    }
    let mut rows = Rows::new(5);
    for ((id, kind, value), (first, last)) in folded {
        rows.push([id.into(), kind.to_string().into(), value.into(), first.into(), last.into()]);
    }
    let tail = format!(
        ") INSERT INTO asset_address (site_id, asset_id, kind, value, first_at, last_at) \
         SELECT 1, v.a, v.b, v.c, v.d, v.e FROM v \
         WHERE (SELECT COUNT(*) FROM asset_address x WHERE x.asset_id = v.a) < {ADDRESSES_MAX} \
         OR EXISTS (SELECT 1 FROM asset_address x WHERE x.asset_id = v.a AND x.kind = v.b AND x.value = v.c) \
         ON CONFLICT (asset_id, kind, value) DO UPDATE SET last_at = CASE WHEN excluded.last_at > \
         asset_address.last_at THEN excluded.last_at ELSE asset_address.last_at END"
    );
    rows.run(tx.connection(), "WITH v(a, b, c, d, e) AS (", &tail).await
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use model::{AssetId, LevelJudgement, Timestamp};

    /// An asset of which nothing is known.
    pub(crate) fn asset(id: u32) -> Asset {
        Asset {
            id: AssetId(id),
            macs: BTreeSet::new(),
            ips: BTreeSet::new(),
            vlans: BTreeSet::new(),
            facts: Vec::new(),
            roles: Vec::new(),
            role_reasons: Vec::new(),
            level: LevelJudgement::unknown(),
            zone: None,
            safety: false,
            protocols: BTreeMap::new(),
            packets_sent: 0,
            first: Timestamp(0),
            last: Timestamp(0),
            silent: false,
            routed: false,
        }
    }

    #[test]
    fn addresses_sort_as_numbers() {
        let four = |text: &str| order(text.parse().ok().as_ref(), None);
        assert!(four("10.0.0.9") < four("10.0.0.10"));
        assert!(four("10.0.0.10") < four("2001:db8::1"));
        assert!(four("2001:db8::1") < order(None, Some(&"00:1b:1b:00:00:01".to_string())));
    }

    #[test]
    fn lists_stay_sorted_and_bounded() {
        assert_eq!(union("10 20", ["30".to_string(), "10".to_string()].into_iter()), "10 20 30");
        assert_eq!(union("", (0..1000).map(|n| n.to_string())).split(' ').count(), LIST_MAX);
    }
}
