use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::server::USER;

/// No answer takes this long; one that does is lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// Requests one after the other on each of so many connections.
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    pub(super) duration: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How long each good answer took, in order.
    latencies: Vec<Duration>,
    /// Answers other than a token.
    pub(super) errors: usize,
    /// Requests without an answer, and connections that could not be made.
    pub(super) lost: usize,
    pub(super) first: Option<String>,
    pub(super) took: Duration,
}

impl Outcome {
    pub(super) fn answers(&self) -> usize {
        self.latencies.len()
    }

    pub(super) fn is_clean(&self) -> bool {
        self.errors == 0 && self.lost == 0 && !self.latencies.is_empty()
    }

    /// The time within which this part of the answers came.
    pub(super) fn milliseconds(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (self.latencies.len() as f64 * part).ceil() as usize;
        let latency = self.latencies.get(index.saturating_sub(1).min(last));
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }

    fn add(&mut self, mut other: Self) {
        self.latencies.append(&mut other.latencies);
        self.errors += other.errors;
        self.lost += other.lost;
        self.first = self.first.take().or(other.first);
    }
}

impl Load {
    /// Makes the requests, and does something else meanwhile.
    pub(super) fn run<T: Send>(&self, meanwhile: impl FnOnce() -> T + Send) -> (Outcome, T) {
        // All connections are there before the first request is sent.
        let together = Barrier::new(self.connections);
        let started = Instant::now();
        std::thread::scope(|scope| {
            let meanwhile = scope.spawn(meanwhile);
            let asking: Vec<_> =
                (0..self.connections).map(|_| scope.spawn(|| self.connection(&together))).collect();
            let mut all = Outcome::default();
            for one in asking {
                let panicked = || Outcome { lost: 1, ..Outcome::default() };
                all.add(one.join().unwrap_or_else(|_| panicked()));
            }
            all.took = started.elapsed();
            all.latencies.sort_unstable();
            match meanwhile.join() {
                Ok(value) => (all, value),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    fn connection(&self, together: &Barrier) -> Outcome {
        let mut outcome = Outcome::default();
        let stream = connect(self.address);
        together.wait();
        let mut stream = match stream {
            Ok(stream) => stream,
            Err(error) => {
                outcome.lost += 1;
                outcome.first = Some(format!("{error:#}"));
                return outcome;
            }
        };
        let request = request(self.address);
        let end = Instant::now() + self.duration;
        while Instant::now() < end {
            let start = Instant::now();
            match exchange(&mut stream, &request) {
                Ok(200) => outcome.latencies.push(start.elapsed()),
                Ok(status) => {
                    outcome.errors += 1;
                    outcome.first.get_or_insert_with(|| format!("status {status}"));
                }
                Err(error) => {
                    outcome.lost += 1;
                    outcome.first.get_or_insert_with(|| format!("{error:#}"));
                    return outcome;
                }
            }
        }
        outcome
    }
}

fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address).context("cannot connect")?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

fn request(address: SocketAddr) -> Vec<u8> {
    let (name, password) = USER;
    let body = serde_json::json!({ "username": name, "password": password }).to_string();
    format!(
        "POST /token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends a request and reads the answer: its status, once it has been seen to hold what it should.
fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8]) -> Result<u16> {
    stream.get_mut().write_all(request)?;
    let (mut line, mut status, mut length) = (String::new(), 0, 0);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            bail!("the connection ended without an answer");
        }
        let text = line.trim_end();
        match text.split_once(": ") {
            _ if text.is_empty() => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
            None => status = text.split(' ').nth(1).context("no status")?.parse()?,
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    if status == 200 && !body.windows(11).any(|part| part == b"\"token\":\"ey") {
        bail!("the answer holds no token");
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::net::TcpListener;

    use super::*;

    /// Answers the requests of one connection in this order, and then ends it.
    fn answers(all: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for body in all {
                let mut taken = vec![0; request(address).len()];
                stream.read_exact(&mut taken).unwrap();
                let status = if body.contains("token") { "200 OK" } else { "503 Busy" };
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            }
        });
        address
    }

    fn outcome(address: SocketAddr) -> Outcome {
        Load { address, connections: 1, duration: Duration::from_secs(30) }.run(|| ()).0
    }

    #[test]
    fn good_answers_errors_and_lost_requests_are_told_apart() {
        let found = outcome(answers(&["{\"token\":\"eyJ\"}", "{\"token\":\"eyJ\"}", "{}"]));
        assert_eq!((found.answers(), found.errors, found.lost), (2, 1, 1), "{found:?}");
        assert!(!found.is_clean() && found.first.unwrap().contains("503"));

        let found = outcome(answers(&["{\"token\":\"nothing\"}"]));
        assert_eq!((found.answers(), found.errors, found.lost), (0, 0, 1), "{found:?}");

        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let found = outcome(closed);
        assert_eq!((found.lost, found.is_clean()), (1, false), "{found:?}");
    }

    #[test]
    fn parts_of_the_answers_are_counted() {
        let latencies = (1..=200).map(Duration::from_millis).collect();
        let outcome = Outcome { latencies, ..Outcome::default() };
        let [half, most, all] = [0.50, 0.99, 1.0].map(|part| outcome.milliseconds(part));
        assert_eq!((half, most, all), (100.0, 198.0, 200.0));
        assert!(outcome.is_clean() && Outcome::default().milliseconds(0.5).is_nan());
    }
}
