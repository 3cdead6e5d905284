//! The HTTP server: receives a request, responds and records it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

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

use super::body::Body;
use super::connection::{Cut, Line, Wire};
use super::fault::Fault;
use super::links::{Links, Named};
use super::locate::locate;
use super::lock::lock;
use super::media::Place;
use super::pattern::{Rng, seed};
use super::record::RecordedRequest;
use super::rejection::Rejection;
use super::reply::Reply;
use super::response::{Context, respond_as_documented};
use super::route::Matched;
use super::state::State;
use super::{auth, magic, media, validate};

/// Accepts connections until the task is aborted, which closes the connections too.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, for instance. The next attempt may succeed.
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
                // An error of the connection is the client's.
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
        Some(_) => Err(Rejection::not_found(&record.path)),
        None => locate(&mut record),
    };
    let fault = lock(&state.faults).draw(&record);
    record.fault.clone_from(&fault);
    let mut reply = Reply::default();
    if !fault.as_ref().is_some_and(Fault::is_early_reset) {
        let read = match &place {
            Some(place) => media::read(place, &mut record, body, state.max_body_bytes).await,
            None => read(&state, &mut record, body).await,
        };
        let outcome = match (read, &place) {
            (Ok(()), _) if fault.as_ref().is_some_and(Fault::is_instead) => None,
            (Ok(()), Some(place)) => Some(respond_with_file(&state, place, &record, serial)),
            (Ok(()), None) => Some(respond(&state, &record, serial, located)),
            (Err(rejection), _) => Some(Err(rejection)),
        };
        record.executed = matches!(&outcome, Some(Ok(reply)) if reply.status < 400);
        if let Some(outcome) = outcome {
            reply = outcome.unwrap_or_else(Rejection::into_reply);
        }
    }
    let mut silence = None;
    if let Some(fault) = &fault {
        fault.change(&mut reply, &record.path);
        silence = fault.breaks_off(&reply);
    }
    let status = final_status(reply.status);
    record.status = if silence.is_some() { 0 } else { status.as_u16() };
    let request_id = record.request_id.clone();
    state.record(record);
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

/// Reads the request body.
async fn read(state: &State, record: &mut RecordedRequest, body: Incoming) -> Result<(), Rejection> {
    match Limited::new(body, state.max_body_bytes).collect().await {
        Ok(body) => record.body = body.to_bytes().to_vec(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(Rejection::too_large(state.max_body_bytes));
        }
        Err(_) => return Err(Rejection::new(400, 20001, "The body could not be read")),
    }
    if record.header("content-type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded")) {
        record.form = pairs(&record.body);
    }
    Ok(())
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Returns the status, or 500 for one that cannot end a response.
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
            // `HeaderMap` has a maximum size; headers beyond it are left out.
            let _ = response.headers_mut().try_append(name, value);
        }
    }
    response
}

/// Returns the response of an operation.
fn respond(
    state: &State,
    record: &RecordedRequest,
    serial: u64,
    located: Result<(Matched, Named), Rejection>,
) -> Result<Reply, Rejection> {
    let admitted = state.tokens.admit(record);
    if let Some(reply) = state.take_next_stub() {
        return Ok(reply);
    }
    let (matched, named) = located?;
    admitted?;
    let user = auth::check(&state.accepted, &state.tokens, &matched, record)?;
    let json = validate::validate(&matched, record)?;
    if let Some(reply) = state.operation_stub(record) {
        return Ok(reply);
    }
    if let Some(outcome) = state.tokens.respond(record, &state.base_url) {
        return outcome;
    }
    if let Some(rejection) = magic::rejection(record) {
        return Err(rejection);
    }
    let Links { base, prefix } = Links::of(state.link_to_twilio_hosts, &state.base_url, record, named);
    let items_per_list = state.items_per_list;
    let context = Context { base, prefix, user: user.as_deref(), items_per_list, serial };
    Ok(respond_as_documented(&matched, record, json.as_ref(), &context))
}

/// Returns the response of an endpoint for files.
fn respond_with_file(
    state: &State,
    place: &Place,
    record: &RecordedRequest,
    serial: u64,
) -> Result<Reply, Rejection> {
    if let Some(reply) = state.take_next_stub() {
        return Ok(reply);
    }
    if let Place::File { sid, uploaded } = place {
        return media::file(&state.files, record, sid, *uploaded);
    }
    let user = auth::authenticate(&state.accepted, &state.tokens, record)?;
    match state.operation_stub(record) {
        Some(reply) => Ok(reply),
        None => media::respond(&state.files, place, record, user, serial),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_headers_than_a_response_can_hold_are_left_out() {
        let headers = (0..50_000).map(|n| (format!("x-{n}"), String::new())).collect();
        let body = Body::new(Bytes::new(), Arc::new(Line::default()));
        let response = response(StatusCode::OK, headers, body, "RQ1");
        assert!((20_000..50_000).contains(&response.headers().len()), "{}", response.headers().len());
    }
}
