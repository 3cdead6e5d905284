#![allow(dead_code)]
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use twilio_sdk_audit::{AuditError, AuditEvent, AuditEventKind, AuditSink};

/// Keeps events in memory, and can be full.
#[derive(Default)]
pub(crate) struct Recorder {
    events: Mutex<Vec<AuditEvent>>,
    full: AtomicBool,
}

impl Recorder {
    /// From now on nothing is taken down, or everything again.
    pub(crate) fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// Each event in a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().map(line).collect()
    }

    /// The lines since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        self.events.lock().unwrap().drain(..).map(|event| line(&event)).collect()
    }

    /// The events since the last time.
    pub(crate) fn events(&self) -> Vec<AuditEvent> {
        std::mem::take(&mut self.events.lock().unwrap())
    }

    pub(crate) fn kinds(&self) -> Vec<AuditEventKind> {
        self.events.lock().unwrap().iter().map(AuditEvent::kind).collect()
    }
}

fn line(event: &AuditEvent) -> String {
    let texts: String = event.fields().map(|(name, text)| format!(" {name}={text}")).collect();
    format!("{} {}{texts}", event.kind().as_str(), event.outcome().as_str())
}

impl AuditSink for Recorder {
    fn record(&self, event: &AuditEvent) -> Result<(), AuditError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(AuditError::Other("the disk is full".into()));
        }
        self.events.lock().unwrap().push(event.clone());
        Ok(())
    }
}
