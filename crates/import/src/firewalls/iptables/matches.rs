//! What a rule of iptables asks of a packet (iptables(8), iptables-extensions(8), "match extensions").

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use model::packets::{
    AddressField, NumberField, PacketState, Span, TcpFlags, address_number, other_addresses, other_numbers,
};

use super::super::netfilter::{
    AddressKind, Cond, Family, Need, Rule, Side, any, doubt, icmp_type, icmpv6_type, protocol, service,
    tcp_flag,
};
use super::options::{Given, Match, Options};

/// Protocols with ports where TCP has them.
const WITH_PORTS: [u16; 5] = [6, 17, 33, 132, 136];

/// Reads what a rule needs.
pub(super) fn needs(options: &Options, family: Family, rule: &mut Rule, problems: &mut Vec<String>) {
    let mut reader = Reader { family, needs: Vec::new(), problems, protocol: None };
    for given in &options.general {
        reader.general(given);
    }
    reader.implied(options);
    for given in &options.transport {
        reader.transport(given);
    }
    for one in &options.matches {
        reader.matched(one, rule);
    }
    rule.needs = reader.needs;
}

struct Reader<'a> {
    family: Family,
    needs: Vec<Need>,
    problems: &'a mut Vec<String>,
    /// The protocol, where the rule asks for one.
    protocol: Option<u16>,
}

