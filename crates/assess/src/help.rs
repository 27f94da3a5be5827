//! The help of each check, and the manual made of it.

use std::fmt::Write;

use model::Language;

use crate::checks::{CHECKS, Check};

/// The help for a check or a finding with this id, as Markdown with its three headings.
pub fn help(id: &str) -> Option<&'static str> {
    CHECKS.iter().find(|check| check.tells(id)).map(|check| check.help.trim())
}

/// The same in a language.
pub fn help_in(language: Language, id: &str) -> Option<&'static str> {
    let check = CHECKS.iter().find(|check| check.tells(id))?;
    Some(match language {
        Language::English => check.help.trim(),
        Language::German => check.german.help.trim(),
    })
}

/// The last part of a help text, "What to do", below its heading.
pub(crate) fn remedy(help: &'static str) -> &'static str {
    let (_, remedy) = help.rsplit_once("## ").unwrap_or_default();
    remedy.split_once('\n').map_or("", |(_, remedy)| remedy.trim())
}

/// The manual page of all checks, as Markdown.
pub fn manual() -> String {
    let mut page = String::from(
        "# Findings\n\n\
         What Sluice tells about a plant, check by check. This page is made from the help of the checks; change it \
         there. The severity is the usual one: a check goes one step up or down where the case asks for it. Levels \
         are those of the Purdue model. Techniques are those of MITRE ATT&CK for ICS.\n\n\
         | Check | Looks for | Usual severity | Technique |\n|---|---|---|---|\n",
    );
    for check in CHECKS {
        let Check { id, title, severity, .. } = check;
        let _ = writeln!(page, "| [`{id}`](#{id}) | {title} | {severity} | {} |", technique(check));
    }
    for check in CHECKS {
        let _ = write!(page, "\n## {}\n\n*{}*\n", check.id, check.title);
        for line in check.help.trim().lines() {
            match line.strip_prefix("## ") {
                Some(heading) => _ = write!(page, "\n### {heading}\n\n"),
                None => _ = writeln!(page, "{line}"),
            }
        }
    }
    page
}

fn technique(check: &Check) -> String {
    check.technique.map_or_else(
        || "none fits".to_string(),
        |id| format!("[{id}](https://attack.mitre.org/techniques/{id}/)"),
    )
}
