//! The HTTP server: one request in, one answer out, everything recorded.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::answer::{Context, Reply, answer};
use super::auth::{self, Accepted};
use super::connection::{Counters, Cut, Line, Wire};
use super::error::Refusal;
use super::fault::{Body, Fault, FaultPlan};
use super::links::{Links, Named};
use super::oauth::TokenServer;
use super::pattern::{Rng, seed};
use super::record::{RecordedRequest, Records};
use super::route::{self, Found, Matched};
use super::{magic, media, validate};

/// Called with every request once its answer is known.
pub(super) type Hook = Arc<dyn Fn(&RecordedRequest) + Send + Sync>;

/// Everything that the connections of one mock share.
pub(super) struct State {
    pub(super) base_url: String,
    pub(super) accepted: Accepted,
    pub(super) items_per_list: usize,
    pub(super) link_to_twilio_hosts: bool,
    pub(super) max_body_bytes: usize,
    pub(super) max_recorded_requests: usize,
    pub(super) max_recorded_bytes: usize,
    pub(super) hook: Option<Hook>,
    pub(super) records: Mutex<Records>,
    pub(super) once: Mutex<VecDeque<Reply>>,
    pub(super) scripted: Mutex<HashMap<String, Reply>>,
    pub(super) serial: AtomicU64,
    pub(super) tokens: TokenServer,
    pub(super) faults: Arc<Mutex<FaultPlan>>,
    pub(super) counters: Arc<Counters>,
    pub(super) files: media::Files,
}

impl State {
    /// What [`Emulator::stub_operation`](super::Emulator::stub_operation) set for the request's operation.
    pub(super) fn scripted(&self, record: &RecordedRequest) -> Option<Reply> {
        let (product, id) = (record.product?, record.operation_id?);
        let scripted = lock(&self.scripted);
        scripted.get(&format!("{product}/{id}")).or_else(|| scripted.get(id)).cloned()
    }
}

/// A lock that another thread's panic does not spoil.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts connections until the task is aborted, which ends the connections too.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, for instance: the next attempt may succeed.
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            continue;
        };
        let line = Arc::new(Line::default());
        let wire = Wire::new(stream, Arc::clone(&line), Arc::clone(&state.counters));
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let shared = Arc::clone(&line);
            let service = service_fn(move |request| handle(Arc::clone(&state), Arc::clone(&shared), request));
            let builder = auto::Builder::new(TokioExecutor::new());
            tokio::select! {
                // A connection that breaks is the client's affair.
                _ = builder.serve_connection(TokioIo::new(wire), service) => {}
                () = line.is_cut() => {}
            }
        });
    }
}

async fn handle(
    state: Arc<State>,
    line: Arc<Line>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    let serial = state.serial.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let mut record = RecordedRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
        request_id: format!("RQ{}", Rng(seed(&[&state.base_url]) ^ serial).hex(32)),
        ..RecordedRequest::default()
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    record.headers = parts.headers.iter().map(|(n, v)| (n.as_str().to_owned(), text(v))).collect();
    let authority = parts.uri.authority().map(|a| a.as_str().to_owned());
    record.host = record.header("host").map(str::to_owned).or(authority).unwrap_or_default();
    let place = media::claim(&mut record);
    let located = match &place {
        Some(_) => Err(Refusal::not_found(&record.path)),
        None => locate(&mut record),
    };
    let fault = lock(&state.faults).draw(&record);
    record.fault.clone_from(&fault);
    let mut reply = Reply::default();
    if !fault.as_ref().is_some_and(Fault::is_early_reset) {
        let read = match &place {
            Some(place) => media::read(&state, place, &mut record, body).await,
            None => read(&state, &mut record, body).await,
        };
        let carried_out = match (read, &place) {
            (Ok(()), _) if fault.as_ref().is_some_and(Fault::is_instead) => None,
            (Ok(()), Some(place)) => Some(media::respond(&state, place, &record, serial)),
            (Ok(()), None) => Some(respond(&state, &record, serial, located)),
            (Err(refusal), _) => Some(Err(refusal)),
        };
        record.executed = matches!(&carried_out, Some(Ok(reply)) if reply.status < 400);
        if let Some(outcome) = carried_out {
            reply = outcome.unwrap_or_else(Refusal::into_reply);
        }
    }
    let mut silence = None;
    if let Some(fault) = &fault {
        fault.change(&mut reply, &record);
        silence = fault.silence(&reply);
    }
    let status = final_status(reply.status);
    record.status = if silence.is_some() { 0 } else { status.as_u16() };
    let request_id = record.request_id.clone();
    keep(&state, record);
    let wait = fault.as_ref().map(Fault::wait).unwrap_or_default();
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    if let Some(reset) = silence {
        line.cut(reset);
        return Err(Cut);
    }
    let text = Bytes::from(reply.body.take().unwrap_or_default());
    let mut body = Body::new(text, line);
    if let Some(size) = reply.pattern {
        body.generate(size);
    }
    if let Some(fault) = &fault {
        fault.send(&mut body);
    }
    Ok(response(status, reply.headers, body, &request_id))
}

