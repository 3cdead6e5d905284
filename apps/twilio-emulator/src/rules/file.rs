//! Faults in files.

use std::path::Path;
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};

use twilio_sdk_config::internal::file::{Reader, read_any_file, read_str};
use twilio_sdk_config::{ConfigError, ConfigFormat};

use super::matcher::{NO_ROUTE, is_method, is_path};
use super::{FaultPlan, FaultRule, RequestMatcher};
use crate::fault::Fault;
use crate::names;

/// A value of `kind` in steps, in addition to those of [`Fault::kind`]: no fault.
const NONE: &str = "none";

const KINDS: &str = "none, status, html, delay, content-type, slow-body, truncated-json, truncated-body, reset, \
                     reset-after-execution, reset-in-body, oversize-headers, oversize-body, next-page, next-page-on, \
                     next-page-loop";

/// Keys that are valid with some kinds only.
const KEYS: &str =
    "status after_execution bytes pause_ms media link origin delay_ms body json headers chunked";

fn takes(kind: &str, key: &str) -> bool {
    match key {
        "status" | "after_execution" => ["status", "html"].contains(&kind),
        "bytes" => ["slow-body", "oversize-headers", "oversize-body"].contains(&kind),
        "pause_ms" => kind == "slow-body",
        "media" => kind == "content-type",
        "link" => kind == "next-page",
        "origin" => kind == "next-page-on",
        "delay_ms" => kind != NONE,
        _ => ![NONE, "reset", "reset-after-execution"].contains(&kind),
    }
}

/// Headers are held in memory.
const MAX_HEADER_BYTES: u64 = 1 << 30;

impl FaultPlan {
    /// Reads a plan from a file, `.toml` or `.json`.
    ///
    /// The file has a list `fault`. Each entry selects requests by `operation` or by `route` (method and path, see
    /// [`RequestMatcher`]), or else all requests. `kind` (see [`Fault::kind`]) and the keys of that kind say what happens
    /// to them; a list `steps` of kinds is a sequence, in which `none` lets a request pass. `times`, `after`,
    /// `probability` and `seed` say when the fault hits, see [`FaultRule`].
    ///
    /// | Kind | Its keys |
    /// |---|---|
    /// | `status` | `status` |
    /// | `html` | `status` (502 unless given) |
    /// | `delay` | |
    /// | `content-type` | `media` |
    /// | `slow-body` | `bytes`, `pause_ms` |
    /// | `oversize-headers`, `oversize-body` | `bytes` |
    /// | `next-page` | `link` |
    /// | `next-page-on` | `origin` |
    /// | `next-page-loop`, `truncated-json`, `truncated-body` | |
    /// | `reset`, `reset-after-execution`, `reset-in-body` | |
    ///
    /// * `status` is from 200 to 599. `bytes` is at least 1, and at most 1 GiB for headers.
    /// * `delay_ms` is valid with all kinds and required by `delay`. It and `pause_ms` are whole milliseconds.
    /// * `headers` (a table), `body` (a string) or `json` (any value), and `chunked` are valid with all kinds but `reset` and
    ///   `reset-after-execution`.
    /// * `after_execution` is valid with `status` and `html`.
    ///
    /// ```toml
    /// [[fault]]
    /// operation = "CreateMessage"
    /// steps = [
    ///     { kind = "status", status = 429, headers = { Retry-After = "1" } },
    ///     { kind = "reset-after-execution" },
    /// ]
    ///
    /// [[fault]]
    /// route = "GET verify.twilio.com/v2/**"
    /// kind = "slow-body"
    /// bytes = 100
    /// pause_ms = 50
    /// probability = 0.1
    /// ```
    ///
    /// `${NAME}` in a string is an environment variable, and `$${` is `${`.
    ///
    /// # Errors
    ///
    /// The file is missing, larger than 1 MiB or invalid. The error lists every unknown, missing or invalid key with
    /// file and line.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        read_any_file(path.as_ref(), &variable, &plan)
    }

    /// Parses a plan from TOML.
    ///
    /// # Errors
    ///
    /// The same errors as [`from_file`](Self::from_file).
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        read_str(text, ConfigFormat::Toml, &variable, &plan)
    }

    /// Parses a plan from JSON.
    ///
    /// # Errors
    ///
    /// The same errors as [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        read_str(text, ConfigFormat::Json, &variable, &plan)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn plan(file: &Reader<'_>) -> Option<FaultPlan> {
    Some(file.tables("fault", rule).into_iter().fold(FaultPlan::new(), FaultPlan::rule))
}

fn rule(entry: &Reader<'_>) -> Option<FaultRule> {
    let matcher = matcher(entry);
    let before = entry.problem_count();
    let steps = entry.tables("steps", fault);
    let rule = match entry.has("steps") {
        true => {
            if steps.is_empty() && entry.problem_count() == before {
                entry.problem("steps", "has no steps; give at least one");
            }
            for key in KEYS.split(' ').chain(["kind"]).filter(|key| entry.has(key)) {
                entry.problem(key, "cannot be combined with steps; move it into one of them");
            }
            matcher.map(|matcher| FaultRule::sequence(matcher, steps))
        }
        false => match fault(entry) {
            Some(None) => {
                entry.problem("kind", "`none` is valid in steps only; remove the entry");
                None
            }
            fault => matcher.zip(fault.flatten()).map(|(matcher, fault)| FaultRule::new(matcher, fault)),
        },
    };
    let (times, after) = (number(entry, "times", 1, u64::MAX), number(entry, "after", 0, u64::MAX));
    let (probability, seed) = (entry.number("probability"), number(entry, "seed", 0, u64::MAX));
    if probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
        entry.problem("probability", "must be a number from 0 to 1");
    }
    if seed.is_some() && !entry.has("probability") {
        entry.problem("seed", "needs probability; add it");
    }
    let mut rule = rule?;
    if let Some(times) = times {
        rule = rule.times(times);
    }
    if let Some(after) = after {
        rule = rule.after(after);
    }
    if let Some(probability) = probability {
        rule = rule.probability(probability, seed.unwrap_or_default());
    }
    Some(rule)
}

