//! `sluice serve`: one process, one data folder, the pages.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actions::changes::first_start;
use actions::{ActionError, Desk, StoreError};
use clap::Args;
use model::Timestamp;
use tokio::net::TcpListener;
use web::server::tls::{self, Certificate, TlsError};
use web::server::{App, router};

use crate::exit::Done;

/// Folder in the data folder that holds the certificate and its key.
const TLS_FOLDER: &str = "tls";

/// What `sluice serve` takes.
#[derive(Args)]
#[command(after_help = AFTER)]
pub struct Arguments {
    /// Where everything is kept. The folder is made when it is not there; one server at a time works on it.
    #[arg(long, value_name = "FOLDER", env = "SLUICE_DATA", default_value = "sluice-data")]
    data: PathBuf,
    /// Where to answer. Off this machine only in TLS.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// A PostgreSQL database instead of the one in the data folder, as postgres://user:password@host/database.
    #[arg(long, value_name = "URL", env = "SLUICE_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// A certificate to use instead of the self-signed one: a PEM file with its chain.
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The key of the certificate: a PEM file.
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Also print a link that sets a new password for this account: the way back when nobody can log in any more.
    #[arg(long, value_name = "NAME")]
    new_password: Option<String>,
}

const AFTER: &str = "The first start prints a link. Open it: it makes the administrator. It works once, for 24 hours; start \
again for another.

On loopback the pages are plain HTTP. On any other address they are TLS, with a self-signed certificate that is made in \
the data folder, or with the one you give.

Exit codes: 10 port in use, 11 folder cannot be used, 12 data of a newer program, 13 another server works on the data, \
14 database not reachable, 15 certificate not usable, 16 address cannot be used, 17 no such account.";

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port is taken.
    #[error("{0} is in use by another program. End that one, or choose another port with --listen.")]
    PortInUse(SocketAddr),
    /// The address cannot be used.
    #[error(
        "{address} cannot be used: {source}. Give an address of this machine with --listen; ports below 1024 need special rights."
    )]
    Address {
        /// The address.
        address: SocketAddr,
        /// The system's word.
        source: io::Error,
    },
    /// A file or folder cannot be used.
    #[error("{}: {source}. Check that it exists and that Sluice may read and write there.", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The data.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no open account with this name.
    #[error("There is no open account named {0}. Check the name given to --new-password.")]
    NoAccount(String),
    /// An action failed while starting.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl ServeError {
    /// The exit code for scripts.
    pub fn code(&self) -> u8 {
        match self {
            ServeError::PortInUse(_) => 10,
            ServeError::File { .. } => 11,
            ServeError::Tls(_) => 15,
            ServeError::Address { .. } => 16,
            ServeError::Store(error) | ServeError::Action(ActionError::Store(error)) => match error {
                StoreError::Folder { .. } | StoreError::ReadOnly { .. } => 11,
                StoreError::Newer { .. } => 12,
                StoreError::InUse { .. } => 13,
                StoreError::Unreachable { .. } | StoreError::Address { .. } => 14,
                _ => 1,
            },
            ServeError::NoAccount(_) => 17,
            ServeError::Action(_) => 1,
        }
    }
}

/// Serves until Ctrl-C or SIGTERM.
pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    runtime()?.block_on(async {
        let end = EndWords::listen()?;
        let place = arguments.database.clone().unwrap_or_else(|| arguments.data.display().to_string());
        let desk = Desk::open(&place).await.map_err(ServeError::from)?;
        let certificate = certificate(arguments)?;
        let (listener, address) = listen(arguments.listen).await?;
        let base = base(address, certificate.is_some());
        say(&format!("Sluice answers at {base}"));
        if let Some(certificate) = &certificate {
            let print = tls::fingerprint(certificate).map_err(ServeError::from)?;
            say(&format!("Its certificate has the SHA-256 fingerprint {print}"));
        }
        let key = first_start::first_key(&desk, now()).await.map_err(ServeError::from)?;
        if let Some(key) = key {
            say("First start. Open this link to become administrator; it works once, for 24 hours:");
            say(&format!("  {base}/first-start/{key}"));
        }
        if let Some(name) = &arguments.new_password {
            let key = match first_start::rescue(&desk, name, now()).await {
                Err(ActionError::NotFound) => Err(ServeError::NoAccount(name.clone())),
                key => key.map_err(ServeError::from),
            }?;
            say(&format!(
                "Whoever opens this link sets a new password for {name}; it works once, for 72 hours:"
            ));
            say(&format!("  {base}/invitation/{key}"));
        }
        serve(desk, listener, certificate, end).await?;
        Ok(Done::Whole)
    })
}

