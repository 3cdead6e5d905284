//! How commands end.

use std::fmt;

use crate::access::AccessError;
use crate::audit::AuditError;
use crate::vault::VaultError;

/// The codes that the program ends with, beside 0 for what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Failed = 1,
    Usage = 2,
    Refused = 3,
    Credential = 4,
    Found = 5,
    Name = 6,
    Interrupted = 130,
}

/// For the help text.
pub(super) const CODES: &str = "\
Exit codes:
  0    done
  1    failed: a file, the network, a lock, what cannot be recorded
  2    usage: arguments that are not known or do not fit, or no terminal to ask on
  3    refused: no person, no permission, no secret onto a terminal
  4    a wrong credential: API key, passphrase, a login that was denied
  5    found what was looked for: a log that was tampered with, a configuration with problems
  6    a name: there is nothing of this name, there is already, or it has expired
  130  interrupted, by Ctrl-C";

/// Why a command did not do what it was asked for. The text holds no secret.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: Code,
    message: String,
}

pub(super) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::new(Code::Failed, message)
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::new(Code::Refused, message)
    }

    pub(super) fn name(message: impl Into<String>) -> Self {
        Self::new(Code::Name, message)
    }

    /// Ends with a code and says nothing more: everything was printed already.
    pub(super) fn found() -> Self {
        Self::new(Code::Found, "")
    }

    /// With what else there is to say.
    pub(super) fn and(mut self, more: &str) -> Self {
        self.message = format!("{}; {more}", self.message);
        self
    }

    /// With where it happened in front.
    pub(super) fn at(mut self, place: impl fmt::Display) -> Self {
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
            | E::InsecurePermissions(_) => Code::Refused,
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

/// An error of a login's arguments, of the network, or of an authorization server.
impl From<twilio_sdk_config::ConfigError> for Failure {
    fn from(error: twilio_sdk_config::ConfigError) -> Self {
        crate::Error::from(error).into()
    }
}

impl From<crate::oauth::OAuthClientError> for Failure {
    fn from(error: crate::oauth::OAuthClientError) -> Self {
        crate::Error::from(error).into()
    }
}

impl From<crate::Error> for Failure {
    fn from(error: crate::Error) -> Self {
        use crate::OAuthErrorCode::{AccessDenied, ExpiredToken, InvalidClient, InvalidGrant};
        let code = match error.oauth_error().and_then(|problem| problem.code.as_ref()) {
            Some(AccessDenied | ExpiredToken | InvalidClient | InvalidGrant) => Code::Credential,
            None if error.is_config() => Code::Usage,
            _ => Code::Failed,
        };
        Self::new(code, error.to_string())
    }
}
