//! What the map shows, before anything has a place on it: which boxes, which lines between them.

use std::collections::{BTreeMap, HashMap};

use model::{Finding, Level, Plant, Role, Severity};

use super::bundle::{Bundle, LinkRow};
use crate::places::{self, PlaceKind, Places};
use crate::report::inventory;
use crate::{shown, words};
use model::{Language, Noun};

/// Most boxes on a map. Above it the smallest parts of zones join their zone, then the smallest zones of a level
/// become one box.
pub(super) const BOXES_MAX: usize = 24;
/// Most assets that are drawn one by one in a box; above it the box counts them by role.
pub(super) const GLYPHS_MAX: usize = 12;
/// When zones must share boxes anyhow, a map of this many boxes is calm.
const BOXES_FOLDED_MAX: usize = 18;
/// Lines drawn, worst first, then strongest.
const LINES_MAX: usize = 36;
/// Lines drawn when there are so many that call for acting now or soon.
const URGENT_LINES_MAX: usize = 80;
/// Rows of the table of lines.
const ROWS_MAX: usize = 200;

/// Boxes and lines.
pub(super) struct Plan {
    pub boxes: Vec<ZoneBox>,
    /// The lines to draw, worst and strongest first.
    pub links: Vec<Bundle>,
    /// Lines that are not drawn.
    pub links_left_out: usize,
    /// All lines, drawn or not, as rows of a table.
    rows: Vec<LinkRow>,
}

/// The assets of one zone on one level.
pub(super) struct ZoneBox {
    pub level: Option<Level>,
    pub title: String,
    /// The network prefix that the title ends with in brackets, if it does.
    pub prefix: Option<String>,
    pub networks: Vec<String>,
    /// Where the inventory lists it; empty for several zones in one box.
    pub href: String,
    /// Its assets, when there are few enough to draw each.
    pub assets: Vec<Glyph>,
    /// How many of each role, most first.
    pub roles: Vec<(Option<Role>, usize)>,
    pub total: usize,
    /// Conversations that stay inside.
    pub inside: usize,
    /// The worst finding among those, or about an asset inside without any conversation.
    pub worst: Option<Severity>,
}

/// One asset in a box.
pub(super) struct Glyph {
    pub role: Option<Role>,
    pub label: String,
    pub href: String,
}

impl Plan {
    /// Chooses boxes and lines.
    pub(super) fn of(plant: &Plant, findings: &[Finding], places: &Places, language: Language) -> Plan {
        let worst = places::worst_findings(plant, findings);
        let (mut boxes, box_of) = boxes(plant, findings, places, language);
        let mut bundles: HashMap<(usize, usize), Bundle> = HashMap::new();
        for (index, conversation) in plant.conversations.iter().enumerate() {
            let Some((from, to)) = places::ends(plant, conversation) else { continue };
            let (Some(&from), Some(&to)) = (box_of.get(from), box_of.get(to)) else { continue };
            let severity = worst.get(index).copied().flatten().map(|(severity, _)| severity);
            if from == to {
                if let Some(inside) = boxes.get_mut(from) {
                    inside.inside += 1;
                    inside.worst = inside.worst.max(severity);
                }
                continue;
            }
            let bundle = bundles.entry((from.min(to), from.max(to))).or_default();
            (bundle.a, bundle.b) = (from.min(to), from.max(to));
            bundle.down |= from < to;
            bundle.up |= from > to;
            bundle.add(conversation, severity);
        }
        let mut links: Vec<Bundle> = bundles.into_values().collect();
        links.sort_by_key(|link| (std::cmp::Reverse((link.worst, link.bytes)), link.a, link.b));
        for link in &mut links {
            link.title = link.describe(&boxes, language);
        }
        let rows = links.iter().take(ROWS_MAX).map(|link| link.row(&boxes, language)).collect();
        let urgent = links.iter().filter(|link| link.worst >= Some(Severity::High)).count();
        let drawn = links.len().min(LINES_MAX.max(urgent.min(URGENT_LINES_MAX)));
        let links_left_out = links.len() - drawn;
        links.truncate(drawn);
        Plan { boxes, links, links_left_out, rows }
    }

    /// The lines as rows of a table.
    pub(super) fn into_rows(self) -> Vec<LinkRow> {
        self.rows
    }

    /// What the map leaves out, with the lines that a shape leaves out further.
    pub(super) fn left_out(&self, further: usize, language: Language) -> Option<String> {
        let count = Some(self.links_left_out + further).filter(|&count| count > 0)?;
        let lines = language.count(count, words::LINE);
        Some(match language {
            Language::English => {
                format!("{lines} with minor findings or little traffic are not drawn; the table has them.")
            }
            Language::German => {
                format!(
                    "{lines} mit geringen Befunden oder wenig Verkehr sind nicht gezeichnet; die Tabelle nennt sie."
                )
            }
        })
    }
}

