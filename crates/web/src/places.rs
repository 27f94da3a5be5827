//! Where assets stand: each in exactly one place, which is its zone, the Internet, or no zone at all.

use std::collections::HashMap;

use model::{Asset, Conversation, Finding, Level, Plant, Severity};

use crate::shown;
use model::Language;

/// Assets that the inventory of a page lists; the JSON document holds all. Those of the process come first, those
/// outside last.
pub(crate) const LISTED_MAX: usize = 5_000;

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    /// A zone of the plant.
    Zone,
    /// Public addresses that no zone claims.
    Internet,
    /// Assets that no zone claims.
    Unzoned,
}

/// One place with its assets.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Zone, Internet or neither.
    pub kind: PlaceKind,
    /// What a person reads.
    pub name: String,
    /// The network prefix that its name holds, if it does: what stays true of a part of it on another level.
    pub prefix: Option<String>,
    /// Network prefixes and VLANs in it, as text.
    pub networks: Vec<String>,
    /// The level most of its assets are on.
    pub level: Option<Level>,
    /// Its assets, as indices into the plant's list, in the order of the inventory.
    pub assets: Vec<usize>,
    /// How many of them the inventory lists.
    pub listed: usize,
}

/// All places of a plant, from the process up to the outside; none is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// The places in order.
    pub list: Vec<Place>,
    /// For each asset of the plant, its place.
    pub of_asset: Vec<usize>,
    /// For each asset of the plant, whether the inventory lists it.
    pub listed: Vec<bool>,
}

impl Places {
    /// Sorts the assets of a plant into places.
    pub(crate) fn of(plant: &Plant, language: Language) -> Places {
        let zones = zone_of_each(plant);
        let mut list: Vec<Place> = plant
            .zones
            .iter()
            .map(|zone| Place {
                kind: PlaceKind::Zone,
                name: shown::name(if zone.name.is_empty() { &zone.id } else { &zone.name }),
                prefix: zone
                    .prefixes
                    .iter()
                    .find(|prefix| zone.name.contains(prefix.as_str()))
                    .map(|it| shown::name(it)),
                networks: networks(zone),
                level: zone.level,
                assets: Vec::new(),
                listed: 0,
            })
            .collect();
        let internet = list.len();
        list.push(nowhere(PlaceKind::Internet, language.pick("Internet", "Internet"), Some(Level::Outside)));
        let unzoned = list.len();
        list.push(nowhere(PlaceKind::Unzoned, language.pick("In no zone", "In keiner Zone"), None));
        for (index, asset) in plant.assets.iter().enumerate() {
            let place = match zones.get(index).copied().flatten() {
                Some(zone) => zone,
                None if asset.level.level == Some(Level::Outside) => internet,
                None => unzoned,
            };
            if let Some(place) = list.get_mut(place) {
                place.assets.push(index);
            }
        }
        list.retain(|place| !place.assets.is_empty());
        for place in &mut list {
            place.level = place.level.or_else(|| commonest_level(plant, &place.assets));
        }
        list.sort_by_key(|place| (place.kind == PlaceKind::Unzoned, place.level.is_none(), place.level));
        let mut places =
            Places { list, of_asset: vec![0; plant.assets.len()], listed: vec![false; plant.assets.len()] };
        places.put_in_order(plant);
        places
    }

    /// Sorts the assets of each place, and notes for each where it is and whether it is listed.
    fn put_in_order(&mut self, plant: &Plant) {
        let mut room = LISTED_MAX;
        for (index, place) in self.list.iter_mut().enumerate() {
            place.assets.sort_by_cached_key(|&asset| {
                let known = plant.assets.get(asset);
                let level = known.and_then(|asset| asset.level.level);
                (level.is_none(), level, known.and_then(|asset| asset.roles.first().copied()), asset)
            });
            place.listed = place.assets.len().min(room);
            room -= place.listed;
            for (number, &asset) in place.assets.iter().enumerate() {
                if let (Some(of), Some(listed)) = (self.of_asset.get_mut(asset), self.listed.get_mut(asset)) {
                    *of = index;
                    *listed = number < place.listed;
                }
            }
        }
    }

    /// True when the inventory lists this asset of the plant.
    pub(crate) fn is_listed(&self, asset: usize) -> bool {
        self.listed.get(asset).copied().unwrap_or(false)
    }
}

/// The two ends of a conversation as indices into the plant's assets, where they are assets.
pub(crate) fn ends(plant: &Plant, conversation: &Conversation) -> Option<(usize, usize)> {
    let index = |id: Option<model::AssetId>| {
        let index = (id?.0 as usize).checked_sub(1)?;
        (index < plant.assets.len()).then_some(index)
    };
    Some((index(conversation.initiator_asset)?, index(conversation.responder_asset)?))
}

/// For each conversation of the plant, the worst finding that it led to, and that finding's index.
pub(crate) fn worst_findings(plant: &Plant, findings: &[Finding]) -> Vec<Option<(Severity, usize)>> {
    let mut worst: Vec<Option<(Severity, usize)>> = vec![None; plant.conversations.len()];
    for (number, finding) in findings.iter().enumerate() {
        for &conversation in &finding.conversations {
            if let Some(slot) = worst.get_mut(conversation)
                && slot.is_none_or(|(severity, _)| severity < finding.severity)
            {
                *slot = Some((finding.severity, number));
            }
        }
    }
    worst
}

/// The zone of each asset, by the asset's own word first, then by the zone's list.
fn zone_of_each(plant: &Plant) -> Vec<Option<usize>> {
    let mut by_word: HashMap<&str, usize> = HashMap::new();
    for (index, zone) in plant.zones.iter().enumerate().rev() {
        by_word.insert(&zone.name, index);
    }
    for (index, zone) in plant.zones.iter().enumerate().rev() {
        by_word.insert(&zone.id, index);
    }
    let word = |asset: &Asset| asset.zone.as_deref().and_then(|zone| by_word.get(zone).copied());
    let mut zones: Vec<Option<usize>> = plant.assets.iter().map(word).collect();
    for (index, zone) in plant.zones.iter().enumerate() {
        for asset in &zone.assets {
            let slot = (asset.0 as usize).checked_sub(1).and_then(|asset| zones.get_mut(asset));
            if let Some(slot) = slot {
                slot.get_or_insert(index);
            }
        }
    }
    zones
}

/// Prefixes and VLANs as text, without what the name says already.
fn networks(zone: &model::Zone) -> Vec<String> {
    let prefixes = zone.prefixes.iter().filter(|prefix| !zone.name.contains(prefix.as_str()));
    let prefixes = prefixes.map(|prefix| shown::name(prefix));
    prefixes.chain(zone.vlans.iter().map(|vlan| format!("VLAN {vlan}"))).collect()
}

fn nowhere(kind: PlaceKind, name: &str, level: Option<Level>) -> Place {
    Place {
        kind,
        name: name.to_string(),
        prefix: None,
        networks: Vec::new(),
        level,
        assets: Vec::new(),
        listed: 0,
    }
}

fn commonest_level(plant: &Plant, assets: &[usize]) -> Option<Level> {
    let mut counts: HashMap<Level, usize> = HashMap::new();
    for level in assets.iter().filter_map(|&asset| plant.assets.get(asset)?.level.level) {
        *counts.entry(level).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(level, count)| (count, std::cmp::Reverse(level))).map(|(level, _)| level)
}
