//! Random rule sets in nftables text, as a person might write them, with every construct that we claim to read exactly.

use super::packets::{INTERFACES, PORTS, host};
use super::random::Random;

/// Chains of a table that others may jump to; one jumps only to later ones.
const CHAINS: usize = 4;

/// Which family a table or a rule is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Both,
    Four,
    Six,
}

/// A rule set.
pub fn rules(random: &mut Random) -> String {
    let mut text = String::new();
    let families: &[(&str, About)] = &[("inet", About::Both), ("ip", About::Four), ("ip6", About::Six)];
    for nth in 0..random.between(1, 3) {
        let (family, about) = families[if nth == 0 { 0 } else { random.below(3) }];
        text += &table(random, family, about, &format!("t{nth}"));
    }
    if random.chance(50) {
        text += &translation(random);
    }
    text
}

fn table(random: &mut Random, family: &str, about: About, name: &str) -> String {
    let mut text = format!("table {family} {name} {{\n");
    text += &sets(random);
    for nth in 0..CHAINS {
        text += &format!("\tchain c{nth} {{\n");
        for _ in 0..random.between(0, 5) {
            text += &rule(random, about, nth + 1, false);
        }
        text += "\t}\n";
    }
    for (hook, often) in
        [("prerouting", 25), ("forward", 90), ("input", 70), ("output", 50), ("postrouting", 20)]
    {
        if !random.chance(often) {
            continue;
        }
        let priority = match (hook, random.below(5)) {
            ("prerouting", 0) => "raw",
            ("prerouting" | "output", 1) => "mangle",
            (_, 2) => "filter + 10",
            (_, 3) => "-5",
            ("postrouting", _) => "0",
            _ => "filter",
        };
        let policy = if random.chance(30) { "drop" } else { "accept" };
        text += &format!(
            "\tchain {hook} {{\n\t\ttype filter hook {hook} priority {priority}; policy {policy};\n"
        );
        if priority == "raw" && random.chance(50) {
            text += &format!("\t\t{} notrack\n", matches(random, about));
        }
        for _ in 0..random.between(2, 14) {
            text += &rule(random, about, 0, matches!(hook, "forward" | "input" | "output"));
        }
        text += "\t}\n";
    }
    text + "}\n"
}

fn sets(random: &mut Random) -> String {
    let mut addresses: Vec<String> = (0..4).map(|net| network(random, net, false)).collect();
    addresses.dedup();
    let ports: Vec<String> = (0..3).map(|_| random.number(&PORTS).to_string()).collect();
    let pair = |random: &mut Random| {
        let net = random.below(4);
        format!("{} . {}", host(false, net, random.between(1, 15)), random.number(&PORTS))
    };
    let pairs: Vec<String> = (0..4).map(|_| pair(random)).collect();
    let verdicts = ["accept", "drop", "jump c3", "goto c3", "return", "continue"];
    let kinds: Vec<String> =
        INTERFACES.iter().take(3).map(|name| format!("\"{name}\" : {}", random.pick(&verdicts))).collect();
    format!(
        "\tset hosts {{\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = {{ {} }}\n\t}}\n\
         \tset ports {{\n\t\ttype inet_service\n\t\telements = {{ {} }}\n\t}}\n\
         \tset pairs {{\n\t\ttype ipv4_addr . inet_service\n\t\telements = {{ {} }}\n\t}}\n\
         \tmap by_side {{\n\t\ttype ifname : verdict\n\t\telements = {{ {} }}\n\t}}\n",
        addresses.join(", "),
        unique(ports).join(", "),
        unique(pairs).join(",\n\t\t\t"),
        kinds.join(", ")
    )
}

fn unique(mut all: Vec<String>) -> Vec<String> {
    all.sort();
    all.dedup();
    all
}

fn rule(random: &mut Random, about: About, chain: usize, may_reject: bool) -> String {
    let matches = matches(random, about);
    let counter = if random.chance(30) { "counter " } else { "" };
    let comment =
        if random.chance(20) { format!(" comment \"rule {}\"", random.below(1000)) } else { String::new() };
    let does = match random.below(20) {
        0..=4 => "accept".to_string(),
        6..=9 => "drop".to_string(),
        10 if may_reject => "reject".to_string(),
        11 if may_reject && about == About::Both => "reject with icmpx type admin-prohibited".to_string(),
        5 | 12 if chain > 0 => "return".to_string(),
        13 if chain < CHAINS => format!("jump c{}", random.between(chain, CHAINS - 1)),
        14 | 15 if chain < CHAINS => format!("goto c{}", random.between(chain, CHAINS - 1)),
        16 if chain < 3 => {
            // Without a protocol before it, which would contradict that of the map.
            let before = if random.chance(50) { side(random) } else { state(random) };
            return format!("\t\t{before} {}\n", verdict_map(random, about));
        }
        17 => "continue".to_string(),
        _ => String::new(),
    };
    if matches.is_empty() && does.is_empty() {
        return "\t\tcounter\n".to_string();
    }
    // What stops everything is rare, or nothing is left to ask.
    if matches.is_empty() && !does.starts_with("jump") && random.chance(80) {
        return format!("\t\tcounter{comment}\n");
    }
    format!("\t\t{matches} {counter}{does}{comment}\n")
}

