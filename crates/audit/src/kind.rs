use std::fmt;
use std::str::FromStr;

use crate::names::named;

/// The length in bytes of the longest name of an application's kind.
const MAX_LENGTH: usize = 64;

/// First words of the SDK's kinds, including those of later versions.
const RESERVED: [&str; 7] = ["authn", "authz", "config", "credential", "key", "token", "user"];

/// The kind of an audit event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditEventKind {
    /// `authn`: credentials were verified.
    Authentication,
    /// `authz`: a permission or scope was required.
    Authorization,
    /// `user.add`: a user was added.
    UserAdd,
    /// `user.remove`: a user was removed.
    UserRemove,
    /// `user.role`: a user's role was changed.
    UserRole,
    /// `key.issue`: an API key was issued.
    KeyIssue,
    /// `key.rotate`: an API key was replaced by a new one.
    KeyRotate,
    /// `key.revoke`: an API key was revoked.
    KeyRevoke,
    /// `credential.store`: a secret was inserted into a vault, or replaced.
    CredentialStore,
    /// `credential.read`: a secret was read from a vault.
    CredentialRead,
    /// `credential.delete`: a secret was deleted from a vault.
    CredentialDelete,
    /// `credential.unlock`: a vault was opened, or its passphrase was wrong.
    CredentialUnlock,
    /// `credential.rekey`: a vault's passphrase was changed.
    CredentialRekey,
    /// `credential.import`: secrets of another store were imported.
    CredentialImport,
    /// `token.issue`: an access token was issued.
    TokenIssue,
    /// `token.refresh`: an access token was refreshed.
    TokenRefresh,
    /// `config.change`: configuration was changed or reloaded.
    ConfigChange,
    /// An event of your application, such as `order.refund`. See [`custom`](Self::custom).
    Custom(CustomKind),
}

impl AuditEventKind {
    /// Every kind of the SDK, without those of applications.
    pub const ALL: &'static [Self] = &[
        Self::Authentication,
        Self::Authorization,
        Self::UserAdd,
        Self::UserRemove,
        Self::UserRole,
        Self::KeyIssue,
        Self::KeyRotate,
        Self::KeyRevoke,
        Self::CredentialStore,
        Self::CredentialRead,
        Self::CredentialDelete,
        Self::CredentialUnlock,
        Self::CredentialRekey,
        Self::CredentialImport,
        Self::TokenIssue,
        Self::TokenRefresh,
        Self::ConfigChange,
    ];

    /// Creates a kind for events of your application.
    ///
    /// ```
    /// use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};
    ///
    /// // Verified at compile time.
    /// const REFUND: AuditEventKind = match AuditEventKind::custom("order.refund") {
    ///     Ok(kind) => kind,
    ///     Err(_) => panic!("not the name of a kind"),
    /// };
    /// let event = AuditEvent::new(REFUND, EventOutcome::Ok).actor("alice").resource("order 4711");
    /// assert_eq!(event.kind().as_str(), "order.refund");
    /// assert!(AuditEventKind::custom("user.add").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidEventKind`] if the name is reserved or malformed. Its message lists the rules.
    pub const fn custom(name: &str) -> Result<Self, InvalidEventKind> {
        match CustomKind::new(name) {
            Some(kind) => Ok(Self::Custom(kind)),
            None => Err(InvalidEventKind),
        }
    }

    /// Returns the name in records.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Authentication => "authn",
            Self::Authorization => "authz",
            Self::UserAdd => "user.add",
            Self::UserRemove => "user.remove",
            Self::UserRole => "user.role",
            Self::KeyIssue => "key.issue",
            Self::KeyRotate => "key.rotate",
            Self::KeyRevoke => "key.revoke",
            Self::CredentialStore => "credential.store",
            Self::CredentialRead => "credential.read",
            Self::CredentialDelete => "credential.delete",
            Self::CredentialUnlock => "credential.unlock",
            Self::CredentialRekey => "credential.rekey",
            Self::CredentialImport => "credential.import",
            Self::TokenIssue => "token.issue",
            Self::TokenRefresh => "token.refresh",
            Self::ConfigChange => "config.change",
            Self::Custom(kind) => kind.as_str(),
        }
    }
}

named!(AuditEventKind, InvalidEventKind);

/// Parses the name of a kind of the SDK or of an application.
impl FromStr for AuditEventKind {
    type Err = InvalidEventKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().copied().find(|kind| kind.as_str() == name);
        known.map_or_else(|| Self::custom(name), Ok)
    }
}

/// The name of an application's kind of event.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CustomKind {
    bytes: [u8; MAX_LENGTH],
    length: usize,
}

impl CustomKind {
    const fn new(name: &str) -> Option<Self> {
        let name = name.as_bytes();
        if name.len() > MAX_LENGTH {
            return None;
        }
        let (mut bytes, mut at, mut first_dot, mut begins) = ([0; MAX_LENGTH], 0, None, true);
        while at < name.len() {
            let byte = name[at];
            match byte {
                b'a'..=b'z' => begins = false,
                b'0'..=b'9' | b'_' | b'-' if !begins => {}
                b'.' if !begins => {
                    begins = true;
                    if first_dot.is_none() {
                        first_dot = Some(at);
                    }
                }
                _ => return None,
            }
            bytes[at] = byte;
            at += 1;
        }
        match first_dot {
            Some(dot) if !begins && !is_reserved(name, dot) => Some(Self { bytes, length: name.len() }),
            _ => None,
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Returns whether the bytes up to an index are one of [`RESERVED`].
const fn is_reserved(name: &[u8], end: usize) -> bool {
    let mut at = 0;
    while at < RESERVED.len() {
        let word = RESERVED[at].as_bytes();
        let mut same = 0;
        while same < end && same < word.len() && word[same] == name[same] {
            same += 1;
        }
        if same == end && same == word.len() {
            return true;
        }
        at += 1;
    }
    false
}

impl fmt::Debug for CustomKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The error of a string that is no kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidEventKind;

impl fmt::Display for InvalidEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "audit: invalid kind of event; use two or more words of a-z, 0-9, `_` and `-` that begin with a letter, joined by \
             dots, such as `order.refund`, of at most {MAX_LENGTH} bytes in all; names that begin with {} are reserved",
            RESERVED.join("., ") + "."
        )
    }
}

impl std::error::Error for InvalidEventKind {}
