//! Faults from a file.

use std::path::Path;
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};

use super::on::{NO_ROUTE, is_method, is_path};
use super::{Fault, FaultPlan, FaultRule, RequestMatcher};
use crate::ConfigFormat;
use crate::Result;
use crate::config::file::{Reader, read_any_file, read_str};
use crate::emulator::names;

/// What `kind` may say beside the kinds of [`Fault::kind`], in the steps of a script.
const NONE: &str = "none";

const KINDS: &str = "none, status, html, delay, content-type, slow-body, truncated-json, truncated-body, reset, \
                     reset-after-execution, reset-in-body, oversize-headers, oversize-body, next-page, next-page-on, \
                     next-page-loop";

/// The keys that go with some kinds only.
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

/// They are all held in memory.
const MOST_HEADER_BYTES: u64 = 1 << 30;

impl FaultPlan {
    /// Reads a plan from a file whose name ends in `.toml` or `.json`.
    ///
    /// The file holds a list `fault`. Each entry says which requests it is for, by `operation` or by `route` (method
    /// and path, see [`RequestMatcher`]), or is for all; and what happens to them, by `kind` (see [`Fault::kind`]) with the
    /// kind's own keys, or by a list `steps` of such kinds, in which `none` lets a request pass. `times`, `after`,
    /// `probability` and `seed` say when it hits, see [`FaultRule`].
    ///
    /// | Kind | Keys of its own |
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
    /// `status` is from 200 to 599, `bytes` at least 1 (of headers at most 1 GiB). All kinds take `delay_ms`, which
    /// `delay` needs; it and `pause_ms` are whole milliseconds. All but the first two resets take `headers` (a table),
    /// `body` (a text) or `json` (any value), and `chunked`; `status` and `html` take `after_execution`.
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
    /// As in all files of the SDK, `${NAME}` in a text is the environment's variable, and `$${` stands for `${`.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config), with everything that is unknown, missing or out of range: the file, the
    /// line where it is known, the key and what is expected. Files of more than 1 MiB are not read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(read_any_file(path.as_ref(), &variable, &plan)?)
    }

    /// A plan from the text of a TOML file.
    ///
    /// # Errors
    ///
    /// As of [`read`](Self::read).
    pub fn from_toml(text: &str) -> Result<Self> {
        Ok(read_str(text, ConfigFormat::Toml, &variable, &plan)?)
    }

    /// A plan from the text of a JSON file.
    ///
    /// # Errors
    ///
    /// As of [`read`](Self::read).
    pub fn from_json(text: &str) -> Result<Self> {
        Ok(read_str(text, ConfigFormat::Json, &variable, &plan)?)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn plan(file: &Reader<'_>) -> Option<FaultPlan> {
    Some(file.tables("fault", rule).into_iter().fold(FaultPlan::new(), FaultPlan::rule))
}

fn rule(entry: &Reader<'_>) -> Option<FaultRule> {
    let on = on(entry);
    let before = entry.problem_count();
    let steps = entry.tables("steps", fault);
    let rule = match entry.has("steps") {
        true => {
            if steps.is_empty() && entry.problem_count() == before {
                entry.problem("steps", "has no steps; give at least one");
            }
            for key in KEYS.split(' ').chain(["kind"]).filter(|key| entry.has(key)) {
                entry.problem(key, "is given beside steps; it belongs in one of them");
            }
            on.map(|on| FaultRule::sequence(on, steps))
        }
        false => match fault(entry) {
            Some(None) => {
                entry.problem("kind", "`none` is for steps; leave the entry out");
                None
            }
            fault => on.zip(fault.flatten()).map(|(on, fault)| FaultRule::new(on, fault)),
        },
    };
    let (times, after) = (number(entry, "times", 1, u64::MAX), number(entry, "after", 0, u64::MAX));
    let (probability, seed) = (entry.number("probability"), number(entry, "seed", 0, u64::MAX));
    if probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
        entry.problem("probability", "must be a number from 0 to 1");
    }
    if seed.is_some() && !entry.has("probability") {
        entry.problem("seed", "needs probability beside it");
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

fn on(entry: &Reader<'_>) -> Option<RequestMatcher> {
    match (entry.string("operation"), entry.string("route")) {
        (Some(_), Some(_)) => {
            entry.problem("route", "is given beside operation; give one of them");
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

/// A fault, or `Some(None)` for the kind `none`.
fn fault(entry: &Reader<'_>) -> Option<Option<Fault>> {
    let kind = entry.string("kind");
    let status = number(entry, "status", 200, 599).and_then(|status| u16::try_from(status).ok());
    let bytes = number(entry, "bytes", 1, u64::MAX);
    let millis = |key| number(entry, key, 0, u64::MAX).map(Duration::from_millis);
    let (pause, delay) = (millis("pause_ms"), millis("delay_ms"));
    let (media, link, origin) = (entry.string("media"), entry.string("link"), entry.string("origin"));
    let after_execution = entry.flag("after_execution").unwrap_or_default();
    let answer = content(entry, Fault::delay(delay.unwrap_or_default()));
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
            if bytes.is_some_and(|bytes| bytes > MOST_HEADER_BYTES) {
                entry.problem("bytes", format!("must be at most {MOST_HEADER_BYTES} for headers"));
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
        let own: Vec<&str> = KEYS.split(' ').filter(|key| takes(&kind, key)).collect();
        entry.problem(key, format!("does not go with the kind {kind}, whose keys are: {}", own.join(", ")));
    }
    if kind == NONE {
        return Some(None);
    }
    let Fault { effect, instead, .. } = plain?;
    Some(Some(Fault { effect, instead: instead && !after_execution, ..answer }))
}

/// The keys about what the answer holds.
fn content(entry: &Reader<'_>, mut fault: Fault) -> Fault {
    if let Some(body) = entry.string("body") {
        fault = fault.body(body);
    }
    if let Some(json) = entry.json("json") {
        fault = fault.json(&json);
    }
    if entry.has("body") && entry.has("json") {
        entry.problem("json", "is given beside body; give one of them");
    }
    let headers = entry.table("headers");
    for name in headers.keys() {
        let Some(value) = headers.string(name) else { continue };
        if HeaderName::try_from(name).is_err() || HeaderValue::try_from(&value).is_err() {
            headers.problem(name, "is no header that HTTP allows");
        }
        fault = fault.header(name, value);
    }
    if entry.flag("chunked") == Some(true) { fault.chunked() } else { fault }
}

fn number(entry: &Reader<'_>, key: &str, least: u64, most: u64) -> Option<u64> {
    let number = entry.count(key)?;
    if (least..=most).contains(&number) {
        return Some(number);
    }
    let expected = match most {
        u64::MAX => format!("must be at least {least}"),
        _ => format!("must be from {least} to {most}"),
    };
    entry.problem(key, expected);
    None
}

/// A value of a key that must be there.
fn need<T>(entry: &Reader<'_>, key: &str, value: Option<T>) -> Option<T> {
    if value.is_none() && !entry.has(key) {
        entry.problem(key, "is missing; add it");
    }
    value
}
