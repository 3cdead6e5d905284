//! Everything that is traced or logged on this thread, down to level TRACE, whoever says it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, Once, OnceLock};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, NoSubscriber, set_default};
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// A span or an event.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) name: &'static str,
    pub(crate) target: &'static str,
    pub(crate) level: Level,
    /// The span that it is in.
    pub(crate) parent: Option<u64>,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

impl Seen {
    pub(crate) fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }
}

#[derive(Default)]
struct Stored {
    spans: Vec<(u64, Seen)>,
    /// The registry gives an id again, so that each is that of its newest span.
    ids: HashMap<u64, usize>,
    events: Vec<Seen>,
}

/// Captures until it is dropped.
pub(crate) struct Capture {
    stored: Arc<Mutex<Stored>>,
    _guard: DefaultGuard,
}

impl Capture {
    /// Captures everything that this thread does, tasks that it runs included.
    pub(crate) fn start() -> Self {
        Self::up_to(Level::TRACE)
    }

    /// The same without what is less important than a level.
    pub(crate) fn up_to(level: Level) -> Self {
        static LOG: Once = Once::new();
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        // With one dispatcher alone, what another thread says first would be off for all, as that thread has none.
        SECOND.get_or_init(|| Dispatch::new(NoSubscriber::default()));
        LOG.call_once(|| {
            log::set_logger(&Logger).expect("no other logger");
            log::set_max_level(log::LevelFilter::Trace);
        });
        LOGGED.with_borrow_mut(String::clear);
        let stored = Arc::new(Mutex::new(Stored::default()));
        let layer = Into { stored: Arc::clone(&stored), level };
        Self { stored, _guard: set_default(Registry::default().with(layer)) }
    }

    pub(crate) fn spans(&self, name: &str) -> Vec<(u64, Seen)> {
        let stored = self.stored.lock().unwrap();
        stored.spans.iter().filter(|(_, span)| span.name == name).cloned().collect()
    }

    /// The SDK's own events with a message.
    pub(crate) fn events(&self, message: &str) -> Vec<Seen> {
        let stored = self.stored.lock().unwrap();
        let ours =
            |event: &&Seen| event.target.starts_with("twilio_") && event.get("message") == Some(message);
        stored.events.iter().filter(ours).cloned().collect()
    }

    /// Everything as text, other crates' words included.
    pub(crate) fn all(&self) -> String {
        let stored = self.stored.lock().unwrap();
        let mut out = LOGGED.with_borrow(String::clone);
        let spans = stored.spans.iter().map(|(_, span)| span);
        for seen in spans.chain(&stored.events) {
            writeln!(out, "{} {} {:?}", seen.target, seen.name, seen.fields).unwrap();
        }
        out
    }

    /// Who said something.
    pub(crate) fn targets(&self) -> Vec<String> {
        let mut targets: Vec<String> =
            self.all().lines().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
        targets.sort();
        targets.dedup();
        targets
    }
}

thread_local! {
    static LOGGED: RefCell<String> = const { RefCell::new(String::new()) };
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} log {}\n", record.target(), record.args());
        LOGGED.with_borrow_mut(|all| all.push_str(&line));
    }

    fn flush(&self) {}
}

struct Into {
    stored: Arc<Mutex<Stored>>,
    level: Level,
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Into {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= self.level
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        attributes.record(&mut Fields(&mut fields));
        let parent = context.span(id).and_then(|span| Some(span.parent()?.id().into_u64()));
        let data = attributes.metadata();
        let seen = Seen { name: data.name(), target: data.target(), level: *data.level(), parent, fields };
        let mut stored = self.stored.lock().unwrap();
        let index = stored.spans.len();
        stored.ids.insert(id.into_u64(), index);
        stored.spans.push((id.into_u64(), seen));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut stored = self.stored.lock().unwrap();
        let index = stored.ids[&id.into_u64()];
        values.record(&mut Fields(&mut stored.spans[index].1.fields));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        let parent = context.event_span(event).map(|span| span.id().into_u64());
        let data = event.metadata();
        let seen = Seen { name: data.name(), target: data.target(), level: *data.level(), parent, fields };
        self.stored.lock().unwrap().events.push(seen);
    }
}
