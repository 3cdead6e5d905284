//! A record in memory, which can be made to fail.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use twilio_sdk::audit::{Audit, AuditError, Event};

#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Inner>);

#[derive(Default)]
struct Inner {
    events: Mutex<Vec<Event>>,
    fails: AtomicBool,
}

impl Recorder {
    pub(crate) fn fail(&self, fails: bool) {
        self.0.fails.store(fails, Ordering::SeqCst);
    }

    /// What was recorded since the last look, each as `event outcome actor role action resource`.
    pub(crate) fn take(&self) -> Vec<String> {
        self.events().iter().map(line).collect()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.events.lock().unwrap())
    }
}

fn line(event: &Event) -> String {
    let of =
        |name: &str| event.texts().find(|(key, _)| *key == name).map_or("-", |(_, text)| text).to_owned();
    let texts = ["actor", "role", "action", "resource"].map(of).join(" ");
    format!("{} {} {texts}", event.kind().as_str(), event.outcome().as_str())
}

impl Audit for Recorder {
    fn record(&self, event: &Event) -> Result<(), AuditError> {
        if self.0.fails.load(Ordering::SeqCst) {
            return Err(AuditError::Other("no room".to_owned()));
        }
        self.0.events.lock().unwrap().push(event.clone());
        Ok(())
    }
}
