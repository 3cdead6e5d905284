use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::{HeaderMap, header};
use zeroize::Zeroizing;

use crate::AuthError;
use crate::context::network;
use crate::turns::Asks;
use twilio_sdk_types::SecretString;

/// The maximum length of base64 that is decoded.
const MAX_LENGTH: usize = 8 << 10;

/// A username and password, as sent by Basic authentication (RFC 7617).
#[derive(Clone)]
pub struct Credential {
    username: String,
    password: SecretString,
    asks: Asks,
    guards: Vec<Arc<dyn Guard>>,
}

/// Counts attempts per account.
pub(super) trait Guard: Send + Sync {
    /// Adds the account that the username leads to, or rejects the attempt if too many were made for that account.
    fn found(&self, account: &str) -> Result<(), AuthError>;
}

impl Credential {
    /// Creates a credential that was not sent in a header, such as from a form.
    ///
    /// # Errors
    ///
    /// [`AuthError::Malformed`] if the username or password is empty or contains a control character, or if the username
    /// contains a colon. Basic authentication cannot transmit these.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Result<Self, AuthError> {
        let (username, password) = (username.into(), password.into());
        if username.is_empty() || password.is_empty() {
            return Err(AuthError::Malformed("the username or password is empty"));
        }
        if username.contains(':') {
            return Err(AuthError::Malformed("the username contains a colon"));
        }
        if username.chars().chain(password.expose_secret().chars()).any(char::is_control) {
            return Err(AuthError::Malformed("the username or password contains a control character"));
        }
        Ok(Self { username, password, asks: Asks::default(), guards: Vec::new() })
    }

    /// Decodes Basic credentials without their scheme: base64 of `username:password` in UTF-8.
    ///
    /// Decoding is strict, so that a credential has one encoding only: it accepts the standard alphabet, with or without
    /// padding, and rejects wrong padding, trailing bits, white space and bytes that are not UTF-8. The username ends at the
    /// first colon.
    ///
    /// # Errors
    ///
    /// [`AuthError::Malformed`] for anything else, and the errors of [`new`](Self::new).
    pub fn decode(encoded: &str) -> Result<Self, AuthError> {
        if encoded.is_empty() {
            return Err(AuthError::Malformed("the credential is empty"));
        }
        if encoded.len() > MAX_LENGTH {
            return Err(AuthError::Malformed("the credential is too long"));
        }
        let engine = if encoded.ends_with('=') { STANDARD } else { STANDARD_NO_PAD };
        let bytes =
            engine.decode(encoded).map_err(|_| AuthError::Malformed("the credential is not base64"))?;
        let bytes = Zeroizing::new(bytes);
        let plain =
            std::str::from_utf8(&bytes).map_err(|_| AuthError::Malformed("the credential is not UTF-8"))?;
        let (username, password) =
            plain.split_once(':').ok_or(AuthError::Malformed("the credential is not username:password"))?;
        Self::new(username, password)
    }

    /// Parses the value of an `Authorization` header: the scheme `Basic` in any case, one space, the encoded credential.
    ///
    /// # Errors
    ///
    /// [`AuthError::UnsupportedScheme`] for another scheme, [`AuthError::Malformed`] for more or fewer parts, and the errors
    /// of [`decode`](Self::decode).
    pub fn from_header(value: &str) -> Result<Self, AuthError> {
        let (scheme, credential) = match value.split_once(' ') {
            Some(parts) => parts,
            None if value.eq_ignore_ascii_case("basic") => {
                return Err(AuthError::Malformed(
                    "the Authorization header has no credential after the scheme",
                ));
            }
            None => return Err(AuthError::UnsupportedScheme),
        };
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(AuthError::UnsupportedScheme);
        }
        Self::decode(credential)
    }

    /// Parses the `Authorization` header of a request.
    ///
    /// # Errors
    ///
    /// [`AuthError::MissingCredentials`] without the header, [`AuthError::Malformed`] if it is repeated, and the errors of
    /// [`from_header`](Self::from_header).
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, AuthError> {
        Self::from_header(authorization(headers)?)
    }

    /// Returns the username.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the password.
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// Sets the client's IP address. Default: unknown. `AuthLayer` and [`BasicHandler`](super::BasicHandler) set it.
    ///
    /// [`ThrottledUserStore`](super::ThrottledUserStore) counts by the address's network, and queues are shared between
    /// networks. A network is an IPv4 address or the first 64 bits of an IPv6 address.
    pub fn with_client_ip(mut self, address: IpAddr) -> Self {
        self.asks.network = Some(network(address));
        self
    }

    /// Reports the account that a store found, before the store checks the password.
    ///
    /// Stores in which several usernames lead to one account call it, so that the
    /// [`ThrottledUserStore`](super::ThrottledUserStore) around them counts by account. The account may be any stable string,
    /// such as a DN or a database key.
    ///
    /// # Errors
    ///
    /// [`AuthError::TooManyAttempts`]. The store returns it without checking the password.
    pub fn found(&self, account: &str) -> Result<(), AuthError> {
        self.guards.iter().try_for_each(|guard| guard.found(account))
    }

    /// Adds a counter of attempts.
    pub(super) fn guarded(mut self, guard: Arc<dyn Guard>) -> Self {
        self.guards.push(guard);
        self
    }

    /// Marks a credential that was accepted before.
    pub(super) fn proven(mut self) -> Self {
        self.asks.proven = true;
        self
    }

    /// Returns who waits for a turn.
    pub(super) fn asks(&self) -> Asks {
        self.asks
    }
}

/// Returns the value of the `Authorization` header, which must not be repeated.
pub(super) fn authorization(headers: &HeaderMap) -> Result<&str, AuthError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(AuthError::MissingCredentials)?;
    if values.next().is_some() {
        return Err(AuthError::Malformed("the Authorization header is repeated"));
    }
    value.to_str().map_err(|_| AuthError::Malformed("the Authorization header is not a string"))
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
        assert!(Credential::decode(&"A".repeat(MAX_LENGTH + 4)).is_err());
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
        assert_eq!(Credential::from_headers(&headers).unwrap_err(), AuthError::MissingCredentials);
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
        fn credentials_of_a_basic_header_are_decoded(username in "[^:\\p{Cc}]{1,16}", password in "[^\\p{Cc}]{1,16}") {
            let header = format!("Basic {}", STANDARD.encode(format!("{username}:{password}")));
            let credential = Credential::from_header(&header).unwrap();
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
