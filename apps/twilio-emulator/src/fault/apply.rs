//! Applies a fault to a response.

use std::time::Duration;

use hyper::StatusCode;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{Effect, Fault, Link};
use crate::body::Body;
use crate::rejection::Rejection;
use crate::reply::Reply;

/// The size of one filler header, which every client accepts.
const HEADER_PIECE: usize = 8000;

impl Fault {
    pub(crate) fn wait(&self) -> Duration {
        self.delay
    }

    /// Returns whether the request is not executed.
    pub(crate) fn is_instead(&self) -> bool {
        self.instead
    }

    /// Returns whether the request body is not read either.
    pub(crate) fn is_early_reset(&self) -> bool {
        self.instead && self.effect == Effect::Reset
    }

    /// Returns whether the connection is closed without a response: `Some(true)` with a reset, `Some(false)` without.
    pub(crate) fn breaks_off(&self, reply: &Reply) -> Option<bool> {
        let nothing = reply.body.as_ref().is_none_or(Vec::is_empty) && reply.pattern.unwrap_or_default() == 0;
        let empty = nothing || matches!(reply.status, 204 | 304);
        match self.effect {
            Effect::Reset => Some(true),
            Effect::ResetInBody if empty => Some(true),
            Effect::TruncatedBody if empty => Some(false),
            _ => None,
        }
    }

    /// Changes status, headers and content of the response.
    pub(crate) fn change(&self, reply: &mut Reply, request_path: &str) {
        match &self.effect {
            Effect::Status(status) => *reply = error(*status),
            Effect::Html(status) => *reply = page(*status),
            _ => {}
        }
        if let Some(body) = &self.body {
            (reply.body, reply.pattern) = (Some(body.to_vec()), None);
        }
        for (name, value) in &self.headers {
            set(reply, name, value);
        }
        match &self.effect {
            Effect::ContentType(media) => set(reply, "Content-Type", media),
            Effect::TruncatedJson => reply.body = reply.body.take().map(truncated),
            Effect::OversizedHeaders(bytes) => {
                let mut left = *bytes;
                while left > 0 {
                    let piece = left.min(HEADER_PIECE);
                    reply.headers.push(("X-Filler".to_owned(), "x".repeat(piece)));
                    left -= piece;
                }
            }
            Effect::Link(link) => {
                if let Some(body) = reply.body.as_deref().and_then(|body| relinked(body, link, request_path))
                {
                    reply.body = Some(body);
                }
            }
            _ => {}
        }
    }

    /// Changes how the response body is sent.
    pub(crate) fn send(&self, body: &mut Body) {
        body.set_sized(!self.chunked);
        match &self.effect {
            Effect::SlowBody { piece, pause } => body.slow_down(*piece, *pause),
            Effect::OversizedBody(size) => body.pad(*size),
            Effect::TruncatedBody => body.break_off(false),
            Effect::ResetInBody => body.break_off(true),
            _ => {}
        }
    }
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Unknown")
}

/// Returns Twilio's error for a status; its code is 20000 plus the status.
fn error(status: u16) -> Reply {
    Reply::json(status, &Rejection::new(status, 20000 + u32::from(status), reason(status)).body())
}

fn page(status: u16) -> Reply {
    let title = format!("{status} {}", reason(status));
    let text = format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    );
    let headers = vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())];
    Reply { status, headers, body: Some(text.into_bytes()), pattern: None }
}

fn set(reply: &mut Reply, name: &str, value: &str) {
    reply.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    reply.headers.push((name.to_owned(), value.to_owned()));
}

/// Returns the first half, or less if that is JSON too.
fn truncated(mut body: Vec<u8>) -> Vec<u8> {
    body.truncate(body.len() / 2);
    while serde_json::from_slice::<IgnoredAny>(&body).is_ok() && body.pop().is_some() {}
    body
}

fn relinked(body: &[u8], link: &Link, request_path: &str) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let map = value.as_object_mut()?;
    relink(map, link, request_path);
    if let Some(Value::Object(meta)) = map.get_mut("meta") {
        relink(meta, link, request_path);
    }
    Some(value.to_string().into_bytes())
}

fn relink(map: &mut Map<String, Value>, link: &Link, request_path: &str) {
    for (name, own) in [("next_page_url", "url"), ("next_page_uri", "uri")] {
        let Some(next) = map.get(name) else { continue };
        let next = match link {
            Link::Text(text) => text.clone(),
            Link::Origin(origin) => match next.as_str() {
                Some(next) => format!("{}{}", origin.trim_end_matches('/'), path(next)),
                None => continue,
            },
            Link::ThisPage => map.get(own).and_then(Value::as_str).unwrap_or(request_path).to_owned(),
        };
        map.insert(name.to_owned(), next.into());
    }
    for name in ["nextToken", "next_token"] {
        if let (Link::Text(text), true) = (link, map.contains_key(name)) {
            map.insert(name.to_owned(), text.as_str().into());
        }
    }
}

/// Returns path and query of a link.
fn path(link: &str) -> &str {
    let after = link.split_once("://").map(|(_, rest)| rest);
    after.map_or(link, |rest| rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/"))
}
