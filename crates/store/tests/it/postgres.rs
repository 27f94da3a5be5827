//! A throw-away PostgreSQL for this test program: made by `initdb`, on a socket in its own folder, gone with us.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::Connection;
use store::Place;

use crate::Ground;

/// Makes a cluster, says where it is, and takes it away when our end of its input closes.
const SCRIPT: &str = r#"
set -e
d=$(mktemp -d /tmp/sluice-pg.XXXXXX)
"$1/initdb" -D "$d/data" -U sluice -A trust --no-sync -E UTF8 >/dev/null
"$1/pg_ctl" -D "$d/data" -w -l "$d/log" -o "-k $d -c listen_addresses='' -c fsync=off -c max_connections=300" start >/dev/null
echo "$d"
read -r _ || true
"$1/pg_ctl" -D "$d/data" -m immediate stop >/dev/null
rm -rf "$d"
"#;

/// A database of its own, or none where PostgreSQL is not installed: then the case says so, and fails under CI.
pub async fn ground() -> Option<Ground> {
    static SOCKET: OnceLock<Option<String>> = OnceLock::new();
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let Some(socket) = SOCKET.get_or_init(start) else {
        let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
        assert!(!ci, "PostgreSQL is not installed (apt-get install postgresql)");
        eprintln!("did not run on PostgreSQL: it is not installed (apt-get install postgresql)");
        return None;
    };
    let name = format!("case_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let address = |name: &str| format!("postgres://sluice@localhost/{name}?host={socket}&sslmode=disable");
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(&address("postgres")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    Some(Ground { place: Place::Postgres(address(&name)), _folder: None })
}

fn start() -> Option<String> {
    let binaries = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .find(|folder: &PathBuf| folder.join("initdb").exists())?;
    let mut command = Command::new("sh");
    // initdb refuses to run as root.
    if std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"]);
    }
    command.args(["-c", SCRIPT, "sh"]).arg(binaries).current_dir("/tmp");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
    // Its input stays open as long as this program lives.
    std::mem::forget(child);
    Some(line.trim().to_string()).filter(|socket| !socket.is_empty())
}
