//! The drawing as shapes, and how a box is filled. Both layouts end here, then the template writes the SVG.

use askama::Template;
use model::{Level, Severity};

use super::glyphs;
use super::plan::{Bundle, GLYPHS_MAX, ZoneBox};
use crate::language::{Language, Noun};
use crate::texts::{Texts, texts};
use crate::{shown, words};

/// Height of one line of a box's content.
const ITEM: f32 = 20.0;
/// Space inside a box.
const PAD: f32 = 11.0;
/// Height of the title and of the line below it.
const TITLE: f32 = 21.0;
const NETWORKS: f32 = 15.0;
/// Roles counted in a box; the rest is summed up.
const ROLES_MAX: usize = 5;
/// A glyph without its name takes this much room to the right.
const GLYPH: f32 = 22.0;
/// Names beside glyphs need at least this width.
const NAMED: f32 = 112.0;
/// So few assets are always named, whatever the width.
const NAMED_MAX: usize = 6;
/// Width of a letter as part of the size of the type; wide enough for the usual system fonts.
const LETTER: f32 = 0.6;

/// One map, ready to write.
#[derive(Template)]
#[template(path = "purdue_map.svg")]
pub(super) struct Drawing {
    pub class: &'static str,
    pub label: &'static str,
    pub width: f32,
    pub height: f32,
    pub bands: Vec<Band>,
    pub boxes: Vec<BoxShape>,
    pub lines: Vec<Line>,
    pub legend: Vec<LegendItem>,
}

/// One level.
pub(super) struct Band {
    pub class: &'static str,
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub number: &'static str,
    pub number_at: (f32, f32),
    pub name: Vec<&'static str>,
    pub name_at: (f32, f32),
}

/// One box with all that stands in it.
pub(super) struct BoxShape {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub href: String,
    pub tooltip: String,
    pub title: Text,
    pub networks: Option<Text>,
    pub items: Vec<Item>,
    pub inside: Option<Text>,
    pub sign: Option<Sign>,
}

/// A line of text with its place.
pub(super) struct Text {
    pub x: f32,
    pub y: f32,
    pub text: String,
}

/// A glyph with its words.
pub(super) struct Item {
    pub x: f32,
    pub y: f32,
    pub path: &'static str,
    pub href: String,
    pub tooltip: String,
    pub text: String,
}

/// A severity's sign.
pub(super) struct Sign {
    pub x: f32,
    pub y: f32,
    pub class: &'static str,
    pub path: &'static str,
}

/// Traffic between two boxes.
pub(super) struct Line {
    pub class: &'static str,
    pub path: String,
    pub stroke: f32,
    pub arrows: String,
    pub tooltip: String,
    /// How bad it is, and the stretch of the way on which the sign may stand.
    pub worst: Option<(Severity, [(f32, f32); 2])>,
    /// Set by [`place_signs`].
    pub sign: Option<Sign>,
}

/// One entry of the legend.
pub(super) struct LegendItem {
    pub x: f32,
    pub y: f32,
    pub kind: LegendKind,
    pub text: &'static str,
}

