//! The map for a wide window: bands from left to right, boxes side by side, lines between them.

use model::Level;

use super::bundle::Bundle;
use super::drawing::{self, Band, Drawing, Line, half};
use super::fill;
use super::legend;
use super::plan::{Plan, ZoneBox};
use super::routes::{Grid, Routed, Way};
use crate::texts::texts;
use crate::words;
use model::Language;

/// Width of the drawing, unless the boxes need more.
const WIDTH: f32 = 1200.0;
/// Room for the names of the levels.
const NAMES: f32 = 138.0;
/// Room right of the boxes.
const RIGHT: f32 = 14.0;
/// Boxes side by side; more take a further row in the same band.
const BOXES_PER_ROW: usize = 6;
/// Narrowest and widest box.
const BOX_WIDTH: (f32, f32) = (150.0, 300.0);
/// Height of a band without boxes.
const EMPTY_BAND: f32 = 30.0;
/// Space between the edge of a band and its boxes.
const BAND_PAD: f32 = 12.0;
/// Least space between two bands.
const BAND_GAP: f32 = 5.0;

/// The bands of the map from the top; the last is for what has no level.
pub(super) const BANDS: [Option<Level>; 9] = [
    Some(Level::Outside),
    Some(Level::Enterprise),
    Some(Level::Business),
    Some(Level::Dmz),
    Some(Level::Operations),
    Some(Level::Supervision),
    Some(Level::Control),
    Some(Level::Process),
    None,
];

/// Gives everything its place.
pub(super) fn lay_out(plan: &Plan, language: Language) -> Drawing {
    let (rows, row_bands) = rows(plan);
    let grid = Grid {
        rows: rows.clone(),
        links: plan.links.iter().map(|link| (link.a, link.b)).collect(),
        left: NAMES,
        width: WIDTH - NAMES - RIGHT,
        box_width: BOX_WIDTH,
    };
    let routed = grid.route();
    let width = NAMES + routed.width + RIGHT;
    let heights = Heights::of(plan, &rows, &row_bands, &routed);
    let boxes = rows.iter().enumerate().flat_map(|(row, members)| {
        let (routed, heights) = (&routed, &heights);
        members.iter().filter_map(move |&member| {
            let zone = plan.boxes.get(member)?;
            let &(x, w) = routed.boxes.get(member)?;
            Some(fill::fill_box(zone, x, heights.top[row], w, heights.height[row], language))
        })
    });
    let mut lines: Vec<Line> = plan
        .links
        .iter()
        .zip(drawing::strokes(&plan.links))
        .zip(&routed.ways)
        .map(|((link, stroke), way)| line(link, stroke, way, &heights))
        .collect();
    drawing::place_signs(&mut lines);
    // The worst is drawn last, so that nothing covers it.
    lines.reverse();
    let (legend, bottom) = legend::legend(
        &plan.boxes,
        &plan.links,
        NAMES,
        heights.bottom + 26.0,
        width - NAMES - RIGHT,
        language,
    );
    Drawing {
        class: "wide",
        label: texts(language).map,
        width: half(width),
        height: half(bottom),
        bands: bands(&row_bands, &heights, width, language),
        boxes: boxes.collect(),
        lines,
        legend,
    }
}

/// Boxes in rows, and the band of each row. Every level has at least an empty row, the unknown only when needed.
fn rows(plan: &Plan) -> (Vec<Vec<usize>>, Vec<Option<Level>>) {
    let (mut rows, mut row_bands) = (Vec::new(), Vec::new());
    for level in BANDS {
        let members: Vec<usize> = (0..plan.boxes.len())
            .filter(|&index| plan.boxes.get(index).is_some_and(|zone: &ZoneBox| zone.level == level))
            .collect();
        if members.is_empty() {
            if level.is_some() {
                rows.push(Vec::new());
                row_bands.push(level);
            }
            continue;
        }
        let count = members.len().div_ceil(BOXES_PER_ROW);
        for row in members.chunks(members.len().div_ceil(count)) {
            rows.push(row.to_vec());
            row_bands.push(level);
        }
    }
    (rows, row_bands)
}

/// Where the rows stand.
struct Heights {
    top: Vec<f32>,
    height: Vec<f32>,
    bottom: f32,
}

