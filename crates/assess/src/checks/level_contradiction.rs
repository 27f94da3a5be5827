//! Assets that behave otherwise than their zone.

use std::collections::BTreeMap;

use model::{AssetId, Gap, Level, Severity};

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::plan::{Contradiction, Place};
use crate::scene::{Party, Scene, height};
use crate::words;

/// How far levels lie apart, in tenths, that are still neighbours.
const NEIGHBOURS_APART_MAX: u8 = 10;

pub(super) const CHECK: Check = Check {
    id: "level-contradiction",
    title: "Assets behave otherwise than their zone",
    severity: Severity::Low,
    technique: None,
    help: HELP,
    german: german::LEVEL_CONTRADICTION,
    find,
};

const HELP: &str = "
## What it finds
Assets whose level, inferred with high confidence from what they do, is none of the levels of their zone in the
plan. The plan stays as it is: a person decides. One finding for each zone. It needs a plan.
## Why it matters on the floor
Either the plan places the asset wrongly, and it is protected as something that it is not; or an asset does what
nobody expects where it stands, such as an operator station among the offices.
## What to do
Look at the reasons for the level of each asset. Move the asset or correct the plan; a zone may have several
levels.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let Some(held) = scene.held else { return };
    let mut zones: BTreeMap<u32, Vec<&Contradiction>> = BTreeMap::new();
    for one in &held.contradictions {
        zones.entry(one.zone).or_default().push(one);
    }
    for (number, all) in zones {
        let place = Place::Zone(number);
        let planned = held.judge.places.zone(place).map_or(&[][..], |zone| &zone.levels);
        let apart = |level: Level| planned.iter().map(|own| height(*own).abs_diff(height(level))).min();
        let far = all.iter().any(|one| apart(one.inferred) > Some(NEIGHBOURS_APART_MAX));
        let severity = if far { Severity::Medium } else { Severity::Low };
        let assets: Vec<AssetId> = all.iter().map(|one| one.asset).collect();
        found.tell_of(severity, assets.clone(), &[], CHECK.technique, || {
            let names: Vec<String> = assets.iter().map(|id| scene.label(Party::Asset(*id))).collect();
            let names = words::names(names.iter().map(String::as_str));
            let levels = words::list(planned.iter().map(|level| Gap::Level(Some(*level))));
            let inferred = words::list(all.iter().map(|one| Gap::Level(Some(one.inferred))));
            let zone = against::zone(held, place);
            let count = words::count(assets.len(), words::ASSET);
            Told {
                title: c::CONTRADICTION.with([("zone", zone), ("count", count)]),
                detail: c::CONTRADICTION_DETAIL.with([
                    ("assets", names),
                    ("inferred", inferred),
                    ("levels", levels),
                ]),
            }
        });
    }
}
