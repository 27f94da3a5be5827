//! Hosts that the plan places nowhere.

use std::collections::BTreeSet;

use model::Severity;

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::plan::Place;
use crate::scene::{End, Party, Scene};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "address-in-no-zone",
    title: "Hosts are in no zone of the plan",
    severity: Severity::Low,
    technique: None,
    help: HELP,
    german: german::ADDRESS_IN_NO_ZONE,
    find,
};

const HELP: &str = "
## What it finds
Hosts with addresses inside the plant that no zone of the plan claims by host, prefix or VLAN. One finding tells
all of them. It needs a plan.
## Why it matters on the floor
Nobody has said what these devices are for and who answers for them, so no conduit protects them and none protects
the plant from them.
## What to do
Find out what they are. Put each into the zone where it belongs, or give what is new a zone of its own.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let Some(held) = scene.held else { return };
    let lost = scene.talks.iter().filter_map(|talk| {
        let judged = held.judgements.get(talk.index)?;
        let ends = [(judged.from, talk.from), (judged.to, talk.to)];
        let lost =
            ends.into_iter().filter(|(place, end)| *place == Place::Unassigned && end.host.is_unicast());
        let lost: Vec<End<'a>> = lost.map(|(_, end)| end).collect();
        (!lost.is_empty()).then_some((talk.index, lost))
    });
    let (places, ends): (Vec<usize>, Vec<Vec<End<'a>>>) = lost.unzip();
    if places.is_empty() {
        return;
    }
    let ends: Vec<End<'a>> = ends.into_iter().flatten().collect();
    let parties: BTreeSet<Party> = ends.iter().map(End::party).collect();
    let assets = parties.iter().filter_map(|party| match party {
        Party::Asset(id) => Some(*id),
        Party::Host(_) => None,
    });
    found.tell_of(Severity::Low, assets.collect(), &places, CHECK.technique, || {
        let traffic = words::traffic(scene.at(&places));
        Told {
            title: c::IN_NO_ZONE.with([("count", words::count(parties.len(), words::DEVICE))]),
            detail: c::IN_NO_ZONE_DETAIL.with([("hosts", words::labels(ends)), ("traffic", traffic)]),
        }
    });
}
