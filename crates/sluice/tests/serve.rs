//! `sluice serve` from outside: what stops it from starting, with which message and exit code, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running server and the lines that it prints.
struct Server {
    process: Child,
    lines: Vec<String>,
}

impl Server {
    /// Starts it and waits for the link of the first start.
    fn start(data: &Path, listen: &str) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_sluice"))
            .args(["serve", "--listen", listen, "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            lines.push(line.unwrap().trim().to_string());
            if lines.last().is_some_and(|line| line.contains("/first-start/")) {
                break;
            }
        }
        Server { process, lines }
    }

    fn port(&self) -> u16 {
        self.lines[0].rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Ends it as the system does; answers its exit code.
    fn end(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.process.wait().unwrap().code()
    }
}

/// Exit code and what was said on standard error, of a server that does not start.
fn refused(arguments: &[&str]) -> (i32, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_sluice")).args(arguments).stdin(Stdio::null()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).to_string())
}

#[test]
fn what_stops_a_server_is_told_with_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let (code, told) = refused(&["serve", "--data", &at("data"), "--listen", &taken]);
    assert!(code == 10 && told.contains("is in use") && told.contains("--listen"), "{code} {told}");

    std::fs::write(at("file"), b"not a folder").unwrap();
    let (code, told) = refused(&["serve", "--data", &at("file"), "--listen", "127.0.0.1:0"]);
    assert!(code == 11 && told.contains("Check that"), "{code} {told}");

    let server = Server::start(folder.path().join("shared").as_path(), "127.0.0.1:0");
    let (code, told) = refused(&["serve", "--data", &at("shared"), "--listen", "127.0.0.1:0"]);
    assert!(code == 13 && told.contains("another Sluice"), "{code} {told}");
    let (code, _) = refused(&["verify", "--data", &at("shared")]);
    assert_eq!(code, 13);
    assert_eq!(server.end(), Some(0));
    assert_eq!(refused(&["verify", "--data", &at("shared")]).0, 0);
    assert_eq!(refused(&["verify", "--data", &at("nowhere")]).0, 11);
    assert!(!folder.path().join("nowhere").exists(), "nothing is made by looking");

    let (code, _) =
        refused(&["serve", "--data", &at("d"), "--database", "postgres://u:secret@127.0.0.1:1/x"]);
    assert_eq!(code, 14);
    let file = at("file");
    let (code, told) =
        refused(&["serve", "--data", &at("d"), "--listen", "127.0.0.1:0", "--cert", &file, "--key", &file]);
    assert!(code == 15 && told.contains("PEM"), "{code} {told}");
    let (code, told) = refused(&["serve", "--data", &at("d"), "--listen", "192.0.2.1:0"]);
    assert!(code == 16 && told.contains("address of this machine"), "{code} {told}");
    let (code, told) =
        refused(&["serve", "--data", &at("d"), "--listen", "127.0.0.1:0", "--new-password", "nobody"]);
    assert!(code == 17 && told.contains("nobody"), "{code} {told}");
    let (code, told) = refused(&["demo", "--listen", "0.0.0.0:0"]);
    assert!(code == 2 && told.contains("loopback"), "{code} {told}");
}

#[test]
fn it_ends_in_order_and_half_sent_requests_do_not_hold_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "127.0.0.1:0");
    let mut whole = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    whole.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    whole.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");
    let mut endless = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    // A head that never ends is cut off; writing may fail once it is.
    _ = endless.write_all(format!("GET /{} HTTP/1.1\r\n", "a".repeat(100_000)).as_bytes());
    let mut answer = String::new();
    _ = endless.read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    let mut half = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
    assert_eq!(server.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn off_loopback_it_speaks_tls_with_a_certificate_that_stays() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let print = |server: &Server| server.lines[1].rsplit(' ').next().unwrap().to_string();
    let first = Server::start(folder.path(), "0.0.0.0:0");
    assert!(first.lines[0].contains("https://"), "{:?}", first.lines);
    let key = std::fs::metadata(folder.path().join("tls/key.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600, "the key is for its owner alone");
    // Who speaks plain HTTP to it gets no page.
    let mut plain = TcpStream::connect(("127.0.0.1", first.port())).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    let before = print(&first);
    assert_eq!(first.end(), Some(0));
    let again = Server::start(folder.path(), "0.0.0.0:0");
    assert_eq!(print(&again), before, "browsers remember it");
    assert_eq!(again.end(), Some(0));
}
