//! Reads a firewall's configuration and asks it: which rule decides a packet, which rules never act, where two
//! configurations differ.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use assess::reach::{self, Answer, AskError, Asked, Carries, Decider, Difference, RuleAnomaly};
use model::firewall::{Firewall, Stage};
use model::packets::{NumberField, PacketBox, PacketSet, PacketState, Span, TcpFlags};

/// The largest configuration that is read, in bytes.
pub const CONFIGURATION_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most questions of one table.
pub const QUESTIONS_MAX: usize = 1_000_000;

/// Why a configuration or a table of questions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FirewallError {
    /// It cannot be read.
    #[error("{} cannot be read", .path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is too large.
    #[error("{} is larger than {CONFIGURATION_BYTES_MAX} bytes: this is no firewall configuration", .path.display())]
    TooLarge {
        /// Its path.
        path: PathBuf,
    },
    /// No dialect recognises it.
    #[error(
        "{} is no firewall configuration that Sluice reads. It reads the output of `nft list ruleset` (text or \
         -j), iptables-save and ip6tables-save, config.xml of OPNsense and pfSense, the configuration of FortiOS, and \
         `show running-config` of Cisco ASA, IOS and IOS-XE", .path.display()
    )]
    NotAFirewall {
        /// Its path.
        path: PathBuf,
    },
    /// The table of questions lacks something.
    #[error(
        "{}: {what}. A table of questions has a header line and tab-separated columns id, in_if, out_if, src, \
         sport, dst, dport, proto, flags", .path.display()
    )]
    Questions {
        /// Its path.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The sets of its rules are too large.
    #[error("the rules fall into too many parts to compare them ({0} is the bound for one rule)")]
    NotEvaluated(usize),
}

/// Reads a configuration.
pub fn open(path: &Path) -> Result<Firewall, FirewallError> {
    let text = text(path)?;
    import::read_firewall(&text).ok_or_else(|| FirewallError::NotAFirewall { path: path.to_path_buf() })
}

fn text(path: &Path) -> Result<String, FirewallError> {
    let unreadable = |source| FirewallError::Unreadable { path: path.to_path_buf(), source };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > CONFIGURATION_BYTES_MAX {
        return Err(FirewallError::TooLarge { path: path.to_path_buf() });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    // Old configurations hold comments in some eight-bit code; what matters is ASCII.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The answer to a question, in words.
#[derive(Debug, Clone)]
pub struct Told {
    /// What the algebra says.
    pub answer: Answer,
    /// The rule or end that decides, as the configuration names it.
    pub rule: String,
    /// The chain or list it stands in.
    pub list: String,
    /// Its line; none for an end that no line states.
    pub line: Option<u32>,
}

/// Asks about one packet.
pub fn ask(firewall: &Firewall, asked: &Asked) -> Result<Told, AskError> {
    let mut answer = reach::decide(firewall, &reach::question(firewall, asked)?);
    let named =
        |name: &str| format!("the configuration names no interface {name}; it was taken as another one");
    answer.because.extend(reach::unnamed(firewall, asked).into_iter().map(named));
    let (rule, list, line) = answer.decider.map(|decider| self::named(firewall, decider)).unwrap_or_default();
    Ok(Told { answer, rule, list, line })
}

/// How the configuration names who decides: name, list, line.
pub fn named(firewall: &Firewall, decider: Decider) -> (String, String, Option<u32>) {
    match decider {
        Decider::Rule(place) => match firewall.rules.get(place) {
            Some(rule) => {
                let name = if rule.name.is_empty() { &rule.text } else { &rule.name };
                (name.clone(), rule.list.clone(), (rule.line > 0).then_some(rule.line))
            }
            None => Default::default(),
        },
        Decider::End(place) => {
            let of = |stage: &Stage| (stage.end_name.clone(), stage.name.clone(), stage.end_line);
            firewall.stages.get(place).map(of).unwrap_or_default()
        }
    }
}

/// One line of a table of questions.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// The question, or why it is none.
    pub asked: Result<Asked, String>,
}

/// Reads a table of questions.
pub fn questions(path: &Path) -> Result<Vec<Line>, FirewallError> {
    let text = text(path)?;
    let wrong = |what: String| FirewallError::Questions { path: path.to_path_buf(), what };
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').map(str::trim).collect();
    let column = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
    for needed in ["id", "src", "dst", "proto"] {
        if column(needed).is_none() {
            return Err(wrong(format!("there is no column {needed}")));
        }
    }
    let mut found = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        if found.len() == QUESTIONS_MAX {
            return Err(wrong(format!("there are more than {QUESTIONS_MAX} questions")));
        }
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let cell = |name: &str| {
            let cell = column(name).and_then(|place| cells.get(place).copied()).unwrap_or_default();
            Some(cell).filter(|cell| !matches!(*cell, "" | "-"))
        };
        found.push(Line { id: cell("id").unwrap_or_default().to_string(), asked: asked(&cell) });
    }
    Ok(found)
}

