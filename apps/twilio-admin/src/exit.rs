//! Exit codes and errors.

use std::fmt;

use twilio_sdk::access_control::AccessError;
use twilio_sdk::audit::AuditError;
use twilio_sdk::vault::VaultError;

/// The exit codes besides 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Failed = 1,
    Usage = 2,
    Rejected = 3,
    Credential = 4,
    Found = 5,
    Name = 6,
    Interrupted = 130,
}

/// For the help text.
pub(crate) const CODES: &str = "\
Exit codes:
  0    success
  1    failed: a file, the network, a lock, an event that could not be recorded
  2    usage: unknown or conflicting arguments, or no terminal for a prompt
  3    rejected: no users database, no permission, no secret onto a terminal
  4    invalid credentials: API key, passphrase, a denied login
  5    check failed: a tampered log, a configuration with problems
  6    not found, already exists, or expired
  130  interrupted by Ctrl-C";

/// The error of a command. Its message contains no secret.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    message: String,
}

pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Code::Failed, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    pub(crate) fn rejected(message: impl Into<String>) -> Self {
        Self::new(Code::Rejected, message)
    }

    pub(crate) fn name(message: impl Into<String>) -> Self {
        Self::new(Code::Name, message)
    }

    /// Exits with 5 without a message: everything was printed.
    pub(crate) fn found() -> Self {
        Self::new(Code::Found, "")
    }

    /// Appends advice.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.message = format!("{}; {more}", self.message);
        self
    }

    /// Prepends the place.
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let code = match &error {
            VaultError::WrongPassphrase => Code::Credential,
            VaultError::FileNotFound
            | VaultError::AlreadyExists
            | VaultError::NotFound(_)
            | VaultError::Expired(_) => Code::Name,
            VaultError::EmptyPassphrase | VaultError::InvalidName | VaultError::NotString(_) => Code::Usage,
            _ => Code::Failed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        use AccessError as E;
        let code = match &error {
            E::Rejected => Code::Credential,
            E::Denied(_)
            | E::PrivilegeEscalation
            | E::LastAdmin
            | E::AlreadyBootstrapped
            | E::AdminAvailable
            | E::InsecurePermissions(_) => Code::Rejected,
            E::UnknownUser(_)
            | E::UserExists(_)
            | E::UnknownRole(_)
            | E::UnknownKey(_)
            | E::KeyInactive(_) => Code::Name,
            E::InvalidName(_) | E::InvalidTime(_) => Code::Usage,
            _ => Code::Failed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<twilio_sdk::ConfigError> for Failure {
    fn from(error: twilio_sdk::ConfigError) -> Self {
        twilio_sdk::Error::from(error).into()
    }
}

impl From<twilio_sdk::oauth::OAuthClientError> for Failure {
    fn from(error: twilio_sdk::oauth::OAuthClientError) -> Self {
        twilio_sdk::Error::from(error).into()
    }
}

/// An error of a login's arguments, the network, or an authorization server.
impl From<twilio_sdk::Error> for Failure {
    fn from(error: twilio_sdk::Error) -> Self {
        use twilio_sdk::OAuthErrorCode::{AccessDenied, ExpiredToken, InvalidClient, InvalidGrant};
        let code = match error.oauth_error().and_then(|problem| problem.code.as_ref()) {
            Some(AccessDenied | ExpiredToken | InvalidClient | InvalidGrant) => Code::Credential,
            None if error.is_config() => Code::Usage,
            _ => Code::Failed,
        };
        Self::new(code, error.to_string())
    }
}
