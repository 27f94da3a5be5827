//! Office protocols in the cells.

use model::{Family, Level, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::scene::{End, Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "it-in-cell",
    title: "Office protocols in a cell",
    severity: Severity::Info,
    technique: Some("T0867"),
    help: HELP,
    german: german::IT_IN_CELL,
    find,
};

const HELP: &str = "
## What it finds
File sharing, directory and similar office protocols that assets of levels 0 to 2 speak. One finding tells all of
them.
## Why it matters on the floor
These protocols are how a virus travels from one Windows computer to the next. In a cell they are often left over
from setting up: a share for recipes, a log-in at the office domain.
## What to do
Decide what each of them is for. Move recipes and reports to a server of the plant that is scanned for viruses, and
switch file sharing off on panels that do not need it.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let office = scene.talks.iter().filter(|talk| {
        let office = talk.conversation.family == Family::Office && talk.answered();
        office && cell_ends(talk).next().is_some()
    });
    let places: Vec<usize> = office.map(|talk| talk.index).collect();
    if places.is_empty() {
        return;
    }
    let talks = scene.at(&places);
    found.tell(Severity::Info, &places, || {
        let mut assets: Vec<_> = talks.clone().flat_map(cell_ends).map(|end| end.party()).collect();
        assets.sort();
        assets.dedup();
        let detail = c::IT_IN_CELL_DETAIL.with([
            ("assets", words::labels(talks.clone().flat_map(cell_ends))),
            ("traffic", words::traffic(talks.clone())),
            ("asked", words::labels(talks.clone().map(|talk| talk.to))),
        ]);
        let count = words::count(assets.len(), words::ASSET);
        let protocols = words::protocols(talks.clone());
        Told { title: c::IT_IN_CELL.with([("count", count), ("protocols", protocols)]), detail }
    });
}

fn cell_ends<'a>(talk: &Talk<'a>) -> impl Iterator<Item = End<'a>> + use<'a> {
    [talk.from, talk.to].into_iter().filter(|end| end.is_at_or_below(Level::Supervision))
}
