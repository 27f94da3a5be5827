//! Makers whose name says something about a device: their everyday names and their trade.

/// What a maker mostly builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trade {
    /// Controllers, remote I/O and what belongs to them.
    Automation,
    /// Drives, robots, motion.
    Drives,
    /// Protection and telecontrol of energy.
    Energy,
    /// Building automation.
    Building,
    /// Sensors and instruments.
    Instruments,
    /// Switches and routers for plants.
    PlantNetwork,
    /// Switches, routers and firewalls.
    Network,
    /// Personal computers, servers, telephones, phones.
    Office,
    /// Virtual machines.
    Virtual,
    /// Cameras.
    Cameras,
    /// Printers.
    Printers,
    /// Small boards and tinkering.
    Boards,
}

/// Beginning of the registered or stated name in lower case, everyday name, trade. The first that fits decides.
const MAKERS: &[(&str, &str, Trade)] = &[
    ("siemens building", "Siemens Building Technologies", Trade::Building),
    ("siemens switzerland", "Siemens Building Technologies", Trade::Building),
    ("siemens numerical", "Siemens", Trade::Drives),
    ("siemens", "Siemens", Trade::Automation),
    ("rockwell automation", "Rockwell Automation", Trade::Automation),
    ("allen-bradley", "Rockwell Automation", Trade::Automation),
    ("schneider electric motion", "Schneider Electric", Trade::Drives),
    ("schneider electric", "Schneider Electric", Trade::Automation),
    ("schneider-electric", "Schneider Electric", Trade::Automation),
    ("telemecanique", "Schneider Electric", Trade::Automation),
    ("square d", "Schneider Electric", Trade::Automation),
    ("modicon", "Schneider Electric", Trade::Automation),
    ("beckhoff", "Beckhoff", Trade::Automation),
    ("phoenix contact", "Phoenix Contact", Trade::Automation),
    ("wago", "WAGO", Trade::Automation),
    ("b&r industrial", "B&R", Trade::Automation),
    ("bernecker", "B&R", Trade::Automation),
    ("omron sentech", "Omron Sentech", Trade::Cameras),
    ("omron healthcare", "Omron Healthcare", Trade::Office),
    ("omron", "Omron", Trade::Automation),
    ("mitsubishi electric", "Mitsubishi Electric", Trade::Automation),
    ("yokogawa", "Yokogawa", Trade::Automation),
    ("emerson network power", "Emerson Network Power", Trade::Energy),
    ("emerson", "Emerson", Trade::Automation),
    ("fisher-rosemount", "Emerson", Trade::Automation),
    ("rosemount", "Emerson", Trade::Instruments),
    ("ge fanuc", "GE Fanuc", Trade::Automation),
    ("ge intelligent", "GE", Trade::Automation),
    ("general electric", "GE", Trade::Automation),
    ("honeywell analytics", "Honeywell", Trade::Instruments),
    ("honeywell", "Honeywell", Trade::Automation),
    ("invensys", "Invensys", Trade::Automation),
    ("triconex", "Triconex", Trade::Automation),
    ("hima", "HIMA", Trade::Automation),
    ("pilz", "Pilz", Trade::Automation),
    ("panasonic electric works", "Panasonic", Trade::Automation),
    ("keyence", "Keyence", Trade::Automation),
    ("unitronics", "Unitronics", Trade::Automation),
    ("automationdirect", "AutomationDirect", Trade::Automation),
    ("host engineering", "AutomationDirect", Trade::Automation),
    ("fatek", "Fatek", Trade::Automation),
    ("delta electronics", "Delta Electronics", Trade::Automation),
    ("kunbus", "KUNBUS", Trade::Automation),
    ("hilscher", "Hilscher", Trade::Automation),
    ("hms industrial", "HMS", Trade::Automation),
    ("prosoft technology", "ProSoft", Trade::Automation),
    ("weidm", "Weidmüller", Trade::Automation),
    ("murrelektronik", "Murrelektronik", Trade::Automation),
    ("turck", "Turck", Trade::Automation),
    ("hans turck", "Turck", Trade::Automation),
    ("balluff", "Balluff", Trade::Automation),
    ("bihl", "Bihl+Wiedemann", Trade::Automation),
    ("festo", "Festo", Trade::Automation),
    ("smc corporation", "SMC", Trade::Automation),
    ("eaton", "Eaton", Trade::Automation),
    ("moeller", "Eaton", Trade::Automation),
    ("klockner moeller", "Eaton", Trade::Automation),
    ("red lion", "Red Lion", Trade::Automation),
    ("saia", "Saia-Burgess", Trade::Automation),
    ("opto 22", "Opto 22", Trade::Automation),
    ("horner", "Horner", Trade::Automation),
    ("berghof", "Berghof", Trade::Automation),
    ("bachmann electronic", "Bachmann", Trade::Automation),
    ("sigmatek", "SIGMATEK", Trade::Automation),
    ("lti", "LTI", Trade::Drives),
    ("bosch rexroth", "Bosch Rexroth", Trade::Automation),
    ("rexroth", "Bosch Rexroth", Trade::Automation),
    ("jumo", "JUMO", Trade::Automation),
    ("softing", "Softing", Trade::Automation),
    ("abb transmission", "ABB", Trade::Energy),
    ("abb power", "ABB", Trade::Energy),
    ("abb", "ABB", Trade::Automation),
    ("asea brown", "ABB", Trade::Automation),
    ("danfoss", "Danfoss", Trade::Drives),
    ("sew eurodrive", "SEW-Eurodrive", Trade::Drives),
    ("sew-eurodrive", "SEW-Eurodrive", Trade::Drives),
    ("lenze", "Lenze", Trade::Drives),
    ("kollmorgen", "Kollmorgen", Trade::Drives),
    ("danaher motion", "Kollmorgen", Trade::Drives),
    ("parker ssd", "Parker", Trade::Drives),
    ("parker hannifin", "Parker", Trade::Drives),
    ("baumuller", "Baumüller", Trade::Drives),
    ("baumüller", "Baumüller", Trade::Drives),
    ("yaskawa", "Yaskawa", Trade::Drives),
    ("fanuc", "FANUC", Trade::Drives),
    ("kuka", "KUKA", Trade::Drives),
    ("universal robots", "Universal Robots", Trade::Drives),
    ("staubli", "Stäubli", Trade::Drives),
    ("kawasaki", "Kawasaki", Trade::Drives),
    ("stober", "STÖBER", Trade::Drives),
    ("nidec", "Nidec", Trade::Drives),
    ("control techniques", "Nidec", Trade::Drives),
    ("schweitzer", "Schweitzer Engineering Laboratories", Trade::Energy),
    ("sel ", "Schweitzer Engineering Laboratories", Trade::Energy),
    ("alstom", "Alstom", Trade::Energy),
    ("areva", "Areva", Trade::Energy),
    ("sprecher automation", "Sprecher Automation", Trade::Energy),
    ("janitza", "Janitza", Trade::Energy),
    ("sma solar", "SMA", Trade::Energy),
    ("fr. sauter", "Sauter", Trade::Building),
    ("fr.sauter", "Sauter", Trade::Building),
    ("johnson controls", "Johnson Controls", Trade::Building),
    ("tridium", "Tridium", Trade::Building),
    ("trane", "Trane", Trade::Building),
    ("alerton", "Alerton", Trade::Building),
    ("automated logic", "Automated Logic", Trade::Building),
    ("distech", "Distech Controls", Trade::Building),
    ("loytec", "LOYTEC", Trade::Building),
    ("kieback", "Kieback&Peter", Trade::Building),
    ("delta controls", "Delta Controls", Trade::Building),
    ("contemporary controls", "Contemporary Controls", Trade::Building),
    ("sick ", "SICK", Trade::Instruments),
    ("endress", "Endress+Hauser", Trade::Instruments),
    ("pepperl", "Pepperl+Fuchs", Trade::Instruments),
    ("ifm electronic", "ifm", Trade::Instruments),
    ("krohne", "KROHNE", Trade::Instruments),
    ("samson", "SAMSON", Trade::Instruments),
    ("vega grieshaber", "VEGA", Trade::Instruments),
    ("mettler", "Mettler-Toledo", Trade::Instruments),
    ("cognex", "Cognex", Trade::Cameras),
    ("basler ag", "Basler", Trade::Cameras),
    ("hirschmann", "Hirschmann", Trade::PlantNetwork),
    ("belden", "Belden", Trade::PlantNetwork),
    ("moxa", "Moxa", Trade::PlantNetwork),
    ("ruggedcom", "RuggedCom", Trade::PlantNetwork),
    ("westermo", "Westermo", Trade::PlantNetwork),
    ("insys", "INSYS", Trade::PlantNetwork),
    ("innominate", "Innominate", Trade::PlantNetwork),
    ("korenix", "Korenix", Trade::PlantNetwork),
    ("oring", "ORing", Trade::PlantNetwork),
    ("garrettcom", "GarrettCom", Trade::PlantNetwork),
    ("n-tron", "N-Tron", Trade::PlantNetwork),
    ("antaira", "Antaira", Trade::PlantNetwork),
    ("cisco", "Cisco", Trade::Network),
    ("fortinet", "Fortinet", Trade::Network),
    ("palo alto", "Palo Alto Networks", Trade::Network),
    ("juniper", "Juniper", Trade::Network),
    ("check point", "Check Point", Trade::Network),
    ("sophos", "Sophos", Trade::Network),
    ("watchguard", "WatchGuard", Trade::Network),
    ("sonicwall", "SonicWall", Trade::Network),
    ("lancom", "LANCOM", Trade::Network),
    ("routerboard", "MikroTik", Trade::Network),
    ("mikrotik", "MikroTik", Trade::Network),
    ("ubiquiti", "Ubiquiti", Trade::Network),
    ("netgear", "NETGEAR", Trade::Network),
    ("tp-link", "TP-Link", Trade::Network),
    ("d-link", "D-Link", Trade::Network),
    ("extreme networks", "Extreme Networks", Trade::Network),
    ("arista", "Arista", Trade::Network),
    ("huawei", "Huawei", Trade::Network),
    ("zte ", "ZTE", Trade::Network),
    ("procurve", "HP", Trade::Network),
    ("avm ", "AVM", Trade::Network),
    ("vmware", "VMware", Trade::Virtual),
    ("microsoft corporation", "Microsoft", Trade::Virtual),
    ("xensource", "Xen", Trade::Virtual),
    ("pcs systemtechnik", "VirtualBox", Trade::Virtual),
    ("proxmox", "Proxmox", Trade::Virtual),
    ("parallels", "Parallels", Trade::Virtual),
    ("dell", "Dell", Trade::Office),
    ("hewlett packard enterprise", "HPE", Trade::Office),
    ("hewlett packard", "HP", Trade::Office),
    ("hp inc", "HP", Trade::Office),
    ("lenovo", "Lenovo", Trade::Office),
    ("fujitsu", "Fujitsu", Trade::Office),
    ("apple", "Apple", Trade::Office),
    ("intel corp", "Intel", Trade::Office),
    ("asustek", "ASUS", Trade::Office),
    ("acer", "Acer", Trade::Office),
    ("samsung electronics", "Samsung", Trade::Office),
    ("micro-star", "MSI", Trade::Office),
    ("giga-byte", "Gigabyte", Trade::Office),
    ("realtek", "Realtek", Trade::Office),
    ("super micro", "Supermicro", Trade::Office),
    ("compal", "Compal", Trade::Office),
    ("quanta", "Quanta", Trade::Office),
    ("synology", "Synology", Trade::Office),
    ("qnap", "QNAP", Trade::Office),
    ("axis communications", "Axis", Trade::Cameras),
    ("hangzhou hikvision", "Hikvision", Trade::Cameras),
    ("zhejiang dahua", "Dahua", Trade::Cameras),
    ("mobotix", "MOBOTIX", Trade::Cameras),
    ("xerox", "Xerox", Trade::Printers),
    ("brother", "Brother", Trade::Printers),
    ("kyocera", "Kyocera", Trade::Printers),
    ("ricoh", "Ricoh", Trade::Printers),
    ("lexmark", "Lexmark", Trade::Printers),
    ("seiko epson", "Epson", Trade::Printers),
    ("canon", "Canon", Trade::Printers),
    ("konica", "Konica Minolta", Trade::Printers),
    ("zebra tech", "Zebra", Trade::Printers),
    ("raspberry", "Raspberry Pi", Trade::Boards),
    ("espressif", "Espressif", Trade::Boards),
    ("arduino", "Arduino", Trade::Boards),
];

