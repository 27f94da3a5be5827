//! The rules of the tree: who may import whom, what must be absent, what stands together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which workspace crates a crate may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("capture", &["model"]),
    ("decode", &["model"]),
    ("inventory", &["model"]),
    ("assess", &["model"]),
    ("import", &["model"]),
    ("store", &["model"]),
    ("actions", &["model", "capture", "decode", "inventory", "assess", "import", "store"]),
    ("web", &["model", "actions"]),
    ("sluice", &["model", "actions", "web"]),
    // For tests alone: no crate may import it, only develop with it.
    ("browser", &[]),
];

/// What the pure stages may import from outside.
const PURE: &[(&str, &[&str])] = &[
    ("model", &["jiff", "ipnet"]),
    ("decode", &["foldhash", "hashbrown"]),
    ("inventory", &["foldhash", "hashbrown", "ipnet", "oui-data"]),
    ("assess", &["foldhash", "hashbrown", "ipnet", "thiserror"]),
    ("import", &["ipnet", "quick-xml", "strsim", "toml", "toml_edit"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Names under `[dependencies]` of a crate.
fn imports(krate: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join("crates").join(krate).join("Cargo.toml")).unwrap();
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside) {
            names.insert(name.trim().trim_end_matches(".workspace").to_string());
        }
    }
    names
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// Source before its tests, without comments.
fn product(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<&str>>().join("\n")
}

#[test]
fn imports_point_down() {
    let crates: BTreeSet<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    let folders: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().to_string())
        .collect();
    assert_eq!(
        folders,
        crates.iter().map(ToString::to_string).collect(),
        "a crate without a rule, or a rule without a crate"
    );
    for (krate, allowed) in MAY_IMPORT {
        for import in imports(krate).iter().filter(|import| crates.contains(import.as_str())) {
            assert!(allowed.contains(&import.as_str()), "{krate} must not import {import}");
        }
    }
}

#[test]
fn pure_stages_import_nothing_that_touches_the_world() {
    for (krate, allowed) in PURE {
        for import in imports(krate).iter().filter(|import| *import != "model") {
            assert!(allowed.contains(&import.as_str()), "{krate} is pure and must not import {import}");
        }
    }
}

#[test]
fn pure_stages_do_not_touch_the_world() {
    let banned = [
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "async fn",
        "std::env",
    ];
    for (krate, _) in PURE {
        for (path, text) in sources(&root().join("crates").join(krate).join("src")) {
            let code = product(&text);
            for word in banned {
                assert!(!code.contains(word), "{} mentions {word}", path.display());
            }
        }
    }
}

#[test]
fn watching_cannot_send() {
    let banned = [
        "send(",
        "sendto",
        "sendmsg",
        "sendmmsg",
        "write_all(",
        "TcpStream",
        "UdpSocket",
        "connect(",
        "File::create",
        "OpenOptions",
    ];
    for (path, text) in sources(&root().join("crates/capture/src")) {
        let code = product(&text);
        for word in banned {
            assert!(!code.contains(word), "{} mentions {word}: watching is receive-only", path.display());
        }
    }
}

#[test]
fn outside_bytes_are_read_without_panics() {
    let banned = [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
    for krate in ["decode", "capture", "inventory", "import", "assess", "actions", "store"] {
        for (path, text) in sources(&root().join("crates").join(krate).join("src")) {
            let code = product(&text);
            for word in banned {
                assert!(!code.contains(word), "{} contains {word}", path.display());
            }
        }
    }
}

#[test]
fn no_source_lies_outside_of_a_crate() {
    let beside = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let beside: Vec<PathBuf> =
        beside.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect();
    assert!(beside.is_empty(), "no crate compiles {beside:?}");
}

#[test]
fn unsafe_occurs_nowhere_but_in_capture() {
    for (krate, _) in MAY_IMPORT.iter().filter(|(name, _)| *name != "capture") {
        for (path, text) in sources(&root().join("crates").join(krate).join("src")) {
            assert!(!product(&text).contains("unsafe "), "{} contains unsafe", path.display());
        }
    }
}

#[test]
fn only_web_knows_html() {
    for (krate, _) in MAY_IMPORT.iter().filter(|(name, _)| *name != "web") {
        for (path, text) in sources(&root().join("crates").join(krate).join("src")) {
            let code = product(&text);
            assert!(!code.contains("<div") && !code.contains("<table"), "{} contains HTML", path.display());
        }
    }
}

#[test]
fn only_store_knows_sql() {
    for (krate, _) in MAY_IMPORT.iter().filter(|(name, _)| *name != "store") {
        assert!(!imports(krate).contains("sqlx"), "{krate} must not import sqlx");
        for (path, text) in sources(&root().join("crates").join(krate).join("src")) {
            let code = product(&text);
            for word in ["SELECT ", "INSERT INTO", "DELETE FROM"] {
                assert!(!code.contains(word), "{} contains SQL", path.display());
            }
        }
    }
}

#[test]
fn every_protocol_file_is_in_the_table() {
    let folder = root().join("crates/decode/src/protocols");
    let table = fs::read_to_string(folder.join("mod.rs")).unwrap();
    for (path, text) in sources(&folder) {
        if text.contains("pub const PROTOCOL: Protocol") {
            let module = path.file_stem().unwrap().to_string_lossy().to_string();
            assert!(table.contains(&format!("&{module}::PROTOCOL")), "{module} has no entry in the table");
        }
    }
}

#[test]
fn every_noun_of_the_model_has_its_glossary_entry() {
    for (path, text) in sources(&root().join("crates/model/src")) {
        assert!(text.starts_with("//! "), "{} says not what it is", path.display());
    }
}

#[test]
fn the_root_has_its_papers() {
    for paper in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "THREAT_MODEL.md",
        "LICENSE",
        "deny.toml",
        ".ci/run",
    ] {
        assert!(root().join(paper).exists(), "{paper} is missing");
    }
}
