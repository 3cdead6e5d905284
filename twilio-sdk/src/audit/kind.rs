use std::fmt;

/// The longest name of an application's kind, in bytes.
const MOST: usize = 64;

/// What begins the names of the SDK's own kinds, those of later versions among them.
const RESERVED: [&str; 7] = ["authn", "authz", "config", "credential", "key", "token", "user"];

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditEventKind {
    /// `authn`: somebody's credentials were checked.
    Authentication,
    /// `authz`: somebody asked for what needs a permission or a scope.
    Authorization,
    /// `user.add`
    UserAdd,
    /// `user.remove`
    UserRemove,
    /// `user.role`: a user was given another role.
    UserRole,
    /// `key.issue`
    KeyIssue,
    /// `key.rotate`
    KeyRotate,
    /// `key.revoke`
    KeyRevoke,
    /// `credential.store`: a secret was put into a vault, or replaced there.
    CredentialStore,
    /// `credential.read`: a secret was taken from a vault.
    CredentialRead,
    /// `credential.delete`
    CredentialDelete,
    /// `credential.unlock`: a vault was opened, or not, for want of the right passphrase.
    CredentialUnlock,
    /// `credential.rekey`: a vault was given another passphrase.
    CredentialRekey,
    /// `credential.import`: another store's secrets were taken over.
    CredentialImport,
    /// `token.issue`
    TokenIssue,
    /// `token.refresh`
    TokenRefresh,
    /// `config.change`
    ConfigChange,
    /// An event of your application, such as `order.refund`; see [`custom`](Self::custom).
    Custom(CustomKind),
}

impl AuditEventKind {
    /// Every kind of the SDK's own.
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

    /// Makes a kind for an event of your application.
    ///
    /// ```
    /// use twilio_sdk::audit::{Event, AuditEventKind, Outcome};
    ///
    /// // Checked when it compiles.
    /// const REFUND: AuditEventKind = match AuditEventKind::custom("order.refund") {
    ///     Ok(kind) => kind,
    ///     Err(_) => panic!("not the name of a kind"),
    /// };
    /// let event = Event::new(REFUND, Outcome::Ok).actor("alice").resource("order 4711");
    /// assert_eq!(event.kind().as_str(), "order.refund");
    /// assert!(AuditEventKind::custom("user.add").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidEventKind`] says which names there are.
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

    /// Returns the kind of this name, the SDK's own or an application's.
    pub fn parse(name: &str) -> Option<Self> {
        let own = Self::ALL.iter().copied().find(|kind| kind.as_str() == name);
        own.or_else(|| Self::custom(name).ok())
    }
}

/// The checked name of an application's kind of event.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CustomKind {
    bytes: [u8; MOST],
    length: usize,
}

impl CustomKind {
    const fn new(name: &str) -> Option<Self> {
        let name = name.as_bytes();
        if name.len() > MOST {
            return None;
        }
        let (mut bytes, mut at, mut first_dot, mut begins) = ([0; MOST], 0, None, true);
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

/// Whether the bytes up to an index are one of [`RESERVED`].
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

/// A name that no kind of event can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidEventKind;

impl fmt::Display for InvalidEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "audit: the name of a kind of event has at most {MOST} bytes: two or more words of a-z, 0-9, `_` and `-` that \
             begin with a letter, with dots between them, such as `order.refund`; names that begin with {} are the SDK's \
             own",
            RESERVED.join("., ") + "."
        )
    }
}

impl std::error::Error for InvalidEventKind {}
