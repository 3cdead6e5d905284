//! Faults from a file.

use std::path::Path;
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::entry::{Entry, Outcome};
use super::{Fault, FaultPlan, FaultRule, On};
use crate::mock::route;
use crate::{Error, Result};

/// What `kind` may say beside the kinds of [`Fault::kind`], in the steps of a script.
const NONE: &str = "none";

impl FaultPlan {
    /// Reads a plan from a file whose name ends in `.toml` or `.json`.
    ///
    /// The file holds a list `fault`. Each entry says which requests it is for, by `operation` or by `route` (method
    /// and path, see [`On`]), or is for all; and what happens to them, by `kind` (see [`Fault::kind`]) with the
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
    /// All kinds take `delay_ms`, which `delay` needs; all but the first two resets take `headers` (a table), `body`
    /// (a text) or `json` (any value), and `chunked`; `status` and `html` take `after_execution`.
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
    /// Fails for a file that cannot be read and for everything in it that is unknown, missing or out of range; the
    /// error names the file, the key and what is expected.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let fail = |message: String| Error::config(format!("{}: {message}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => toml(&text).and_then(plan).map_err(fail),
            Some("json") => json(&text).and_then(plan).map_err(fail),
            _ => Err(fail("the name must end in .toml or .json".to_owned())),
        }
    }

    /// A plan from the text of a TOML file, see [`FaultPlan::read`].
    pub fn from_toml(text: &str) -> Result<Self> {
        toml(text).and_then(plan).map_err(Error::config)
    }

    /// A plan from the text of a JSON file, see [`FaultPlan::read`].
    pub fn from_json(text: &str) -> Result<Self> {
        json(text).and_then(plan).map_err(Error::config)
    }
}

fn toml(text: &str) -> Outcome<Value> {
    toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
}

fn json(text: &str) -> Outcome<Value> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn plan(file: Value) -> Outcome<FaultPlan> {
    let mut file = Entry::new(String::new(), file)?;
    let mut plan = FaultPlan::new();
    for entry in file.list("fault")?.unwrap_or_default() {
        plan = plan.rule(rule(entry)?);
    }
    file.end()?;
    Ok(plan)
}

fn rule(mut entry: Entry) -> Outcome<FaultRule> {
    let on = on(&mut entry)?;
    let mut rule = match entry.list("steps")? {
        Some(steps) if steps.is_empty() => {
            return Err(entry.wrong("steps", "has no steps; give at least one"));
        }
        Some(steps) if !entry.has("kind") => {
            let steps: Outcome<Vec<_>> = steps.into_iter().map(step).collect();
            FaultRule::script(on, steps?)
        }
        Some(_) => return Err(entry.wrong("kind", "is given beside steps; give one of them")),
        None => match fault(&mut entry)? {
            Some(fault) => FaultRule::new(on, fault),
            None => return Err(entry.wrong("kind", "\"none\" is for steps; leave the entry out")),
        },
    };
    if let Some(times) = entry.number("times", 1, u64::MAX)? {
        rule = rule.times(times);
    }
    if let Some(after) = entry.number("after", 0, u64::MAX)? {
        rule = rule.after(after);
    }
    let seed = entry.number("seed", 0, u64::MAX)?;
    match entry.fraction("probability")? {
        Some(probability) => rule = rule.probability(probability, seed.unwrap_or_default()),
        None if seed.is_some() => return Err(entry.wrong("seed", "needs probability beside it")),
        None => {}
    }
    entry.end()?;
    Ok(rule)
}

fn on(entry: &mut Entry) -> Outcome<On> {
    match (entry.text("operation")?, entry.text("route")?) {
        (Some(_), Some(_)) => Err(entry.wrong("route", "is given beside operation; give one of them")),
        (Some(operation), None) if route::has_operation(&operation) => Ok(On::operation(operation)),
        (Some(operation), None) => {
            let what =
                "is no operation; give an operationId such as CreateMessage or api_v2010/CreateMessage";
            Err(entry.wrong("operation", &format!("{operation:?} {what}")))
        }
        (None, Some(text)) => match text.split_once(' ') {
            Some((method, path)) if is_method(method) && is_path(path.trim()) => {
                Ok(On::route(method, path.trim()))
            }
            _ => {
                let what = "is no route; give method and path such as \"POST /v2/Services\" or \
                            \"* verify.twilio.com/**\"";
                Err(entry.wrong("route", &format!("{text:?} {what}")))
            }
        },
        (None, None) => Ok(On::any()),
    }
}

