//! Configurations with answered questions: `NAME.queries.tsv` beside each.

use std::fs;
use std::path::{Path, PathBuf};

use import::read_firewall;
use model::firewall::{Firewall, Verdict};

use crate::walk;

/// Right verdicts, right rules and questions of one configuration; what is wrong, in words.
pub struct Score {
    pub questions: usize,
    pub verdicts: usize,
    pub rules: usize,
    pub wrong: Vec<String>,
}

/// Asks a firewall all questions of a table.
pub fn score(firewall: &Firewall, table: &str) -> Score {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let mut score = Score { questions: 0, verdicts: 0, rules: 0, wrong: Vec::new() };
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |name: &str| -> String {
            let place = header.iter().position(|column| *column == name);
            let cell = place.and_then(|place| cells.get(place).copied()).unwrap_or_default();
            if cell == "-" { String::new() } else { cell.to_string() }
        };
        let answer = walk::ask(firewall, &walk::packet(firewall, &cell));
        let verdict = match answer.verdict {
            Some(Verdict::Allow) => "allow",
            Some(Verdict::Deny) => "deny",
            None => "unknown",
        };
        score.questions += 1;
        let right = verdict == cell("expect");
        let named = same_rule(&cell("rule"), &answer.rule);
        score.verdicts += usize::from(right);
        score.rules += usize::from(right && named);
        if !right || !named {
            score.wrong.push(format!(
                "{}: want {} by [{}], got {verdict} by [{}] line {}",
                cell("id"),
                cell("expect"),
                cell("rule"),
                answer.rule,
                answer.line
            ));
        }
    }
    score
}

/// Rules are the same when one name holds the other, apart from white space, case and what stands before `: `.
fn same_rule(want: &str, got: &str) -> bool {
    let fold = |text: &str| {
        let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c == '"' || c == '\'').collect();
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(" ").to_lowercase()
    };
    let (want, got) = (fold(want), fold(got));
    let tail = want.split_once(": ").map_or(want.as_str(), |(_, tail)| tail);
    want.is_empty()
        || !got.is_empty()
            && (want.contains(&got) || got.contains(&want) || tail.contains(&got) || got.contains(tail))
}

/// Every configuration with questions under a folder.
pub fn tables(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(tables(&path));
        } else if let Some(name) = path.to_str().and_then(|path| path.strip_suffix(".queries.tsv")) {
            found.push((PathBuf::from(name), path.clone()));
        }
    }
    found.sort();
    found
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/firewalls")
}

#[test]
fn every_answered_question_is_answered_so() {
    let mut wrong = Vec::new();
    for (configuration, table) in tables(&fixtures()) {
        let text = fs::read_to_string(&configuration).unwrap();
        let Some(firewall) = read_firewall(&text) else {
            wrong.push(format!("{} is not recognised", configuration.display()));
            continue;
        };
        let score = score(&firewall, &fs::read_to_string(&table).unwrap());
        wrong.extend(score.wrong.iter().map(|what| format!("{}: {what}", configuration.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `NAME.problems` beside a configuration lists them: line, and a part of what is said.
#[test]
fn every_problem_is_told_with_its_line() {
    let mut wrong = Vec::new();
    for (configuration, _) in tables(&fixtures()) {
        let text = fs::read_to_string(&configuration).unwrap();
        let firewall = read_firewall(&text).unwrap_or_default();
        let list = format!("{}.problems", configuration.display());
        let expected = fs::read_to_string(list).unwrap_or_default();
        let expected: Vec<(u32, &str)> = expected
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.split_once('\t').unwrap())
            .map(|(line, part)| (line.parse::<u32>().unwrap(), part))
            .collect();
        let told: Vec<String> = firewall.problems.iter().map(|p| format!("{}\t{}", p.line, p.text)).collect();
        let same = expected.len() == firewall.problems.len()
            && expected
                .iter()
                .zip(&firewall.problems)
                .all(|((line, part), told)| *line == told.line && told.text.contains(part));
        if !same {
            wrong.push(format!("{}:\n{}", configuration.display(), told.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// For developers: `SLUICE_FIREWALLS=FOLDER cargo test -p import answers_over_a_folder` writes how many answers over the
/// configurations of a folder are right into `sluice-firewalls.txt` of the folder for temporary files.
#[test]
fn answers_over_a_folder() {
    let Ok(folder) = std::env::var("SLUICE_FIREWALLS") else { return };
    let only = std::env::var("SLUICE_FIREWALLS_ONLY").unwrap_or_default();
    let mut report = String::new();
    for (configuration, table) in tables(Path::new(&folder)) {
        if !configuration.to_string_lossy().contains(&only) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&configuration).unwrap()).into_owned();
        let Some(firewall) = read_firewall(&text) else {
            report += &format!("not recognised: {}\n", configuration.display());
            continue;
        };
        let score = score(&firewall, &fs::read_to_string(&table).unwrap());
        let (name, kind) = (configuration.display(), firewall.dialect.name());
        report += &format!(
            "{}/{} verdicts {} rules  {kind}  {name}\n",
            score.verdicts, score.questions, score.rules
        );
        for what in score.wrong {
            report += &format!("    {what}\n");
        }
        for problem in firewall.problems {
            report += &format!("    line {}: {}\n", problem.line, problem.text);
        }
    }
    fs::write(std::env::temp_dir().join("sluice-firewalls.txt"), &report).unwrap();
}

/// For developers: the problems of every file of a folder that is recognised.
#[test]
fn problems_over_a_folder() {
    let Ok(folder) = std::env::var("SLUICE_FIREWALLS") else { return };
    let mut report = String::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            let Some(firewall) = read_firewall(&text) else { continue };
            let (steps, rules): (usize, usize) =
                (firewall.stages.iter().map(|stage| stage.steps.len()).sum(), firewall.rules.len());
            report +=
                &format!("{} {}: {rules} rules, {steps} steps\n", firewall.dialect.name(), path.display());
            for problem in firewall.problems {
                report += &format!("    line {}: {}\n", problem.line, problem.text);
            }
        }
    }
    fs::write(std::env::temp_dir().join("sluice-problems.txt"), &report).unwrap();
}