/// Reads the request's body.
async fn read(state: &State, record: &mut RecordedRequest, body: Incoming) -> Result<(), Refusal> {
    match Limited::new(body, state.max_body_bytes).collect().await {
        Ok(body) => record.body = body.to_bytes().to_vec(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(Refusal::too_large(state.max_body_bytes));
        }
        Err(_) => return Err(Refusal::new(400, 20001, "The body could not be read")),
    }
    if record.header("content-type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded")) {
        record.form = pairs(&record.body);
    }
    Ok(())
}

/// Puts a request on record.
fn keep(state: &State, record: RecordedRequest) {
    if let Some(hook) = &state.hook {
        hook(&record);
    }
    lock(&state.records).push(record, state.max_recorded_requests, state.max_recorded_bytes);
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The status, or 500 for one that cannot end an answer.
fn final_status(status: u16) -> StatusCode {
    let status = StatusCode::from_u16(status).ok().filter(|status| !status.is_informational());
    status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn response(
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Body,
    request_id: &str,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let id = ("Twilio-Request-Id".to_owned(), request_id.to_owned());
    for (name, value) in headers.into_iter().chain([id]) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            // A map of headers has a limit, beyond which the rest is left out.
            let _ = response.headers_mut().try_append(name, value);
        }
    }
    response
}

/// The mock's answer.
fn respond(
    state: &State,
    record: &RecordedRequest,
    serial: u64,
    located: Result<(Matched, Named), Refusal>,
) -> Result<Reply, Refusal> {
    let admitted = state.tokens.admit(record);
    let scripted = lock(&state.once).pop_front();
    if let Some(reply) = scripted {
        return Ok(reply);
    }
    let (matched, named) = located?;
    admitted?;
    let user = auth::check(&state.accepted, &state.tokens, &matched, record)?;
    let json = validate::validate(&matched, record)?;
    if let Some(reply) = state.scripted(record) {
        return Ok(reply);
    }
    if let Some(answer) = state.tokens.answer(record, &state.base_url) {
        return answer;
    }
    if let Some(refusal) = magic::refusal(record) {
        return Err(refusal);
    }
    let Links { base, prefix } = Links::of(state.link_to_twilio_hosts, &state.base_url, record, named);
    let items_per_list = state.items_per_list;
    let context = Context { base, prefix, user: user.as_deref(), items_per_list, serial };
    Ok(answer(&matched, record, json.as_ref(), &context))
}

/// Finds the operation, and what named its host.
fn locate(record: &mut RecordedRequest) -> Result<(Matched, Named), Refusal> {
    let first = record.path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
    let (host, named) = match route::known_host(&first) {
        Some(host) => {
            let prefix = format!("/{first}");
            // Clients that put a link's path behind a base URL with the host have it there twice.
            while let Some(rest) = record.path.strip_prefix(&prefix)
                && (rest.is_empty() || rest.starts_with('/'))
            {
                record.path = rest.to_owned();
            }
            (host, Named::InPath(prefix))
        }
        None => named_host(record)?,
    };
    host.clone_into(&mut record.host);
    match route::find(host, &record.method, &record.path) {
        Found::Operation(matched) => {
            record.product = Some(matched.route.product.stem);
            record.operation_id = Some(matched.operation.id);
            record.path_values = matched.values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            Ok((matched, named))
        }
        Found::WrongMethod(allow) => Err(Refusal::method(allow)),
        Found::Nothing => Err(Refusal::not_found(&record.path)),
        Found::Broken(message) => Err(Refusal::new(500, 20500, message)),
    }
}

/// The host that a header names, else the only host that knows the path.
fn named_host(record: &RecordedRequest) -> Result<(&'static str, Named), Refusal> {
    if let Some(host) = record.header("x-forwarded-host").and_then(route::known_host) {
        return Ok((host, Named::Forwarded));
    }
    if let Some(host) = route::known_host(&record.host) {
        return Ok((host, Named::AsHost));
    }
    let hosts = route::hosts_with(&record.path).map_err(|message| Refusal::new(500, 20500, message))?;
    match hosts.as_slice() {
        [] => Err(Refusal::not_found(&record.path)),
        [host] => Ok((host, Named::ByPath)),
        [host, ..] => {
            let mut refusal = Refusal::not_found(&record.path);
            refusal.message.push_str(&format!(
                ": {} know it. Name the host as the first path segment (/{host}{}) or in the header X-Forwarded-Host",
                hosts.join(", "),
                record.path,
            ));
            Err(refusal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_headers_than_an_answer_can_hold_are_left_out() {
        let headers = (0..50_000).map(|n| (format!("x-{n}"), String::new())).collect();
        let body = Body::new(Bytes::new(), Arc::new(Line::default()));
        let response = response(StatusCode::OK, headers, body, "RQ1");
        assert!((20_000..50_000).contains(&response.headers().len()), "{}", response.headers().len());
    }
}