/// A verdict map; its chain is the last one, so that no circle arises.
fn verdict_map(random: &mut Random, about: About) -> String {
    match random.below(4) {
        0 => format!("{} vmap @by_side", random.pick(&["iifname", "oifname"])),
        1 => "ct state vmap { established : accept, related : jump c3, invalid : drop }".to_string(),
        2 => {
            let (low, high) = (random.number(&[80, 102]), random.number(&[443, 502]));
            format!("tcp dport vmap {{ {low} : accept, {high}-1024 : jump c3, 4840 : drop, 8080 : goto c3 }}")
        }
        _ if about != About::Six => {
            let to = host(false, random.below(4), random.between(1, 7));
            format!("ip daddr . meta l4proto vmap {{ {to} . tcp : accept, {to} . udp : drop }}")
        }
        _ => "meta l4proto vmap { tcp : jump c3, udp : accept }".to_string(),
    }
}

/// Up to four matches that may stand in one rule.
fn matches(random: &mut Random, about: About) -> String {
    let inet = about == About::Both;
    let about = match about {
        About::Both => random.number(&[About::Both, About::Four, About::Four, About::Six]),
        about => about,
    };
    let mut all: Vec<String> = Vec::new();
    if random.chance(45) {
        all.push(side(random));
    }
    if about != About::Both && random.chance(70) {
        all.push(address(random, about == About::Six));
        if random.chance(25) {
            all.push(address(random, about == About::Six));
        }
        all.sort_by_key(|one| one.contains("tcp"));
    }
    if random.chance(55) && !all.iter().any(|one| one.contains("tcp")) {
        all.push(transport(random, about));
    }
    if random.chance(25) {
        all.push(state(random));
    }
    if random.chance(8) {
        let rare = [
            "limit rate 100000/second",
            "limit rate over 100000/second",
            "meta nfproto ipv4",
            "meta nfproto ipv6",
        ];
        all.push(rare[random.below(if inet && about == About::Both { 4 } else { 2 })].to_string());
    }
    all.join(" ")
}

fn side(random: &mut Random) -> String {
    let field = random.pick(&["iifname", "oifname"]);
    let (one, other) = (random.pick(&INTERFACES), random.pick(&INTERFACES));
    let sign = random.pick(&["", "!= "]);
    match random.below(5) {
        0 => format!("{field} {sign}\"eth*\""),
        1 if one != other => format!("{field} {sign}{{ \"{one}\", \"{other}\" }}"),
        2 => format!("{field} {sign}\"lo\""),
        _ => format!("{field} {sign}\"{one}\""),
    }
}

/// A part of the network behind an interface.
fn network(random: &mut Random, net: usize, six: bool) -> String {
    let hosts = (random.between(1, 7), random.between(1, 7));
    match (six, random.below(5)) {
        (false, 0) => format!("10.{net}.0.0/16"),
        (false, 1) => format!("10.{net}.0.0/29"),
        (false, 2) => {
            let (first, last) = (host(six, net, hosts.0.min(hosts.1)), host(six, net, hosts.0.max(hosts.1)));
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        }
        (true, 0) => format!("fd00:{net}::/64"),
        (true, 1) => format!("fd00:{net}::/125"),
        _ => host(six, net, hosts.0).to_string(),
    }
}

fn address(random: &mut Random, six: bool) -> String {
    let (family, net) = (if six { "ip6" } else { "ip" }, random.below(4));
    let field = random.pick(&["saddr", "daddr"]);
    let sign = random.pick(&["", "", "!= "]);
    match random.below(8) {
        0 if !six => format!("ip {field} {sign}@hosts"),
        1 if !six => format!("ip {field} . tcp dport {sign}@pairs"),
        2 => {
            let nets: Vec<String> = (0..4).map(|net| network(random, net, six)).collect();
            format!("{family} {field} {sign}{{ {} }}", nets.join(", "))
        }
        3 if !six => format!("ip {field} & 255.255.255.0 == 10.{net}.{}.0", random.below(2)),
        4 if !six => {
            let to = host(six, net, random.between(1, 7));
            format!(
                "iifname . ip {field} {{ \"{}\" . {to}, \"eth1\" . 10.1.0.4 }}",
                random.pick(&["wan0", "lan"])
            )
        }
        _ => format!("{family} {field} {sign}{}", network(random, net, six)),
    }
}

