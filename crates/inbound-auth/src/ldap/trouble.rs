use std::borrow::Cow;

use crate::AuthError;

/// Why a request to the directory failed. It contains neither text from the server nor parts of a credential.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Connecting failed or the connection was lost; a new connection may work.
    Lost(Cow<'static, str>),
    /// The server returned an unexpected response.
    Response(Cow<'static, str>),
    /// Too many requests wait for a connection, or the account is throttled.
    Rejected(AuthError),
    /// The search found more entries than its limit.
    TooMany,
}

impl Trouble {
    pub(super) fn into_error(self, label: &str) -> AuthError {
        let why = match self {
            Self::Rejected(error) => return error,
            Self::Lost(why) | Self::Response(why) => why,
            Self::TooMany => "the search found more entries than its limit".into(),
        };
        AuthError::Unavailable(format!("directory {label:?}: {why}").into())
    }
}

impl From<ldap3::LdapError> for Trouble {
    fn from(error: ldap3::LdapError) -> Self {
        use ldap3::LdapError;
        Self::Lost(match error {
            LdapError::Io { source } => source.to_string().into(),
            LdapError::Rustls { source } => format!("TLS: {source}").into(),
            LdapError::DNSName { .. } => "TLS: the host of the URL is not a valid certificate name".into(),
            LdapError::Timeout { .. } => "connecting timed out".into(),
            LdapError::LdapResult { result } => {
                format!("the server rejected StartTLS: result code {}", result.rc).into()
            }
            LdapError::OpSend { .. }
            | LdapError::ResultRecv { .. }
            | LdapError::IdScrubSend { .. }
            | LdapError::MiscSend { .. }
            | LdapError::EndOfStream => "the connection was lost".into(),
            _ => "the request failed".into(),
        })
    }
}
