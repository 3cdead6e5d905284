//! A loopback server that does what it is told, well or badly.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::wire::{Request, read, write};

/// The server's reaction to a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Responds and keeps the connection open.
    Whole { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Resets the connection before it has read the request.
    ResetUnread,
    /// Reads the request and resets the connection.
    Reset,
    /// Reads the request and says nothing until the client goes.
    Silence,
    /// Responds with `{}` after [`Server::release`].
    Hold,
    /// Sends a head and then one piece after another for ever, with a pause between them.
    Endless { head: String, piece: Vec<u8>, pause: Duration },
}

impl Answer {
    pub fn ok() -> Self {
        Self::status(200, &[], "{}")
    }

    pub fn status(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::Whole { status, headers: headers.collect(), body: body.into() }
    }

    /// A chunked body of these pieces, without an end.
    pub fn chunked(piece: &[u8], pause: Duration) -> Self {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.extend_from_slice(piece);
        chunk.extend_from_slice(b"\r\n");
        Self::Endless { head, piece: chunk, pause }
    }
}

#[derive(Default)]
struct State {
    script: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<Request>>,
    accepted: AtomicUsize,
    open: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
    unread: AtomicUsize,
    written: AtomicU64,
}

/// Stops when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    scheme: &'static str,
    state: Arc<State>,
    permits: Arc<Semaphore>,
    task: JoinHandle<()>,
}

impl Server {
    /// Responds to requests in this order, and to every later one with `{}`.
    pub async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::launch(script, None).await
    }

    /// The same behind TLS.
    pub async fn tls(config: rustls::ServerConfig, script: impl IntoIterator<Item = Answer>) -> Self {
        Self::launch(script, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn launch(script: impl IntoIterator<Item = Answer>, tls: Option<TlsAcceptor>) -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").await.expect("a free port"), script, tls)
    }

    /// The same as [`start`](Self::start) on a listener that is there already.
    pub fn on(listener: TcpListener, script: impl IntoIterator<Item = Answer>) -> Self {
        Self::serve(listener, script, None)
    }

    fn serve(
        listener: TcpListener,
        script: impl IntoIterator<Item = Answer>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let address = listener.local_addr().expect("an address");
        let script = Mutex::new(script.into_iter().collect());
        let state = Arc::new(State { script, ..State::default() });
        let permits = Arc::new(Semaphore::new(0));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let task = tokio::spawn(accept(listener, tls, Arc::clone(&state), Arc::clone(&permits)));
        Self { address, scheme, state, permits, task }
    }

    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The requests that were read, the oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().expect("no panic").clone()
    }

    /// Returns the number of attempts: requests that were read, and those that were not.
    pub fn attempts(&self) -> usize {
        self.requests().len() + self.state.unread.load(SeqCst)
    }

    /// Returns the number of accepted connections.
    pub fn accepted(&self) -> usize {
        self.state.accepted.load(SeqCst)
    }

    /// Returns the number of open connections.
    pub fn open(&self) -> usize {
        self.state.open.load(SeqCst)
    }

    /// Returns the number of requests that wait for their response.
    pub fn under_way(&self) -> usize {
        self.state.under_way.load(SeqCst)
    }

    /// Returns the maximum number of requests that waited for their response at once.
    pub fn most_under_way(&self) -> usize {
        self.state.most.load(SeqCst)
    }

    /// Returns the number of bytes of endless responses that the client read.
    pub fn written(&self) -> u64 {
        self.state.written.load(SeqCst)
    }

    /// Releases this many of the held responses.
    pub fn release(&self, answers: usize) {
        self.permits.add_permits(answers);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits until something is so; fails after ten seconds.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<State>, permits: Arc<Semaphore>) {
    // Connections end with the server.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, state, permits) = (tls.clone(), Arc::clone(&state), Arc::clone(&permits));
        connections.spawn(async move {
            state.accepted.fetch_add(1, SeqCst);
            let _open = Counted::new(&state.open);
            match tls {
                None => {
                    if stream.readable().await.is_ok() && state.resets_unread() {
                        return stream.reset();
                    }
                    talk(stream, &state, &permits).await;
                }
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        talk(stream, &state, &permits).await;
                    }
                }
            }
        });
    }
}

impl State {
    fn resets_unread(&self) -> bool {
        let mut script = self.script.lock().expect("no panic");
        let resets = matches!(script.front(), Some(Answer::ResetUnread));
        if resets {
            script.pop_front();
            self.unread.fetch_add(1, SeqCst);
        }
        resets
    }
}

struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

trait Reset {
    /// Makes the end of the connection a reset and not a farewell.
    fn reset(&self);
}

impl Reset for TcpStream {
    fn reset(&self) {
        self.set_zero_linger().expect("a socket option");
    }
}

impl Reset for TlsStream<TcpStream> {
    fn reset(&self) {
        self.get_ref().0.reset();
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Reset + Unpin>(
    mut stream: S,
    state: &State,
    permits: &Semaphore,
) -> Option<()> {
    loop {
        let request = read(&mut stream).await?;
        state.requests.lock().expect("no panic").push(request);
        let _under_way = Counted::new(&state.under_way);
        state.most.fetch_max(state.under_way.load(SeqCst), SeqCst);
        let answer = state.script.lock().expect("no panic").pop_front().unwrap_or_else(Answer::ok);
        match answer {
            Answer::Whole { status, headers, body } => write(&mut stream, status, &headers, &body).await?,
            Answer::Bytes(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                stream.shutdown().await.ok()?;
                return None;
            }
            Answer::ResetUnread | Answer::Reset => {
                stream.reset();
                return None;
            }
            Answer::Silence => {
                let _ = stream.read_u8().await;
                return None;
            }
            Answer::Hold => {
                let mut byte = [0];
                tokio::select! {
                    permit = permits.acquire() => permit.ok()?.forget(),
                    _ = stream.read(&mut byte) => return None,
                }
                write(&mut stream, 200, &[], b"{}").await?;
            }
            Answer::Endless { head, piece, pause } => {
                stream.write_all(head.as_bytes()).await.ok()?;
                loop {
                    stream.write_all(&piece).await.ok()?;
                    stream.flush().await.ok()?;
                    state.written.fetch_add(piece.len() as u64, SeqCst);
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
}
