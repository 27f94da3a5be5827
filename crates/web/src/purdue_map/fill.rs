//! What stands in a box: its name, its networks, and its assets one by one or counted by role.

use model::Level;

use super::drawing::{BOLD, BoxShape, Item, Text, fit, half, sign, text_width};
use super::glyphs;
use super::plan::{GLYPHS_MAX, Glyph, ZoneBox};
use crate::words;
use model::{Language, Noun};

/// Height of one line of a box's content.
const ITEM: f32 = 20.0;
/// Space inside a box.
const PAD: f32 = 11.0;
/// Height of the title and of the line below it.
const TITLE: f32 = 21.0;
const NETWORKS: f32 = 15.0;
/// Roles counted in a box; the rest is summed up.
const ROLES_MAX: usize = 7;
/// A glyph without its name takes this much room to the right.
const GLYPH: f32 = 22.0;
/// Names beside glyphs need at least this width.
const NAMED: f32 = 112.0;
/// So few assets are always named, whatever the width.
const NAMED_MAX: usize = 6;

/// How high a box of this width must be.
pub(super) fn box_height(zone: &ZoneBox, width: f32) -> f32 {
    let header = PAD + TITLE + if heading(zone, width).1.is_empty() { 0.0 } else { NETWORKS };
    let footer = if zone.inside > 0 { 14.0 } else { 0.0 };
    header + ITEM * content_lines(zone, width) as f32 + footer + PAD - 2.0
}

/// Fills a box.
pub(super) fn fill_box(
    zone: &ZoneBox,
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    language: Language,
) -> BoxShape {
    let (title, networks) = heading(zone, width);
    let mut top = y + PAD + TITLE;
    let networks = (!networks.is_empty()).then(|| {
        top += NETWORKS;
        Text { x: half(x + PAD), y: half(top - 9.0), text: fit_parts(&networks, width - 2.0 * PAD, 11.5) }
    });
    BoxShape {
        x: half(x),
        y: half(y),
        width: half(width),
        height: half(height),
        href: zone.href.clone(),
        tooltip: tooltip(zone, language),
        title: Text { x: half(x + PAD), y: half(y + PAD + 11.0), text: title },
        networks,
        items: items(zone, x + PAD, top, width - 2.0 * PAD, language),
        inside: (zone.inside > 0).then(|| Text {
            x: half(x + width - PAD),
            y: half(y + height - 9.0),
            text: inside(zone.inside, language),
        }),
        sign: zone.worst.map(|severity| sign(severity, x + width - PAD - 7.0, y + PAD + 7.0)),
    }
}

/// The title of a box and the networks below it. Where the whole title has no room, its network moves down to the
/// others: a name cut off is no name.
fn heading(zone: &ZoneBox, width: f32) -> (String, Vec<String>) {
    const SIZE: f32 = 13.0 * BOLD;
    let room = width - 2.0 * PAD - if zone.worst.is_some() { 18.0 } else { 0.0 };
    let (title, networks) = (&zone.title, &zone.networks);
    let short =
        zone.prefix.as_ref().and_then(|prefix| Some((prefix, title.strip_suffix(&format!(" ({prefix})"))?)));
    match short {
        Some((prefix, short)) if text_width(title, SIZE) > room => {
            (fit(short, room, SIZE), [std::slice::from_ref(prefix), networks].concat())
        }
        _ => (fit(title, room, SIZE), networks.clone()),
    }
}

/// Rows of content in a box: assets with their names in columns, or signs alone where it is narrow, or roles.
fn content_lines(zone: &ZoneBox, width: f32) -> usize {
    let room = width - 2.0 * PAD;
    if zone.total <= GLYPHS_MAX {
        zone.assets.len().div_ceil(columns(zone, room))
    } else {
        let lines = zone.roles.len().min(ROLES_MAX) + usize::from(zone.roles.len() > ROLES_MAX);
        lines.div_ceil(role_columns(room))
    }
}

/// True when each asset's name has room beside its sign.
fn is_named(zone: &ZoneBox, room: f32) -> bool {
    zone.assets.len() <= NAMED_MAX || room >= 2.0 * NAMED
}