fn matcher(entry: &Reader<'_>) -> Option<RequestMatcher> {
    match (entry.string("operation"), entry.string("route")) {
        (Some(_), Some(_)) => {
            entry.problem("route", "cannot be combined with operation; remove one of them");
            None
        }
        (Some(operation), None) => match names::check(&operation) {
            Ok(()) => Some(RequestMatcher::operation(operation)),
            Err(why) => {
                entry.problem("operation", why);
                None
            }
        },
        (None, Some(text)) => match text.split_once(' ') {
            Some((method, path)) if is_method(method) && is_path(path.trim()) => {
                Some(RequestMatcher::route(method, path.trim()))
            }
            _ => {
                entry.problem("route", NO_ROUTE);
                None
            }
        },
        (None, None) => Some(RequestMatcher::any()),
    }
}

/// Reads a fault, or `Some(None)` for the kind `none`.
fn fault(entry: &Reader<'_>) -> Option<Option<Fault>> {
    let kind = entry.string("kind");
    let status = number(entry, "status", 200, 599).and_then(|status| u16::try_from(status).ok());
    let bytes = number(entry, "bytes", 1, u64::MAX);
    let millis = |key| number(entry, key, 0, u64::MAX).map(Duration::from_millis);
    let (pause, delay) = (millis("pause_ms"), millis("delay_ms"));
    let (media, link, origin) = (entry.string("media"), entry.string("link"), entry.string("origin"));
    let after_execution = entry.flag("after_execution").unwrap_or_default();
    let content = content(entry, Fault::delay(delay.unwrap_or_default()));
    if entry.is_present() && !entry.has("kind") {
        entry.problem("kind", "is missing; add it");
    }
    let kind = kind?;
    let size = || Some(usize::try_from(need(entry, "bytes", bytes)?).unwrap_or(usize::MAX));
    let plain = match kind.as_str() {
        NONE => None,
        "status" => need(entry, "status", status).map(Fault::status),
        "html" => Some(Fault::html(status.unwrap_or(502))),
        "delay" => need(entry, "delay_ms", delay).map(Fault::delay),
        "content-type" => need(entry, "media", media).map(Fault::content_type),
        "slow-body" => {
            let (bytes, pause) = (size(), need(entry, "pause_ms", pause));
            bytes.zip(pause).map(|(bytes, pause)| Fault::slow_body(bytes, pause))
        }
        "truncated-json" => Some(Fault::truncated_json()),
        "truncated-body" => Some(Fault::truncated_body()),
        "reset" => Some(Fault::reset()),
        "reset-after-execution" => Some(Fault::reset_after_execution()),
        "reset-in-body" => Some(Fault::reset_in_body()),
        "oversize-headers" => {
            if bytes.is_some_and(|bytes| bytes > MAX_HEADER_BYTES) {
                entry.problem("bytes", format!("must be at most {MAX_HEADER_BYTES} for headers"));
            }
            size().map(Fault::oversized_headers)
        }
        "oversize-body" => need(entry, "bytes", bytes).map(Fault::oversized_body),
        "next-page" => need(entry, "link", link).map(Fault::next_page),
        "next-page-on" => need(entry, "origin", origin).map(Fault::next_page_host),
        "next-page-loop" => Some(Fault::next_page_loop()),
        _ => {
            entry.problem("kind", format!("must be one of {KINDS}"));
            return None;
        }
    };
    for key in KEYS.split(' ').filter(|key| entry.has(key) && !takes(&kind, key)) {
        let valid: Vec<&str> = KEYS.split(' ').filter(|key| takes(&kind, key)).collect();
        entry
            .problem(key, format!("is not valid with the kind {kind}, whose keys are: {}", valid.join(", ")));
    }
    if kind == NONE {
        return Some(None);
    }
    Some(Some(plain?.with_content_of(content, after_execution)))
}

/// Reads the keys of the response's content.
fn content(entry: &Reader<'_>, mut fault: Fault) -> Fault {
    if let Some(body) = entry.string("body") {
        fault = fault.body(body);
    }
    if let Some(json) = entry.json("json") {
        fault = fault.json(&json);
    }
    if entry.has("body") && entry.has("json") {
        entry.problem("json", "cannot be combined with body; remove one of them");
    }
    let headers = entry.table("headers");
    for name in headers.keys() {
        let Some(value) = headers.string(name) else { continue };
        if HeaderName::try_from(name).is_err() || HeaderValue::try_from(&value).is_err() {
            headers.problem(name, "is not a valid HTTP header");
        }
        fault = fault.header(name, value);
    }
    if entry.flag("chunked") == Some(true) { fault.chunked() } else { fault }
}

fn number(entry: &Reader<'_>, key: &str, min: u64, max: u64) -> Option<u64> {
    let number = entry.count(key)?;
    if (min..=max).contains(&number) {
        return Some(number);
    }
    let expected = match max {
        u64::MAX => format!("must be at least {min}"),
        _ => format!("must be from {min} to {max}"),
    };
    entry.problem(key, expected);
    None
}

/// Reports a problem if a required key is missing.
fn need<T>(entry: &Reader<'_>, key: &str, value: Option<T>) -> Option<T> {
    if value.is_none() && !entry.has(key) {
        entry.problem(key, "is missing; add it");
    }
    value
}