impl Reader<'_> {
    fn general(&mut self, given: &Given) {
        match given.name.as_str() {
            "-s" | "--source" | "--src" => self.address(AddressField::Source, given),
            "-d" | "--destination" | "--dst" => self.address(AddressField::Destination, given),
            "-i" | "--in-interface" => self.interface(Side::In, given),
            "-o" | "--out-interface" => self.interface(Side::Out, given),
            "-f" | "--fragment" => self.needs.push(doubt("whether it is a fragment", Some(given.not))),
            _ => self.asked_protocol(given),
        }
    }

    fn interface(&mut self, side: Side, given: &Given) {
        let name = match given.value().strip_suffix('+') {
            Some(start) => format!("{start}*"),
            None => given.value().to_string(),
        };
        self.needs.push(any(Cond::Interface { side, names: vec![name], not: given.not }));
    }

    fn asked_protocol(&mut self, given: &Given) {
        let number = match given.value() {
            "all" | "0" => return,
            name => protocol(name),
        };
        let Some(number) = number else { return self.unknown(&format!("-p {}", given.value())) };
        if !given.not {
            self.protocol = Some(number);
        }
        self.number(NumberField::Protocol, vec![Span::one(number)], given.not);
    }

    /// Matches as `-m tcp` ask for their protocol themselves.
    fn implied(&mut self, options: &Options) {
        if self.protocol.is_some() {
            return;
        }
        let number = options.matches.iter().find_map(|one| match one.name.as_str() {
            "tcp" => Some(6),
            "udp" => Some(17),
            "icmp" => Some(1),
            "icmp6" | "icmpv6" => Some(58),
            _ => None,
        });
        if let Some(number) = number {
            self.protocol = Some(number);
            self.number(NumberField::Protocol, vec![Span::one(number)], false);
        }
    }

    fn number(&mut self, field: NumberField, spans: Vec<Span<u16>>, not: bool) {
        let spans = if not { other_numbers(&spans, field.all()) } else { spans };
        self.needs.push(any(Cond::Number(field, spans)));
    }

    fn addresses(&mut self, field: AddressField, spans: Vec<Span<u128>>, not: bool) {
        let spans = if not { other_addresses(&spans, self.everywhere()) } else { spans };
        self.needs.push(any(Cond::Address(field, spans)));
    }

    fn everywhere(&self) -> Span<u128> {
        if self.family == Family::V4 { Span::IPV4 } else { Span::EVERYWHERE }
    }

    /// `ADDRESS`, `ADDRESS/LENGTH`, `ADDRESS/MASK`, several with commas.
    fn address(&mut self, field: AddressField, given: &Given) {
        let (mut spans, mut sure) = (Vec::new(), true);
        for text in given.value().split(',') {
            match network(text) {
                Some((span, exact)) => {
                    spans.push(span);
                    sure &= exact;
                }
                None => {
                    self.unknown(&format!("{} {text}", given.name));
                    return;
                }
            }
        }
        if !sure {
            self.needs.push(doubt(format!("the mask of {}", given.value()), None));
        }
        if sure || !given.not {
            self.addresses(field, spans, given.not);
        }
    }

    fn transport(&mut self, given: &Given) {
        match given.name.as_str() {
            "--sport" | "--source-port" => self.ports(NumberField::SourcePort, given),
            "--dport" | "--destination-port" => self.ports(NumberField::DestinationPort, given),
            "--syn" => {
                let mask = TcpFlags::SYN.and(TcpFlags::ACK).and(TcpFlags::RST).and(TcpFlags::FIN);
                self.number(NumberField::TcpFlags, TcpFlags::spans(mask, TcpFlags::SYN), given.not);
            }
            "--tcp-flags" => match (given.values.first(), given.values.get(1)) {
                (Some(mask), Some(set)) => match (flags(mask), flags(set)) {
                    (Some(mask), Some(set)) if set.0 & !mask.0 == 0 => {
                        self.number(NumberField::TcpFlags, TcpFlags::spans(mask, set), given.not);
                    }
                    (Some(_), Some(_)) => self.number(NumberField::TcpFlags, Vec::new(), given.not),
                    _ => self.unknown("--tcp-flags"),
                },
                _ => self.unknown("--tcp-flags"),
            },
            _ => self.icmp(given),
        }
    }

    fn ports(&mut self, field: NumberField, given: &Given) {
        let Some(span) = ports(given.value()) else {
            return self.unknown(&format!("{} {}", given.name, given.value()));
        };
        if self.protocol.is_none() {
            self.number(NumberField::Protocol, WITH_PORTS.map(Span::one).to_vec(), false);
        }
        self.number(field, vec![span], given.not);
    }

    /// A type, with its code behind a slash.
    fn icmp(&mut self, given: &Given) {
        let text = given.value();
        let (kind, code) = text.split_once('/').map_or((text, None), |(kind, code)| (kind, Some(code)));
        let found = if given.name == "--icmpv6-type" { icmpv6_type(kind) } else { icmp_type(kind) };
        let code = match code.map(str::parse::<u8>) {
            Some(Err(_)) => return self.unknown(&format!("{} {text}", given.name)),
            Some(Ok(code)) => Some(code),
            None => found.and_then(|(_, code)| code),
        };
        match (kind, found) {
            ("any", _) | ("255", _) if given.name == "--icmp-type" => {
                self.number(NumberField::DestinationPort, vec![Span::ANY], given.not);
            }
            (_, Some((kind, _))) => {
                let all = (u16::from(kind)) << 8;
                let span = match code {
                    Some(code) => Span::one(all | u16::from(code)),
                    None => Span::new(all, all | 0xff),
                };
                self.number(NumberField::DestinationPort, vec![span], given.not);
            }
            (_, None) => self.unknown(&format!("{} {text}", given.name)),
        }
    }

    fn matched(&mut self, one: &Match, rule: &mut Rule) {
        match one.name.as_str() {
            "tcp" | "udp" | "udplite" | "sctp" | "dccp" | "icmp" | "icmp6" | "icmpv6" => {
                for given in &one.given {
                    self.needs.push(doubt(format!("{} {}", given.name, given.value()), None));
                }
            }
            "comment" => rule.comment = one.given("--comment").map(|given| given.value().to_string()),
            "state" | "conntrack" => one.given.iter().for_each(|given| self.tracked(given)),
            "multiport" => one.given.iter().for_each(|given| self.several_ports(given)),
            "iprange" => one.given.iter().for_each(|given| self.range(given)),
            "addrtype" => one.given.iter().for_each(|given| self.kinds(given)),
            "pkttype" => one.given.iter().for_each(|given| self.packet_kind(given)),
            "limit" => self.counted(one, "limit", Some(true)),
            "hashlimit" => {
                let above = one.given("--hashlimit-above").is_some();
                self.counted(one, "hashlimit", Some(!above));
            }
            "recent" => self.recent(one, rule),
            "connlimit" => match (one.given("--connlimit-above"), one.given("--connlimit-upto")) {
                (Some(given), _) => self.counted(one, "connlimit", Some(given.not)),
                (None, Some(given)) => self.counted(one, "connlimit", Some(!given.not)),
                (None, None) => self.counted(one, "connlimit", None),
            },
            "connbytes" | "quota" | "statistic" | "time" | "owner" | "string" | "mac" | "u32" | "length"
            | "ttl" | "hl" | "tos" | "dscp" | "ecn" | "physdev" | "helper" | "realm" | "tcpmss" | "bpf"
            | "cgroup" | "cpu" | "devgroup" | "esp" | "ah" | "connlabel" | "cluster" | "geoip" | "nfacct"
            | "socket" | "ipv4options" | "hbh" | "dst" | "rt" | "frag" | "ipv6header" | "mh" | "eui64"
            | "osf" | "condition" => {
                self.untold(one);
            }
            "rpfilter" => {
                let inverted = one.given("--invert").is_some();
                let because = "whether it came in by the interface that leads back to its source (rpfilter)";
                self.needs.push(doubt(because, Some(!inverted)));
            }
            "policy" => {
                let none = one.given.iter().any(|given| given.name == "--pol" && given.value() == "none");
                self.needs.push(doubt("whether IPsec protects it", Some(none)));
            }
            "mark" | "connmark" => {
                self.untold(one);
            }
            "set" => self.needs.push(doubt(format!("what is in the set: {}", written(one)), None)),
            "" => self.unknown(&one.given.first().map(|given| given.name.clone()).unwrap_or_default()),
            name => self.unknown(&format!("-m {name}")),
        }
    }

    fn untold(&mut self, one: &Match) {
        self.needs.push(doubt(written(one), None));
    }

    fn counted(&mut self, one: &Match, word: &str, alone: Option<bool>) {
        let values: Vec<&str> = one.given.iter().map(Given::value).take(1).collect();
        self.needs.push(doubt(format!("{word} {}", values.join(" ")).trim_end(), alone));
    }

    /// `--set` meets whoever comes; `--update` and `--rcheck` whom the list knows.
    fn recent(&mut self, one: &Match, rule: &mut Rule) {
        let list = one.given("--name").map_or("DEFAULT", Given::value).to_string();
        if let Some(set) = one.given("--set") {
            rule.remembers = Some(list);
            if set.not {
                self.needs.push(Need::Any(Vec::new()));
            }
            return;
        }
        let asks = ["--update", "--rcheck", "--remove"].iter().find_map(|name| one.given(name));
        let not = asks.is_some_and(|given| given.not);
        let hits = one.given("--hitcount").and_then(|given| given.value().parse::<u32>().ok()).unwrap_or(1);
        let because = written(one);
        match asks {
            Some(_) if hits > 1 => self.needs.push(doubt(because, Some(not))),
            Some(_) => self.needs.push(Need::Remembered { list, because, not }),
            None => self.needs.push(doubt(because, None)),
        }
    }

    fn tracked(&mut self, given: &Given) {
        match given.name.as_str() {
            "--state" | "--ctstate" => self.states(given),
            "--ctproto" => match protocol(given.value()) {
                Some(number) => self.number(NumberField::Protocol, vec![Span::one(number)], given.not),
                None => self.unknown(&format!("--ctproto {}", given.value())),
            },
            "--ctdir" => {
                let original = given.value().eq_ignore_ascii_case("original") != given.not;
                self.direction(original);
            }
            _ => {
                let not = if given.not { "! " } else { "" };
                self.needs.push(doubt(format!("{not}{} {}", given.name, given.value()), None));
            }
        }
    }

    /// What opens is on its way there; of the rest it is not known.
    fn direction(&mut self, original: bool) {
        if !original {
            let later = PacketState::ALL.into_iter().filter(|state| *state != PacketState::New).collect();
            self.needs.push(any(Cond::State(later)));
        }
        self.needs.push(doubt("which side of the conversation sent it", Some(original)));
    }

    fn states(&mut self, given: &Given) {
        let (mut states, mut unsure) = (Vec::new(), false);
        for name in given.value().split(',') {
            match name.trim().to_ascii_uppercase().as_str() {
                "NEW" => states.push(PacketState::New),
                "ESTABLISHED" => states.push(PacketState::Established),
                "RELATED" => states.push(PacketState::Related),
                "INVALID" => states.push(PacketState::Invalid),
                "UNTRACKED" => states.push(PacketState::Untracked),
                "SNAT" | "DNAT" => unsure = true,
                _ => return self.unknown(&format!("{} {}", given.name, given.value())),
            }
        }
        if unsure {
            let because = format!("whether it was translated ({})", given.value());
            self.needs.push(match given.not || given.value().contains("SNAT") {
                true => doubt(because, None),
                false => Need::Translated { states, because },
            });
            return;
        }
        if given.not {
            states = PacketState::ALL.into_iter().filter(|state| !states.contains(state)).collect();
        }
        self.needs.push(any(Cond::State(states)));
    }

    fn several_ports(&mut self, given: &Given) {
        let mut spans = Vec::new();
        for text in given.value().split(',') {
            match ports(text) {
                Some(span) => spans.push(span),
                None => return self.unknown(&format!("{} {text}", given.name)),
            }
        }
        if self.protocol.is_none() {
            self.number(NumberField::Protocol, WITH_PORTS.map(Span::one).to_vec(), false);
        }
        match given.name.as_str() {
            "--sports" | "--source-ports" => self.number(NumberField::SourcePort, spans, given.not),
            "--dports" | "--destination-ports" => self.number(NumberField::DestinationPort, spans, given.not),
            "--ports" if given.not => {
                self.number(NumberField::SourcePort, spans.clone(), true);
                self.number(NumberField::DestinationPort, spans, true);
            }
            "--ports" => {
                let of = |field| vec![Cond::Number(field, spans.clone())];
                self.needs
                    .push(Need::Any(vec![of(NumberField::SourcePort), of(NumberField::DestinationPort)]));
            }
            name => self.unknown(&format!("-m multiport {name}")),
        }
    }

    fn range(&mut self, given: &Given) {
        let field = match given.name.as_str() {
            "--src-range" => AddressField::Source,
            "--dst-range" => AddressField::Destination,
            name => return self.unknown(&format!("-m iprange {name}")),
        };
        let (first, last) = given.value().split_once('-').unwrap_or((given.value(), given.value()));
        match (first.parse::<IpAddr>(), last.parse::<IpAddr>()) {
            (Ok(first), Ok(last)) => {
                let span = Span::new(address_number(first), address_number(last));
                self.addresses(field, vec![span], given.not);
            }
            _ => self.unknown(&format!("{} {}", given.name, given.value())),
        }
    }

    fn kinds(&mut self, given: &Given) {
        let field = match given.name.as_str() {
            "--src-type" => AddressField::Source,
            "--dst-type" => AddressField::Destination,
            name => return self.needs.push(doubt(format!("-m addrtype {name}"), None)),
        };
        let mut kinds = Vec::new();
        for name in given.value().split(',') {
            kinds.push(match name {
                "LOCAL" => AddressKind::Local,
                "UNICAST" => AddressKind::Unicast,
                "BROADCAST" => AddressKind::Broadcast,
                "MULTICAST" => AddressKind::Multicast,
                "ANYCAST" | "BLACKHOLE" | "UNREACHABLE" | "PROHIBIT" | "THROW" | "NAT" | "XRESOLVE"
                | "UNSPEC" => AddressKind::Routed,
                _ => return self.unknown(&format!("{} {name}", given.name)),
            });
        }
        self.needs.push(Need::Address { field, kinds, not: given.not });
    }

    /// How the frame was addressed. What is for one host came to this one's hardware address.
    fn packet_kind(&mut self, given: &Given) {
        let host = matches!(given.value().to_ascii_lowercase().as_str(), "unicast" | "host");
        self.needs.push(doubt(format!("whether its frame was {}", given.value()), Some(host != given.not)));
    }

    fn unknown(&mut self, what: &str) {
        self.problems.push(format!(
            "{what} is not understood: the rule may meet more packets than it seems, or fewer"
        ));
        self.needs.push(doubt(what, None));
    }
}

