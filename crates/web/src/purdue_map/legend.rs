//! The legend below the map: only what occurs on it.

use model::Severity;

use super::bundle::Bundle;
use super::drawing::{LegendItem, LegendKind, half, text_width};
use super::glyphs;
use super::plan::ZoneBox;
use crate::texts::texts;
use crate::words;
use model::Language;

/// The legend: lines of the severities that occur, then the signs of the roles that occur.
pub(super) fn legend(
    boxes: &[ZoneBox],
    links: &[Bundle],
    left: f32,
    top: f32,
    width: f32,
    language: Language,
) -> (Vec<LegendItem>, f32) {
    let mut entries: Vec<(LegendKind, &'static str)> = Vec::new();
    if !links.is_empty() {
        entries.push((LegendKind::Line { class: "none", sign: None }, texts(language).legend_none));
    }
    for &severity in Severity::ALL.iter().rev() {
        let occurs = links.iter().any(|link| link.worst == Some(severity))
            || boxes.iter().any(|zone| zone.worst == Some(severity));
        if occurs {
            let kind = LegendKind::Line { class: severity.as_str(), sign: Some(glyphs::severity(severity)) };
            entries.push((kind, words::severity(severity, language)));
        }
    }
    let mut roles: Vec<_> = boxes.iter().flat_map(|zone| zone.roles.iter().map(|&(role, _)| role)).collect();
    roles.sort_by_key(|&role| (role.is_none(), role));
    roles.dedup();
    for role in roles {
        let word = language.noun(1, role.map_or(words::UNKNOWN_ROLE, model::Role::noun));
        entries.push((LegendKind::Glyph(glyphs::asset(role)), word));
    }
    let (mut x, mut y) = (left, top);
    let mut items = Vec::with_capacity(entries.len());
    for (kind, text) in entries {
        let sample = match kind {
            LegendKind::Line { .. } => 46.0,
            LegendKind::Glyph(_) => 22.0,
        };
        let needed = sample + text_width(text, 11.5) + 16.0;
        if x + needed > left + width && x > left {
            (x, y) = (left, y + 22.0);
        }
        items.push(LegendItem { x: half(x), y: half(y), kind, text });
        x += needed;
    }
    (items, y + 22.0)
}
