use std::fmt;
use std::sync::Arc;

use super::{AuditError, AuditEventKind};
use crate::types::SecretString;

/// Takes events for the record.
pub trait Audit: Send + Sync {
    /// Records an event. When it returns, the event is where the recorder's own rules want it, such as on disk.
    ///
    /// # Errors
    ///
    /// The event could not be recorded; whoever calls it fails closed.
    fn record(&self, event: &Event) -> Result<(), AuditError>;

    /// Tells the recorder of a secret that is in use, so that it can refuse to show it. Does nothing unless written.
    fn guard(&self, secret: &SecretString) {
        let _ = secret;
    }
}

/// Shows nothing of it.
impl fmt::Debug for dyn Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Audit")
    }
}

impl<A: Audit + ?Sized> Audit for Arc<A> {
    fn record(&self, event: &Event) -> Result<(), AuditError> {
        (**self).record(event)
    }

    fn guard(&self, secret: &SecretString) {
        (**self).guard(secret);
    }
}

/// Records nothing: what the parts of the SDK have unless they are given another.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopAuditSink;

impl Audit for NoopAuditSink {
    fn record(&self, _: &Event) -> Result<(), AuditError> {
        Ok(())
    }
}

/// How it ended, or that it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It is about to be done. A second record with the same correlation id says how it ended; where that one is missing,
    /// the program was ended in between, and the change may have been made or not.
    Begun,
    /// It was done.
    Ok,
    /// It was refused: wrong credentials, no permission.
    Denied,
    /// It could not be done, whoever asked for it.
    Failed,
}

impl Outcome {
    /// The name in records: `begun`, `ok`, `denied` or `failed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    /// The outcome of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Begun, Self::Ok, Self::Denied, Self::Failed]
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }
}

/// Something for the record. Every text in it is the plain name of something, and never a secret.
///
/// ```
/// use twilio_sdk::audit::{Event, AuditEventKind, Outcome};
///
/// let event = Event::new(AuditEventKind::Authorization, Outcome::Denied)
///     .actor("bob")
///     .role("viewer")
///     .action("manage_users")
///     .source("198.51.100.7")
///     .reason("the role lacks the permission");
/// assert_eq!(event.kind().as_str(), "authz");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    kind: AuditEventKind,
    outcome: Outcome,
    pub(super) actor: Option<String>,
    pub(super) role: Option<String>,
    pub(super) action: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) source: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) correlation_id: Option<String>,
}

impl Event {
    /// An event of which nothing more is known.
    pub fn new(kind: AuditEventKind, outcome: Outcome) -> Self {
        Self {
            kind,
            outcome,
            actor: None,
            role: None,
            action: None,
            resource: None,
            source: None,
            reason: None,
            correlation_id: None,
        }
    }

    /// The same event, ended in another way.
    #[cfg(any(feature = "access", feature = "vault"))]
    pub(crate) fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// Who did it: the name of a user, or the id of a key.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// In which role.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// What was done or asked for: an action, a permission, scopes.
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// To what it was done: the name of an entry, a user, a file.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// From where: an address, the name of a program.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Why it ended as it did.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// What ties it to other records: the id of a request.
    pub fn correlation_id(mut self, id: impl Into<String>) -> Self {
        self.correlation_id = Some(id.into());
        self
    }

    /// What happened.
    pub fn kind(&self) -> AuditEventKind {
        self.kind
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The texts of the event by the names that records have for them; those that are not there are left out.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("actor", &self.actor),
            ("role", &self.role),
            ("action", &self.action),
            ("resource", &self.resource),
            ("source", &self.source),
            ("reason", &self.reason),
            ("correlation_id", &self.correlation_id),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.as_deref()?)))
    }
}
