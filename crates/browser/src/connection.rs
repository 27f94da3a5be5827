//! The pipe to the browser: commands out, answers and events in.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{PATIENCE, Trouble};

/// Messages that wait for their reader; the browser's pipe holds back the rest.
const MESSAGES_MAX: usize = 1_024;
/// Requests and complaints remembered of one page.
const REMEMBERED_MAX: usize = 10_000;
/// How long the browser has to close by itself before it is ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// Lays the browser's pipe (it reads from 3 and writes to 4) from our pipe to its standard input and output.
const LAY_PIPE: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// What the browser must not do by itself in a test.
const ARGUMENTS: [&str; 16] = [
    "--headless=new",
    "--remote-debugging-pipe",
    // Tests often run as root, where the sandbox cannot; what they open is our own page.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    // No name is ever looked up, this machine alone is reached: a page that asks for something outside fails.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
];

/// What was noticed of one page.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    /// How often it finished loading.
    pub loads: u64,
    /// Addresses it asked for.
    pub requests: Vec<String>,
    /// Errors, refused content and uncaught exceptions, as its console tells them.
    pub complaints: Vec<String>,
}

/// The browser's process and what it told.
#[derive(Debug)]
pub(crate) struct Connection {
    line: RefCell<Line>,
    scratch: TempDir,
}

#[derive(Debug)]
struct Line {
    child: Child,
    /// None once the farewell is said.
    commands: Option<ChildStdin>,
    messages: Receiver<Value>,
    last_id: u64,
    noticed: HashMap<String, Noticed>,
}

impl Connection {
    pub(crate) fn start(executable: &Path) -> Result<Connection, Trouble> {
        let scratch = tempfile::Builder::new().prefix("sluice-browser-").tempdir()?;
        let said = std::fs::File::create(scratch.path().join("said.txt"))?;
        let mut child = Command::new("sh")
            .args(["-c", LAY_PIPE, "sh"])
            .arg(executable)
            .args(ARGUMENTS)
            .arg(format!("--user-data-dir={}", scratch.path().join("profile").display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(said)
            .spawn()?;
        let gone = || std::io::Error::other("a pipe that was asked for is not there");
        let commands = child.stdin.take().ok_or_else(gone)?;
        let messages = listen(child.stdout.take().ok_or_else(gone)?);
        let line = Line { child, commands: Some(commands), messages, last_id: 0, noticed: HashMap::new() };
        Ok(Connection { line: RefCell::new(line), scratch })
    }

    /// A folder that lives as long as the browser.
    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Gives a command and waits for its answer. What else comes in meanwhile is noticed.
    pub(crate) fn call(
        &self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, Trouble> {
        let mut line = self.line.borrow_mut();
        line.last_id += 1;
        let id = line.last_id;
        let mut command = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        let mut bytes = command.to_string().into_bytes();
        bytes.push(0);
        let sent =
            line.commands.as_mut().map(|commands| commands.write_all(&bytes).and_then(|()| commands.flush()));
        if !matches!(sent, Some(Ok(()))) {
            return Err(self.ended());
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut message = self.next(&mut line, deadline, method)?;
            if message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(Trouble::Refused {
                        method: method.to_string(),
                        message: error["message"].as_str().unwrap_or("no reason given").to_string(),
                    }),
                    None => Ok(message["result"].take()),
                };
            }
            line.notice(&message);
        }
    }

    /// Waits until what was noticed of a page fits.
    pub(crate) fn wait(
        &self,
        session: &str,
        what: &str,
        fits: impl Fn(&Noticed) -> bool,
    ) -> Result<(), Trouble> {
        let mut line = self.line.borrow_mut();
        let deadline = Instant::now() + PATIENCE;
        while !line.noticed.get(session).is_some_and(&fits) {
            let message = self.next(&mut line, deadline, what)?;
            line.notice(&message);
        }
        Ok(())
    }

    /// Reads from what was noticed of a page.
    pub(crate) fn noticed<T>(&self, session: &str, read: impl FnOnce(&Noticed) -> T) -> T {
        let mut line = self.line.borrow_mut();
        read(line.noticed.entry(session.to_string()).or_default())
    }

    /// Forgets what was noticed of a page, but not how often it loaded.
    pub(crate) fn forget(&self, session: &str) {
        let mut line = self.line.borrow_mut();
        let noticed = line.noticed.entry(session.to_string()).or_default();
        noticed.requests.clear();
        noticed.complaints.clear();
    }

    fn next(&self, line: &mut Line, deadline: Instant, what: &str) -> Result<Value, Trouble> {
        let left = deadline.saturating_duration_since(Instant::now());
        line.messages.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Timeout => Trouble::Late(what.to_string()),
            RecvTimeoutError::Disconnected => self.ended(),
        })
    }

    fn ended(&self) -> Trouble {
        let said = std::fs::read(self.scratch.path().join("said.txt")).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let last: Vec<&str> = said.lines().rev().take(8).collect();
        Trouble::Ended(last.into_iter().rev().collect::<Vec<&str>>().join(" / "))
    }
}

impl Line {
    /// Keeps of an event what tests ask for.
    fn notice(&mut self, event: &Value) {
        let (Some(session), Some(method)) = (event["sessionId"].as_str(), event["method"].as_str()) else {
            return;
        };
        let noticed = self.noticed.entry(session.to_string()).or_default();
        let about = &event["params"];
        let (list, text) = match method {
            "Page.loadEventFired" => {
                noticed.loads += 1;
                return;
            }
            "Network.requestWillBeSent" => (&mut noticed.requests, &about["request"]["url"]),
            "Network.webSocketCreated" => (&mut noticed.requests, &about["url"]),
            "Log.entryAdded" => (&mut noticed.complaints, &about["entry"]["text"]),
            "Runtime.exceptionThrown" => {
                (&mut noticed.complaints, &about["exceptionDetails"]["exception"]["description"])
            }
            _ => return,
        };
        if list.len() < REMEMBERED_MAX {
            list.push(text.as_str().unwrap_or("(without words)").to_string());
        }
    }
}

impl Drop for Line {
    /// Lets the browser close by itself, which takes its helpers along, then makes sure.
    fn drop(&mut self) {
        if let Some(mut commands) = self.commands.take() {
            _ = commands.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        }
        let deadline = Instant::now() + FAREWELL;
        let left = || deadline.saturating_duration_since(Instant::now());
        while self.messages.recv_timeout(left()).is_ok() {}
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Reads messages until the browser ends; each closes with a zero byte.
fn listen(out: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = sync_channel(MESSAGES_MAX);
    std::thread::spawn(move || {
        let mut out = BufReader::new(out);
        let mut bytes = Vec::new();
        while out.read_until(0, &mut bytes).is_ok_and(|count| count > 0) {
            let message = serde_json::from_slice(bytes.strip_suffix(&[0]).unwrap_or(&bytes));
            bytes.clear();
            if let Ok(message) = message
                && sender.send(message).is_err()
            {
                break;
            }
        }
    });
    receiver
}