/// A match as it is written.
fn written(one: &Match) -> String {
    let mut words = vec![one.name.clone()];
    for given in &one.given {
        if given.not {
            words.push("!".to_string());
        }
        words.push(given.name.clone());
        words.extend(given.values.iter().cloned());
    }
    words.join(" ")
}

/// The addresses of a network, and whether these are all: a mask with holes is widened to its first ones.
fn network(text: &str) -> Option<(Span<u128>, bool)> {
    let (address, mask) = text.split_once('/').map_or((text, None), |(address, mask)| (address, Some(mask)));
    let address: IpAddr = address.parse().ok()?;
    let bits = if address.is_ipv4() { 32_u8 } else { 128 };
    let (length, exact) = match mask {
        None => (bits, true),
        Some(mask) => match (mask.parse::<u8>(), address) {
            (Ok(length), _) => (length, true),
            (Err(_), IpAddr::V4(_)) => {
                let mask = mask.parse::<Ipv4Addr>().ok()?.to_bits();
                let ones = mask.leading_ones();
                (ones as u8, mask.count_ones() == ones)
            }
            (Err(_), IpAddr::V6(_)) => {
                let mask = mask.parse::<Ipv6Addr>().ok()?.to_bits();
                let ones = mask.leading_ones();
                (ones as u8, mask.count_ones() == ones)
            }
        },
    };
    Some((Span::of_net(&IpNet::new(address, length).ok()?), exact))
}

