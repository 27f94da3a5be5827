//! The rules of people: the legacy list `filter/rule`, and the newer one of OPNsense, `OPNsense/Firewall/Filter/rules`,
//! which may stand side by side since version 26.1.

use std::rc::Rc;

use model::firewall::{Doubt, Interface, Rule, RuleAction, Verdict};
use model::packets::{Span, other_numbers};

use super::Product;
use super::places::Going;
use super::sides::{Names, Sides, with_flags};
use super::xml::Node;
use crate::firewalls::addresses::Family;
use crate::firewalls::building::{Building, Services, Test, each, not_itself};

/// Priorities of OPNsense (filter.lib.inc, FilterRuleField.php): rules of several interfaces, of groups, of one; behind
/// them those that belong to translations. In pfSense the order is the same.
pub const FLOATING: u32 = 200_000;
/// Rules of a group of interfaces.
pub const GROUP: u32 = 300_000;
/// Rules of one interface.
pub const INTERFACE: u32 = 400_000;
/// Rules that a translation brings along.
pub const TRANSLATION: u32 = 500_000;

/// Which packets of an interface a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Those that come in.
    In,
    /// Those that leave.
    Out,
    /// Both.
    Any,
}

/// A rule as pf is told it.
#[derive(Debug, Clone)]
pub struct PfRule {
    /// Where it stands: the lowest comes first; equal ones as they were added.
    pub priority: u32,
    /// What it decides; none when it decides nothing.
    pub verdict: Option<Verdict>,
    /// Ends the search when it meets.
    pub quick: bool,
    /// Which way.
    pub direction: Direction,
    /// Its interfaces; none for any.
    pub interfaces: Option<Vec<Span<u16>>>,
    /// What it meets, one test for each family.
    pub tests: Vec<Test>,
    /// The mark it puts on packets.
    pub tag: Option<String>,
    /// The mark that packets must have.
    pub tagged: Option<String>,
    /// Blocks before anything else is asked.
    pub first: bool,
    /// Its rule.
    pub rule: Option<usize>,
}

/// Settings of a rule that make it meet fewer packets, and that no packet shows alone.
const RESTRICTING: &[&str] =
    &["os", "sched", "schedule", "dscp", "prio", "vlanprio", "nottagged", "set-tos", "tos", "bridgeto"];
/// Settings that bound how much a rule lets through: the first packet always fits.
const LIMITS: &[&str] = &["max", "max-src-nodes", "max-src-conn", "max-src-states", "max-src-conn-rate"];

/// All rules of people.
pub fn read(root: Node, product: Product, names: &mut Names, building: &mut Building) -> Vec<PfRule> {
    let mut rules = Vec::new();
    let mut newer: Vec<Node> = Vec::new();
    if let Some(list) = root.at("OPNsense/Firewall/Filter/rules") {
        newer.extend(list.children("rule"));
        newer.sort_by_key(|rule| rule.value("sequence").parse::<u32>().unwrap_or(1));
    }
    let legacy: Vec<Node> = root.child("filter").into_iter().flat_map(|list| list.children("rule")).collect();
    if !newer.is_empty() && !legacy.is_empty() {
        let what =
            "rules stand in the legacy list and in the newer one: in each priority the newer ones come first";
        building.problem(legacy.first().map_or(0, Node::line), what);
    }
    for (rule, nth) in newer.iter().zip(1_usize..) {
        rules.extend(newer_rule(*rule, nth, names, building));
    }
    for (rule, nth) in legacy.iter().zip(1_usize..) {
        rules.extend(legacy_rule(*rule, nth, product, names, building));
    }
    rules
}

/// What both kinds of rules have, spelled alike.
struct Written<'a> {
    node: Node<'a>,
    name: String,
    list: String,
    text: String,
    disabled: bool,
    action: &'a str,
    interfaces: &'a str,
    inverted: bool,
    floating: bool,
    direction: &'a str,
    quick: bool,
    family: Family,
}

