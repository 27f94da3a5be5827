//! A plant held against its plan: zones and levels as people decided them, every conversation judged.

use std::collections::BTreeMap;

use model::plan::Plan;
use model::{AssetId, Level, LevelJudgement, Plant, Timestamp, Zone};

use super::judge::{Judge, Judgement, Verdict};
use super::places::{Place, Places};
use super::table::Cell;

/// A plant held against its plan.
pub struct Held<'a> {
    /// The plan, ready to judge.
    pub judge: Judge<'a>,
    /// What it says of each conversation, in the order of the plant.
    pub judgements: Vec<Judgement>,
    /// Levels that were inferred for sure and that the plan does not have there.
    pub contradictions: Vec<Contradiction>,
    /// The present, for what has an end.
    pub now: Timestamp,
    /// What was intended, configured and observed; empty until [`super::table`] has made it.
    pub table: Vec<Cell>,
}

impl Held<'_> {
    /// True when a conduit of the plan holds the conversation at this place of the plant.
    pub fn permits(&self, conversation: usize) -> bool {
        let verdict = self.judgements.get(conversation).map(|judged| judged.verdict);
        matches!(verdict, Some(Verdict::Permitted(_)))
    }
}

/// An asset that behaves as if it stood on another level than its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The asset.
    pub asset: AssetId,
    /// The zone it is in: its place in the plan.
    pub zone: u32,
    /// What it behaves like.
    pub inferred: Level,
}

/// Holds a plant against its plan. Its assets take the zones and levels of the plan.
pub fn hold<'a>(plan: &'a Plan, plant: &mut Plant, now: Timestamp) -> Held<'a> {
    let judge = Judge::new(plan);
    let contradictions = confirm(&judge.places, plan, plant);
    let judgements = judge.all(plant);
    Held { judge, judgements, contradictions, now, table: Vec::new() }
}

/// Gives assets their zones of the plan, and the levels that the plan says. What was inferred for sure and is otherwise
/// is told.
fn confirm(places: &Places<'_>, plan: &Plan, plant: &mut Plant) -> Vec<Contradiction> {
    let mut contradictions = Vec::new();
    let mut members: BTreeMap<Place, Vec<AssetId>> = BTreeMap::new();
    for asset in &mut plant.assets {
        let place = places.of_whole(asset);
        members.entry(place).or_default().push(asset.id);
        asset.zone = Some(places.id(place).to_string());
        let (Place::Zone(number), Some(zone)) = (place, places.zone(place)) else { continue };
        asset.safety |= zone.safety;
        let inferred = asset.level.level.filter(|_| asset.level.is_high());
        if let Some(inferred) =
            inferred.filter(|level| !zone.levels.is_empty() && !zone.levels.contains(level))
        {
            contradictions.push(Contradiction { asset: asset.id, zone: number, inferred });
        }
        if let [level] = zone.levels.as_slice() {
            asset.level = LevelJudgement::confirmed(*level);
        }
    }
    let zones = (0_u32..).zip(&plan.zones).map(|(number, zone)| Zone {
        id: zone.id.clone(),
        name: zone.name.clone(),
        level: zone.levels.first().copied().filter(|_| zone.levels.len() == 1),
        prefixes: zone.prefixes.iter().map(ToString::to_string).collect(),
        vlans: zone.vlans.clone(),
        assets: members.remove(&Place::Zone(number)).unwrap_or_default(),
    });
    let zones: Vec<Zone> = zones.collect();
    let rest = members.into_iter().map(|(place, assets)| Zone {
        id: places.id(place).to_string(),
        name: if place == Place::Outside { "Outside".into() } else { "In no zone".into() },
        level: (place == Place::Outside).then_some(Level::Outside),
        prefixes: Vec::new(),
        vlans: Vec::new(),
        assets,
    });
    plant.zones = zones.into_iter().chain(rest).collect();
    contradictions
}
