//! The inventory: every asset with its addresses, what it is, what it does, where it stands and why we think so.

use model::{Asset, Attribute, Level};

use super::Context;
use crate::places::Place;
use crate::{shown, words};
use model::Language;

/// Zones stand open one after the other until this many assets are shown; the first always does.
const OPEN_ASSETS_MAX: usize = 60;
/// IP addresses shown of one asset; the rest is counted.
const IPS_MAX: usize = 4;
/// Hardware addresses shown of one asset; the rest is counted.
const MACS_MAX: usize = 2;
/// Reasons shown for one level or for the roles.
const REASONS_MAX: usize = 6;
/// Identity values shown of one asset, each with its source.
const FACTS_MAX: usize = 12;
/// Roles named of one asset.
const ROLES_MAX: usize = 3;
/// Protocols named of one asset on each side; the rest is counted.
const PROTOCOLS_MAX: usize = 8;

/// All assets, zone by zone.
pub(super) struct Inventory {
    pub total: String,
    pub zones: Vec<ZoneGroup>,
    /// What is not listed, as a sentence.
    pub more: Option<String>,
}

/// The assets of one zone.
pub(super) struct ZoneGroup {
    pub id: String,
    pub open: bool,
    pub name: String,
    pub level: Option<LevelTag>,
    pub networks: String,
    pub count: String,
    pub assets: Vec<Row>,
}

/// A level by number and name.
pub(super) struct LevelTag {
    pub number: &'static str,
    pub name: &'static str,
}

/// One asset.
pub(super) struct Row {
    pub id: String,
    pub title: String,
    pub addresses: Vec<String>,
    pub flags: Vec<&'static str>,
    pub device: String,
    pub device_lines: Vec<String>,
    pub roles: String,
    pub level: Option<LevelTag>,
    pub sureness: String,
    pub level_reasons: Vec<String>,
    pub role_reasons: Vec<String>,
    pub facts: Vec<String>,
    pub serves: String,
    pub uses: String,
}

impl Inventory {
    pub(super) fn of(context: &Context<'_>) -> Inventory {
        let mut before = 0;
        let mut zones = Vec::with_capacity(context.places.list.len());
        for (index, place) in context.places.list.iter().enumerate().filter(|(_, place)| place.listed > 0) {
            let open = index == 0 || before + place.listed <= OPEN_ASSETS_MAX;
            before += place.listed;
            zones.push(zone(context, index, place, open));
        }
        let l = context.language;
        let hidden = context.plant.assets.len().saturating_sub(before);
        Inventory {
            total: l.number(context.plant.assets.len() as u64),
            zones,
            more: (hidden > 0).then(|| not_listed(&l.count(hidden, words::ASSET), before, l)),
        }
    }
}

fn not_listed(more: &str, listed: usize, language: Language) -> String {
    let listed = language.number(listed as u64);
    match language {
        Language::English => format!(
            "{more} more are not listed: a page holds {listed}. `sluice analyze --format json` tells all of them."
        ),
        Language::German => format!(
            "Nicht aufgeführt: {more}; eine Seite fasst {listed}. `sluice analyze --format json` nennt alle."
        ),
    }
}

fn zone(context: &Context<'_>, index: usize, place: &Place, open: bool) -> ZoneGroup {
    let assets = place.assets.iter().take(place.listed).filter_map(|&asset| context.plant.assets.get(asset));
    ZoneGroup {
        id: anchor(index),
        open,
        name: place.name.clone(),
        level: place.level.map(|level| level_tag(level, context.language)),
        networks: place.networks.join(", "),
        count: context.language.count(place.assets.len(), words::ASSET),
        assets: assets.map(|asset| row(context, asset)).collect(),
    }
}

/// The name under which a place of the inventory can be linked to.
pub(crate) fn anchor(place: usize) -> String {
    format!("z{}", place + 1)
}

fn row(context: &Context<'_>, asset: &Asset) -> Row {
    let l = context.language;
    let title = match asset.fact(Attribute::Name) {
        Some(name) => shown::name(name),
        None if asset.address().is_empty() => asset.id.to_string(),
        None => asset.address(),
    };
    let (serves, uses) = protocols(asset, l);
    Row {
        id: asset.id.to_string(),
        addresses: addresses(asset, &title, l),
        flags: flags(context, asset),
        device: device(asset),
        device_lines: device_lines(context, asset),
        roles: roles(asset, l),
        level: asset.level.level.map(|level| level_tag(level, l)),
        sureness: words::level_sureness(&asset.level, l),
        level_reasons: reasons(&asset.level.reasons, l),
        role_reasons: reasons(&asset.role_reasons, l),
        facts: facts(asset, l),
        serves,
        uses,
        title,
    }
}

