//! Firewall configurations. One file per dialect: a row of [`DIALECTS`], a function that reads.

mod addresses;
mod asa;
mod building;
mod cisco;
mod fortios;
mod ios;
mod iptables;
mod netfilter;
mod nftables;
mod part;
mod pf;
mod words;

use model::firewall::{Dialect, Firewall};

/// Problems that are told of one configuration.
const PROBLEMS_MAX: usize = 10_000;

/// How one dialect is told from the others, and how it is read.
struct Reader {
    dialect: Dialect,
    /// True when the text can only be this dialect; the first row that says so reads it.
    recognises: fn(&str) -> bool,
    read: fn(&str) -> Firewall,
}

/// Every dialect that is read.
const DIALECTS: &[Reader] = &[
    Reader {
        dialect: Dialect::NftablesJson,
        recognises: nftables::recognises_json,
        read: nftables::read_json,
    },
    Reader { dialect: Dialect::Nftables, recognises: nftables::recognises, read: nftables::read },
    Reader { dialect: Dialect::CiscoAsa, recognises: asa::recognises, read: asa::read },
    Reader { dialect: Dialect::OpnSense, recognises: pf::recognises_opnsense, read: pf::read_opnsense },
    Reader { dialect: Dialect::PfSense, recognises: pf::recognises_pfsense, read: pf::read_pfsense },
    Reader { dialect: Dialect::FortiOs, recognises: fortios::recognises, read: fortios::read },
    Reader { dialect: Dialect::CiscoIos, recognises: ios::recognises, read: ios::read },
    Reader { dialect: Dialect::Iptables, recognises: iptables::recognises, read: iptables::read },
];

/// The dialect of a configuration, by its content.
pub fn recognise(text: &str) -> Option<Dialect> {
    DIALECTS.iter().find(|reader| (reader.recognises)(text)).map(|reader| reader.dialect)
}

/// Reads a configuration of any dialect; none when no dialect recognises it.
pub fn read_firewall(text: &str) -> Option<Firewall> {
    let reader = DIALECTS.iter().find(|reader| (reader.recognises)(text))?;
    let mut firewall = (reader.read)(text);
    firewall.dialect = reader.dialect;
    Some(firewall)
}
