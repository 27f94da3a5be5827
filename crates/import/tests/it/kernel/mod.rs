//! Random rules and random packets: our answers against those of the kernel. Runs as root where nftables and network
//! namespaces are; `CI=true` without nftables is a failure.
//!
//! `SLUICE_KERNEL_SEED` chooses other rules, `SLUICE_KERNEL_CASES` how many.

mod iptables_rules;
mod nft_rules;
mod packets;
mod random;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use import::read_firewall;
use model::firewall::Verdict;

use self::packets::{Packet, Sent};
use self::random::Random;
use crate::walk;

/// Rule sets of each kind.
const CASES: usize = 40;
/// Packets for each.
const PACKETS: usize = 60;

#[test]
fn the_kernel_and_we_agree() {
    let Some(missing) = missing() else { return ask_all() };
    assert!(!(missing.contains("not installed") && std::env::var("CI").is_ok()), "{missing}");
    eprintln!("the kernel was not asked: {missing}");
}

/// Why the kernel cannot be asked here.
fn missing() -> Option<String> {
    for tool in ["nft", "iptables-nft-restore", "ip", "python3", "unshare"] {
        let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output();
        if !found.is_ok_and(|found| found.status.success()) {
            return Some(format!("{tool} is not installed"));
        }
    }
    let tried = Command::new("unshare").args(["-n", "nft", "add", "table", "inet", "t"]).output();
    match tried {
        Ok(tried) if tried.status.success() && Path::new("/dev/net/tun").exists() => None,
        Ok(tried) => Some(format!("no network namespace: {}", String::from_utf8_lossy(&tried.stderr).trim())),
        Err(error) => Some(error.to_string()),
    }
}

/// One rule set with its packets.
struct Case {
    name: String,
    suffix: &'static str,
    rules: String,
    packets: Vec<Packet>,
}

fn ask_all() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(default)
    };
    let seed = number("SLUICE_KERNEL_SEED", 1);
    let count = number("SLUICE_KERNEL_CASES", CASES as u64);
    let folder = std::env::temp_dir().join(format!("sluice-kernel-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("setup"), packets::setup()).unwrap();
    let mut cases = Vec::new();
    for nth in 0..count {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(nth));
        let rules = nft_rules::rules(&mut random);
        cases.push(case(&format!("n{nth}"), "nft", rules, true, true, &mut random));
        let rules = iptables_rules::rules(&mut random, false);
        cases.push(case(&format!("i{nth}"), "iptables", rules, true, false, &mut random));
        if nth % 4 == 0 {
            let rules = iptables_rules::rules(&mut random, true);
            cases.push(case(&format!("s{nth}"), "ip6tables", rules, false, true, &mut random));
        }
    }
    for case in &cases {
        fs::write(folder.join(format!("{}.{}", case.name, case.suffix)), &case.rules).unwrap();
        fs::write(folder.join(format!("{}.packets", case.name)), packets::written(&case.packets)).unwrap();
    }
    let probe = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/probe.py");
    let done = Command::new("unshare").args(["-n", "python3"]).arg(probe).arg(&folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let told = judge(&cases, &folder);
    if told.wrong.is_empty() {
        fs::remove_dir_all(&folder).unwrap();
    }
    told.check(&folder);
}

fn case(name: &str, suffix: &'static str, rules: String, four: bool, six: bool, random: &mut Random) -> Case {
    let packets = packets::packets(random, PACKETS, four, six);
    Case { name: name.to_string(), suffix, rules, packets }
}

#[derive(Default)]
struct Told {
    questions: usize,
    unknown: usize,
    allowed: usize,
    refused: Vec<String>,
    wrong: Vec<String>,
    problems: BTreeSet<String>,
}

/// Compares our answers, over each form of the rules, with what came through.
fn judge(cases: &[Case], folder: &Path) -> Told {
    let mut told = Told::default();
    for case in cases {
        let file = |suffix: &str| fs::read_to_string(folder.join(format!("{}.{suffix}", case.name)));
        if let Ok(error) = file("error") {
            told.refused.push(format!("{}: {}", case.name, error.lines().next().unwrap_or_default()));
            continue;
        }
        let through: BTreeSet<String> = file("answers").unwrap().lines().map(str::to_string).collect();
        for form in [case.suffix, "listed", "json"] {
            let Ok(text) = file(form) else { continue };
            let Some(firewall) = read_firewall(&text) else {
                told.wrong.push(format!("{}.{form}: not recognised", case.name));
                continue;
            };
            for problem in &firewall.problems {
                told.problems.insert(format!("{}.{form} line {}: {}", case.name, problem.line, problem.text));
            }
            for packet in case.packets.iter().filter(|packet| packet.sent == Sent::Asked) {
                told.questions += 1;
                let passed = through.contains(&packet.trace());
                told.allowed += usize::from(passed);
                let answer = walk::ask(&firewall, &packet.question(&firewall));
                let ours = match answer.verdict {
                    None => {
                        told.unknown += 1;
                        continue;
                    }
                    Some(verdict) => verdict == Verdict::Allow,
                };
                if ours != passed {
                    let what = format!("{}.{form}: {packet}: the kernel {passed}, we {ours}", case.name);
                    told.wrong.push(format!("{what} by [{}] line {}", answer.rule, answer.line));
                }
            }
        }
    }
    told
}

impl Told {
    fn check(self, folder: &Path) {
        let Told { questions, unknown, allowed, refused, wrong, problems } = self;
        eprintln!(
            "{questions} questions, {allowed} let through, {} wrong, {unknown} cannot tell; {} rule sets refused",
            wrong.len(),
            refused.len()
        );
        for text in refused.iter().chain(&problems).take(40) {
            eprintln!("  {text}");
        }
        let some: Vec<&String> = wrong.iter().take(40).collect();
        assert!(wrong.is_empty(), "{}: {some:#?}", folder.display());
        assert!(questions > 0 && unknown * 50 < questions, "{unknown} of {questions} cannot be told");
        assert!(refused.len() * 20 <= questions / PACKETS, "too many rule sets are refused: {refused:#?}");
    }
}
