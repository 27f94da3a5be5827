//! Chores. The rules of the tree are tests beside it.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde_json::Value;

/// Licences that dependencies may have; one of the alternatives of an `OR` is enough.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "MPL-2.0",
    "Unicode-3.0",
];

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("licences") => licences(),
        _ => bail!("usage: cargo run -p xtask -- licences"),
    }
}

/// Fails when a dependency has a licence that is not allowed.
#[allow(clippy::print_stdout, reason = "a chore speaks to its user")]
fn licences() -> anyhow::Result<()> {
    let output =
        std::process::Command::new(env!("CARGO")).args(["metadata", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata gave no JSON")?;
    let packages = metadata["packages"].as_array().context("no packages in cargo metadata")?;
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for package in packages {
        let name = format!(
            "{} {}",
            package["name"].as_str().unwrap_or("?"),
            package["version"].as_str().unwrap_or("?")
        );
        let licence = package["license"].as_str().unwrap_or("(none stated)");
        seen.insert(licence.to_string());
        if !is_allowed(licence) {
            wrong.push(format!("{name}: {licence}"));
        }
    }
    if !wrong.is_empty() {
        bail!("licences that are not allowed:\n{}", wrong.join("\n"));
    }
    println!("{} packages, {} licence expressions, all allowed", packages.len(), seen.len());
    Ok(())
}

/// Reads an SPDX expression of `AND`, `OR` and brackets; the old `/` means `OR`.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace(['(', ')'], "").replace('/', " OR ");
    expression.split(" AND ").all(|part| part.split(" OR ").any(|licence| ALLOWED.contains(&licence.trim())))
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn reads_licence_expressions() {
        assert!(is_allowed("MIT OR GPL-3.0"));
        assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(is_allowed("MIT/Apache-2.0"));
        assert!(!is_allowed("GPL-2.0"));
        assert!(!is_allowed("MIT AND GPL-2.0"));
        assert!(!is_allowed("(none stated)"));
    }
}