/// Legal forms and the like at the end of a registered name, in lower case.
const FORMS: &[&str] = &[
    "gmbh & co. kg",
    "gmbh & co.kg",
    "gmbh & co kg",
    "gmbh & co.",
    "gmbh & co",
    "gmbh",
    "ag & co. kg",
    "ag",
    "kg",
    "se",
    "inc.",
    "inc",
    "incorporated",
    "llc",
    "ltd.",
    "ltd",
    "limited",
    "co.,ltd.",
    "co.,ltd",
    "co., ltd.",
    "co., ltd",
    "co.ltd",
    "co.",
    "co",
    "corp.",
    "corp",
    "corporation",
    "company",
    "s.p.a.",
    "spa",
    "s.r.l.",
    "srl",
    "s.a.",
    "sa",
    "a/s",
    "ab",
    "as",
    "oy",
    "b.v.",
    "bv",
    "n.v.",
    "k.k.",
    "pvt.",
    "pty",
];

/// The name people use: from the table, else the registered one without its legal form.
pub fn everyday(registered: &str) -> String {
    if let Some((name, _)) = find(registered) {
        return name.to_string();
    }
    let mut name = registered.trim();
    while let Some(shorter) = without_form(name) {
        name = shorter;
    }
    name.to_string()
}

/// What a maker mostly builds, where its name tells.
pub fn trade(name: &str) -> Option<Trade> {
    find(name).map(|(_, trade)| trade)
}