/// A question out of its parts, each as it is typed.
pub fn asked<'a>(part: &dyn Fn(&str) -> Option<&'a str>) -> Result<Asked, String> {
    let address = |name: &str| {
        let text = part(name).ok_or_else(|| format!("{name} is missing: an IP address"))?;
        text.parse::<IpAddr>().map_err(|_| format!("{name} is no IP address: {text}"))
    };
    let port = |name: &str| match part(name) {
        None => Ok(None),
        Some(text) => {
            text.parse::<u16>().map(Some).map_err(|_| format!("{name} is no port from 0 to 65535: {text}"))
        }
    };
    let protocol = part("proto").ok_or("proto is missing: tcp, udp, icmp:TYPE or a number")?;
    let (name, rest) = protocol.split_once(':').unwrap_or((protocol, ""));
    let carries = match name.to_ascii_lowercase().as_str() {
        "tcp" => Carries::Tcp {
            source_port: port("sport")?,
            destination_port: port("dport")?,
            flags: flags(part("flags").unwrap_or("S"))?,
        },
        "udp" => Carries::Udp { source_port: port("sport")?, destination_port: port("dport")? },
        "icmp" | "icmpv6" | "icmp6" | "ipv6-icmp" => {
            let (kind, code) = rest.split_once('/').unwrap_or((rest, "0"));
            let number = |text: &str| {
                text.parse::<u8>()
                    .map_err(|_| format!("{protocol} is no ICMP type: write icmp:8 or icmp:3/1"))
            };
            Carries::Icmp { kind: number(kind)?, code: number(code)? }
        }
        other => {
            let number = other.parse::<u8>();
            Carries::Other(number.map_err(|_| {
                format!("{protocol} is no protocol: write tcp, udp, icmp:TYPE or a number from 0 to 255")
            })?)
        }
    };
    Ok(Asked {
        in_interface: part("in_if").map(str::to_string),
        out_interface: part("out_if").map(str::to_string),
        source: address("src")?,
        destination: address("dst")?,
        carries,
    })
}

/// TCP flags by their letters; `NEW` is a packet that opens.
fn flags(text: &str) -> Result<TcpFlags, String> {
    if text.eq_ignore_ascii_case("new") {
        return Ok(TcpFlags::SYN);
    }
    text.chars().try_fold(TcpFlags(0), |sum, letter| {
        let flag = match letter.to_ascii_uppercase() {
            'S' => TcpFlags::SYN,
            'A' => TcpFlags::ACK,
            'R' => TcpFlags::RST,
            'F' => TcpFlags::FIN,
            'P' => TcpFlags::PSH,
            'U' => TcpFlags::URG,
            'E' => TcpFlags::ECE,
            'C' => TcpFlags::CWR,
            '.' => TcpFlags(0),
            _ => return Err(format!("{text} are no TCP flags: write letters of SARFPUEC, or NEW")),
        };
        Ok(sum.and(flag))
    })
}

/// The packets that matter for rules: the first of each conversation. The others are decided by the state.
pub fn openings() -> PacketSet {
    let mut one = PacketBox::all();
    one.numbers[NumberField::State as usize] = Span::one(PacketState::New.number());
    PacketSet { boxes: vec![one] }
}

/// What is wrong with the rules.
pub fn check(firewall: &Firewall) -> Vec<RuleAnomaly> {
    reach::anomalies(firewall, &openings())
}

/// Where two configurations differ. Their interfaces are the same by name.
pub fn difference(first: &Firewall, second: &Firewall) -> Result<Difference, FirewallError> {
    let second = reach::with_interfaces_of(second, first);
    reach::difference(first, &second, &openings())
        .map_err(|_| FirewallError::NotEvaluated(reach::BOXES_PER_RULE_MAX))
}