/// `PORT`, `FIRST:LAST`, either of which may be missing.
fn ports(text: &str) -> Option<Span<u16>> {
    let Some((first, last)) = text.split_once(':') else { return service(text).map(Span::one) };
    let first = if first.is_empty() { Some(0) } else { service(first) };
    let last = if last.is_empty() { Some(u16::MAX) } else { service(last) };
    let (first, last) = (first?, last?);
    (first <= last).then_some(Span { first, last })
}

fn flags(text: &str) -> Option<TcpFlags> {
    let six = TcpFlags(0xfc);
    match text {
        "ALL" => return Some(six),
        "NONE" => return Some(TcpFlags(0)),
        _ => {}
    }
    text.split(',').try_fold(TcpFlags(0), |sum, name| Some(sum.and(tcp_flag(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_with_holes_are_widened() {
        let net = |text: &str| network(text).unwrap();
        assert_eq!(net("10.0.0.0/255.255.0.0"), net("10.0.0.0/16"));
        assert_eq!(net("10.0.0.1/255.0.0.255"), (net("10.0.0.0/8").0, false));
        assert!(network("plant.example").is_none());
    }

    #[test]
    fn ports_may_lack_an_end() {
        assert_eq!(ports("1024:"), Some(Span::new(1024, 65535)));
        assert_eq!(ports(":79"), Some(Span::new(0, 79)));
        assert_eq!(ports("ssh"), Some(Span::one(22)));
        assert_eq!(ports("9:3"), None);
    }
}
