//! One entry of an access list: what it permits or denies.

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use model::firewall::{Doubt, Verdict};
use model::packets::{NumberField, Span, TcpFlags, other_numbers, spans_of};

use super::Speaker;
use super::objects::{Objects, SERVICES_MAX};
use super::words::Words;
use crate::firewalls::addresses::{Family, masked, network, wildcard};
use crate::firewalls::building::{Service, Services, Test};
use crate::firewalls::part::Part;
use crate::firewalls::words;

/// Ports that one entry may name.
const PORTS_MAX: usize = 64;

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it does.
    pub verdict: Verdict,
    /// What it meets.
    pub test: Test,
    /// True when it logs.
    pub logs: bool,
    /// True when it is switched off.
    pub inactive: bool,
}

/// What was read of an entry, and what was not understood of it.
pub type Understood = (Entry, Option<String>);

/// Reads an entry from its `permit` or `deny` on. None when it has neither.
pub fn extended(
    words: &mut Words,
    objects: &mut Objects,
    speaker: Speaker,
    family: Family,
) -> Option<Understood> {
    let verdict = verdict(words)?;
    let mut entry = Entry { verdict, test: Test::any(), logs: false, inactive: false };
    let mut reader = Reader { words, objects, speaker, family };
    let trouble = reader.fill(&mut entry).err();
    if let Some(what) = &trouble {
        // What was read so far may be wrong as well: all of its family may be met.
        let whole = Rc::new(Part::sure(family.spans()));
        entry.test =
            Test { sources: Rc::clone(&whole), destinations: whole, ..Test::any() }.doubted(what.clone());
    }
    Some((entry, trouble))
}

/// Reads an entry of a standard list, which names one address alone: IOS means the source, ASA the destination.
pub fn standard(words: &mut Words, objects: &mut Objects, speaker: Speaker) -> Option<Understood> {
    let verdict = verdict(words)?;
    let everywhere = Rc::new(Part::one(Span::IPV4));
    let test = Test { sources: Rc::clone(&everywhere), destinations: everywhere, ..Test::any() };
    let mut entry = Entry { verdict, test, logs: false, inactive: false };
    let mut reader = Reader { words, objects, speaker, family: Family::Four };
    let trouble = match reader.address(true) {
        Ok(part) => {
            match speaker {
                Speaker::Ios => entry.test.sources = part,
                Speaker::Asa => entry.test.destinations = part,
            }
            reader.options(&mut entry).err()
        }
        Err(what) => Some(what),
    };
    if let Some(what) = &trouble {
        entry.test = entry.test.doubted(what.clone());
    }
    Some((entry, trouble))
}

fn verdict(words: &mut Words) -> Option<Verdict> {
    match words.word()?.to_ascii_lowercase().as_str() {
        "permit" => Some(Verdict::Allow),
        "deny" => Some(Verdict::Deny),
        _ => None,
    }
}

struct Reader<'a, 'b> {
    words: &'a mut Words<'b>,
    objects: &'a mut Objects,
    speaker: Speaker,
    family: Family,
}

impl Reader<'_, '_> {
    fn fill(&mut self, entry: &mut Entry) -> Result<(), String> {
        let mut services = self.service()?;
        self.users(entry);
        entry.test.sources = self.address(false)?;
        let with_ports = has_ports(&services);
        if with_ports && let Some(ports) = self.ports()? {
            services = with_source_ports(&services, &ports);
        }
        self.users(entry);
        entry.test.destinations = self.address(false)?;
        if with_ports && let Some(ports) = self.ports()? {
            services = with_destination_ports(&services, &ports);
        }
        if let Some(number) = icmp_number(&services)
            && let Some(messages) = self.messages(number)?
        {
            services = messages;
        }
        entry.test.services = Rc::new(services);
        self.options(entry)
    }

    /// The protocol, or an object or group that stands for services.
    fn service(&mut self) -> Result<Services, String> {
        let word = self.words.word().ok_or("the protocol is missing")?;
        match word {
            "object" | "object-group" => {
                let name = self.words.word().ok_or("the name of the object is missing")?;
                if self.objects.protocols.contains_key(name) {
                    return Ok(Objects::plain_group(&self.objects.protocols, name));
                }
                Ok((*self.objects.services_of(name)).clone())
            }
            "ip" | "ipv6" => Ok(Services::any()),
            "tcp-udp" => Ok(Services::sure(vec![Service::of_protocol(6), Service::of_protocol(17)])),
            "icmp" if self.family == Family::Six => Ok(Services::sure(vec![Service::of_protocol(58)])),
            word => {
                let number = words::protocol(word).ok_or_else(|| format!("protocol {word} is not known"))?;
                Ok(Services::sure(vec![Service::of_protocol(number)]))
            }
        }
    }