impl ZoneBox {
    /// The name with the level, so that the parts of one zone are told apart.
    pub(super) fn full_name(&self) -> String {
        match self.level {
            Some(Level::Outside) | None => self.title.clone(),
            Some(level) => format!("{} ({})", self.title, level.as_str()),
        }
    }
}

/// One part of a zone: its assets on one level.
struct Part {
    place: usize,
    level: Option<Level>,
    assets: Vec<usize>,
    /// The worst finding that one of them has part in.
    worst: Option<Severity>,
}

/// The boxes from the outside down to the process, and the box of each asset.
fn boxes(
    plant: &Plant,
    findings: &[Finding],
    places: &Places,
    language: Language,
) -> (Vec<ZoneBox>, Vec<usize>) {
    let mut parts = parts(plant, findings, places);
    join_small_parts(&mut parts);
    let mut groups = fold_small_zones(parts);
    groups.sort_by_key(|group| {
        let first = group.first();
        (std::cmp::Reverse(first.and_then(|part| part.level)), group.len() > 1, first.map(|part| part.place))
    });
    let mut box_of = vec![0; plant.assets.len()];
    let mut boxes = Vec::with_capacity(groups.len());
    for (index, group) in groups.iter().enumerate() {
        for &asset in group.iter().flat_map(|part| &part.assets) {
            if let Some(slot) = box_of.get_mut(asset) {
                *slot = index;
            }
        }
        let place = group.first().map(|part| part.place);
        let parts = groups.iter().flatten().filter(|part| Some(part.place) == place).count();
        boxes.push(zone_box(plant, places, group, parts > 1, language));
    }
    for finding in findings.iter().filter(|finding| finding.conversations.is_empty()) {
        for asset in &finding.assets {
            let place = (asset.0 as usize).checked_sub(1).and_then(|asset| box_of.get(asset));
            if let Some(about) = place.and_then(|&index| boxes.get_mut(index)) {
                about.worst = about.worst.max(Some(finding.severity));
            }
        }
    }
    (boxes, box_of)
}

/// Each zone cut by level. Assets of unknown level stay where most of their zone is.
fn parts(plant: &Plant, findings: &[Finding], places: &Places) -> Vec<Part> {
    let mut worst: Vec<Option<Severity>> = vec![None; plant.assets.len()];
    for finding in findings {
        for asset in &finding.assets {
            let slot = (asset.0 as usize).checked_sub(1).and_then(|asset| worst.get_mut(asset));
            if let Some(slot) = slot {
                *slot = (*slot).max(Some(finding.severity));
            }
        }
    }
    let mut parts: BTreeMap<(usize, Option<Level>), Vec<usize>> = BTreeMap::new();
    for (asset, &place) in plant.assets.iter().zip(&places.of_asset) {
        let level = asset.level.level.or_else(|| places.list.get(place)?.level_of_unknown());
        if let Some(index) = (asset.id.0 as usize).checked_sub(1).filter(|&index| index < plant.assets.len())
        {
            parts.entry((place, level)).or_default().push(index);
        }
    }
    let worst =
        |assets: &[usize]| assets.iter().filter_map(|&asset| worst.get(asset).copied().flatten()).max();
    parts
        .into_iter()
        .map(|((place, level), assets)| Part { place, level, worst: worst(&assets), assets })
        .collect()
}

/// While there are too many boxes, the smallest part of a zone joins the zone's largest.
fn join_small_parts(parts: &mut Vec<Part>) {
    parts.sort_by_key(|part| (part.place, std::cmp::Reverse(part.assets.len()), part.level));
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    let mut spare = parts.len().saturating_sub(BOXES_MAX);
    let mut secondary: Vec<usize> = Vec::new();
    for (index, pair) in parts.windows(2).enumerate() {
        if let [before, part] = pair
            && before.place == part.place
        {
            secondary.push(index + 1);
        }
    }
    secondary.sort_by_key(|&index| parts.get(index).map(|part| part.assets.len()));
    let mut joins = vec![false; parts.len()];
    for index in secondary {
        if spare == 0 {
            break;
        }
        if let Some(slot) = joins.get_mut(index) {
            *slot = true;
            spare -= 1;
        }
    }
    for (part, joins) in parts.drain(..).zip(joins) {
        match joined.iter_mut().find(|into| joins && into.place == part.place) {
            Some(into) => into.assets.extend(part.assets),
            None => joined.push(part),
        }
    }
    *parts = joined;
}

