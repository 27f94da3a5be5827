//! Words in names and product texts that tell what a device is for.
//!
//! Names are given by people: weak evidence. Product texts are given by makers: stronger.

use model::{Level, Role};

/// What a word points to.
pub type Meaning = (Role, Option<Level>);

const CONTROL: Option<Level> = Some(Level::Control);
const SUPERVISION: Option<Level> = Some(Level::Supervision);
const OPERATIONS: Option<Level> = Some(Level::Operations);
const DMZ: Option<Level> = Some(Level::Dmz);
const BUSINESS: Option<Level> = Some(Level::Business);

/// Parts of host names, as people give them: `HMI-LINE-01`, `plc-zuw-02`, `HISTDMZ`.
/// The flag tells that the word may also begin or end a longer part.
#[rustfmt::skip]
const NAMES: &[(&str, bool, Role, Option<Level>)] = &[
    ("dmz", true, Role::Server, DMZ),
    ("jump", true, Role::JumpHost, DMZ),
    ("jmp", true, Role::JumpHost, DMZ),
    ("bastion", true, Role::JumpHost, DMZ),
    ("plc", true, Role::Controller, CONTROL),
    ("sps", false, Role::Controller, CONTROL),
    ("rtu", true, Role::Controller, CONTROL),
    ("rtac", true, Role::Controller, CONTROL),
    ("ddc", true, Role::Controller, CONTROL),
    ("dcs", false, Role::Controller, CONTROL),
    ("pxc", false, Role::Controller, CONTROL),
    ("cpu", false, Role::Controller, CONTROL),
    ("ied", false, Role::Relay, CONTROL),
    ("relay", true, Role::Relay, CONTROL),
    ("vfd", true, Role::Drive, CONTROL),
    ("drive", true, Role::Drive, CONTROL),
    ("servo", true, Role::Drive, CONTROL),
    ("robot", true, Role::Drive, CONTROL),
    ("rio", false, Role::IoDevice, CONTROL),
    ("et200", true, Role::IoDevice, CONTROL),
    ("hmi", true, Role::Hmi, SUPERVISION),
    ("scada", true, Role::Hmi, SUPERVISION),
    ("panel", true, Role::Hmi, SUPERVISION),
    ("wincc", true, Role::Hmi, SUPERVISION),
    ("ews", true, Role::EngineeringStation, SUPERVISION),
    ("eng", false, Role::EngineeringStation, SUPERVISION),
    ("engineering", true, Role::EngineeringStation, SUPERVISION),
    ("hist", true, Role::Historian, OPERATIONS),
    ("historian", true, Role::Historian, OPERATIONS),
    ("mes", false, Role::Server, OPERATIONS),
    ("batch", false, Role::Server, OPERATIONS),
    ("bms", true, Role::Server, OPERATIONS),
    ("dc", false, Role::DirectoryServer, BUSINESS),
    ("adds", false, Role::DirectoryServer, BUSINESS),
    ("dns", false, Role::DirectoryServer, BUSINESS),
    ("ws", false, Role::Workstation, BUSINESS),
    ("pc", false, Role::Workstation, BUSINESS),
    ("desktop", true, Role::Workstation, BUSINESS),
    ("laptop", true, Role::Workstation, BUSINESS),
    ("notebook", true, Role::Workstation, BUSINESS),
    ("web", false, Role::Server, BUSINESS),
    ("wsus", true, Role::Server, BUSINESS),
    ("erp", true, Role::Server, BUSINESS),
    ("sap", false, Role::Server, BUSINESS),
    ("mail", true, Role::Server, BUSINESS),
    ("exchange", true, Role::Server, BUSINESS),
    ("intranet", true, Role::Server, BUSINESS),
    ("fileserver", true, Role::Server, BUSINESS),
    ("prn", true, Role::Printer, BUSINESS),
    ("printer", true, Role::Printer, BUSINESS),
    ("cam", false, Role::Camera, None),
    ("camera", true, Role::Camera, None),
    ("phone", true, Role::Telephone, BUSINESS),
    ("fw", false, Role::Router, None),
    ("firewall", true, Role::Router, None),
    ("gw", false, Role::Router, None),
    ("rtr", true, Role::Router, None),
    ("sw", false, Role::Switch, None),
    ("switch", true, Role::Switch, None),
    ("ap", false, Role::AccessPoint, None),
];

