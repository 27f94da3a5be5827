//! The open door: connections in bounds of number and time, plain or in TLS, and an orderly end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// Connections that are open at once; further ones wait outside.
const CONNECTIONS_MAX: usize = 512;
/// Longest time to agree on TLS, and to send the lines before a body: who is slower holds places for nothing.
const GREETING_TIME_MAX: Duration = Duration::from_secs(10);
/// Most bytes and lines before a body.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const HEAD_LINES_MAX: usize = 100;
/// How long open answers may take once the program is told to end.
const FAREWELL_TIME_MAX: Duration = Duration::from_secs(5);
/// Pause after the system refused a connection, as when it has no more file numbers.
const BREATH: Duration = Duration::from_millis(100);

/// The network address of who asks.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Answers until `stop` comes, then lets open answers end.
pub async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    tokio::pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut stop => break,
            next = next => next,
        };
        match accepted {
            Err(_) => tokio::time::sleep(BREATH).await,
            Ok((stream, from)) => {
                let (tls, router, watcher) = (tls.clone(), router.clone(), graceful.watcher());
                tokio::spawn(async move {
                    // A broken connection is the visitor's affair; there is nobody left to be told.
                    _ = greet(stream, from, tls, router, watcher).await;
                    drop(place);
                });
            }
        }
    }
    drop(listener);
    _ = tokio::time::timeout(FAREWELL_TIME_MAX, graceful.shutdown()).await;
}

async fn greet(
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    watcher: Watcher,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match tls {
        None => answer(stream, from, router, watcher).await,
        Some(tls) => {
            let stream = tokio::time::timeout(GREETING_TIME_MAX, tls.accept(stream)).await??;
            answer(stream, from, router, watcher).await
        }
    }
}

async fn answer<S>(stream: S, from: SocketAddr, router: Router, watcher: Watcher) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        let router = router.clone();
        request.extensions_mut().insert(Peer(from));
        async move {
            let Ok(answer) = router.oneshot(request).await;
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(GREETING_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEAD_LINES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    watcher.watch(connection).await.map_err(io::Error::other)
}
