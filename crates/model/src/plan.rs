//! The plan of a plant: which zones there are meant to be, and which conduits between them.
//!
//! What the plan does not name between two zones is not meant to be (IEC 62443-3-2, ZCR 3; IEC 62443-1-1, 3.2.27).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;

use crate::code::codes;
use crate::packets::Span;
use crate::{Host, Level, Mac, Operation, Protection, Timestamp, Transport};

/// The zone of all public addresses that no zone claims. Always there, never listed.
pub const OUTSIDE: &str = "outside";
/// The zone of all other addresses that no zone claims. Always there, never listed.
pub const UNASSIGNED: &str = "unassigned";

/// What a plant is meant to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What people call the plant.
    pub name: Option<String>,
    /// How far the clock of the plant is ahead of UTC, in minutes: time windows and days of expiry are meant so.
    pub utc_offset_minutes: i16,
    /// Its zones, each id once.
    pub zones: Vec<Zone>,
    /// Its conduits, each id once.
    pub conduits: Vec<Conduit>,
}

impl Plan {
    /// The zone with this id.
    pub fn zone(&self, id: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id == id)
    }

    /// The conduit with this id.
    pub fn conduit(&self, id: &str) -> Option<&Conduit> {
        self.conduits.iter().find(|conduit| conduit.id == id)
    }
}

/// A group of assets with the same need for protection, as people decided it. What watching alone proposes is a
/// [`crate::Zone`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zone {
    /// Short name that conduits use, as in `cell-1`: small letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Its Purdue levels. One confirms the level of all its assets; several leave each asset the one that fits.
    pub levels: Vec<Level>,
    /// Its networks. Of several that hold an address, the longest prefix wins.
    pub prefixes: Vec<IpNet>,
    /// Its VLANs. They tell zones with the same prefix apart, and place who has no address.
    pub vlans: Vec<u16>,
    /// Single hosts in it, by IP or hardware address. A host wins over every prefix.
    pub hosts: Vec<Host>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The target security level (SL-T).
    pub security_target: Option<SecurityLevels>,
    /// True for a safety system.
    pub safety: bool,
    /// True when it is reached by radio.
    pub wireless: bool,
    /// True for what is connected for a while.
    pub temporary: bool,
    /// Its line in the file, from 1; 0 when it comes from none.
    pub line: u32,
}

/// A security level for each of the seven foundational requirements, 0 to 4 (IEC 62443-3-3, 4 and annex A): access,
/// use, integrity, confidentiality, data flow, response, availability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct SecurityLevels(pub [u8; 7]);

/// What one zone is meant to have to do with another. All that no permit names is not meant to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conduit {
    /// Short name, as in `scada-to-cell-1`.
    pub id: String,
    /// The zone at its one end. The same as the other end when it rules what happens inside a zone.
    pub from: String,
    /// The zone at its other end.
    pub to: String,
    /// Which end may start.
    pub initiator: Initiator,
    /// What may pass.
    pub permits: Vec<Permit>,
    /// The firewalls that enforce it.
    pub enforced_by: Vec<Enforcement>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
    /// How many conversations were seen in it when it was proposed.
    pub evidence: Option<u64>,
    /// Its line in the file, from 1; 0 when it comes from none.
    pub line: u32,
}

codes! {
    /// Which end of a conduit may start a conversation.
    Initiator {
        /// The end named `from`.
        From = "from",
        /// The end named `to`.
        To = "to",
        /// Both.
        Either = "either",
    }
}

impl Default for Initiator {
    /// Who is named first starts.
    fn default() -> Initiator {
        Initiator::From
    }
}

/// What may pass a conduit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permit {
    /// Names of protocols as Sluice prints them; any when empty.
    pub protocols: Vec<String>,
    /// Transports and ports; any when empty.
    pub services: Vec<Service>,
    /// What the initiator may do; anything when not given. Nothing when empty: then only a conversation passes in
    /// which no operation is recognised.
    pub operations: Option<BTreeSet<Operation>>,
    /// What the responder may do by itself. When not given: all that changes no device.
    pub responder_operations: Option<BTreeSet<Operation>>,
    /// Who may speak to whom; everybody of the two zones when empty. The first is the one who starts.
    pub peers: Vec<Peer>,
    /// The least protection that is asked for: signed or encrypted.
    pub protection: Option<Protection>,
    /// When it may be used; always when not given.
    pub window: Option<Window>,
    /// Until when it holds; for good when not given.
    pub expires: Option<Timestamp>,
    /// Why it is there.
    pub reason: Option<String>,
    /// Its line in the file, from 1; 0 when it comes from none.
    pub line: u32,
}

/// A firewall that enforces a conduit, and the way through it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enforcement {
    /// The file of its configuration, seen from the plan.
    pub firewall: String,
    /// The interface that the side which starts is behind; any when not given.
    pub in_interface: Option<String>,
    /// The interface that the other side is behind; any when not given.
    pub out_interface: Option<String>,
}