/// What a legend entry shows before its words.
pub(super) enum LegendKind {
    /// A line of this class, with its sign.
    Line { class: &'static str, sign: Option<&'static str> },
    /// A glyph.
    Glyph(&'static str),
}

impl Drawing {
    /// The SVG element.
    pub(super) fn to_svg(&self) -> String {
        self.render().expect("writing to a string cannot fail, and no value of the drawing refuses to print")
    }
}

/// Rounds to halves: enough for the eye, short in the file.
pub(super) fn half(x: f32) -> f32 {
    (x * 2.0).round() / 2.0
}

/// How high a box of this width must be.
pub(super) fn box_height(zone: &ZoneBox, width: f32) -> f32 {
    let header = PAD + TITLE + if zone.networks.is_empty() { 0.0 } else { NETWORKS };
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
    let room = width - 2.0 * PAD - if zone.worst.is_some() { 18.0 } else { 0.0 };
    let mut top = y + PAD + TITLE;
    let networks = (!zone.networks.is_empty()).then(|| {
        top += NETWORKS;
        Text {
            x: half(x + PAD),
            y: half(top - 9.0),
            text: fit_parts(&zone.networks, width - 2.0 * PAD, 11.0),
        }
    });
    BoxShape {
        x: half(x),
        y: half(y),
        width: half(width),
        height: half(height),
        href: zone.href.clone(),
        tooltip: tooltip(zone, language),
        title: Text { x: half(x + PAD), y: half(y + PAD + 11.0), text: fit(&zone.title, room, 13.0) },
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

/// A severity's sign around a point.
pub(super) fn sign(severity: Severity, x: f32, y: f32) -> Sign {
    Sign { x: half(x - 8.0), y: half(y - 8.0), class: severity.as_str(), path: glyphs::severity(severity) }
}

/// Gives each line with a finding its sign, on the line and not on another's sign; the worst choose first.
pub(super) fn place_signs(lines: &mut [Line]) {
    /// Where on its stretch a sign may stand, the middle first.
    const PLACES: [f32; 9] = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.14, 0.86];
    const APART: f32 = 17.0;
    let mut taken: Vec<(f32, f32)> = Vec::new();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(lines[index].worst.map(|(severity, _)| severity)));
    for index in order {
        let line = &mut lines[index];
        let Some((severity, [from, to])) = line.worst else { continue };
        let at = |part: f32| (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
        let is_free = |place: (f32, f32)| {
            taken.iter().all(|other| (other.0 - place.0).hypot(other.1 - place.1) >= APART)
        };
        let (x, y) = PLACES.into_iter().map(at).find(|&place| is_free(place)).unwrap_or_else(|| at(0.5));
        taken.push((x, y));
        line.sign = Some(sign(severity, x, y));
    }
}

/// The class of a line: by its worst finding.
pub(super) fn line_class(link: &Bundle) -> &'static str {
    link.worst.map_or("none", Severity::as_str)
}

/// The widths of lines: by the logarithm of their bytes, from the weakest drawn to the strongest.
pub(super) fn strokes(links: &[Bundle]) -> Vec<f32> {
    const THIN: f32 = 1.2;
    const THICK: f32 = 4.5;
    let weight = |link: &Bundle| (link.bytes.max(1) as f32).log10();
    let least = links.iter().map(weight).fold(f32::MAX, f32::min);
    let most = links.iter().map(weight).fold(f32::MIN, f32::max);
    // A range below a factor of a hundred is not stretched: small differences stay small.
    let range = (most - least).max(2.0);
    let stroke = |link: &Bundle| {
        let stroke = THIN + (THICK - THIN) * (weight(link) - least) / range;
        let seen = if link.worst >= Some(Severity::Medium) { stroke.max(2.0) } else { stroke };
        (seen * 10.0).round() / 10.0
    };
    links.iter().map(stroke).collect()
}

/// An arrowhead whose tip touches a box, pointing down or up.
pub(super) fn arrow(x: f32, y: f32, dx: f32, dy: f32) -> String {
    let (back_x, back_y) = (x - 8.0 * dx, y - 8.0 * dy);
    let (side_x, side_y) = (4.5 * dy, 4.5 * dx);
    format!(
        "M{} {}L{} {}L{} {}z",
        half(x),
        half(y),
        half(back_x + side_x),
        half(back_y + side_y),
        half(back_x - side_x),
        half(back_y - side_y)
    )
}

/// A way along points with rounded corners.
pub(super) fn path(points: &[(f32, f32)]) -> String {
    const RADIUS: f32 = 7.0;
    let Some((&(x, y), rest)) = points.split_first() else { return String::new() };
    let mut text = format!("M{} {}", half(x), half(y));
    let mut before = (x, y);
    for (index, &corner) in rest.iter().enumerate() {
        let Some(&after) = rest.get(index + 1) else {
            text.push_str(&format!("L{} {}", half(corner.0), half(corner.1)));
            break;
        };
        let toward = |other: (f32, f32)| {
            let (dx, dy) = (other.0 - corner.0, other.1 - corner.1);
            let length = dx.hypot(dy);
            let radius = RADIUS.min(length / 2.0);
            if length < 0.5 {
                corner
            } else {
                (corner.0 + dx / length * radius, corner.1 + dy / length * radius)
            }
        };
        let (enter, leave) = (toward(before), toward(after));
        text.push_str(&format!(
            "L{} {}Q{} {} {} {}",
            half(enter.0),
            half(enter.1),
            half(corner.0),
            half(corner.1),
            half(leave.0),
            half(leave.1)
        ));
        before = corner;
    }
    text
}

/// As much of a text as fits into this width.
pub(super) fn fit(text: &str, width: f32, size: f32) -> String {
    shown::cut(text, ((width / (size * LETTER)) as usize).max(2))
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

/// Width of a text.
pub(super) fn text_width(text: &str, size: f32) -> f32 {
    text.chars().count() as f32 * size * LETTER
}

/// The legend: lines of the severities that occur, then the signs of the roles that occur.
pub(super) fn legend(
    boxes: &[ZoneBox],
    links: &[Bundle],
    left: f32,
    top: f32,
    width: f32,
    language: Language,
) -> (Vec<LegendItem>, f32) {
    let t: &Texts = texts(language);
    let mut entries: Vec<(LegendKind, &'static str)> = Vec::new();
    if !links.is_empty() {
        entries.push((LegendKind::Line { class: "none", sign: None }, t.legend_none));
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
        let word = language.noun(1, role.map_or(words::UNKNOWN_ROLE, words::role));
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
    let item = |(index, asset): (usize, &super::plan::Glyph)| {
        let word = language.noun(1, asset.role.map_or(words::UNKNOWN_ROLE, words::role));
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
            (glyphs::asset(role), language.count(count, role.map_or(words::UNKNOWN_ROLE, words::role)))
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
        .map(|&(role, count)| language.count(count, role.map_or(words::UNKNOWN_ROLE, words::role)));
    lines.push(roles.collect::<Vec<_>>().join(", "));
    if zone.inside > 0 {
        let count = language.count(zone.inside, words::CONVERSATION);
        lines.push(format!("{count} {}", language.pick("inside", "im Inneren")));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}