/// Words of product texts and order numbers, lower case. The first that stands in the text decides.
#[rustfmt::skip]
const PRODUCTS: &[(&str, Role, Option<Level>)] = &[
    ("scalance", Role::Switch, None),
    ("6gk5", Role::Switch, None),
    ("stratix", Role::Switch, None),
    ("catalyst", Role::Switch, None),
    ("edgeswitch", Role::Switch, None),
    ("railswitch", Role::Switch, None),
    ("industrial ethernet switch", Role::Switch, None),
    ("managed switch", Role::Switch, None),
    ("fortigate", Role::Router, None),
    ("firewall", Role::Router, None),
    ("routeros", Role::Router, None),
    ("cisco ios", Role::Switch, None),
    ("access point", Role::AccessPoint, None),
    ("ip phone", Role::Telephone, BUSINESS),
    ("laserjet", Role::Printer, BUSINESS),
    ("printer", Role::Printer, BUSINESS),
    ("network camera", Role::Camera, None),
    ("ip camera", Role::Camera, None),
    ("panelview", Role::Hmi, SUPERVISION),
    ("6av", Role::Hmi, SUPERVISION),
    ("simatic hmi", Role::Hmi, SUPERVISION),
    ("comfort panel", Role::Hmi, SUPERVISION),
    ("magelis", Role::Hmi, SUPERVISION),
    ("wincc", Role::Hmi, SUPERVISION),
    ("factorytalk view", Role::Hmi, SUPERVISION),
    ("intouch", Role::Hmi, SUPERVISION),
    ("ignition", Role::Hmi, SUPERVISION),
    ("zenon", Role::Hmi, SUPERVISION),
    ("citect", Role::Hmi, SUPERVISION),
    ("wonderware", Role::Hmi, SUPERVISION),
    ("scada", Role::Hmi, SUPERVISION),
    ("tia portal", Role::EngineeringStation, SUPERVISION),
    ("simatic-root-es", Role::EngineeringStation, SUPERVISION),
    ("step 7", Role::EngineeringStation, SUPERVISION),
    ("studio 5000", Role::EngineeringStation, SUPERVISION),
    ("rslogix", Role::EngineeringStation, SUPERVISION),
    ("rslinx", Role::EngineeringStation, SUPERVISION),
    ("unity pro", Role::EngineeringStation, SUPERVISION),
    ("control expert", Role::EngineeringStation, SUPERVISION),
    ("engineering station", Role::EngineeringStation, SUPERVISION),
    ("historian", Role::Historian, OPERATIONS),
    ("pi server", Role::Historian, OPERATIONS),
    ("powerflex", Role::Drive, CONTROL),
    ("sinamics", Role::Drive, CONTROL),
    ("6sl3", Role::Drive, CONTROL),
    ("altivar", Role::Drive, CONTROL),
    ("lexium", Role::Drive, CONTROL),
    ("kinetix", Role::Drive, CONTROL),
    ("acs880", Role::Drive, CONTROL),
    ("acs580", Role::Drive, CONTROL),
    ("movidrive", Role::Drive, CONTROL),
    ("vacon", Role::Drive, CONTROL),
    ("vlt ", Role::Drive, CONTROL),
    ("frequency converter", Role::Drive, CONTROL),
    ("inverter", Role::Drive, CONTROL),
    ("servo", Role::Drive, CONTROL),
    ("robot", Role::Drive, CONTROL),
    ("siprotec", Role::Relay, CONTROL),
    ("multilin", Role::Relay, CONTROL),
    ("relion", Role::Relay, CONTROL),
    ("ref615", Role::Relay, CONTROL),
    ("protection relay", Role::Relay, CONTROL),
    ("bay control", Role::Relay, CONTROL),
    ("sel-4", Role::Relay, CONTROL),
    ("sel-7", Role::Relay, CONTROL),
    ("6es7 15", Role::IoDevice, CONTROL),
    ("et 200", Role::IoDevice, CONTROL),
    ("et200", Role::IoDevice, CONTROL),
    ("im 15", Role::IoDevice, CONTROL),
    ("im15", Role::IoDevice, CONTROL),
    ("point i/o", Role::IoDevice, CONTROL),
    ("1734-", Role::IoDevice, CONTROL),
    ("1794-", Role::IoDevice, CONTROL),
    ("flex i/o", Role::IoDevice, CONTROL),
    ("remote i/o", Role::IoDevice, CONTROL),
    ("bus coupler", Role::IoDevice, CONTROL),
    ("fieldbus coupler", Role::IoDevice, CONTROL),
    ("coupler", Role::IoDevice, CONTROL),
    ("750-3", Role::IoDevice, CONTROL),
    ("ek1", Role::IoDevice, CONTROL),
    ("bk9", Role::IoDevice, CONTROL),
    ("valve terminal", Role::IoDevice, CONTROL),
    ("io-device", Role::IoDevice, CONTROL),
    ("logix", Role::Controller, CONTROL),
    ("1756-", Role::Controller, CONTROL),
    ("1769-", Role::Controller, CONTROL),
    ("2080-", Role::Controller, CONTROL),
    ("1761-", Role::Controller, CONTROL),
    ("1763-", Role::Controller, CONTROL),
    ("1766-", Role::Controller, CONTROL),
    ("micro8", Role::Controller, CONTROL),
    ("slc 5", Role::Controller, CONTROL),
    ("plc-5", Role::Controller, CONTROL),
    ("6es7 2", Role::Controller, CONTROL),
    ("6es7 3", Role::Controller, CONTROL),
    ("6es7 4", Role::Controller, CONTROL),
    ("6es7 5", Role::Controller, CONTROL),
    ("6gk7", Role::Controller, CONTROL),
    ("s7-", Role::Controller, CONTROL),
    ("s7300", Role::Controller, CONTROL),
    ("simatic", Role::Controller, CONTROL),
    ("cpu 3", Role::Controller, CONTROL),
    ("cpu 4", Role::Controller, CONTROL),
    ("cpu 1", Role::Controller, CONTROL),
    ("bmx", Role::Controller, CONTROL),
    ("bme", Role::Controller, CONTROL),
    ("tm2", Role::Controller, CONTROL),
    ("tsx", Role::Controller, CONTROL),
    ("140 cpu", Role::Controller, CONTROL),
    ("modicon", Role::Controller, CONTROL),
    ("quantum", Role::Controller, CONTROL),
    ("ac500", Role::Controller, CONTROL),
    ("pm5", Role::Controller, CONTROL),
    ("ac 800", Role::Controller, CONTROL),
    ("750-8", Role::Controller, CONTROL),
    ("pfc200", Role::Controller, CONTROL),
    ("twincat", Role::Controller, CONTROL),
    ("codesys", Role::Controller, CONTROL),
    ("axc ", Role::Controller, CONTROL),
    ("ilc ", Role::Controller, CONTROL),
    ("rtu5", Role::Controller, CONTROL),
    ("rtac", Role::Controller, CONTROL),
    ("pxc", Role::Controller, CONTROL),
    ("desigo", Role::Controller, CONTROL),
    ("jace", Role::Controller, CONTROL),
    ("niagara", Role::Controller, CONTROL),
    ("melsec", Role::Controller, CONTROL),
    ("cj2", Role::Controller, CONTROL),
    ("cp1", Role::Controller, CONTROL),
    ("nx1", Role::Controller, CONTROL),
    ("nj5", Role::Controller, CONTROL),
    ("plc", Role::Controller, CONTROL),
    ("programmable", Role::Controller, CONTROL),
    ("controller", Role::Controller, CONTROL),
    ("transmitter", Role::Instrument, Some(Level::Process)),
    ("flowmeter", Role::Instrument, Some(Level::Process)),
    ("promag", Role::Instrument, Some(Level::Process)),
    ("analyzer", Role::Instrument, Some(Level::Process)),
    ("power meter", Role::Instrument, Some(Level::Process)),
    ("gateway", Role::Gateway, CONTROL),
    ("anybus", Role::Gateway, CONTROL),
    ("egx1", Role::Gateway, CONTROL),
    ("egx3", Role::Gateway, CONTROL),
    ("link150", Role::Gateway, CONTROL),
    ("nport", Role::Gateway, CONTROL),
    ("device server", Role::Gateway, CONTROL),
    ("windows server", Role::Server, None),
];