fn legacy_rule(
    node: Node,
    nth: usize,
    product: Product,
    names: &mut Names,
    building: &mut Building,
) -> Option<PfRule> {
    let floating = node.has("floating");
    let interfaces = node.value("interface");
    let shown = if interfaces.is_empty() { "floating" } else { interfaces };
    let description = node.value("descr");
    let name = match (product, description) {
        (Product::OpnSense, "") => format!("filter rule {nth} ({shown})"),
        (Product::OpnSense, description) => format!("filter rule {nth} ({shown}): {description}"),
        (Product::PfSense, description) => format!("rule {nth} {description}"),
    };
    let family = match (node.value("ipprotocol"), product) {
        ("inet", _) | ("", Product::PfSense) => Family::Four,
        ("inet6", _) => Family::Six,
        _ => Family::Both,
    };
    let quick = match node.value("quick") {
        "" if node.child("quick").is_some() => true,
        "" => !floating,
        text => !matches!(text, "0" | "no"),
    };
    let written = Written {
        node,
        name,
        list: if floating { "floating".to_string() } else { interfaces.to_string() },
        text: told(node, "type", &["source", "destination"]),
        disabled: node.has("disabled"),
        action: node.value("type"),
        interfaces,
        inverted: false,
        floating,
        direction: node.value("direction"),
        quick: quick || !floating && product == Product::PfSense,
        family,
    };
    let sides = |names: &mut Names, family: Family, going: Going| {
        let sources = names.side(node.child("source"), family, Going::Anywhere)?;
        let destinations = names.side(node.child("destination"), family, going)?;
        let port = |side: &str| node.child(side).map_or("", |side| side.value("port"));
        let types = (node.value("icmptype"), node.value("icmp6-type"));
        let ports = (port("source"), port("destination"));
        let services = names.services(node.value("protocol"), family, types, ports)?;
        Ok((Sides { sources: Rc::new(sources), destinations: Rc::new(destinations) }, services))
    };
    made(written, &sides, names, building)
}

fn newer_rule(node: Node, nth: usize, names: &mut Names, building: &mut Building) -> Option<PfRule> {
    let interfaces = node.value("interface");
    let several = interfaces.split(',').filter(|name| !name.is_empty()).count() != 1;
    let inverted = node.says_yes("interfacenot");
    let shown = if interfaces.is_empty() { "any" } else { interfaces };
    let name = match node.value("description") {
        "" => format!("new rule {nth} ({shown})"),
        description => format!("new rule {nth} ({shown}): {description}"),
    };
    let family = match node.value("ipprotocol") {
        "" | "inet" => Family::Four,
        "inet6" => Family::Six,
        _ => Family::Both,
    };
    let written = Written {
        node,
        name,
        list: if several { "floating".to_string() } else { interfaces.to_string() },
        text: told(node, "action", &["source_net", "source_port", "destination_net", "destination_port"]),
        disabled: node.value("enabled") == "0",
        action: node.value("action"),
        interfaces,
        inverted,
        floating: several,
        direction: node.value("direction"),
        quick: node.value("quick") != "0",
        family,
    };
    let sides = |names: &mut Names, family: Family, going: Going| {
        let side = |names: &mut Names, net: &str, not: &str, going: Going| {
            let text = Some(node.value(net)).filter(|text| !text.is_empty()).unwrap_or("any");
            let part = names.addresses(text, family, going)?;
            let not = node.says_yes(not) && text != "any";
            Ok::<_, String>(Rc::new(if not { part.other_than(&family.spans()) } else { part }))
        };
        let sources = side(names, "source_net", "source_not", Going::Anywhere)?;
        let destinations = side(names, "destination_net", "destination_not", going)?;
        let types = (node.value("icmptype"), node.value("icmp6type"));
        let ports = (node.value("source_port"), node.value("destination_port"));
        let services = names.services(node.value("protocol"), family, types, ports)?;
        Ok((Sides { sources, destinations }, services))
    };
    made(written, &sides, names, building)
}

type SidesOf<'a> = dyn Fn(&mut Names, Family, Going) -> Result<(Sides, Services), String> + 'a;

