//! What a rule of iptables does: its target (iptables-extensions(8), "target extensions").

use std::net::IpAddr;

use ipnet::IpNet;
use model::packets::Span;

use super::super::netfilter::{Act, Family, NewAddress, Rule, service};
use super::options::{Given, Options};

/// Targets after which the next rule follows, and that change nothing that rules ask for.
const HARMLESS: [&str; 27] = [
    "AUDIT",
    "CHECKSUM",
    "CLASSIFY",
    "CONNMARK",
    "CONNSECMARK",
    "DSCP",
    "ECN",
    "HL",
    "HMARK",
    "IDLETIMER",
    "LED",
    "LOG",
    "MARK",
    "NFACCT",
    "NFLOG",
    "RATEEST",
    "SECMARK",
    "SET",
    "TCPMSS",
    "TCPOPTSTRIP",
    "TEE",
    "TOS",
    "TRACE",
    "TTL",
    "ULOG",
    "ACCOUNT",
    "CT",
];

/// Reads the target into what the rule does.
pub(super) fn acts(options: &Options, family: Family, rule: &mut Rule, problems: &mut Vec<String>) {
    let Some(target) = &options.target else { return };
    if options.goes {
        rule.acts.push(Act::Goto(target.clone()));
        return;
    }
    let given = |name: &str| options.target_given.iter().find(|given| given.name == name);
    rule.logs = matches!(target.as_str(), "LOG" | "NFLOG" | "ULOG");
    let act = match target.as_str() {
        "ACCEPT" => Act::Accept,
        "DROP" | "REJECT" | "TARPIT" | "DELUDE" | "CHAOS" => Act::Drop,
        "RETURN" => Act::Return,
        "QUEUE" | "NFQUEUE" => {
            Act::Hand("what the program decides that it is handed to (NFQUEUE)".to_string())
        }
        "TPROXY" => Act::Hand("whether a program here takes it (TPROXY)".to_string()),
        "NOTRACK" => Act::Untrack,
        "CT" if given("--notrack").is_some() => Act::Untrack,
        "SYNPROXY" => Act::Hand("what the proxy makes of its opening (SYNPROXY)".to_string()),
        "SNAT" | "MASQUERADE" | "SAME" => Act::Hide,
        "DNAT" => Act::Translate(destinations(options, family, problems)),
        "REDIRECT" => {
            Act::Divert(given("--to-ports").or(given("--to-port")).and_then(|given| ports(given.value())))
        }
        "NETMAP" => match given("--to").and_then(|given| address(given.value())) {
            Some(address) => Act::Translate(vec![NewAddress { address: Some(address), port: None }]),
            None => unknown(target, problems),
        },
        name if HARMLESS.contains(&name) => return,
        // Names of extensions are written in capitals; a chain may be as well, and is found then.
        name => Act::Jump(name.to_string()),
    };
    rule.acts.push(act);
}

fn unknown(target: &str, problems: &mut Vec<String>) -> Act {
    problems.push(format!("the target {target} is not understood: what it meets may pass or not"));
    Act::Hand(format!("what {target} does"))
}

/// `--to-destination ADDRESS[-ADDRESS][:PORT[-PORT]]`, in old files several times.
fn destinations(options: &Options, family: Family, problems: &mut Vec<String>) -> Vec<NewAddress> {
    let all: Vec<NewAddress> = options
        .target_given
        .iter()
        .filter(|given| given.name == "--to-destination")
        .filter_map(|given: &Given| destination(given.value()))
        .collect();
    if !all.is_empty() {
        return all;
    }
    problems.push("where it translates to is not understood: any address is taken".to_string());
    let anywhere = if family == Family::V4 { Span::IPV4 } else { Span::EVERYWHERE };
    vec![NewAddress { address: Some(anywhere), port: Some(Span::ANY) }]
}

fn destination(text: &str) -> Option<NewAddress> {
    let (addresses, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (addresses, rest) = rest.split_once(']')?;
            (addresses, rest.strip_prefix(':'))
        }
        None if text.matches(':').count() > 1 => (text, None),
        None => match text.split_once(':') {
            Some((addresses, port)) => (addresses, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        Some(port) => Some(ports(port)?),
        None => None,
    };
    let address = if addresses.is_empty() { None } else { Some(address(addresses)?) };
    (address.is_some() || port.is_some()).then_some(NewAddress { address, port })
}

/// `ADDRESS`, `ADDRESS-ADDRESS` or `NETWORK/LENGTH`.
fn address(text: &str) -> Option<Span<u128>> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(Span::of_net(&net));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let one = |text: &str| text.parse::<IpAddr>().ok().map(Span::of_ip);
    Some(Span::new(one(first)?.first, one(last)?.last))
}

/// `PORT` or `PORT-PORT`, with a base that only tells where counting begins.
fn ports(text: &str) -> Option<Span<u16>> {
    let text = text.split('/').next().unwrap_or(text);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(Span::new(service(first)?, service(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_read_with_ports_and_ranges() {
        let read = |text: &str| destination(text).unwrap();
        let ten = |last: u128| 0xffff_0a00_0000 + last;
        let port = |first, last| Some(Span::new(first, last));
        assert_eq!(read("10.0.0.1:80").port, port(80, 80));
        assert_eq!(read("10.0.0.1-10.0.0.9:80-90").address, Some(Span::new(ten(1), ten(9))));
        assert_eq!(read(":8080").address, None);
        assert_eq!(read("[2001:db8::1]:443").port, port(443, 443));
        assert_eq!(read("2001:db8::1").port, None);
        assert!(destination("10.0.0.1:x").is_none());
    }
}
