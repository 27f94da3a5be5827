//! A plan that is proposed from a capture holds that capture; without one conduit, exactly what went through it is outside.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use actions::Watcher;
use actions::plan::{Judge, Judgement, Verdict};
use actions::queries::plan;
use model::Timestamp;
use model::plan::{Plan, Template};

struct Silent;

impl Watcher for Silent {
    fn progress(&self, _: u64, _: Option<u64>, _: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn captures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = vec![root.join("plants/filling-line/capture.pcap")];
    for folder in std::fs::read_dir(root.join("crates/decode/tests/protocols")).unwrap() {
        let files = std::fs::read_dir(folder.unwrap().path()).unwrap().map(|file| file.unwrap().path());
        found.extend(files.filter(|path| path.extension().is_some_and(|e| e == "pcap")));
    }
    found.sort();
    assert!(found.len() > 100, "the captures of the protocols are not where they were");
    found
}

fn by_conduit(judgements: &[Judgement], conduit: u32) -> Vec<usize> {
    let held = judgements.iter().enumerate();
    held.filter(|(_, judged)| matches!(judged.verdict, Verdict::Permitted(by) if by.conduit == conduit))
        .map(|(place, _)| place)
        .collect()
}

#[test]
fn a_proposal_holds_what_it_was_drawn_from() {
    let mut conduits = 0;
    for capture in captures() {
        for template in Template::ALL {
            let paths = std::slice::from_ref(&capture);
            let (_, text) = plan::propose(paths, *template, 1, &Silent).unwrap();
            let (whole, problems) = plan::read(&text);
            assert!(problems.is_empty(), "{}: {problems:?}\n{text}", capture.display());
            let checked = plan::check(&whole, &[], paths, 1, Timestamp(0), &Silent).unwrap();
            let outside: Vec<_> =
                checked.held.judgements.iter().filter(|j| j.violation().is_some()).collect();
            assert!(outside.is_empty(), "{} {template}: {outside:?}\n{text}", capture.display());
            let lost = checked.findings.iter().any(|finding| finding.id == "address-in-no-zone");
            assert!(!lost, "{} {template}: a host is in no zone\n{text}", capture.display());
            conduits += whole.conduits.len();
            for (number, _) in (0_u32..).zip(&whole.conduits) {
                let held = by_conduit(&checked.held.judgements, number);
                let mut cut: Plan = whole.clone();
                cut.conduits.remove(number as usize);
                let judgements = Judge::new(&cut).all(&checked.plant);
                let outside =
                    judgements.iter().enumerate().filter(|(_, judged)| judged.violation().is_some());
                let outside: Vec<usize> = outside.map(|(place, _)| place).collect();
                assert_eq!(outside, held, "{} {template}, conduit {number}", capture.display());
                assert!(!held.is_empty());
            }
        }
    }
    assert!(conduits > 50, "the captures hold too few conduits to show anything: {conduits}");
}

/// What changes a device is never permitted to more than was seen doing it.
#[test]
fn writes_are_never_generalised() {
    let plant = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plants/filling-line/capture.pcap");
    let (_, text) = plan::propose(&[plant], Template::Purdue, 1, &Silent).unwrap();
    let (whole, _) = plan::read(&text);
    let mut permits = 0;
    for permit in whole.conduits.iter().flat_map(|conduit| &conduit.permits) {
        let changes = permit.operations.as_ref().is_none_or(|ops| ops.iter().any(|op| op.changes_device()));
        if changes {
            permits += 1;
            assert!(!permit.peers.is_empty(), "{permit:?}");
            let exact = permit.peers.iter().all(|peer| !peer.to_string().contains(['*', '/']));
            assert!(exact && permit.services.len() == 1, "{permit:?}");
        }
    }
    assert!(permits > 0);
}
