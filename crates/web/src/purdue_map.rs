//! The Purdue map: levels as bands, zones as boxes in the band of their level, traffic between boxes as lines.
//!
//! The drawing never becomes a hairball: boxes and lines are bounded, traffic is bundled per pair of boxes, and lines
//! run in lanes between the boxes, never across one. Colour always comes with a dash and a sign. The SVG carries its
//! own style for light, dark and print, so it stands in a page as well as alone.

mod bundle;
mod drawing;
mod fill;
mod glyphs;
mod legend;
mod narrow;
mod plan;
mod routes;
mod tracks;
mod wide;

use model::{Finding, Plant};

use crate::places::Places;
use model::Language;
use plan::Plan;

/// For which width the map is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Bands with their boxes side by side; 1200 units wide.
    Wide,
    /// One box below the other, for a telephone; 360 units wide.
    Narrow,
}

/// Draws the map of a plant as one SVG element. A plant without assets gives the bands alone.
pub fn draw(plant: &Plant, findings: &[Finding], language: Language, shape: Shape) -> String {
    let plan = Plan::of(plant, findings, &Places::of(plant, language), language);
    draw_plan(&plan, language, shape)
}

/// The map with its table: what a page shows.
pub(crate) struct Figure {
    /// For wide windows and paper.
    pub wide: String,
    /// For narrow windows.
    pub narrow: String,
    /// The lines as rows, worst first.
    pub rows: Vec<bundle::LinkRow>,
    /// What is not drawn, as a sentence.
    pub left_out: Option<String>,
    /// The same for the narrow shape.
    pub left_out_narrow: Option<String>,
}

/// The map of a page; none when there is nothing to draw.
pub(crate) fn figure(
    plant: &Plant,
    findings: &[Finding],
    places: &Places,
    language: Language,
) -> Option<Figure> {
    if plant.assets.is_empty() {
        return None;
    }
    let plan = Plan::of(plant, findings, places, language);
    Some(Figure {
        wide: draw_plan(&plan, language, Shape::Wide),
        narrow: draw_plan(&plan, language, Shape::Narrow),
        left_out: plan.left_out(0, language),
        left_out_narrow: plan.left_out(plan.links.len().saturating_sub(narrow::LINES_MAX), language),
        rows: plan.into_rows(),
    })
}

fn draw_plan(plan: &Plan, language: Language, shape: Shape) -> String {
    let drawing = match shape {
        Shape::Wide => wide::lay_out(plan, language),
        Shape::Narrow => narrow::lay_out(plan, language),
    };
    drawing.to_svg()
}