fn made(written: Written, sides: &SidesOf, names: &mut Names, building: &mut Building) -> Option<PfRule> {
    let node = written.node;
    let (action, verdict) = match written.action {
        "" | "pass" => (RuleAction::Allow, Some(Verdict::Allow)),
        "block" | "reject" => (RuleAction::Deny, Some(Verdict::Deny)),
        "match" => (RuleAction::Other, None),
        other => {
            building.problem(
                node.line(),
                format!("{}: {other} is no known action: taken as block", written.name),
            );
            (RuleAction::Deny, Some(Verdict::Deny))
        }
    };
    let mut tests = Vec::new();
    let mut not_loaded = None;
    let families: &[Family] = match written.family {
        Family::Both => &[Family::Four, Family::Six],
        Family::Four => &[Family::Four],
        Family::Six => &[Family::Six],
    };
    for family in families {
        let read = (sides(names, *family, Going::Through), sides(names, *family, Going::ToItself));
        match read {
            (Ok((through, services)), Ok((to_itself, _))) => {
                let services = Rc::new(flags(node, services));
                let test = |sides: Sides| {
                    let Sides { sources, destinations } = sides;
                    let services = Rc::clone(&services);
                    restricted(Test { sources, destinations, services, ..Test::any() }, node)
                };
                if through.destinations == to_itself.destinations {
                    tests.push(test(through));
                } else {
                    tests.push(Test { to: Some(not_itself()), ..test(through) });
                    tests.push(Test { to: Some(each(vec![Interface::SELF])), ..test(to_itself) });
                }
            }
            (Err(why), _) | (_, Err(why)) => not_loaded = not_loaded.or(Some(why)),
        }
    }
    let interfaces = interfaces(&written, names, &mut not_loaded);
    let rule = building.rule(Rule {
        name: written.name.trim().to_string(),
        list: written.list,
        line: node.line(),
        text: written.text,
        action,
        disabled: written.disabled || not_loaded.is_some(),
        logs: node.has("log"),
        ..Rule::default()
    });
    if let Some(why) = not_loaded.filter(|_| !written.disabled) {
        building.problem(node.line(), format!("{} is not loaded: {why}", written.name.trim()));
        return None;
    }
    if written.disabled {
        return None;
    }
    let group = names.places.group_sequence(written.interfaces);
    let priority = match (written.floating, group) {
        (true, _) => FLOATING,
        (false, Some(sequence)) => GROUP.saturating_add(sequence.min(INTERFACE - GROUP - 1)),
        (false, None) => INTERFACE,
    };
    let mark = |key: &str| Some(node.value(key)).filter(|text| !text.is_empty()).map(str::to_string);
    Some(PfRule {
        priority,
        verdict,
        quick: written.quick,
        direction: match written.direction {
            "out" => Direction::Out,
            "any" => Direction::Any,
            "" if written.floating => Direction::Any,
            _ => Direction::In,
        },
        interfaces,
        tests,
        tag: mark("tag"),
        tagged: mark("tagged"),
        first: false,
        rule,
    })
}

fn interfaces(written: &Written, names: &Names, not_loaded: &mut Option<String>) -> Option<Vec<Span<u16>>> {
    let words = written.interfaces.split([',', ' ']).filter(|name| !name.is_empty());
    let mut numbers = Vec::new();
    let mut any = true;
    let mut missing = None;
    for name in words {
        any = false;
        match names.places.numbers(name) {
            Some(more) => numbers.extend(more),
            None => missing = Some(format!("interface {name} is not there or not switched on")),
        }
    }
    if any {
        return None;
    }
    // Of several interfaces those that are there count.
    if numbers.is_empty() {
        *not_loaded = not_loaded.take().or(missing);
    }
    let spans = each(numbers);
    Some(if written.inverted { other_numbers(&spans, Span::ANY) } else { spans })
}

fn flags(node: Node, services: Services) -> Services {
    let of = node.value("tcpflags2");
    if of.is_empty() || node.has("tcpflags_any") || !node.value("protocol").eq_ignore_ascii_case("tcp") {
        return services;
    }
    with_flags(services, node.value("tcpflags1"), of)
}

fn restricted(mut test: Test, node: Node) -> Test {
    for key in LIMITS {
        if !matches!(node.value(key), "" | "0") && test.doubt.is_none() {
            test.doubt = Some(Doubt { because: format!("{key} {}", node.value(key)), alone: Some(true) });
        }
    }
    for key in RESTRICTING {
        if !matches!(node.value(key), "" | "any" | "none") {
            test.doubt = Some(Doubt { because: format!("{key} {}", node.value(key)), alone: None });
        }
    }
    test
}

/// What a rule says, as one line.
fn told(node: Node, action: &str, sides: &[&str]) -> String {
    let mut text = node.value(action).to_string();
    for key in ["direction", "interface", "ipprotocol", "protocol", "icmptype", "gateway", "tag", "tagged"] {
        if !node.value(key).is_empty() {
            text += &format!(" {key} {}", node.value(key));
        }
    }
    for side in sides {
        let Some(one) = node.child(side) else { continue };
        let inner: Vec<String> = one
            .children_all()
            .map(
                |part| if part.text().is_empty() { part.name().to_string() } else { part.text().to_string() },
            )
            .collect();
        let shown = if inner.is_empty() { one.text().to_string() } else { inner.join(" ") };
        if !shown.is_empty() {
            text += &format!(" {side} {shown}");
        }
    }
    text
}
