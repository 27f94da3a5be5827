//! Plans, good and bad: what is read from each, and what is told. The expectations are what a person would note down
//! with the plan in the hand.

use std::fs;
use std::path::{Path, PathBuf};

use import::plan;
use model::plan::{Conduit, Permit, Plan, SecurityLevels, Zone};

fn case(name: &str) -> String {
    fs::read_to_string(folder().join(name)).expect("case")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans")
}

/// Without lines, which change when text is written elsewhere.
fn unplaced(mut plan: Plan) -> Plan {
    plan.zones.iter_mut().for_each(|zone| zone.line = 0);
    for conduit in &mut plan.conduits {
        conduit.line = 0;
        conduit.permits.iter_mut().for_each(|permit| permit.line = 0);
    }
    plan
}

#[test]
fn a_whole_plan_is_read() {
    let (plan, problems) = plan::read(&case("whole.plan.toml"));
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!((plan.zones.len(), plan.conduits.len(), plan.utc_offset_minutes), (2, 2, 60));
    let cell = plan.zone("cell-1").expect("zone");
    assert_eq!(cell.security_target, Some(SecurityLevels([2, 2, 2, 1, 3, 2, 2])));
    assert!(cell.safety && !cell.wireless && cell.line == 6);
    let [read, write] = plan.conduits[0].permits.as_slice() else { panic!("two permits") };
    assert_eq!(read.operations.as_ref().expect("operations").len(), 2);
    // The end of the 31st by a clock one hour ahead of UTC.
    assert_eq!(write.expires.expect("expires").to_string(), "2027-03-31T22:59:59.000000Z");
    assert_eq!(write.peers[0].to_string(), "10.0.4.20 -> 10.0.3.11");
    assert_eq!(write.window.as_ref().expect("window").to_string(), "mon,tue,wed,thu,fri 06:00-22:00");
}

#[test]
fn everything_wrong_is_told_with_line_key_and_remedy() {
    let (plan, problems) = plan::read(&case("wrong.plan.toml"));
    let told: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    let path = folder().join("wrong.expect");
    if std::env::var_os("SLUICE_UPDATE").is_some() {
        fs::write(&path, &told).expect("writable");
    }
    assert_eq!(told, fs::read_to_string(&path).unwrap_or_default());
    // What is right beside it still holds.
    let zones: Vec<&str> = plan.zones.iter().map(|zone| zone.id.as_str()).collect();
    assert_eq!(zones, ["cell-1", "cell-3", "cell-4", "cell-5"]);
    assert_eq!(plan.conduits.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["c", "d"]);
}

#[test]
fn a_broken_line_leaves_the_others() {
    let text =
        case("whole.plan.toml").replace("owner = \"Maintenance\"", "owner = Maintenance\nwireless = yes");
    let (plan, problems) = plan::read(&text);
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<u32>>(), [13, 14, 14], "{problems:?}");
    assert_eq!((plan.zones.len(), plan.conduits.len()), (2, 2));
    assert!(plan.zone("cell-1").expect("zone").safety);
}

/// A restriction that cannot be read must not fall away.
#[test]
fn a_permit_is_never_wider_than_it_was_meant() {
    let text = case("whole.plan.toml");
    for (right, wrong) in [
        ("protocols = [\"modbus\"]", "protocols = []"),
        ("protocols = [\"modbus\"]", "protocol = [\"modbus\"]"),
        ("operations = [\"read\", \"identify\"]", "operations = \"read\""),
        ("services = [\"tcp/502\"]\noperations = [\"read\"", "services = [\"502\"]\noperations = [\"read\""),
    ] {
        let (plan, problems) = plan::read(&text.replacen(right, wrong, 1));
        assert_eq!(plan.conduits[0].permits.len(), 1, "{wrong}: {problems:?}");
        assert!(problems.iter().any(|problem| problem.text.contains("left out")), "{wrong}: {problems:?}");
    }
}

#[test]
fn nothing_changed_changes_no_letter() {
    let text = case("whole.plan.toml");
    let (plan, _) = plan::read(&text);
    assert_eq!(plan::updated(&text, &plan).as_deref(), Some(text.as_str()));
}

#[test]
fn a_change_keeps_the_comments_around_it() {
    let text = case("whole.plan.toml");
    let (mut plan, _) = plan::read(&text);
    plan.zones[0].vlans = vec![10, 11];
    plan.zones[0].owner = None;
    plan.zones.push(Zone {
        id: "cell-2".into(),
        name: "Labeller".into(),
        vlans: vec![20],
        ..Zone::default()
    });
    plan.conduits[0].permits[1].expires = None;
    plan.conduits.remove(1);
    plan.conduits.push(Conduit {
        id: "x".into(),
        from: "scada".into(),
        to: "cell-2".into(),
        permits: vec![Permit::default()],
        ..Conduit::default()
    });
    let changed = plan::updated(&text, &plan).expect("TOML");
    for kept in [
        "# The filling line, as agreed",
        "# the old one",
        "# from the electrical plan, sheet 12",
        "# Why this is here",
        "# never write from here",
        "# The recipe is written",
        "vlans = [10, 11]\n",
    ] {
        assert!(changed.contains(kept), "{kept} is missing in\n{changed}");
    }
    for gone in ["Maintenance", "2027-03-31", "vendor-in"] {
        assert!(!changed.contains(gone), "{gone} is still in\n{changed}");
    }
    let (again, problems) = plan::read(&changed);
    assert!(problems.is_empty(), "{problems:?}\n{changed}");
    assert_eq!(unplaced(again), unplaced(plan));
}

/// A permit with a mistake is not among those that were read: which of the others is meant cannot be told by its place.
#[test]
fn a_permit_that_cannot_be_read_is_not_written_over() {
    let text = case("whole.plan.toml").replacen("protocols = [\"modbus\"]", "protocols = \"modbus\"", 1);
    let (mut plan, _) = plan::read(&text);
    assert_eq!(plan.conduits[0].permits.len(), 1);
    assert_eq!(plan::updated(&text, &plan).as_deref(), Some(text.as_str()), "nothing changed");
    plan.conduits[0].permits[0].expires = None;
    assert_eq!(plan::updated(&text, &plan), None);
}

#[test]
fn what_is_written_is_read_back() {
    let (plan, _) = plan::read(&case("whole.plan.toml"));
    let mut notes = plan::Notes { head: "A plant.\n\nTwo lines.".into(), ..plan::Notes::default() };
    notes.zones.insert("scada".into(), "Seen: 3 assets.".into());
    notes.permits.insert(("scada-to-cell-1".into(), 1), "Seen 5 times.".into());
    let text = plan::write(&plan, &notes);
    let (again, problems) = plan::read(&text);
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    assert_eq!(unplaced(again), unplaced(plan));
    assert!(text.starts_with("# A plant.\n#\n# Two lines.\nschema"), "{text}");
    assert!(
        text.contains("\n# Seen: 3 assets.\n[[zone]]")
            && text.contains("# Seen 5 times.\n[[conduit.permit]]")
    );
}