/// What carries a conversation, with the ports of the side that answers: `tcp/502`, `tcp/1024-1100`, `icmp`, `ip/47`,
/// `ethernet/0x8892`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Service {
    /// What carries it.
    pub transport: Transport,
    /// Ports, protocol numbers or EtherTypes, as [`Transport`] means them.
    pub ports: Span<u16>,
}

impl Service {
    /// True when a conversation over this transport and port is meant.
    #[inline]
    pub fn holds(&self, transport: Transport, port: u16) -> bool {
        self.transport == transport && self.ports.holds(port)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.transport.as_str())?;
        let Span { first, last } = self.ports;
        match self.transport {
            _ if self.ports == Span::ANY => Ok(()),
            Transport::Ethernet if first == last => write!(f, "/0x{first:04x}"),
            Transport::Ethernet => write!(f, "/0x{first:04x}-0x{last:04x}"),
            _ if first == last => write!(f, "/{first}"),
            _ => write!(f, "/{first}-{last}"),
        }
    }
}

impl FromStr for Service {
    type Err = ();

    fn from_str(text: &str) -> Result<Service, ()> {
        let (transport, ports) = match text.split_once('/') {
            Some((transport, ports)) => (transport, Some(ports)),
            None => (text, None),
        };
        let ports = match ports {
            None => Span::ANY,
            Some(ports) => {
                let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then(|| Span::new(first, last)).ok_or(())?
            }
        };
        Ok(Service { transport: transport.parse()?, ports })
    }
}

fn number(text: &str) -> Result<u16, ()> {
    match text.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16),
        None => text.parse(),
    }
    .map_err(|_| ())
}

/// Who may speak to whom: `10.0.4.20 -> 10.0.3.11`, `10.0.4.0/28 -> *`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Peer {
    /// Who starts.
    pub from: Member,
    /// Who answers.
    pub to: Member,
}

/// One side of a [`Peer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// Everybody of the zone.
    Any,
    /// One host.
    Host(Host),
    /// All of a network.
    Net(IpNet),
}

impl Member {
    /// True when this address is meant.
    #[inline]
    pub fn holds(&self, host: Host) -> bool {
        match (self, host) {
            (Member::Any, _) => true,
            (Member::Host(mine), host) => *mine == host,
            (Member::Net(net), Host::Ip(ip)) => net.contains(&ip),
            (Member::Net(_), Host::Mac(_)) => false,
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Member::Any => f.write_str("*"),
            Member::Host(host) => host.fmt(f),
            Member::Net(net) => net.fmt(f),
        }
    }
}

impl FromStr for Member {
    type Err = ();

    fn from_str(text: &str) -> Result<Member, ()> {
        if text == "*" {
            return Ok(Member::Any);
        }
        if let Ok(net) = text.parse::<IpNet>() {
            return if net.trunc() == net { Ok(Member::Net(net)) } else { Err(()) };
        }
        host(text).map(Member::Host).ok_or(())
    }
}

/// A host by its IP or hardware address, as people write it.
pub fn host(text: &str) -> Option<Host> {
    if let Ok(ip) = text.parse() {
        return Some(Host::Ip(ip));
    }
    let mut octets = text.split([':', '-']).map(|octet| match octet.len() {
        2 => u8::from_str_radix(octet, 16).ok(),
        _ => None,
    });
    let mut mac = [0; 6];
    for place in &mut mac {
        *place = octets.next()??;
    }
    octets.next().is_none().then_some(Host::Mac(Mac(mac)))
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)
    }
}

impl FromStr for Peer {
    type Err = ();

    fn from_str(text: &str) -> Result<Peer, ()> {
        let (from, to) = text.split_once("->").ok_or(())?;
        Ok(Peer { from: from.trim().parse()?, to: to.trim().parse()? })
    }
}

/// What is wrong with a plan, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Its line, from 1; 0 when it is about the whole plan.
    pub line: u32,
    /// The key it is about; empty when that cannot be told.
    pub key: String,
    /// What it is.
    pub text: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.key.is_empty() { String::new() } else { format!(" ({})", self.key) };
        write!(f, "line {}{key}: {}. {}", self.line, self.text, self.remedy)
    }
}

codes! {
    /// How a plant is cut into zones when a plan begins.
    Template {
        /// One zone for the whole plant, to be cut later.
        Flat = "flat",
        /// One zone for each Purdue level.
        Purdue = "purdue",
        /// One zone for each network, as machine cells have.
        Cells = "cells",
    }
}

codes! {
    /// A day of the week.
    Weekday {
        /// Monday.
        Monday = "mon",
        /// Tuesday.
        Tuesday = "tue",
        /// Wednesday.
        Wednesday = "wed",
        /// Thursday.
        Thursday = "thu",
        /// Friday.
        Friday = "fri",
        /// Saturday.
        Saturday = "sat",
        /// Sunday.
        Sunday = "sun",
    }
}

