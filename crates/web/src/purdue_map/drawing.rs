//! The drawing as shapes. Both layouts end here, then the template writes the SVG.

use askama::Template;
use model::Severity;

use super::bundle::Bundle;
use super::glyphs;
use crate::shown;

/// How much wider than ordinary type the type of titles is.
pub(super) const BOLD: f32 = 1.12;

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

/// As much of a text as fits into this width, with an ellipsis where it is cut; at least one letter.
pub(super) fn fit(text: &str, width: f32, size: f32) -> String {
    if text_width(text, size) <= width {
        return text.to_string();
    }
    let mut room = width / size - letter('…');
    let fitting = text.chars().take_while(|&c| {
        room -= letter(c);
        room >= 0.0
    });
    shown::cut(text, fitting.count().max(1) + 1)
}

/// Width of a text.
pub(super) fn text_width(text: &str, size: f32) -> f32 {
    text.chars().map(letter).sum::<f32>() * size
}

/// Width of a letter as part of the size of the type: as wide as in the widest of the usual system fonts (DejaVu Sans,
/// Verdana), since nobody knows which one the reader has.
fn letter(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | 'I' | 'f' | 't' | 'r' | ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '\'' | '|'
        | '!' | '/' | '\\' | '(' | ')' | '[' | ']' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' | '…' => 1.0,
        'A'..='Z' | '+' | '=' | '<' | '>' | '~' | '#' => 0.84,
        '\u{0}'..='\u{7f}' => 0.64,
        '\u{80}'..='\u{24f}' => 0.84,
        // Beyond Latin a script may be as wide as it is high; some signs are wider.
        _ => 1.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_its_letters_end() {
        assert_eq!(fit("plc-001", 60.0, 11.5), "plc-001");
        assert_eq!(fit("WWWWWWWW", 60.0, 10.0), "WWWWW…");
        assert_eq!(fit("很长的名字很长的名字", 60.0, 10.0), "很长的名…");
        assert_eq!(fit("anything", 1.0, 10.0), "a…");
    }
}