    /// Users and security groups (ASA identity firewall, TrustSec): known to the device alone.
    fn users(&mut self, entry: &mut Entry) {
        while let Some(word) = self.words.peek() {
            let count = match word {
                "user" | "user-group" | "object-group-user" | "object-group-security" => 2,
                "security-group" => 3,
                _ => return,
            };
            let because = format!("{word} {}", self.words.second().unwrap_or_default());
            for _ in 0..count {
                self.words.word();
            }
            doubt(entry, because);
        }
    }

    fn address(&mut self, standard: bool) -> Result<Rc<Part<u128>>, String> {
        let word = self.words.word().ok_or("an address is missing")?;
        let of_family = |family: Family| Rc::new(Part::sure(family.spans()));
        match word {
            "any" => Ok(of_family(self.family)),
            "any4" => Ok(of_family(Family::Four)),
            "any6" => Ok(of_family(Family::Six)),
            "host" => {
                let word = self.words.word().ok_or("the address after host is missing")?;
                let ip = self.ip(word).ok_or_else(|| format!("{word} is no address"))?;
                Ok(Rc::new(Part::one(Span::of_ip(ip))))
            }
            "object" | "object-group" => {
                let name = self.words.word().ok_or("the name of the object is missing")?;
                let part = self.objects.addresses_of(name);
                match self.family {
                    Family::Both => Ok(part),
                    family => {
                        let mut part = (*part).clone();
                        part.keep(&family.spans());
                        Ok(Rc::new(part))
                    }
                }
            }
            "interface" => {
                let name = self.words.word().ok_or("the name of the interface is missing")?;
                let known = self.objects.interfaces.get(&name.to_ascii_lowercase());
                Ok(Rc::new(match known.filter(|known| !known.is_empty()) {
                    Some(known) => Part::sure(known.iter().map(|ip| Span::of_ip(*ip)).collect()),
                    None => Part::maybe(self.family.spans(), format!("the address of interface {name}")),
                }))
            }
            word if word.contains('/') => {
                network(word).map(|span| Rc::new(Part::one(span))).ok_or(format!("{word} is no network"))
            }
            word => self.with_mask(word, standard).map(Rc::new),
        }
    }

    /// An IPv4 address with its mask (ASA) or wildcard (IOS).
    fn with_mask(&mut self, word: &str, standard: bool) -> Result<Part<u128>, String> {
        let address = match self.ip(word) {
            Some(IpAddr::V4(address)) => address,
            Some(IpAddr::V6(address)) => return Ok(Part::one(Span::of_ip(IpAddr::V6(address)))),
            None => return Err(format!("{word} is no address")),
        };
        match self.words.peek().and_then(|word| word.parse::<Ipv4Addr>().ok()) {
            Some(mask) => {
                self.words.word();
                Ok(match self.speaker {
                    Speaker::Asa => masked(address, mask),
                    Speaker::Ios => wildcard(address, mask),
                })
            }
            None if standard => Ok(Part::one(Span::of_ip(IpAddr::V4(address)))),
            None => Err(format!("the mask of {word} is missing")),
        }
    }

    fn ip(&self, word: &str) -> Option<IpAddr> {
        word.parse::<IpAddr>().ok().or_else(|| self.objects.names.get(word).copied())
    }

    fn ports(&mut self) -> Result<Option<Part<u16>>, String> {
        let Some(word) = self.words.peek() else { return Ok(None) };
        if word == "object-group" {
            // Behind a source it may be the group of the destination as well.
            let name = self.words.second().unwrap_or_default();
            if !self.objects.services.contains_key(name) {
                return Ok(None);
            }
            self.words.takes("object-group");
            let name = self.words.word().unwrap_or_default();
            return Ok(Some((*self.objects.ports_of(name)).clone()));
        }
        port_operator(self.words).map(|found| found.map(Part::sure))
    }

