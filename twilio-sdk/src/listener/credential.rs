use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::{HeaderMap, header};
use zeroize::Zeroizing;

use super::AuthError;
use super::facts::network;
use super::turns::Asks;
use crate::types::SecretString;

/// The most characters of base64 that are decoded.
const LONGEST: usize = 8 << 10;

/// A user's name and password, as Basic authentication (RFC 7617) carries them.
#[derive(Clone)]
pub struct Credential {
    username: String,
    password: SecretString,
    asks: Asks,
    guards: Vec<Arc<dyn Guard>>,
}

/// What counts the attempts for an account.
pub(super) trait Guard: Send + Sync {
    /// Adds the account that the credential's name belongs to, unless too many attempts were made for it.
    fn found(&self, account: &str) -> Result<(), AuthError>;
}

impl Credential {
    /// A credential that came another way than in a header, such as in a form.
    ///
    /// # Errors
    ///
    /// Where a name or a password is empty or holds a control character, or the name a colon: Basic authentication could
    /// not carry it, and no store would ever see it.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Result<Self, AuthError> {
        let (username, password) = (username.into(), password.into());
        if username.is_empty() || password.is_empty() {
            return Err(AuthError::Malformed("the user's name or the password is empty"));
        }
        if username.contains(':') {
            return Err(AuthError::Malformed("the user's name holds a colon"));
        }
        if username.chars().chain(password.expose_secret().chars()).any(char::is_control) {
            return Err(AuthError::Malformed("the user's name or the password holds a control character"));
        }
        Ok(Self { username, password, asks: Asks::default(), guards: Vec::new() })
    }

    /// Decodes what stands behind `Basic `: base64 of `name:password` in UTF-8.
    ///
    /// Only the standard alphabet is read, with or without padding. Wrong padding, bits that are left over, white space
    /// and bytes that are not UTF-8 are errors, because two texts would stand for one credential. The name ends at the
    /// first colon.
    ///
    /// # Errors
    ///
    /// As above, and as for [`new`](Self::new).
    pub fn decode(text: &str) -> Result<Self, AuthError> {
        if text.is_empty() {
            return Err(AuthError::Malformed("there is no credential"));
        }
        if text.len() > LONGEST {
            return Err(AuthError::Malformed("the credential is too long"));
        }
        let engine = if text.ends_with('=') { STANDARD } else { STANDARD_NO_PAD };
        let bytes = engine.decode(text).map_err(|_| AuthError::Malformed("the credential is not base64"))?;
        let bytes = Zeroizing::new(bytes);
        let plain =
            std::str::from_utf8(&bytes).map_err(|_| AuthError::Malformed("the credential is not UTF-8"))?;
        let (username, password) =
            plain.split_once(':').ok_or(AuthError::Malformed("the credential is not name:password"))?;
        Self::new(username, password)
    }

    /// Reads the value of `Authorization`: the scheme `Basic` in any case, one space, the credential.
    ///
    /// # Errors
    ///
    /// Another scheme, more or fewer parts, or a credential that cannot be [decoded](Self::decode).
    pub fn from_header(value: &str) -> Result<Self, AuthError> {
        let (scheme, credential) = match value.split_once(' ') {
            Some(parts) => parts,
            None if value.eq_ignore_ascii_case("basic") => {
                return Err(AuthError::Malformed("the header has no credential behind its scheme"));
            }
            None => return Err(AuthError::Scheme),
        };
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(AuthError::Scheme);
        }
        Self::decode(credential)
    }

    /// Reads the one `Authorization` of a request.
    ///
    /// # Errors
    ///
    /// Where there is none or more than one, and as for [`from_header`](Self::from_header).
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, AuthError> {
        Self::from_header(authorization(headers)?)
    }

    /// The user's name.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password.
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// Sets the address that the request came from, by which [`ThrottledUserStore`](super::ThrottledUserStore) counts and queues are
    /// shared: its network, which is an IPv4 address or the first 64 bits of an IPv6 address. Unknown unless set;
    /// `AuthLayer` and [`BasicHandler`](super::BasicHandler) set it.
    pub fn with_source(mut self, address: IpAddr) -> Self {
        self.asks.network = Some(network(address));
        self
    }

    /// For stores in which several names lead to one account: tells the [`ThrottledUserStore`](super::ThrottledUserStore)s around the
    /// store which account was found, before its password is checked. The account may be named by anything that is the
    /// same each time, such as a DN or a database key.
    ///
    /// # Errors
    ///
    /// [`AuthError::TooMany`], which the store returns without checking the password.
    pub fn found(&self, account: &str) -> Result<(), AuthError> {
        self.guards.iter().try_for_each(|guard| guard.found(account))
    }

    /// Adds what counts the attempts.
    pub(super) fn guarded(mut self, guard: Arc<dyn Guard>) -> Self {
        self.guards.push(guard);
        self
    }

    /// Marks a credential that was found right before.
    pub(super) fn proven(mut self) -> Self {
        self.asks.proven = true;
        self
    }

    /// Who waits for a turn.
    pub(super) fn asks(&self) -> Asks {
        self.asks
    }
}

