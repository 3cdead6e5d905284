use std::fmt;

use crate::AuditEventKind;
use crate::names::named;

/// The outcome of the recorded action, or its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventOutcome {
    /// `begun`: a change starts. A second record with the same correlation ID says how it ended. If that one is missing,
    /// the program ended in between, and the change may or may not have been made.
    Begun,
    /// `ok`: succeeded.
    Ok,
    /// `denied`: rejected, because of wrong credentials or a missing permission.
    Denied,
    /// `failed`: not possible for any user.
    Failed,
}

impl EventOutcome {
    /// Every outcome.
    pub const ALL: &'static [Self] = &[Self::Begun, Self::Ok, Self::Denied, Self::Failed];

    /// Returns the name in records: `begun`, `ok`, `denied` or `failed`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Begun => "begun",
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

named!(EventOutcome, InvalidEventOutcome);

impl std::str::FromStr for EventOutcome {
    type Err = InvalidEventOutcome;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|outcome| outcome.as_str() == name).ok_or(InvalidEventOutcome)
    }
}

/// The error of a string that is no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidEventOutcome;

impl fmt::Display for InvalidEventOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("audit: unknown outcome; use begun, ok, denied or failed")
    }
}

impl std::error::Error for InvalidEventOutcome {}

/// An event for the audit log. Its strings are names, never secrets.
///
/// ```
/// use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};
///
/// let event = AuditEvent::new(AuditEventKind::Authorization, EventOutcome::Denied)
///     .actor("bob")
///     .role("viewer")
///     .action("manage_users")
///     .source("198.51.100.7")
///     .reason("the role lacks the permission");
/// assert_eq!(event.kind().as_str(), "authz");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
pub struct AuditEvent {
    #[cfg_attr(feature = "serialize", serde(rename = "event"))]
    kind: AuditEventKind,
    outcome: EventOutcome,
    #[cfg_attr(feature = "serialize", serde(skip_serializing_if = "Option::is_none"))]
    actor: Option<String>,
    #[cfg_attr(feature = "serialize", serde(skip_serializing_if = "Option::is_none"))]
    role: Option<String>,
    #[cfg_attr(feature = "serialize", serde(skip_serializing_if = "Option::is_none"))]
    action: Option<String>,
    #[cfg_attr(feature = "serialize", serde(skip_serializing_if = "Option::is_none"))]
    resource: Option<String>,
    #[cfg_attr(feature = "serialize", serde(skip_serializing_if = "Option::is_none"))]
    source: Option<String>,
    #[cfg_attr(feature = "serialize", serde(skip_serializing_if = "Option::is_none"))]
    reason: Option<String>,
    #[cfg_attr(feature = "serialize", serde(skip_serializing_if = "Option::is_none"))]
    correlation_id: Option<String>,
}

impl AuditEvent {
    /// Creates an event without further fields.
    pub fn new(kind: AuditEventKind, outcome: EventOutcome) -> Self {
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

    /// Replaces the outcome.
    pub fn with_outcome(self, outcome: EventOutcome) -> Self {
        Self { outcome, ..self }
    }

    /// Sets the actor: the name of a user or the ID of a key.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Sets the actor's role.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// Sets what was done or requested: an action, a permission, scopes.
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Sets what was acted on: the name of an entry, a user, a file.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Sets where the request came from: an IP address, the name of a program.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Sets the reason of the outcome.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Sets the ID that related records share, such as the ID of a request.
    pub fn correlation_id(mut self, id: impl Into<String>) -> Self {
        self.correlation_id = Some(id.into());
        self
    }

    /// Returns what happened.
    pub fn kind(&self) -> AuditEventKind {
        self.kind
    }

    /// Returns how it ended.
    pub fn outcome(&self) -> EventOutcome {
        self.outcome
    }

    /// Returns the fields that are set, by their names in records.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
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
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Returns a field by its name in records.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields().find(|(field, _)| *field == name).map(|(_, value)| value)
    }
}