    /// ICMP type and code, or a group of types.
    fn messages(&mut self, number: u8) -> Result<Option<Services>, String> {
        let Some(word) = self.words.peek() else { return Ok(None) };
        if word == "object-group" {
            self.words.word();
            let name = self.words.word().ok_or("the name of the object is missing")?;
            if self.objects.icmp_types.contains_key(name) {
                return Ok(Some(Objects::plain_group(&self.objects.icmp_types, name)));
            }
            return Ok(Some((*self.objects.services_of(name)).clone()));
        }
        let known = if number == 58 { words::icmp6(word) } else { words::icmp(word) };
        let Some((kind, mut code)) = known else { return Ok(None) };
        self.words.word();
        if let Some(written) = self.words.peek().and_then(|word| word.parse::<u8>().ok()) {
            self.words.word();
            code = Some(written);
        }
        let service = match code {
            Some(code) => Service::icmp_code(number, kind, code),
            None => Service::icmp(number, Span::one(kind)),
        };
        Ok(Some(Services::sure(vec![service])))
    }

    fn options(&mut self, entry: &mut Entry) -> Result<(), String> {
        let mut flags_any: Option<u8> = None;
        while let Some(word) = self.words.word() {
            match word.to_ascii_lowercase().as_str() {
                "log" | "log-input" => entry.logs = !self.log_arguments(),
                "inactive" => entry.inactive = true,
                "established" => set_flags(entry, |flags| flags & (TcpFlags::ACK.0 | TcpFlags::RST.0) != 0),
                "match-any" | "match-all" => self.flag_list(word, entry)?,
                "ack" | "fin" | "psh" | "rst" | "syn" | "urg" if flags_any.is_none() => {
                    let flag = flag(word).unwrap_or_default();
                    flags_any = Some(flag);
                    set_flags(entry, |flags| flags & flag != 0);
                }
                "fragments" => {
                    // Later fragments alone; a packet with its ports is none.
                    let because = "holds for later fragments alone".to_string();
                    entry.test.doubt = Some(Doubt { because, alone: Some(false) });
                }
                "evaluate" | "reflect" | "time-range" | "dscp" | "precedence" | "tos" | "ttl" | "option"
                | "flow-label" | "sequence" | "timeout" => {
                    let argument = self.words.word().unwrap_or_default();
                    if !matches!(word, "reflect" | "timeout" | "sequence") {
                        doubt(entry, format!("{word} {argument}"));
                    }
                }
                "ack-flag"
                | "dest-option"
                | "hbh"
                | "mobility"
                | "routing"
                | "undetermined-transport"
                | "auth"
                | "dynamic" => doubt(entry, word.to_string()),
                other => return Err(format!("{other} is not understood")),
            }
        }
        Ok(())
    }

    /// Takes what may stand behind `log`; true when it switches logging off.
    fn log_arguments(&mut self) -> bool {
        let mut off = false;
        while let Some(word) = self.words.peek() {
            match word {
                "disable" => off = true,
                "interval" => {
                    self.words.word();
                }
                "default" | "emergencies" | "alerts" | "critical" | "errors" | "warnings"
                | "notifications" | "informational" | "debugging" => {}
                word if word.bytes().all(|byte| byte.is_ascii_digit()) => {}
                _ => break,
            }
            self.words.word();
        }
        off
    }

    /// `match-any +ack +rst`, `match-all +syn -ack`.
    fn flag_list(&mut self, how: &str, entry: &mut Entry) -> Result<(), String> {
        let (mut set, mut clear) = (0_u8, 0_u8);
        while let Some(word) = self.words.peek().filter(|word| word.starts_with(['+', '-'])) {
            let flag = flag(word.get(1..).unwrap_or_default()).ok_or(format!("{word} is no TCP flag"))?;
            if word.starts_with('+') {
                set |= flag
            } else {
                clear |= flag
            }
            self.words.word();
        }
        if how == "match-all" {
            set_flags(entry, |flags| flags & set == set && flags & clear == 0);
        } else {
            set_flags(entry, |flags| flags & set != 0 || !flags & clear != 0);
        }
        Ok(())
    }
}