fn find(name: &str) -> Option<(&'static str, Trade)> {
    let lower = name.trim().to_lowercase();
    let fits = |beginning: &str| lower.starts_with(beginning) || lower == beginning.trim_end();
    MAKERS.iter().find(|(beginning, _, _)| fits(beginning)).map(|(_, name, trade)| (*name, *trade))
}

fn without_form(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    let form = FORMS.iter().find(|form| {
        lower.strip_suffix(**form).is_some_and(|rest| rest.len() > 1 && rest.ends_with([' ', ',', '.']))
    })?;
    let rest = name.get(..name.len() - form.len())?.trim_end_matches([' ', ',', '.']);
    if rest.is_empty() { None } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_names_have_no_legal_form() {
        assert_eq!(everyday("Siemens AG Austria"), "Siemens");
        assert_eq!(everyday("Krauss Maffei GmbH & Co. KG"), "Krauss Maffei");
        assert_eq!(everyday("Example Automation Co.,Ltd."), "Example Automation");
        assert_eq!(everyday("AG"), "AG");
    }

    #[test]
    fn trades_are_known_by_everyday_names_too() {
        assert_eq!(trade("Siemens"), Some(Trade::Automation));
        assert_eq!(trade("SICK"), Some(Trade::Instruments));
        assert_eq!(trade("Unknown maker"), None);
    }
}