/// When something may happen, by the clock of the plant: `mon,tue,wed 06:00-14:00`, `22:00-02:00`. A window that passes
/// midnight belongs to the day on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// On which days; on all when empty.
    pub days: Vec<Weekday>,
    /// From this minute of the day.
    pub from_minute: u16,
    /// Up to this minute, which is no more in it; 1440 is the end of the day. At or before `from_minute` it is on the
    /// next day.
    pub to_minute: u16,
}

/// Minutes of a day.
const DAY_MINUTES: u16 = 1_440;

impl Window {
    /// True when the window is open at this time in a plant whose clock is so far ahead of UTC.
    pub fn is_open(&self, at: Timestamp, utc_offset_minutes: i16) -> bool {
        let minutes = at.0.div_euclid(60_000_000_000) + i64::from(utc_offset_minutes);
        let (day, minute) =
            (minutes.div_euclid(DAY_MINUTES.into()), minutes.rem_euclid(DAY_MINUTES.into()) as u16);
        let on = |day: i64| {
            // 1970-01-01 was a Thursday, the fourth day.
            let weekday = Weekday::ALL.get((day + 3).rem_euclid(7) as usize);
            self.days.is_empty() || weekday.is_some_and(|weekday| self.days.contains(weekday))
        };
        if self.from_minute < self.to_minute {
            return on(day) && (self.from_minute..self.to_minute).contains(&minute);
        }
        (on(day) && minute >= self.from_minute) || (on(day - 1) && minute < self.to_minute)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, day) in self.days.iter().enumerate() {
            write!(f, "{}{day}", if place > 0 { "," } else { "" })?;
        }
        let space = if self.days.is_empty() { "" } else { " " };
        let clock = |minute: u16| (minute / 60, minute % 60);
        let ((h1, m1), (h2, m2)) = (clock(self.from_minute), clock(self.to_minute));
        write!(f, "{space}{h1:02}:{m1:02}-{h2:02}:{m2:02}")
    }
}

impl FromStr for Window {
    type Err = ();

    fn from_str(text: &str) -> Result<Window, ()> {
        let (days, clock) = match text.trim().rsplit_once(' ') {
            Some((days, clock)) => (days, clock),
            None => ("", text.trim()),
        };
        let days = days.split([',', ' ']).filter(|day| !day.is_empty()).map(str::parse);
        let (from, to) = clock.split_once('-').ok_or(())?;
        let minute = |text: &str| {
            let (hour, minute) = text.split_once(':').ok_or(())?;
            let (hour, minute): (u16, u16) = (hour.parse().map_err(|_| ())?, minute.parse().map_err(|_| ())?);
            (hour <= 24 && minute < 60).then(|| hour * 60 + minute).filter(|m| *m <= DAY_MINUTES).ok_or(())
        };
        let (from_minute, to_minute) = (minute(from)?, minute(to)?);
        let days = days.collect::<Result<Vec<Weekday>, ()>>()?;
        if from_minute == to_minute || from_minute == DAY_MINUTES {
            return Err(());
        }
        Ok(Window { days, from_minute, to_minute })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in
            ["tcp/502", "tcp/1024-1100", "udp", "icmp", "ip/47", "ethernet/0x8892", "ethernet/0x0001-0x05dc"]
        {
            assert_eq!(text.parse::<Service>().unwrap().to_string(), text);
        }
        for text in ["10.0.4.20 -> 10.0.3.11", "10.0.4.0/28 -> *", "00:1b:1b:00:00:01 -> fd00::/64"] {
            assert_eq!(text.parse::<Peer>().unwrap().to_string(), text);
        }
        for text in ["mon,tue 06:00-14:00", "22:00-02:00", "sat 00:00-24:00"] {
            assert_eq!(text.parse::<Window>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["tcp/", "tcp/70000", "tcp/9-1", "sctp/1", "tcp/0x", ""] {
            assert!(text.parse::<Service>().is_err(), "{text}");
        }
        // A network with bits behind its prefix is a slip of the hand in one of the two.
        for text in ["10.0.4.20", "10.0.4.20 -> 10.0.3.11/24", "a -> b", "00:1b:1b:00:00 -> *"] {
            assert!(text.parse::<Peer>().is_err(), "{text}");
        }
        for text in ["06:00", "25:00-26:00", "day 06:00-07:00", "06:00-06:00", "06:61-07:00"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_window_may_pass_midnight() {
        // 2026-01-01 was a Thursday (any calendar).
        let at =
            |day: i64, hour: i64| Timestamp::from_seconds(1_767_225_600 + day * 86_400 + hour * 3_600, 0);
        let night: Window = "thu 22:00-02:00".parse().unwrap();
        let open = |window: &Window, day, hour| window.is_open(at(day, hour), 0);
        assert!(open(&night, 0, 23) && open(&night, 1, 1));
        assert!(!open(&night, 0, 1) && !open(&night, 1, 23) && !open(&night, 1, 2));
        let shift: Window = "06:00-14:00".parse().unwrap();
        assert!(!shift.is_open(at(0, 5), 0) && shift.is_open(at(0, 5), 60));
    }
}