/// Reads `eq`, `neq`, `lt`, `gt`, `range`; `eq` and `neq` take several ports with IOS.
pub fn port_operator(words: &mut Words) -> Result<Option<Vec<Span<u16>>>, String> {
    let Some(operator) = words.peek() else { return Ok(None) };
    if !matches!(operator, "eq" | "neq" | "lt" | "gt" | "range") {
        return Ok(None);
    }
    words.word();
    let mut ports = Vec::new();
    let many = matches!(operator, "eq" | "neq");
    let wanted = if operator == "range" { 2 } else { 1 };
    while ports.len() < wanted || many && ports.len() < PORTS_MAX {
        let Some(port) = words.peek().and_then(words::port) else { break };
        ports.push(port);
        words.word();
    }
    let missing = || format!("{} is no port", words.peek().unwrap_or("nothing"));
    let first = ports.first().copied().ok_or_else(missing)?;
    let eq = || ports.iter().map(|port| Span::one(*port)).collect::<Vec<Span<u16>>>();
    Ok(Some(match operator {
        "eq" => eq(),
        "neq" => other_numbers(&eq(), Span::ANY),
        "lt" => first.checked_sub(1).map(|last| Span::new(0, last)).into_iter().collect(),
        "gt" => first.checked_add(1).map(|next| Span::new(next, u16::MAX)).into_iter().collect(),
        _ => vec![Span::new(first, ports.get(1).copied().ok_or_else(missing)?)],
    }))
}

fn flag(word: &str) -> Option<u8> {
    match word.to_ascii_lowercase().as_str() {
        "syn" => Some(TcpFlags::SYN.0),
        "ack" => Some(TcpFlags::ACK.0),
        "rst" => Some(TcpFlags::RST.0),
        "fin" => Some(TcpFlags::FIN.0),
        "psh" => Some(TcpFlags::PSH.0),
        "urg" => Some(TcpFlags::URG.0),
        _ => None,
    }
}

fn set_flags(entry: &mut Entry, holds: impl Fn(u8) -> bool) {
    let spans = spans_of((0..=255_u8).filter(|flags| holds(*flags)).map(u16::from));
    let narrowed = |service: &Service| {
        let flags = service.flags.iter().flat_map(|mine| spans.iter().filter_map(|span| mine.both(*span)));
        Service { flags: flags.collect(), ..service.clone() }
    };
    let services = &entry.test.services;
    let maybe = services.maybe.as_ref();
    entry.test.services = Rc::new(Services {
        sure: services.sure.iter().map(narrowed).collect(),
        maybe: maybe.map(|(services, because)| (services.iter().map(narrowed).collect(), because.clone())),
    });
}

fn doubt(entry: &mut Entry, because: String) {
    if entry.test.doubt.is_none() {
        entry.test.doubt = Some(Doubt { because, alone: None });
    }
}

/// TCP, UDP and SCTP have ports.
fn has_ports(services: &Services) -> bool {
    let ported = |service: &Service| {
        service.protocols.iter().all(|span| span.first == span.last && matches!(span.first, 6 | 17 | 132))
    };
    !services.sure.is_empty() && services.sure.iter().all(ported)
}

/// 1 or 58 when the services are ICMP alone.
fn icmp_number(services: &Services) -> Option<u8> {
    let [service] = services.sure.as_slice() else { return None };
    let [span] = service.protocols.as_slice() else { return None };
    let whole = service.destination_ports == [NumberField::DestinationPort.all()];
    let number = u8::try_from(span.first).ok().filter(|number| whole && matches!(number, 1 | 58))?;
    (span.first == span.last).then_some(number)
}

/// The services with these source ports.
pub fn with_source_ports(services: &Services, ports: &Part<u16>) -> Services {
    with_ports(services, ports, |service, spans| Service { source_ports: spans, ..service })
}

/// The services with these destination ports.
pub fn with_destination_ports(services: &Services, ports: &Part<u16>) -> Services {
    with_ports(services, ports, |service, spans| Service { destination_ports: spans, ..service })
}

fn with_ports(
    services: &Services,
    ports: &Part<u16>,
    change: impl Fn(Service, Vec<Span<u16>>) -> Service,
) -> Services {
    let changed = |spans: &[Span<u16>]| -> Vec<Service> {
        services
            .sure
            .iter()
            .take(SERVICES_MAX)
            .map(|service| change(service.clone(), spans.to_vec()))
            .collect()
    };
    let maybe = match (&ports.maybe, &services.maybe) {
        (Some((spans, because)), _) => Some((changed(spans), because.clone())),
        (None, Some((services, because))) => {
            Some((services.iter().map(|one| change(one.clone(), ports.upper())).collect(), because.clone()))
        }
        (None, None) => None,
    };
    let sure = if ports.sure.is_empty() { Vec::new() } else { changed(&ports.sure) };
    Services { sure, maybe }
}