fn transport(random: &mut Random, about: About) -> String {
    let field = random.pick(&["dport", "dport", "sport"]);
    let protocol = random.pick(&["tcp", "tcp", "udp"]);
    let port = random.number(&PORTS);
    match random.below(14) {
        0 => format!("{protocol} {field} != {port}"),
        1 => format!("{protocol} {field} {{ {port}, 1025-5000 }}"),
        2 => format!("{protocol} {field} {}-{}", port.min(500), port.max(500)),
        3 => format!("{protocol} {field} {} {port}", random.pick(&["<", "<=", ">", ">="])),
        4 => format!("{protocol} {field} {}@ports", random.pick(&["", "!= "])),
        5 => format!("meta l4proto {{ tcp, udp }} th {field} {port}"),
        6 => flags(random),
        7 if about == About::Four => {
            format!("icmp type {}", random.pick(&["echo-request", "{ 0, 13 }", "!= 8"]))
        }
        8 if about == About::Four => {
            format!(
                "icmp {}",
                random.pick(&["code 1", "type . icmp code { 3 . 1, 8 . 0 }", "type destination-unreachable"])
            )
        }
        7 | 8 if about == About::Six => {
            format!("icmpv6 type {}", random.pick(&["echo-request", "{ 1, 129 }", "!= echo-request"]))
        }
        9 => format!(
            "meta l4proto {}{}",
            random.pick(&["", "!= "]),
            random.pick(&["tcp", "udp", "gre", "{ tcp, 50 }"])
        ),
        10 if about == About::Four => format!("ip protocol {}", random.pick(&["tcp", "!= udp", "icmp"])),
        10 if about == About::Six => format!("ip6 nexthdr {}", random.pick(&["tcp", "!= udp", "icmpv6"])),
        _ => format!("{protocol} {field} {port}"),
    }
}

fn flags(random: &mut Random) -> String {
    let all = [
        "tcp flags syn",
        "tcp flags == syn",
        "tcp flags != syn",
        "tcp flags syn,ack",
        "tcp flags & (fin|syn|rst|ack) == syn",
        "tcp flags & (fin | syn | rst | ack) != syn",
        "tcp flags syn / fin,syn,rst,ack",
        "tcp flags { syn, syn | ack, ack }",
        "tcp flags ! fin",
        "tcp flags & (fin|syn) == fin|syn",
        "tcp flags & (fin|syn|rst|psh|ack|urg) == 0x0",
    ];
    random.pick(&all).to_string()
}

fn state(random: &mut Random) -> String {
    let all = [
        "ct state established,related",
        "ct state new",
        "ct state invalid",
        "ct state != invalid",
        "ct state { new, untracked }",
        "ct state != { established, related }",
        "ct state new,untracked",
        "ct state established",
        "ct state != established,related",
    ];
    random.pick(&all).to_string()
}

/// Translation of destinations to hosts behind the same interface, so that the packet leaves as the question says.
fn translation(random: &mut Random) -> String {
    let mut text = "table ip translate {\n\tchain published {\n".to_string();
    let rule = |random: &mut Random| {
        let net = random.below(4);
        let range = format!("10.{net}.0.2-10.{net}.0.8");
        let protocol = random.pick(&["tcp", "udp"]);
        let (port, to) = (random.number(&PORTS), host(false, net, random.between(1, 7)));
        let side = if random.chance(40) {
            format!("iifname \"{}\" ", random.pick(&INTERFACES))
        } else {
            String::new()
        };
        let does = match random.below(7) {
            0 => format!("dnat to {to}"),
            1 => "redirect to :8080".to_string(),
            2 => "accept".to_string(),
            3 => {
                let other = host(false, net, random.between(1, 7));
                return format!(
                    "\t\t{side}ip daddr {range} {protocol} dport {{ 22, 80 }} dnat to {protocol} dport map {{ 22 : {to}, 80 : {other} }}\n"
                );
            }
            4 => format!("dnat to :{}", random.number(&PORTS)),
            5 => "return".to_string(),
            _ => format!("dnat to {to}:{}", random.number(&PORTS)),
        };
        format!("\t\t{side}ip daddr {range} {protocol} dport {port} {does}\n")
    };
    for _ in 0..random.between(1, 4) {
        text += &rule(random);
    }
    text += "\t}\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n";
    for _ in 0..random.between(0, 3) {
        text += &rule(random);
    }
    text += "\t\tjump published\n\t}\n\tchain post {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n";
    text +=
        &format!("\t\toifname \"{}\" ip saddr 10.0.0.0/8 masquerade\n\t}}\n}}\n", random.pick(&INTERFACES));
    text
}