fn level_tag(level: Level, language: Language) -> LevelTag {
    LevelTag { number: words::level_number(level), name: words::level(level, language) }
}

/// Addresses below the title, without the title itself.
fn addresses(asset: &Asset, title: &str, language: Language) -> Vec<String> {
    let mut lines: Vec<String> = asset.ips.iter().take(IPS_MAX).map(|ip| ip.to_string()).collect();
    lines.extend(asset.macs.iter().take(MACS_MAX).map(|mac| mac.to_string()));
    lines.retain(|line| line != title);
    let hidden = asset.ips.len().saturating_sub(IPS_MAX) + asset.macs.len().saturating_sub(MACS_MAX);
    lines.extend(super::and_more(hidden, 0, language));
    if !asset.vlans.is_empty() {
        let vlans: Vec<String> = asset.vlans.iter().take(IPS_MAX).map(|vlan| vlan.to_string()).collect();
        let vlans = format!("VLAN {}", vlans.join(", "));
        match lines.last_mut() {
            Some(last) => *last = format!("{last}, {vlans}"),
            None => lines.push(vlans),
        }
    }
    lines
}

fn flags(context: &Context<'_>, asset: &Asset) -> Vec<&'static str> {
    let told = [
        (asset.safety, context.t.safety),
        (asset.silent, context.t.silent),
        (asset.routed, context.t.routed),
    ];
    told.into_iter().filter(|&(holds, _)| holds).map(|(_, word)| word).collect()
}

/// Maker and product in one line, the maker not said twice.
fn device(asset: &Asset) -> String {
    let vendor = asset.fact(Attribute::Vendor).map(shown::name).unwrap_or_default();
    let product = asset.fact(Attribute::Product).map(shown::name).unwrap_or_default();
    let repeated = !vendor.is_empty() && product.to_lowercase().starts_with(&vendor.to_lowercase());
    match (vendor.is_empty() || repeated, product.is_empty()) {
        (true, _) => product,
        (false, true) => vendor,
        (false, false) => format!("{vendor} {product}"),
    }
}

fn device_lines(context: &Context<'_>, asset: &Asset) -> Vec<String> {
    let t = context.t;
    let told = [
        (t.order_number, Attribute::OrderNumber),
        (t.firmware, Attribute::Firmware),
        (t.serial, Attribute::Serial),
        ("", Attribute::Os),
    ];
    let lines = told.into_iter().filter_map(|(label, attribute)| {
        Some(format!("{label} {}", shown::name(asset.fact(attribute)?)).trim_start().to_string())
    });
    lines.collect()
}

fn roles(asset: &Asset, language: Language) -> String {
    let words = asset.roles.iter().take(ROLES_MAX).map(|&role| super::summary::role_word(role, language));
    words.collect::<Vec<_>>().join(", ")
}

fn reasons(reasons: &[model::Reason], language: Language) -> Vec<String> {
    let told = reasons.iter().take(REASONS_MAX);
    told.map(|reason| format!("{} ({:+})", shown::name(&reason.text.text(language)), reason.weight)).collect()
}

/// Every identity value with where it was read and how far it can be trusted.
fn facts(asset: &Asset, language: Language) -> Vec<String> {
    let told = asset.facts.iter().take(FACTS_MAX).map(|fact| {
        let attribute = words::attribute(fact.attribute, language);
        let confidence = words::confidence(fact.confidence, language);
        format!("{attribute}: {} ({}, {confidence})", shown::name(&fact.value), fact.source)
    });
    told.collect()
}

/// What an asset answers, and what it asks with.
fn protocols(asset: &Asset, language: Language) -> (String, String) {
    let side = |serves: bool| {
        let names: Vec<&str> = asset
            .protocols
            .iter()
            .filter(|&(_, &answers)| answers == serves)
            .map(|(&name, _)| name)
            .collect();
        let mut text = names.iter().take(PROTOCOLS_MAX).copied().collect::<Vec<_>>().join(", ");
        if let Some(more) = super::and_more(names.len(), PROTOCOLS_MAX, language) {
            text = format!("{text} {more}");
        }
        text
    };
    (side(true), side(false))
}