impl Heights {
    fn of(plan: &Plan, rows: &[Vec<usize>], row_bands: &[Option<Level>], routed: &Routed) -> Heights {
        let mut heights = Heights { top: Vec::new(), height: Vec::new(), bottom: 0.0 };
        let mut y = BAND_PAD;
        for (row, members) in rows.iter().enumerate() {
            let needed = members.iter().filter_map(|&member| {
                Some(fill::box_height(plan.boxes.get(member)?, routed.boxes.get(member)?.1))
            });
            let height = needed.fold(EMPTY_BAND - 2.0 * BAND_PAD, f32::max);
            heights.top.push(y);
            heights.height.push(height);
            heights.bottom = y + height + BAND_PAD;
            let last_of_band = row_bands.get(row + 1) != row_bands.get(row);
            let least = if last_of_band { 2.0 * BAND_PAD + BAND_GAP } else { BAND_PAD };
            let channel = routed.channels.get(row).copied().unwrap_or(0.0);
            // The channel begins at the boxes and includes what the bands keep free around them.
            y += height + channel.max(least);
            if row + 1 == rows.len() {
                heights.bottom = heights.bottom.max(y);
            }
        }
        heights
    }
}

fn bands(row_bands: &[Option<Level>], heights: &Heights, width: f32, language: Language) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    for (row, level) in row_bands.iter().enumerate() {
        if row > 0 && row_bands.get(row - 1) == Some(level) {
            continue;
        }
        let last = row_bands.iter().rposition(|other| other == level).unwrap_or(row);
        let top = heights.top[row] - BAND_PAD;
        let height = heights.top[last] + heights.height[last] + BAND_PAD - top;
        let middle = top + height / 2.0;
        let empty = height <= EMPTY_BAND;
        let number = level.map(words::level_number).unwrap_or_default();
        let name = level.map_or(texts(language).unzoned_level, |level| words::level(level, language));
        let name = if empty { vec![name] } else { break_name(name) };
        let lines = name.len() as f32;
        bands.push(Band {
            class: match (level, empty) {
                (_, true) => "empty",
                (Some(Level::Dmz), false) => "dmz",
                (None, false) => "unknown",
                (Some(_), false) => "used",
            },
            x: 0.0,
            y: half(top),
            width: half(width),
            height: half(height),
            number,
            number_at: (14.0, half(middle + if empty { 5.0 } else { 7.0 })),
            name_at: (if number.is_empty() { 14.0 } else { 56.0 }, half(middle + 4.0 - (lines - 1.0) * 7.0)),
            name,
        });
    }
    bands
}

/// A name of several words in two lines.
fn break_name(name: &'static str) -> Vec<&'static str> {
    match name.rsplit_once(' ') {
        Some((first, last)) if name.chars().count() > 10 => vec![first, last],
        _ => vec![name],
    }
}

fn line(link: &Bundle, stroke: f32, way: &Way, heights: &Heights) -> Line {
    let mut row = way.row;
    let bottom = |row: usize| heights.top[row] + heights.height[row];
    let mut points: Vec<(f32, f32)> = Vec::new();
    if let Some(first) = way.crossings.first() {
        points.push((first.from, bottom(row)));
    }
    for crossing in &way.crossings {
        let y = bottom(row) + crossing.depth;
        let turns = (crossing.from - crossing.to).abs() >= 1.0 || way.returns;
        if turns {
            points.push((crossing.from, y));
            points.push((crossing.to, y));
        }
        row += 1;
    }
    let (end_y, end_dy) = if way.returns {
        (bottom(way.row), -1.0)
    } else {
        (heights.top.get(row).copied().unwrap_or(0.0), 1.0)
    };
    if let Some(last) = way.crossings.last() {
        points.push((last.to, end_y));
    }
    let mut arrows = String::new();
    shorten(&mut points, link);
    if let (Some(first), Some(last)) = (way.crossings.first(), way.crossings.last()) {
        if link.down {
            arrows.push_str(&drawing::arrow(last.to, end_y, 0.0, end_dy));
        }
        if link.up {
            arrows.push_str(&drawing::arrow(first.from, bottom(way.row), 0.0, -1.0));
        }
    }
    Line {
        class: drawing::line_class(link),
        path: drawing::path(&points),
        stroke,
        arrows,
        tooltip: link.title.clone(),
        worst: link.worst.map(|severity| (severity, longest_stretch(&points))),
        sign: None,
    }
}

/// The longest stretch of a way, rather across than down: that is where it can be told from its neighbours.
fn longest_stretch(points: &[(f32, f32)]) -> [(f32, f32); 2] {
    let mut best = (-1.0, [(0.0, 0.0); 2]);
    for pair in points.windows(2) {
        let [from, to] = pair else { continue };
        let length = (from.0 - to.0).abs() + (from.1 - to.1).abs() / 3.0;
        if length > best.0 {
            best = (length, [*from, *to]);
        }
    }
    best.1
}

/// Ends the stroke inside its arrowhead, so that the tip stays sharp.
fn shorten(points: &mut [(f32, f32)], link: &Bundle) {
    const HEAD: f32 = 6.0;
    if let [.., before, last] = points
        && link.down
    {
        last.1 -= HEAD * (last.1 - before.1).signum();
    }
    if let [first, after, ..] = points
        && link.up
    {
        first.1 += HEAD * (after.1 - first.1).signum();
    }
}
