//! Checks a plant and tells findings: what should worry someone, what led to it, and what to do.
//!
//! Nothing here knows a protocol. Checks look at families, operations, protection, levels and roles, so a new
//! protocol is judged the day it is decoded.

mod against;
mod catalogue;
mod checks;
mod commands;
mod credentials;
mod found;
mod german;
mod help;
pub mod plan;
pub mod reach;
mod scene;
mod words;

pub use catalogue::ALL as SENTENCES;
pub use checks::{CHECKS, Check};
pub use found::{ASSETS_PER_FINDING_MAX, CONVERSATIONS_PER_FINDING_MAX, FINDINGS_PER_CHECK_MAX, Found};
pub use help::{help, help_in, manual};
pub use scene::{End, Party, Scene, Talk};

use model::{Finding, Plant};

/// Everything worth knowing about a plant: worst first, then by check, then by assets.
pub fn findings(plant: &Plant) -> Vec<Finding> {
    of_scene(&Scene::new(plant))
}

/// The same with what the plan adds: see [`plan::hold`].
pub fn findings_against(plant: &Plant, held: &plan::Held<'_>) -> Vec<Finding> {
    of_scene(&Scene::with_plan(plant, held))
}

fn of_scene(scene: &Scene<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    for check in CHECKS {
        let mut found = Found::new(scene, check);
        (check.find)(scene, &mut found);
        all.append(&mut found.into_findings());
    }
    all.sort_by(|a, b| {
        b.severity.cmp(&a.severity).then(a.id.cmp(b.id)).then_with(|| a.assets.cmp(&b.assets))
    });
    all
}