/// When there are still too many boxes, the level with the most of them puts its least important zones into one.
fn fold_small_zones(parts: Vec<Part>) -> Vec<Vec<Part>> {
    let mut levels: BTreeMap<Option<Level>, Vec<Part>> = BTreeMap::new();
    for part in parts {
        levels.entry(part.level).or_default().push(part);
    }
    for parts in levels.values_mut() {
        parts.sort_by_key(|part| (std::cmp::Reverse((part.worst, part.assets.len())), part.place));
    }
    // How many boxes each level shows; the last stands for all the rest once it is fewer than the level has.
    let mut shown: BTreeMap<Option<Level>, usize> =
        levels.iter().map(|(&level, parts)| (level, parts.len())).collect();
    let boxes_max = if shown.values().sum::<usize>() > BOXES_MAX { BOXES_FOLDED_MAX } else { BOXES_MAX };
    while shown.values().sum::<usize>() > boxes_max {
        let Some((_, count)) = shown.iter_mut().max_by_key(|(_, count)| **count) else { break };
        *count -= 1;
    }
    let mut groups: Vec<Vec<Part>> = Vec::new();
    for (level, mut parts) in levels {
        let count = shown.get(&level).copied().unwrap_or(0);
        let rest = if count < parts.len() { parts.split_off(count.saturating_sub(1)) } else { Vec::new() };
        groups.extend(parts.into_iter().map(|part| vec![part]));
        groups.extend((!rest.is_empty()).then_some(rest));
    }
    groups
}

/// Fills in a box. A zone in several parts is called by its network, where its name says more than holds for the part.
fn zone_box(plant: &Plant, places: &Places, group: &[Part], is_part: bool, language: Language) -> ZoneBox {
    let mut counts: HashMap<Option<Role>, usize> = HashMap::new();
    let mut assets: Vec<&model::Asset> =
        group.iter().flat_map(|part| &part.assets).filter_map(|&asset| plant.assets.get(asset)).collect();
    assets.sort_by_key(|asset| (asset.roles.is_empty(), asset.roles.first().copied(), asset.id));
    for asset in &assets {
        *counts.entry(asset.roles.first().copied()).or_default() += 1;
    }
    let mut roles: Vec<_> = counts.into_iter().collect();
    roles.sort_by_key(|&(role, count)| (role.is_none(), std::cmp::Reverse(count), role));
    let total = assets.len();
    let is_listed = |asset: &model::Asset| {
        (asset.id.0 as usize).checked_sub(1).is_some_and(|index| places.is_listed(index))
    };
    let glyphs = assets.iter().take(if total <= GLYPHS_MAX { total } else { 0 }).map(|asset| Glyph {
        role: asset.roles.first().copied(),
        label: short_label(asset),
        href: if is_listed(asset) { format!("#{}", asset.id) } else { String::new() },
    });
    let place = match group {
        [part] => places.list.get(part.place).map(|place| (part.place, place)),
        _ => None,
    };
    let title = match place {
        Some((_, place)) if is_part => place.prefix.clone().unwrap_or_else(|| place.name.clone()),
        Some((_, place)) => place.name.clone(),
        None => more_zones(group.len(), language),
    };
    let prefix = place.and_then(|(_, place)| place.prefix.clone());
    ZoneBox {
        level: group.first().and_then(|part| part.level),
        prefix: prefix.filter(|prefix| title.ends_with(&format!(" ({prefix})"))),
        title,
        networks: place.map(|(_, place)| place.networks.clone()).unwrap_or_default(),
        href: place
            .filter(|(_, place)| place.listed > 0)
            .map(|(index, _)| format!("#{}", inventory::anchor(index)))
            .unwrap_or_default(),
        assets: glyphs.collect(),
        roles,
        total,
        inside: 0,
        worst: None,
    }
}

fn more_zones(count: usize, language: Language) -> String {
    const MORE: Noun = Noun("more zone", "more zones", "weitere Zone", "weitere Zonen");
    format!("{} {}", language.pick("and", "und"), language.count(count, MORE))
}

/// The name if it has one, else the address: a product's name does not tell two alike apart.
fn short_label(asset: &model::Asset) -> String {
    match asset.fact(model::Attribute::Name) {
        Some(name) => shown::name(name),
        None if asset.address().is_empty() => asset.id.to_string(),
        None => asset.address(),
    }
}

impl places::Place {
    /// The level under which its assets of unknown level are drawn.
    fn level_of_unknown(&self) -> Option<Level> {
        match self.kind {
            PlaceKind::Zone | PlaceKind::Internet => self.level,
            PlaceKind::Unzoned => None,
        }
    }
}