/// What runs everything.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Takes the address; the answer tells the port that was taken for 0.
pub async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let wrong = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse(address),
        _ => ServeError::Address { address, source },
    };
    let listener = TcpListener::bind(address).await.map_err(wrong)?;
    let taken = listener.local_addr().map_err(wrong)?;
    Ok((listener, taken))
}

/// Answers until the program is told to end; then open answers end, and the data are closed.
pub async fn serve(
    desk: Desk,
    listener: TcpListener,
    certificate: Option<Certificate>,
    end: EndWords,
) -> Result<(), ServeError> {
    let tls = certificate.as_ref().map(tls::acceptor).transpose()?;
    let report = Arc::new(|fault: &str| complain(fault));
    let app = App::new(desk.clone(), Arc::new(now), report, tls.is_some());
    web::server::run(listener, tls, router(app), end.come()).await;
    say("Sluice ends.");
    desk.close().await;
    Ok(())
}

/// The address that a browser on this machine, or on its network, reaches it by.
pub fn base(address: SocketAddr, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    match address.ip().is_unspecified() {
        true => format!("{scheme}://{}:{}", host_name(), address.port()),
        false => format!("{scheme}://{address}"),
    }
}

/// The real clock; everything below is handed the time.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
}

/// Tells the person who started the program; nobody may be listening any more, and that stops nothing.
pub fn say(text: &str) {
    _ = writeln!(io::stdout(), "{text}");
}

/// The program's log.
fn complain(fault: &str) {
    _ = writeln!(io::stderr(), "sluice: {} {fault}", now());
}

/// The words to end: Ctrl-C, or the system's. Taken before anything is printed, so that none is missed.
pub struct EndWords {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl EndWords {
    /// Listens for them from now on.
    pub fn listen() -> io::Result<EndWords> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(EndWords {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(EndWords {})
    }

    #[cfg_attr(not(unix), allow(unused_mut))]
    async fn come(mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        {
            _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// The certificate to answer with; none for plain HTTP on loopback.
fn certificate(arguments: &Arguments) -> Result<Option<Certificate>, ServeError> {
    if let (Some(chain), Some(key)) = (&arguments.cert, &arguments.key) {
        return Ok(Some(Certificate { chain: read(chain)?, key: read(key)? }));
    }
    if arguments.listen.ip().is_loopback() {
        return Ok(None);
    }
    own_certificate(&arguments.data.join(TLS_FOLDER), arguments.listen).map(Some)
}

/// The self-signed certificate of the data folder, made at the first need and kept: browsers remember it.
fn own_certificate(folder: &Path, address: SocketAddr) -> Result<Certificate, ServeError> {
    let (chain, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if chain.exists() && key.exists() {
        return Ok(Certificate { chain: read(&chain)?, key: read(&key)? });
    }
    let mut names = vec![host_name(), "localhost".to_string(), "127.0.0.1".to_string()];
    if !address.ip().is_unspecified() {
        names.push(address.ip().to_string());
    }
    let made = tls::self_signed(names)?;
    let wrong = |path: &Path| {
        let path = path.to_path_buf();
        |source| ServeError::File { path, source }
    };
    std::fs::create_dir_all(folder).map_err(wrong(folder))?;
    for (path, text) in [(&key, &made.key), (&chain, &made.chain)] {
        // A temporary file is for its owner alone, and so is what it becomes.
        let file = tempfile::Builder::new().prefix(".sluice-").tempfile_in(folder).map_err(wrong(folder))?;
        std::fs::write(file.path(), text).map_err(wrong(path))?;
        file.persist(path).map_err(|error| wrong(path)(error.error))?;
    }
    Ok(made)
}

fn read(path: &Path) -> Result<String, ServeError> {
    std::fs::read_to_string(path).map_err(|source| ServeError::File { path: path.to_path_buf(), source })
}

/// What this machine is called in its network.
fn host_name() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = read.trim();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
    if name.is_empty() || !is_plain { "localhost".to_string() } else { name.to_string() }
}
