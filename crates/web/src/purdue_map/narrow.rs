//! The map for a telephone: one box below the other, lines in lanes at their right.

use super::bundle::Bundle;
use super::drawing::{self, Band, Drawing, Line, half};
use super::fill;
use super::legend;
use super::plan::Plan;
use super::wide::BANDS;
use crate::texts::texts;
use crate::words;
use model::Language;

/// Width of the drawing.
const WIDTH: f32 = 360.0;
/// Left and right of everything.
const EDGE: f32 = 10.0;
/// Height of a level's name.
const NAME: f32 = 30.0;
/// Between two boxes of a level, and below the last.
const GAP: f32 = 10.0;
/// Between two bands.
const BAND_GAP: f32 = 4.0;
/// Distance between two lanes.
const LANE: f32 = 8.0;
/// Most lines in this shape: the worst, then the strongest.
pub(super) const LINES_MAX: usize = 10;
/// Smallest distance between two ports of one box.
const PORT: f32 = 10.0;

/// Gives everything its place.
pub(super) fn lay_out(plan: &Plan, language: Language) -> Drawing {
    let links = plan.links.get(..LINES_MAX).unwrap_or(&plan.links);
    let (lanes, lanes_used) = lanes(links);
    let room = if lanes_used == 0 { 0.0 } else { 10.0 + LANE * lanes_used as f32 };
    let box_width = WIDTH - 2.0 * EDGE - room - 4.0;
    let mut bands: Vec<Band> = Vec::new();
    let mut places: Vec<(f32, f32)> = vec![(0.0, 0.0); plan.boxes.len()];
    let mut y = 0.0;
    for level in BANDS {
        let top = y;
        let members: Vec<usize> = plan
            .boxes
            .iter()
            .enumerate()
            .filter(|(_, zone)| zone.level == level)
            .map(|(index, _)| index)
            .collect();
        if members.is_empty() && level.is_none() {
            continue;
        }
        y += NAME;
        for &member in &members {
            if let (Some(zone), Some(place)) = (plan.boxes.get(member), places.get_mut(member)) {
                let ports = links.iter().filter(|link| link.a == member || link.b == member).count();
                let height = fill::box_height(zone, box_width).max(PORT * (ports + 1) as f32);
                *place = (y, height);
                y += height + GAP;
            }
        }
        let number = level.map(words::level_number).unwrap_or_default();
        bands.push(Band {
            class: if members.is_empty() { "empty" } else { "used" },
            x: 0.0,
            y: half(top),
            width: WIDTH,
            height: half(y - top),
            number,
            number_at: (EDGE, half(top + 20.0)),
            name: vec![level.map_or(texts(language).unzoned_level, |level| words::level(level, language))],
            name_at: (if number.is_empty() { EDGE } else { EDGE + 46.0 }, half(top + 20.0)),
        });
        y += BAND_GAP;
    }
    let boxes = plan.boxes.iter().zip(&places);
    let boxes =
        boxes.map(|(zone, &(top, height))| fill::fill_box(zone, EDGE, top, box_width, height, language));
    let ports = ports(links, &lanes, &places);
    let right = EDGE + box_width;
    let mut lines: Vec<Line> = links
        .iter()
        .zip(drawing::strokes(links))
        .zip(lanes.iter().zip(&ports))
        .map(|((link, stroke), (&lane, &ends))| {
            line(link, stroke, right, right + 14.0 + LANE * lane as f32, ends)
        })
        .collect();
    drawing::place_signs(&mut lines);
    lines.reverse();
    let (legend, bottom) = legend::legend(&plan.boxes, links, EDGE, y + 18.0, WIDTH - 2.0 * EDGE, language);
    Drawing {
        class: "narrow",
        label: texts(language).map,
        width: WIDTH,
        height: half(bottom),
        bands,
        boxes: boxes.collect(),
        lines,
        legend,
    }
}

/// A lane for each line, the short lines inside; and how many lanes that takes.
fn lanes(links: &[Bundle]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_by_key(|&index| links.get(index).map(|link| (link.b - link.a, link.a)));
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut lane_of = vec![0; links.len()];
    for index in order {
        let (Some(link), Some(slot)) = (links.get(index), lane_of.get_mut(index)) else { continue };
        let free = |lane: &Vec<(usize, usize)>| lane.iter().all(|&(a, b)| link.b < a || b < link.a);
        let lane = taken.iter().position(free).unwrap_or(taken.len());
        if lane == taken.len() {
            taken.push(Vec::new());
        }
        if let Some(lane) = taken.get_mut(lane) {
            lane.push((link.a, link.b));
        }
        *slot = lane;
    }
    (lane_of, taken.len())
}

/// Where each line leaves and enters: lines upwards above lines downwards, inner lanes nearest to the middle.
fn ports(links: &[Bundle], lanes: &[usize], places: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut ports = vec![(0.0, 0.0); links.len()];
    for (member, &(top, height)) in places.iter().enumerate() {
        let mut ends: Vec<(bool, i64, usize)> = Vec::new();
        for (index, (link, &lane)) in links.iter().zip(lanes).enumerate() {
            if link.b == member {
                ends.push((false, -(lane as i64), index));
            } else if link.a == member {
                ends.push((true, lane as i64, index));
            }
        }
        // Lines upwards: the outermost lane on top; lines downwards: the outermost lane at the bottom.
        ends.sort();
        let count = ends.len() as f32;
        let apart = (height / (count + 1.0)).min(26.0);
        let first = top + height / 2.0 - apart * (count - 1.0) / 2.0;
        for (position, &(is_start, _, index)) in ends.iter().enumerate() {
            if let Some(port) = ports.get_mut(index) {
                let y = first + apart * position as f32;
                if is_start { port.0 = y } else { port.1 = y }
            }
        }
    }
    ports
}

fn line(link: &Bundle, stroke: f32, right: f32, lane: f32, (from, to): (f32, f32)) -> Line {
    const HEAD: f32 = 6.0;
    let start = right + if link.up { HEAD } else { 0.0 };
    let end = right + if link.down { HEAD } else { 0.0 };
    let mut arrows = String::new();
    if link.down {
        arrows.push_str(&drawing::arrow(right, to, -1.0, 0.0));
    }
    if link.up {
        arrows.push_str(&drawing::arrow(right, from, -1.0, 0.0));
    }
    Line {
        class: drawing::line_class(link),
        path: drawing::path(&[(start, from), (lane, from), (lane, to), (end, to)]),
        stroke,
        arrows,
        tooltip: link.title.clone(),
        worst: link.worst.map(|severity| (severity, [(lane, from), (lane, to)])),
        sign: None,
    }
}