/// Words of products and order numbers of safety systems, lower case.
const SAFETY: &[&str] = &[
    "safety",
    "fail-safe",
    "failsafe",
    "f-cpu",
    "triconex",
    "tristation",
    "tricon",
    "trident",
    "guardlogix",
    "compact guardlogix",
    "himax",
    "himatrix",
    "hiquad",
    "pnoz",
    "pssuniversal",
    "pss 4000",
    "flexi soft",
    "safe plc",
    "safeplc",
    "sil3",
    "sil 3",
];

/// Names of product families as devices give them for their type of station, lower case and without blanks. None of
/// them can be ordered or looked up in an advisory.
const FAMILIES: &[&str] = &[
    "s7-200",
    "s7-300",
    "s7-300cp",
    "s7-400",
    "s7-400cp",
    "s7-1200",
    "s7-1500",
    "et200al",
    "et200eco",
    "et200ecopn",
    "et200m",
    "et200mp",
    "et200pro",
    "et200s",
    "et200sp",
    "scalance",
    "simatic",
    "simaticnet",
    "simatics7",
    "simotion",
    "sinamics",
];

/// What a host or station name says; the word it was read from comes with it. People put the function first and the
/// place behind: the first part that says something decides.
pub fn in_name(name: &str) -> Option<(&'static str, Meaning)> {
    let label = name.split('.').next().unwrap_or(name).to_lowercase();
    let fits = |part: &str, word: &str, inside: bool| {
        part == word || (inside && (part.starts_with(word) || part.ends_with(word)))
    };
    // "et200" and the like carry digits; others only count up with them.
    let found = |part: &str| {
        let letters = part.trim_matches(|c: char| !c.is_alphabetic());
        NAMES.iter().find(|(word, inside, _, _)| {
            fits(part, word, *inside)
                || fits(letters, word, *inside)
                || letters.split(|c: char| !c.is_alphabetic()).any(|run| fits(run, word, *inside))
        })
    };
    label
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .find_map(found)
        .map(|(word, _, role, level)| (*word, (*role, *level)))
}