fn columns(zone: &ZoneBox, room: f32) -> usize {
    let columns = if is_named(zone, room) { (room / NAMED) as usize } else { (room / GLYPH) as usize };
    let columns = columns.max(1);
    if is_named(zone, room) && zone.assets.len() <= 3 { 1 } else { columns }
}

fn role_columns(room: f32) -> usize {
    ((room / 165.0) as usize).clamp(1, 2)
}

fn items(zone: &ZoneBox, x: f32, y: f32, room: f32, language: Language) -> Vec<Item> {
    if zone.total > GLYPHS_MAX {
        return role_items(zone, x, y, room, language);
    }
    let columns = columns(zone, room);
    let named = is_named(zone, room);
    let step = if named { room / columns as f32 } else { GLYPH };
    let item = |(index, asset): (usize, &Glyph)| {
        let word = language.noun(1, asset.role.map_or(words::UNKNOWN_ROLE, model::Role::noun));
        Item {
            x: half(x + (index % columns) as f32 * step),
            y: half(y + (index / columns) as f32 * ITEM),
            path: glyphs::asset(asset.role),
            href: asset.href.clone(),
            tooltip: format!("{}: {word}", asset.label),
            text: if named { fit(&asset.label, step - 22.0, 11.5) } else { String::new() },
        }
    };
    zone.assets.iter().enumerate().map(item).collect()
}

fn role_items(zone: &ZoneBox, x: f32, y: f32, room: f32, language: Language) -> Vec<Item> {
    const OTHERS: Noun = Noun("other", "others", "weiteres", "weitere");
    let columns = role_columns(room);
    let step = room / columns as f32;
    let shown = zone.roles.iter().take(ROLES_MAX);
    let mut lines: Vec<(&'static str, String)> = shown
        .map(|&(role, count)| {
            (glyphs::asset(role), language.count(count, role.map_or(words::UNKNOWN_ROLE, model::Role::noun)))
        })
        .collect();
    let rest: usize = zone.roles.iter().skip(ROLES_MAX).map(|&(_, count)| count).sum();
    if rest > 0 {
        lines.push(("", language.count(rest, OTHERS)));
    }
    let item = |(index, (path, text)): (usize, (&'static str, String))| Item {
        x: half(x + (index % columns) as f32 * step),
        y: half(y + (index / columns) as f32 * ITEM),
        path,
        href: String::new(),
        tooltip: text.clone(),
        text: fit(&text, step - 22.0, 11.5),
    };
    lines.into_iter().enumerate().map(item).collect()
}

fn inside(count: usize, language: Language) -> String {
    let number = language.number(count as u64);
    match language {
        Language::English => format!("{number} inside"),
        Language::German => format!("{number} intern"),
    }
}

fn tooltip(zone: &ZoneBox, language: Language) -> String {
    let mut lines = vec![zone.title.clone(), zone.networks.join(", ")];
    if let Some(level) = zone.level {
        lines.push(match level {
            Level::Outside => words::level(level, language).to_string(),
            Level::Process
            | Level::Control
            | Level::Supervision
            | Level::Operations
            | Level::Dmz
            | Level::Business
            | Level::Enterprise => format!("{} {}", level.as_str(), words::level(level, language)),
        });
    }
    let roles = zone
        .roles
        .iter()
        .map(|&(role, count)| language.count(count, role.map_or(words::UNKNOWN_ROLE, model::Role::noun)));
    lines.push(roles.collect::<Vec<_>>().join(", "));
    if zone.inside > 0 {
        let count = language.count(zone.inside, words::CONVERSATION);
        lines.push(format!("{count} {}", language.pick("inside", "im Inneren")));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// As many whole parts as fit into this width, or as much of the first.
fn fit_parts(parts: &[String], width: f32, size: f32) -> String {
    let mut text = String::new();
    for part in parts {
        let longer = if text.is_empty() { part.clone() } else { format!("{text}, {part}") };
        if !text.is_empty() && text_width(&longer, size) > width {
            break;
        }
        text = longer;
    }
    fit(&text, width, size)
}