fn is_method(text: &str) -> bool {
    text == "*" || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// A path from the root, or after a host that Twilio has or that holds a wildcard.
fn is_path(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    let known = host.is_empty() || host.contains(['*', '{']) || route::known_host(host) == Some(host);
    known && !text.is_empty() && !text.contains(' ')
}

fn step(mut entry: Entry) -> Outcome<Option<Fault>> {
    let fault = fault(&mut entry)?;
    entry.end()?;
    Ok(fault)
}

fn fault(entry: &mut Entry) -> Outcome<Option<Fault>> {
    let kind = entry.need("kind", Entry::text)?;
    let status =
        |entry: &mut Entry| Ok(entry.number("status", 200, 599)?.and_then(|s| u16::try_from(s).ok()));
    let bytes = |entry: &mut Entry| entry.need("bytes", |e, key| e.number(key, 1, u64::MAX));
    let mut fault = match kind.as_str() {
        NONE => return Ok(None),
        "status" => Fault::status(entry.need("status", |entry, _| status(entry))?),
        "html" => Fault::html(status(entry)?.unwrap_or(502)),
        "delay" => Fault::delay(entry.need("delay_ms", Entry::duration)?),
        "content-type" => Fault::content_type(entry.need("media", Entry::text)?),
        "slow-body" => {
            let bytes = usize::try_from(bytes(entry)?).unwrap_or(usize::MAX);
            Fault::slow_body(bytes, entry.need("pause_ms", Entry::duration)?)
        }
        "truncated-json" => Fault::truncated_json(),
        "truncated-body" => Fault::truncated_body(),
        "reset" => Fault::reset(),
        "reset-after-execution" => Fault::reset_after_execution(),
        "reset-in-body" => Fault::reset_in_body(),
        "oversize-headers" => {
            let bytes = entry.need("bytes", |e, key| e.number(key, 1, 1 << 30))?;
            Fault::oversize_headers(usize::try_from(bytes).unwrap_or(usize::MAX))
        }
        "oversize-body" => Fault::oversize_body(bytes(entry)?),
        "next-page" => Fault::next_page(entry.need("link", Entry::text)?),
        "next-page-on" => Fault::next_page_on(entry.need("origin", Entry::text)?),
        "next-page-loop" => Fault::next_page_loop(),
        other => {
            let kinds = "none, status, html, delay, content-type, slow-body, truncated-json, truncated-body, \
                         reset, reset-after-execution, reset-in-body, oversize-headers, oversize-body, next-page, \
                         next-page-on, next-page-loop";
            return Err(entry.wrong("kind", &format!("{other:?} is no kind; give one of {kinds}")));
        }
    };
    if kind != "delay" {
        fault = fault.delayed(entry.duration("delay_ms")?.unwrap_or(Duration::ZERO));
    }
    if matches!(kind.as_str(), "status" | "html") && entry.flag("after_execution")? {
        fault = fault.after_execution();
    }
    if !matches!(kind.as_str(), "reset" | "reset-after-execution") {
        fault = content(entry, fault)?;
    }
    Ok(Some(fault))
}

/// The keys about what the answer holds.
fn content(entry: &mut Entry, mut fault: Fault) -> Outcome<Fault> {
    match (entry.text("body")?, entry.any("json")) {
        (Some(_), Some(_)) => return Err(entry.wrong("json", "is given beside body; give one of them")),
        (Some(body), None) => fault = fault.body(body),
        (None, Some(json)) => fault = fault.json(&json),
        (None, None) => {}
    }
    for (name, value) in entry.texts("headers")? {
        if HeaderName::try_from(&name).is_err() || HeaderValue::try_from(&value).is_err() {
            return Err(entry.wrong(&format!("headers.{name}"), "is no header that HTTP allows"));
        }
        fault = fault.header(name, value);
    }
    if entry.flag("chunked")? {
        fault = fault.chunked();
    }
    Ok(fault)
}