/// What a product text or order number says; the word it was read from comes with it.
pub fn in_product(text: &str) -> Option<(&'static str, Meaning)> {
    let text = text.to_lowercase();
    PRODUCTS
        .iter()
        .find(|(word, _, _)| begins_word(&text, word))
        .map(|(word, role, level)| (*word, (*role, *level)))
}

/// True when a product text is only the name of a family, with or without the line it belongs to (`SIMATIC S7-300`).
pub fn is_family(text: &str) -> bool {
    let bare: String = text.to_lowercase().split_whitespace().collect();
    let is = |name: &str| FAMILIES.contains(&name);
    is(&bare) || bare.strip_prefix("simatic").is_some_and(is)
}

/// True when a product text or order number belongs to a safety system.
pub fn is_safety(text: &str) -> bool {
    let text = text.to_lowercase();
    SAFETY.iter().any(|word| begins_word(&text, word)) || is_failsafe_order(&text)
}

/// Fail-safe parts of the SIMATIC line carry an F behind the dash of the order number, as in `6ES7 315-2FJ14`,
/// and in the third place there for the compact controllers, as in `6ES7 214-1AF40` (maker's catalogue).
fn is_failsafe_order(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("6es7") else { return false };
    let mut halves = rest.trim_start_matches([' ', '-']).splitn(2, '-');
    let (Some(series), Some(variant)) = (halves.next(), halves.next()) else { return false };
    let place = if series.starts_with("21") { 2 } else { 1 };
    variant.chars().nth(place) == Some('f')
}

/// True when the word stands at the beginning of some word of the text.
fn begins_word(text: &str, word: &str) -> bool {
    let first = word.bytes().next();
    text.bytes().enumerate().filter(|(_, byte)| Some(*byte) == first).any(|(at, _)| {
        let Some((before, here)) = text.split_at_checked(at) else { return false };
        here.starts_with(word)
            && (word.len() > 4 || !before.chars().next_back().is_some_and(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_give_them() {
        let role = |name| in_name(name).map(|(_, (role, _))| role);
        assert_eq!(role("HMI-LINE-01"), Some(Role::Hmi));
        assert_eq!(role("line1hmi.plant.local"), Some(Role::Hmi));
        assert_eq!(role("plc-zuw-02"), Some(Role::Controller));
        assert_eq!(role("HISTDMZ-ZUW").map(|_| in_name("HISTDMZ-ZUW").unwrap().1.1), Some(DMZ));
        assert_eq!(role("WS-HQ-0419"), Some(Role::Workstation));
        assert_eq!(role("DC01"), Some(Role::DirectoryServer));
        assert_eq!(role("HIST-SPS-01"), Some(Role::Historian));
        assert_eq!(role("et200sp-3"), Some(Role::IoDevice));
        assert_eq!(role("raspberrypi"), None);
        assert_eq!(role("Newsletter"), None);
    }

    #[test]
    fn products_as_makers_write_them() {
        let role = |text| in_product(text).map(|(_, (role, _))| role);
        assert_eq!(role("6ES7 214-1AG40-0XB0"), Some(Role::Controller));
        assert_eq!(role("BMX P34 2020"), Some(Role::Controller));
        assert_eq!(role("1769-L33ER/A LOGIX5333ER"), Some(Role::Controller));
        assert_eq!(role("2080-LC50-24QWB"), Some(Role::Controller));
        assert_eq!(role("PowerFlex 525"), Some(Role::Drive));
        assert_eq!(role("6AV2 124-0GC01-0AX0"), Some(Role::Hmi));
        assert_eq!(role("Microsoft-IIS/10.0"), None);
    }

    #[test]
    fn safety_systems() {
        assert!(is_safety("6ES7 315-2FJ14-0AB0"));
        assert!(is_safety("6ES7 214-1AF40-0XB0"));
        assert!(is_safety("Triconex 3008"));
        assert!(!is_safety("6ES7 315-2EH14-0AB0"));
        assert!(!is_safety("6ES7 331-7KF02-0AB0"));
        assert!(!is_safety("6ES7 322-1BF01-0AA0"));
    }
}
