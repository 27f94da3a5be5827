//! Which stored asset a reported one is: by hardware address, then by address and serial number, then by name.

use std::collections::BTreeSet;

/// What can tell an asset from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Hardware addresses that stand for one device.
    pub macs: BTreeSet<String>,
    /// IP addresses.
    pub ips: BTreeSet<String>,
    /// Serial number, as the device states it.
    pub serial: Option<String>,
    /// Name.
    pub name: Option<String>,
}

/// How sure it is that two are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    Name,
    Address,
    Serial,
    Mac,
}

/// The best of the candidates, the oldest where several fit alike; none when nothing fits. `is_taken` are those that
/// another asset of the same report already is: they fit by hardware address alone.
pub(super) fn choose(
    reported: &Marks,
    candidates: &[(i64, &Marks)],
    is_taken: impl Fn(i64) -> bool,
) -> Option<i64> {
    let mut best = (Fit::No, 0, 0);
    for (id, stored) in candidates {
        let fit = fit(reported, stored);
        if fit < Fit::Mac && is_taken(*id) {
            continue;
        }
        match fit.cmp(&best.0) {
            std::cmp::Ordering::Greater => best = (fit, *id, 1),
            std::cmp::Ordering::Equal => best = (fit, best.1.min(*id), best.2 + 1),
            std::cmp::Ordering::Less => {}
        }
    }
    match best {
        (Fit::No, ..) => None,
        // A name that several bear tells nothing.
        (Fit::Name, _, 2..) => None,
        (_, id, _) => Some(id),
    }
}

fn fit(reported: &Marks, stored: &Marks) -> Fit {
    if reported.macs.intersection(&stored.macs).next().is_some() {
        return Fit::Mac;
    }
    let both = |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some();
    let same_serial = both(&reported.serial, &stored.serial) && reported.serial == stored.serial;
    let other_serial = both(&reported.serial, &stored.serial) && !same_serial;
    let other_macs = !reported.macs.is_empty() && !stored.macs.is_empty();
    let same_ip = reported.ips.intersection(&stored.ips).next().is_some();
    let same_name = both(&reported.name, &stored.name) && reported.name == stored.name;
    match () {
        // A device whose network card was changed keeps its address or name, and its serial number.
        () if same_serial && (same_ip || same_name) => Fit::Serial,
        () if other_serial || other_macs => Fit::No,
        () if same_ip => Fit::Address,
        () if same_name => Fit::Name,
        () => Fit::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(macs: &[&str], ips: &[&str], serial: &str, name: &str) -> Marks {
        let set = |all: &[&str]| all.iter().map(ToString::to_string).collect();
        let some = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        Marks { macs: set(macs), ips: set(ips), serial: some(serial), name: some(name) }
    }

    fn chosen(reported: &Marks, stored: &[Marks]) -> Option<i64> {
        let candidates: Vec<(i64, &Marks)> = (1..).zip(stored).collect();
        choose(reported, &candidates, |_| false)
    }

    #[test]
    fn a_hardware_address_outweighs_an_address() {
        let stored = [marks(&[], &["10.0.0.1"], "", ""), marks(&["m1"], &["10.0.0.9"], "", "")];
        assert_eq!(chosen(&marks(&["m1"], &["10.0.0.1"], "", ""), &stored), Some(2));
    }

    #[test]
    fn another_device_on_the_same_address_is_another_asset() {
        let stored = [marks(&["m1"], &["10.0.0.1"], "", "")];
        assert_eq!(chosen(&marks(&["m2"], &["10.0.0.1"], "", ""), &stored), None);
        let stored = [marks(&[], &["10.0.0.1"], "S1", "")];
        assert_eq!(chosen(&marks(&[], &["10.0.0.1"], "S2", "plc"), &stored), None);
    }

    #[test]
    fn a_new_network_card_with_the_old_serial_number_is_the_old_asset() {
        let stored = [marks(&["m1"], &["10.0.0.1"], "S1", "")];
        assert_eq!(chosen(&marks(&["m2"], &["10.0.0.1"], "S1", ""), &stored), Some(1));
    }

    #[test]
    fn a_name_counts_when_nothing_speaks_against_it_and_one_bears_it() {
        let stored = [marks(&[], &["10.0.0.1"], "", "plc1"), marks(&["m5"], &[], "", "hmi")];
        assert_eq!(chosen(&marks(&[], &["10.0.0.2"], "", "plc1"), &stored), Some(1));
        assert_eq!(chosen(&marks(&["m6"], &[], "", "hmi"), &stored), None);
        let twice = [marks(&[], &["10.0.0.1"], "", "plc1"), marks(&[], &["10.0.0.3"], "", "plc1")];
        assert_eq!(chosen(&marks(&[], &["10.0.0.2"], "", "plc1"), &twice), None);
    }
}
