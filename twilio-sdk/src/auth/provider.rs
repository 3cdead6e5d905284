use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Request};

use twilio_sdk_http::internal::header::{basic, bearer, is_bearer_token};

use crate::types::SecretString;
use crate::{Error, Result};

/// A user's name and password for servers that ask for Basic authentication (RFC 7617).
///
/// ```
/// use twilio_sdk::{BasicProvider, ClientAuth};
///
/// let tom = BasicProvider::new("tom", "123")?;
/// assert_eq!(tom.generate_token().expose_secret(), "dG9tOjEyMw==");
///
/// let mut request = http::Request::new(());
/// ClientAuth::from(&tom).enrich(&mut request);
/// assert_eq!(request.headers()["authorization"], "Basic dG9tOjEyMw==");
/// # Ok::<(), twilio_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct BasicProvider {
    user: String,
    header: HeaderValue,
}

impl BasicProvider {
    /// # Errors
    ///
    /// [`is_config`](Error::is_config) where either is empty or holds a control character, or the name a colon: the
    /// receiver would read other credentials.
    pub fn new(user: impl Into<String>, password: impl Into<SecretString>) -> Result<Self> {
        let (user, password) = (user.into(), password.into());
        if user.is_empty() || password.is_empty() {
            return Err(Error::config("a user name or a password for Basic authentication is empty"));
        }
        Self::carrying(user, &password)
    }

    /// The same where empty ones are meant.
    pub(super) fn carrying(user: String, password: &SecretString) -> Result<Self> {
        let header = basic(&user, password).ok_or_else(|| {
            Error::config("the credentials hold a character that Basic authentication cannot carry")
        })?;
        Ok(Self { user, header })
    }

    /// What stands behind `Basic `: base64 of `name:password` in UTF-8, padded.
    pub fn generate_token(&self) -> SecretString {
        let value = self.header.to_str().unwrap_or_default();
        value.strip_prefix("Basic ").unwrap_or_default().into()
    }

    /// The value of `Authorization`, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

impl fmt::Debug for BasicProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicProvider").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Gives requests their `Authorization`, for other servers than Twilio's; a [`Client`](crate::Client) does it by itself.
#[derive(Clone)]
pub struct ClientAuth(HeaderValue);

impl ClientAuth {
    /// A bearer token (RFC 6750, section 2.1).
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config) where it is empty or holds something else than visible ASCII.
    pub fn bearer(token: impl Into<SecretString>) -> Result<Self> {
        let token = token.into();
        if !is_bearer_token(token.expose_secret()) {
            return Err(Error::config("a bearer token is empty or holds something else than visible ASCII"));
        }
        let value = bearer(&token).ok_or_else(|| Error::config("a bearer token cannot be carried"))?;
        Ok(Self(value))
    }

    /// Puts the header into a request, in the place of one that is there.
    pub fn enrich<B>(&self, request: &mut Request<B>) {
        self.enrich_headers(request.headers_mut());
    }

    /// Puts the header among others, in the place of one that is there.
    pub fn enrich_headers(&self, headers: &mut HeaderMap) {
        headers.insert(AUTHORIZATION, self.0.clone());
    }

    /// The header alone.
    pub fn security_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        self.enrich_headers(&mut headers);
        headers
    }
}

impl From<&BasicProvider> for ClientAuth {
    fn from(provider: &BasicProvider) -> Self {
        Self(provider.header())
    }
}

impl fmt::Debug for ClientAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAuth")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_the_rfc() {
        let vectors = [
            ("tom", "123", "dG9tOjEyMw=="),
            ("admin", "123", "YWRtaW46MTIz"),
            ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test", "123£", "dGVzdDoxMjPCow=="),
        ];
        for (user, password, expected) in vectors {
            let provider = BasicProvider::new(user, password).expect(user);
            assert_eq!(provider.generate_token().expose_secret(), expected);
            let printed = format!("{provider:?} {:?}", ClientAuth::from(&provider));
            assert!(!printed.contains(expected) && !printed.contains(password), "{printed}");
        }
    }

    #[test]
    fn weakness_06_what_cannot_be_carried_is_refused_at_construction() {
        for (user, password) in
            [("", "123"), ("tom", ""), ("", ""), ("a:b", "c"), ("a\n", "b"), ("a", "b\u{7f}")]
        {
            assert!(BasicProvider::new(user, password).is_err_and(|error| error.is_config()), "{user:?}");
        }
        for token in ["", "a b", "a\n", "ü"] {
            assert!(ClientAuth::bearer(token).is_err(), "{token:?}");
        }
    }

    #[test]
    fn all_ways_set_the_same_header() {
        let admin = BasicProvider::new("admin", "123").expect("good credentials");
        let bearer = ClientAuth::bearer("T").expect("a good token");
        for (auth, expected) in [(ClientAuth::from(&admin), "Basic YWRtaW46MTIz"), (bearer, "Bearer T")] {
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
