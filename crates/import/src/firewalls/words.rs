//! Names that firewalls write instead of numbers: IP protocols, ports, ICMP types.

use model::packets::Span;

/// IP protocols by the names that Cisco, FortiOS and pf write (IANA Protocol Numbers; the vendors' short forms beside).
const PROTOCOLS: &[(&str, u8)] = &[
    ("hopopt", 0),
    ("icmp", 1),
    ("igmp", 2),
    ("ggp", 3),
    ("ipinip", 4),
    ("ipencap", 4),
    ("ipv4", 4),
    ("st2", 5),
    ("tcp", 6),
    ("egp", 8),
    ("igp", 9),
    ("igrp", 9),
    ("udp", 17),
    ("ipv6", 41),
    ("ipv6-route", 43),
    ("ipv6-frag", 44),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ipsec", 50),
    ("ah", 51),
    ("ahp", 51),
    ("icmp6", 58),
    ("icmpv6", 58),
    ("ipv6-icmp", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("eigrp", 88),
    ("ospf", 89),
    ("nos", 94),
    ("etherip", 97),
    ("pim", 103),
    ("pcp", 108),
    ("ipcomp", 108),
    ("snp", 109),
    ("carp", 112),
    ("vrrp", 112),
    ("l2tp", 115),
    ("pptp", 47),
    ("sctp", 132),
    ("pfsync", 240),
];

/// The number of an IP protocol by its name or number.
pub fn protocol(word: &str) -> Option<u8> {
    if let Ok(number) = word.parse::<u8>() {
        return Some(number);
    }
    PROTOCOLS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// Ports by the names that Cisco ASA and IOS write (ASA General Operations CLI guide, Addresses, Protocols, and Ports;
/// IOS Security Command Reference, `access-list (IP extended)`), and those that pf reads from /etc/services.
const PORTS: &[(&str, u16)] = &[
    ("aol", 5190),
    ("bgp", 179),
    ("biff", 512),
    ("bootpc", 68),
    ("bootps", 67),
    ("chargen", 19),
    ("cifs", 3020),
    ("citrix-ica", 1494),
    ("cmd", 514),
    ("connectedapps-plain", 15001),
    ("connectedapps-tls", 15002),
    ("ctiqbe", 2748),
    ("daytime", 13),
    ("discard", 9),
    ("dnsix", 195),
    ("domain", 53),
    ("drip", 3949),
    ("echo", 7),
    ("exec", 512),
    ("finger", 79),
    ("ftp", 21),
    ("ftp-data", 20),
    ("gopher", 70),
    ("h323", 1720),
    ("hostname", 101),
    ("hostnames", 101),
    ("http", 80),
    ("https", 443),
    ("ident", 113),
    ("imap", 143),
    ("imap4", 143),
    ("imaps", 993),
    ("irc", 194),
    ("isakmp", 500),
    ("kerberos", 750),
    ("klogin", 543),
    ("kshell", 544),
    ("ldap", 389),
    ("ldaps", 636),
    ("login", 513),
    ("lotusnotes", 1352),
    ("lpd", 515),
    ("microsoft-ds", 445),
    ("mobile-ip", 434),
    ("ms-wbt-server", 3389),
    ("msrpc", 135),
    ("nameserver", 42),
    ("netbios-dgm", 138),
    ("netbios-ns", 137),
    ("netbios-ss", 139),
    ("netbios-ssn", 139),
    ("nfs", 2049),
    ("nntp", 119),
    ("non500-isakmp", 4500),
    ("ntp", 123),
    ("onep-plain", 15001),
    ("onep-tls", 15002),
    ("pcanywhere-data", 5631),
    ("pcanywhere-status", 5632),
    ("pim-auto-rp", 496),
    ("pop2", 109),
    ("pop3", 110),
    ("pop3s", 995),
    ("pptp", 1723),
    ("radius", 1645),
    ("radius-acct", 1646),
    ("rip", 520),
    ("rsh", 514),
    ("rtsp", 554),
    ("secureid-udp", 5510),
    ("sip", 5060),
    ("sip-tls", 5061),
    ("smtp", 25),
    ("smtps", 465),
    ("snmp", 161),
    ("snmptrap", 162),
    ("sqlnet", 1521),
    ("ssh", 22),
    ("submission", 587),
    ("sunrpc", 111),
    ("syslog", 514),
    ("tacacs", 49),
    ("talk", 517),
    ("telnet", 23),
    ("tftp", 69),
    ("time", 37),
    ("uucp", 540),
    ("vxlan", 4789),
    ("who", 513),
    ("whois", 43),
    ("www", 80),
    ("xdmcp", 177),
];

/// The number of a port by its name or number.
pub fn port(word: &str) -> Option<u16> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse::<u16>().ok();
    }
    // `rip` is the routing protocol, UDP 520; `cifs` is 3020 with Cisco.
    PORTS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// Ports as `80`, `80-90`, `80:90`, `http`.
pub fn port_range(text: &str) -> Option<Span<u16>> {
    if let Some(one) = port(text.trim()) {
        return Some(Span::one(one));
    }
    let (first, last) = text.split_once(['-', ':'])?;
    let end = |word: &str, open: u16| match word.trim() {
        "" | "any" => Some(open),
        word => port(word),
    };
    Some(Span::new(end(first, 0)?, end(last, u16::MAX)?))
}

/// ICMP for IPv4 by name: type, and code where the name means one (RFC 792; IANA ICMP Parameters). The names are those of
/// Cisco and of pf (`icmp-type` in pf.conf(5)).
const ICMP: &[(&str, u8, Option<u8>)] = &[
    ("echo-reply", 0, None),
    ("echorep", 0, None),
    ("unreachable", 3, None),
    ("unreach", 3, None),
    ("net-unreachable", 3, Some(0)),
    ("host-unreachable", 3, Some(1)),
    ("protocol-unreachable", 3, Some(2)),
    ("port-unreachable", 3, Some(3)),
    ("packet-too-big", 3, Some(4)),
    ("source-route-failed", 3, Some(5)),
    ("network-unknown", 3, Some(6)),
    ("host-unknown", 3, Some(7)),
    ("host-isolated", 3, Some(8)),
    ("dod-net-prohibited", 3, Some(9)),
    ("dod-host-prohibited", 3, Some(10)),
    ("net-tos-unreachable", 3, Some(11)),
    ("host-tos-unreachable", 3, Some(12)),
    ("administratively-prohibited", 3, Some(13)),
    ("host-precedence-unreachable", 3, Some(14)),
    ("precedence-unreachable", 3, Some(15)),
    ("source-quench", 4, None),
    ("squench", 4, None),
    ("redirect", 5, None),
    ("redir", 5, None),
    ("net-redirect", 5, Some(0)),
    ("host-redirect", 5, Some(1)),
    ("net-tos-redirect", 5, Some(2)),
    ("host-tos-redirect", 5, Some(3)),
    ("alternate-address", 6, None),
    ("althost", 6, None),
    ("echo", 8, None),
    ("echoreq", 8, None),
    ("router-advertisement", 9, None),
    ("routeradv", 9, None),
    ("router-solicitation", 10, None),
    ("routersol", 10, None),
    ("time-exceeded", 11, None),
    ("timex", 11, None),
    ("ttl-exceeded", 11, Some(0)),
    ("reassembly-timeout", 11, Some(1)),
    ("parameter-problem", 12, None),
    ("paramprob", 12, None),
    ("general-parameter-problem", 12, Some(0)),
    ("option-missing", 12, Some(1)),
    ("no-room-for-option", 12, Some(2)),
    ("timestamp-request", 13, None),
    ("timereq", 13, None),
    ("timestamp-reply", 14, None),
    ("timerep", 14, None),
    ("information-request", 15, None),
    ("inforeq", 15, None),
    ("information-reply", 16, None),
    ("inforep", 16, None),
    ("mask-request", 17, None),
    ("maskreq", 17, None),
    ("mask-reply", 18, None),
    ("maskrep", 18, None),
    ("traceroute", 30, None),
    ("trace", 30, None),
    ("conversion-error", 31, None),
    ("dataconv", 31, None),
    ("mobile-redirect", 32, None),
    ("mobredir", 32, None),
    ("skip", 39, None),
    ("photuris", 40, None),
];

/// ICMP for IPv6 by name (RFC 4443, RFC 4861, RFC 2710; IANA ICMPv6 Parameters).
const ICMP6: &[(&str, u8, Option<u8>)] = &[
    ("unreachable", 1, None),
    ("destination-unreachable", 1, None),
    ("unreach", 1, None),
    ("no-route", 1, Some(0)),
    ("no-admin", 1, Some(1)),
    ("beyond-scope", 1, Some(2)),
    ("port-unreachable", 1, Some(4)),
    ("packet-too-big", 2, None),
    ("toobig", 2, None),
    ("time-exceeded", 3, None),
    ("timex", 3, None),
    ("hop-limit", 3, Some(0)),
    ("reassembly-timeout", 3, Some(1)),
    ("parameter-problem", 4, None),
    ("paramprob", 4, None),
    ("header", 4, Some(0)),
    ("next-header", 4, Some(1)),
    ("parameter-option", 4, Some(2)),
    ("echo-request", 128, None),
    ("echo", 128, None),
    ("echoreq", 128, None),
    ("echo-reply", 129, None),
    ("echorep", 129, None),
    ("membership-query", 130, None),
    ("mld-query", 130, None),
    ("listqry", 130, None),
    ("membership-report", 131, None),
    ("mld-report", 131, None),
    ("listenrep", 131, None),
    ("membership-reduction", 132, None),
    ("mld-reduction", 132, None),
    ("listendone", 132, None),
    ("router-solicitation", 133, None),
    ("routersol", 133, None),
    ("router-advertisement", 134, None),
    ("routeradv", 134, None),
    ("nd-ns", 135, None),
    ("neighbor-solicitation", 135, None),
    ("neighbrsol", 135, None),
    ("nd-na", 136, None),
    ("neighbor-advertisement", 136, None),
    ("neighbradv", 136, None),
    ("neighbor-redirect", 137, None),
    ("redirect", 137, None),
    ("redir", 137, None),
    ("router-renumbering", 138, None),
    ("routrrenum", 138, None),
    ("niqry", 139, None),
    ("nirep", 140, None),
    ("mld-v2-report", 143, None),
    ("mtraceresp", 200, None),
    ("mtrace", 201, None),
];

/// Type and code of an ICMP message by its name or number.
pub fn icmp(word: &str) -> Option<(u8, Option<u8>)> {
    message(ICMP, word)
}

/// Type and code of an ICMPv6 message by its name or number.
pub fn icmp6(word: &str) -> Option<(u8, Option<u8>)> {
    message(ICMP6, word)
}

fn message(names: &[(&str, u8, Option<u8>)], word: &str) -> Option<(u8, Option<u8>)> {
    if let Ok(number) = word.parse::<u8>() {
        return Some((number, None));
    }
    names.iter().find(|(name, ..)| word.eq_ignore_ascii_case(name)).map(|(_, kind, code)| (*kind, *code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_mean_the_same() {
        assert_eq!((protocol("TCP"), protocol("6"), protocol("nothing")), (Some(6), Some(6), None));
        assert_eq!((port("www"), port("80"), port("70000"), port("")), (Some(80), Some(80), None, None));
        assert_eq!(icmp("echo"), Some((8, None)));
        assert_eq!(icmp("administratively-prohibited"), Some((3, Some(13))));
        assert_eq!(icmp6("echo-request"), Some((128, None)));
    }

    #[test]
    fn ranges_are_written_in_several_ways() {
        assert_eq!(port_range("80-90"), Some(Span::new(80, 90)));
        assert_eq!(port_range("80:90"), Some(Span::new(80, 90)));
        assert_eq!(port_range("1024:any"), Some(Span::new(1024, 65535)));
        assert_eq!(port_range("netbios-ssn"), Some(Span::one(139)));
        assert_eq!(port_range("a-b"), None);
    }
}