/// The one `Authorization` of a request.
pub(super) fn authorization(headers: &HeaderMap) -> Result<&str, AuthError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(AuthError::Missing)?;
    if values.next().is_some() {
        return Err(AuthError::Malformed("there is more than one Authorization header"));
    }
    value.to_str().map_err(|_| AuthError::Malformed("the Authorization header is no text"))
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("username", &self.username).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn decoded(text: &str) -> Option<(String, String)> {
        let credential = Credential::decode(text).ok()?;
        Some((credential.username().to_owned(), credential.password().expose_secret().to_owned()))
    }

    #[test]
    fn weakness_05_credentials_are_decoded_strictly() {
        let table = [
            ("YWxpY2U6MTIz", Some(("alice", "123"))),
            ("!nval!d-b@$e64-encoded-va!ue", None),
            ("YWxpY2UxMjM=", None),
            ("YWxpY2U6", None),
            ("OjEyMw==", None),
            ("YWxpY2U6YWxpY2U6QDU=", Some(("alice", "alice:@5"))),
            ("YWxpY2U6YWxpY2UxMjM6YWxpY2U6", Some(("alice", "alice123:alice:"))),
            ("Og==", None),
            ("dG9tOjEyMw", Some(("tom", "123"))),
            ("dG9tOjEyMw==", Some(("tom", "123"))),
            ("dG9tOjEyMw=", None),
            ("YWxp Y2U6", None),
            ("YWxpY2U6MTIz\n", None),
            ("-_-_", None),
            ("=", None),
            ("dG9tOjEyMx==", None),
            ("YTqj", None),
            ("w7w6w58=", Some(("ü", "ß"))),
            ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", Some(("Aladdin", "open sesame"))),
            ("dGVzdDoxMjPCow==", Some(("test", "123£"))),
            ("", None),
            ("YWxpY2U6YQA=", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|(name, password)| (name.to_owned(), password.to_owned()));
            assert_eq!(decoded(text), expected, "{text:?}");
        }
        assert!(Credential::decode(&"A".repeat(LONGEST + 4)).is_err());
    }

    #[test]
    fn weakness_03_the_scheme_is_read_in_any_case() {
        for good in ["Basic YWxpY2U6MTIz", "basic YWxpY2U6MTIz", "BASIC YWxpY2U6MTIz", "bAsIc YWxpY2U6MTIz"] {
            assert!(Credential::from_header(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn weakness_05_the_header_has_one_scheme_and_one_credential() {
        for bad in [
            "Basic  YWxpY2U6MTIz",
            "Basic\tYWxpY2U6MTIz",
            " Basic YWxpY2U6MTIz",
            "Basic YWxpY2U6MTIz ",
            "Basic YWxpY2U6MTIz x",
            "Basic",
            "Basic ",
            "",
            "Bearer sometoken123",
            "invalidtokenstring",
        ] {
            assert!(Credential::from_header(bad).is_err(), "{bad:?}");
        }
        let mut headers = HeaderMap::new();
        assert_eq!(Credential::from_headers(&headers).unwrap_err(), AuthError::Missing);
        headers.append("authorization", HeaderValue::from_static("Basic YWxpY2U6MTIz"));
        assert!(Credential::from_headers(&headers).is_ok());
        headers.append("authorization", HeaderValue::from_static("Basic YWxpY2U6MTIz"));
        assert!(Credential::from_headers(&headers).is_err(), "two headers");
    }

    #[test]
    fn the_password_is_not_printed() {
        let printed = format!("{:?}", Credential::new("alice", "hush").unwrap());
        assert!(printed.contains("alice") && !printed.contains("hush"), "{printed}");
    }

    proptest! {
        #[test]
        fn what_basic_carries_arrives(username in "[^:\\p{Cc}]{1,16}", password in "[^\\p{Cc}]{1,16}") {
            let header = twilio_sdk_http::internal::header::basic(&username, &password.as_str().into()).expect("it can be carried");
            let credential = Credential::from_header(header.to_str().unwrap()).unwrap();
            prop_assert_eq!(credential.username(), username);
            prop_assert_eq!(credential.password().expose_secret(), password);
        }

        #[test]
        fn no_header_makes_the_decoder_panic(text in "\\PC*") {
            let _ = Credential::from_header(&text);
            let _ = Credential::decode(&text);
        }

        #[test]
        fn one_credential_has_one_text_but_for_padding(text in "[A-Za-z0-9+/]{4,24}={0,2}") {
            if let Ok(credential) = Credential::decode(&text) {
                let again = STANDARD.encode(format!("{}:{}", credential.username(), credential.password().expose_secret()));
                prop_assert_eq!(again.trim_end_matches('='), text.trim_end_matches('='));
            }
        }
    }
}
