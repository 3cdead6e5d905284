use std::borrow::Cow;

use super::super::AuthError;

/// Why the directory has not told what it was asked. No text of the server's is in it, and nothing of a credential.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The connection cannot be had or is lost; another one may do.
    Lost(Cow<'static, str>),
    /// The server answers something else than what was asked.
    Answer(Cow<'static, str>),
    /// Too many requests wait for a connection, or the account may not be tried.
    Refused(AuthError),
    /// There are more entries than were asked for.
    TooMany,
}

impl Trouble {
    pub(super) fn into_error(self, domain: &str) -> AuthError {
        let why = match self {
            Self::Refused(error) => return error,
            Self::Lost(why) | Self::Answer(why) => why,
            Self::TooMany => "more entries than can be read".into(),
        };
        AuthError::Unavailable(format!("directory {domain:?}: {why}").into())
    }
}

impl From<ldap3::LdapError> for Trouble {
    fn from(error: ldap3::LdapError) -> Self {
        use ldap3::LdapError;
        Self::Lost(match error {
            LdapError::Io { source } => source.to_string().into(),
            LdapError::Rustls { source } => format!("TLS: {source}").into(),
            LdapError::DNSName { .. } => {
                "TLS: the host of the URL is no name that a certificate can have".into()
            }
            LdapError::Timeout { .. } => "no connection in time".into(),
            LdapError::LdapResult { result } => format!("the server refuses TLS ({})", result.rc).into(),
            LdapError::OpSend { .. }
            | LdapError::ResultRecv { .. }
            | LdapError::IdScrubSend { .. }
            | LdapError::MiscSend { .. }
            | LdapError::EndOfStream => "the connection is lost".into(),
            _ => "the server cannot be asked".into(),
        })
    }
}
