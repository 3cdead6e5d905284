//! Recognizes the kind of credentials by their fields.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::{ApiKeyConfig, AuthTokenConfig, BasicConfig, BearerConfig, CustomKeyConfig, KeyLocation};
use crate::{AccountSid, SecretString};

/// Credentials of any kind, recognized by their fields.
#[derive(Debug)]
pub enum CredentialShape {
    /// `auth_token`
    AuthToken(AuthTokenConfig),
    /// `api_key`, `api_secret`
    ApiKey(ApiKeyConfig),
    /// `client_id`, `client_secret`
    OAuth(OAuthShape),
    /// `bearer_token`
    Bearer(BearerConfig),
    /// `username`, `password`
    Basic(BasicConfig),
    /// `custom_key`, and `custom_key_header` or `custom_key_query`
    Key(CustomKeyConfig),
}

/// The fields of an OAuth app.
#[derive(Debug)]
pub struct OAuthShape {
    /// The client ID of the app.
    pub client_id: String,
    /// The client secret of the app.
    pub client_secret: SecretString,
    /// The account for paths.
    pub account_sid: Option<AccountSid>,
    /// The token endpoint.
    pub token_url: Option<String>,
    /// The scopes, separated by spaces.
    pub scope: Option<String>,
}

type Kind = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Each kind: its name, its required fields, its optional fields besides `account_sid`.
const KINDS: &[Kind] = &[
    ("an auth token", &["auth_token"], &[]),
    ("an API key", &["api_key", "api_secret"], &[]),
    ("an OAuth app", &["client_id", "client_secret"], &["token_url", "scope"]),
    ("a bearer token", &["bearer_token"], &[]),
    ("a username and a password", &["username", "password"], &[]),
    ("a custom key", &["custom_key"], &["custom_key_header", "custom_key_query"]),
];

const FIELDS: &[&str] = &[
    "account_sid",
    "auth_token",
    "api_key",
    "api_secret",
    "client_id",
    "client_secret",
    "token_url",
    "scope",
    "bearer_token",
    "username",
    "password",
    "custom_key",
    "custom_key_header",
    "custom_key_query",
];

/// The fields found; all as secrets, because some of them are.
#[derive(Default)]
struct Shape(BTreeMap<&'static str, SecretString>);

impl Shape {
    fn into_credentials<E: serde::de::Error>(mut self) -> Result<CredentialShape, E> {
        let account = self.0.remove("account_sid").map(|sid| AccountSid::from(sid.expose_secret()));
        let mut found: Option<(&Kind, &str)> = None;
        for kind in KINDS {
            let Some(field) = kind.1.iter().chain(kind.2).find(|field| self.0.contains_key(**field)) else {
                continue;
            };
            if let Some(other) = found {
                let ((one, ..), first) = other;
                return Err(E::custom(format_args!(
                    "`{first}` and `{field}` exclude each other: give {one} or {}, not both",
                    kind.0
                )));
            }
            found = Some((kind, field));
        }
        let Some(((_, needed, _), _)) = found else {
            return Err(E::custom(
                "missing field `auth_token`, or `api_key` and `api_secret`, or `client_id` and `client_secret`: \
                 there are no credentials",
            ));
        };
        if let Some(missing) = needed.iter().find(|field| !self.0.contains_key(**field)) {
            return Err(E::missing_field(missing));
        }
        let mut take = |name: &str| self.0.remove(name).unwrap_or_else(|| "".into());
        Ok(match needed.first().copied().unwrap_or_default() {
            "auth_token" => {
                let account_sid = account.ok_or_else(|| E::missing_field("account_sid"))?;
                CredentialShape::AuthToken(AuthTokenConfig { account_sid, auth_token: take("auth_token") })
            }
            "api_key" => {
                let account_sid = account.ok_or_else(|| E::missing_field("account_sid"))?;
                let api_key = take("api_key").expose_secret().into();
                CredentialShape::ApiKey(ApiKeyConfig { account_sid, api_key, api_secret: take("api_secret") })
            }
            "client_id" => {
                let (client_id, client_secret) =
                    (take("client_id").expose_secret().to_owned(), take("client_secret"));
                let (token_url, scope) = (self.string("token_url"), self.string("scope"));
                CredentialShape::OAuth(OAuthShape {
                    client_id,
                    client_secret,
                    account_sid: account,
                    token_url,
                    scope,
                })
            }
            "bearer_token" => {
                CredentialShape::Bearer(BearerConfig { token: take("bearer_token"), account_sid: account })
            }
            "username" => {
                let username = take("username").expose_secret().to_owned();
                CredentialShape::Basic(BasicConfig {
                    username,
                    password: take("password"),
                    account_sid: account,
                })
            }
            _ => {
                let key = take("custom_key");
                let location = match (self.string("custom_key_header"), self.string("custom_key_query")) {
                    (Some(name), None) => KeyLocation::Header(name),
                    (None, Some(name)) => KeyLocation::Query(name),
                    (None, None) => return Err(E::missing_field("custom_key_header` or `custom_key_query")),
                    (Some(_), Some(_)) => {
                        return Err(E::custom(
                            "`custom_key_header` and `custom_key_query` exclude each other: a key goes to one place",
                        ));
                    }
                };
                CredentialShape::Key(CustomKeyConfig { key, location, account_sid: account })
            }
        })
    }

    fn string(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).map(|value| value.expose_secret().to_owned())
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShapeVisitor;

        impl<'de> Visitor<'de> for ShapeVisitor {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "credentials: `account_sid` with `auth_token`, or with `api_key` and `api_secret`, or another \
                     kind",
                )
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
                let mut shape = Shape::default();
                while let Some(name) = map.next_key::<String>()? {
                    let Some(field) = FIELDS.iter().find(|field| **field == name) else {
                        return Err(A::Error::unknown_field(&name, FIELDS));
                    };
                    if shape.0.insert(field, map.next_value()?).is_some() {
                        return Err(A::Error::duplicate_field(field));
                    }
                }
                Ok(shape)
            }
        }

        deserializer.deserialize_map(ShapeVisitor)
    }
}

impl<'de> Deserialize<'de> for CredentialShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Shape::deserialize(deserializer)?.into_credentials()
    }
}

macro_rules! one_kind {
    ($($config:ident = $variant:ident, $name:literal;)*) => {
        $(impl<'de> Deserialize<'de> for $config {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match CredentialShape::deserialize(deserializer)? {
                    CredentialShape::$variant(config) => Ok(config),
                    _ => Err(D::Error::custom(concat!("expected ", $name, ", not another kind of credentials"))),
                }
            }
        })*
    };
}
one_kind! {
    AuthTokenConfig = AuthToken, "an auth token";
    ApiKeyConfig = ApiKey, "an API key";
    BearerConfig = Bearer, "a bearer token";
    BasicConfig = Basic, "a username and a password";
    CustomKeyConfig = Key, "a custom key";
}
