use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Request};

use twilio_sdk_http::internal::header::{basic, bearer, is_bearer_token};

use crate::types::SecretString;
use crate::{Error, Result};

/// A username and password for HTTP Basic authentication (RFC 7617).
///
/// ```
/// use twilio_sdk::{BasicProvider, AuthorizationHeader};
///
/// let tom = BasicProvider::new("tom", "123")?;
/// assert_eq!(tom.generate_token().expose_secret(), "dG9tOjEyMw==");
///
/// let mut request = http::Request::new(());
/// AuthorizationHeader::from(&tom).enrich(&mut request);
/// assert_eq!(request.headers()["authorization"], "Basic dG9tOjEyMw==");
/// # Ok::<(), twilio_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct BasicProvider {
    username: String,
    header: HeaderValue,
}

impl BasicProvider {
    /// Creates the credentials.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): either is empty or contains a control character, or the username contains a colon:
    /// the receiver would read other credentials.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Result<Self> {
        let (username, password) = (username.into(), password.into());
        if username.is_empty() || password.is_empty() {
            return Err(Error::config("username or password is empty; Basic authentication needs both"));
        }
        Self::allow_empty(username, &password)
    }

    /// Like [`new`](Self::new), but allows empty values.
    pub(super) fn allow_empty(username: String, password: &SecretString) -> Result<Self> {
        let header = basic(&username, password).ok_or_else(|| {
            Error::config("the credentials contain a character that Basic authentication cannot carry")
        })?;
        Ok(Self { username, header })
    }

    /// Returns the Basic credentials without the scheme: padded base64 of `username:password`.
    pub fn generate_token(&self) -> SecretString {
        let value = self.header.to_str().unwrap_or_default();
        value.strip_prefix("Basic ").unwrap_or_default().into()
    }

    /// Returns the value of `Authorization`, marked as sensitive.
    pub fn to_header_value(&self) -> HeaderValue {
        self.header.clone()
    }
}

impl fmt::Debug for BasicProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicProvider").field("username", &self.username).finish_non_exhaustive()
    }
}

/// An `Authorization` header for requests to other servers. A [`Client`](crate::Client) sets its own.
#[derive(Clone)]
pub struct AuthorizationHeader(HeaderValue);

impl AuthorizationHeader {
    /// Creates the header of a bearer token (RFC 6750, section 2.1).
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): the token is empty or contains a character that is not visible ASCII.
    pub fn bearer(token: impl Into<SecretString>) -> Result<Self> {
        let token = token.into();
        if !is_bearer_token(token.expose_secret()) {
            return Err(Error::config(
                "the bearer token is empty or contains a character that is not visible ASCII",
            ));
        }
        let value =
            bearer(&token).ok_or_else(|| Error::config("the bearer token cannot be sent in a header"))?;
        Ok(Self(value))
    }

    /// Sets the header of a request, replacing an existing one.
    pub fn enrich<B>(&self, request: &mut Request<B>) {
        self.enrich_headers(request.headers_mut());
    }

    /// Sets the header among others, replacing an existing one.
    pub fn enrich_headers(&self, headers: &mut HeaderMap) {
        headers.insert(AUTHORIZATION, self.0.clone());
    }

    /// Returns a map with this header only.
    pub fn security_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.enrich_headers(&mut headers);
        headers
    }
}

impl From<&BasicProvider> for AuthorizationHeader {
    fn from(provider: &BasicProvider) -> Self {
        Self(provider.to_header_value())
    }
}

impl fmt::Debug for AuthorizationHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationHeader")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_match_the_vectors_of_the_rfc() {
        let vectors = [
            ("tom", "123", "dG9tOjEyMw=="),
            ("admin", "123", "YWRtaW46MTIz"),
            ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test", "123£", "dGVzdDoxMjPCow=="),
        ];
        for (user, password, expected) in vectors {
            let provider = BasicProvider::new(user, password).expect(user);
            assert_eq!(provider.generate_token().expose_secret(), expected);
            let printed = format!("{provider:?} {:?}", AuthorizationHeader::from(&provider));
            assert!(!printed.contains(expected) && !printed.contains(password), "{printed}");
        }
    }

    #[test]
    fn weakness_06_invalid_credentials_are_rejected_at_construction() {
        for (user, password) in
            [("", "123"), ("tom", ""), ("", ""), ("a:b", "c"), ("a\n", "b"), ("a", "b\u{7f}")]
        {
            assert!(BasicProvider::new(user, password).is_err_and(|error| error.is_config()), "{user:?}");
        }
        for token in ["", "a b", "a\n", "ü"] {
            assert!(AuthorizationHeader::bearer(token).is_err(), "{token:?}");
        }
    }

    #[test]
    fn all_methods_set_the_same_header() {
        let admin = BasicProvider::new("admin", "123").expect("good credentials");
        let bearer = AuthorizationHeader::bearer("T").expect("a good token");
        for (auth, expected) in
            [(AuthorizationHeader::from(&admin), "Basic YWRtaW46MTIz"), (bearer, "Bearer T")]
        {
            let mut request = Request::new(());
            request.headers_mut().append(AUTHORIZATION, HeaderValue::from_static("old"));
            request.headers_mut().append(AUTHORIZATION, HeaderValue::from_static("older"));
            auth.enrich(&mut request);
            let mut headers = HeaderMap::new();
            auth.enrich_headers(&mut headers);
            for headers in [request.headers(), &headers, &auth.security_headers()] {
                let values: Vec<_> = headers.get_all(AUTHORIZATION).iter().collect();
                assert_eq!(values, [expected]);
                assert!(values.iter().all(|value| value.is_sensitive()));
            }
        }
    }
}
