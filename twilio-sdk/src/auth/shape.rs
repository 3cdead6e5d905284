//! Reads credentials by the fields that are there.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::{
    ApiKeyConfig, Auth, AuthTokenConfig, BasicConfig, BearerConfig, CustomKeyConfig, KeyLocation, OAuthConfig,
};
use crate::types::{AccountSid, SecretString};

type Kind = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Each kind: what it is called, which fields it needs, which it may have beside `account_sid`.
const KINDS: &[Kind] = &[
    ("an auth token", &["auth_token"], &[]),
    ("an API key", &["api_key", "api_secret"], &[]),
    ("an OAuth app", &["client_id", "client_secret"], &["token_url", "scope"]),
    ("a bearer token", &["bearer_token"], &[]),
    ("a user with a password", &["username", "password"], &[]),
    ("a key", &["key"], &["header", "query"]),
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
    "key",
    "header",
    "query",
];

/// The fields that are there; all as secrets, because some are.
#[derive(Default)]
struct Shape(BTreeMap<&'static str, SecretString>);

impl Shape {
    fn auth<E: serde::de::Error>(mut self) -> Result<Auth, E> {
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
                AuthTokenConfig { account_sid, auth_token: take("auth_token") }.into()
            }
            "api_key" => {
                let account_sid = account.ok_or_else(|| E::missing_field("account_sid"))?;
                let api_key = take("api_key").expose_secret().into();
                ApiKeyConfig { account_sid, api_key, api_secret: take("api_secret") }.into()
            }
            "client_id" => {
                let mut config = OAuthConfig::new(take("client_id").expose_secret(), take("client_secret"));
                config.account_sid = account;
                config.token_url = self.text("token_url");
                config.scope = self.text("scope");
                config.into()
            }
            "bearer_token" => BearerConfig { token: take("bearer_token"), account_sid: account }.into(),
            "username" => {
                let username = take("username").expose_secret().to_owned();
                BasicConfig { username, password: take("password"), account_sid: account }.into()
            }
            _ => {
                let key = take("key");
                let place = match (self.text("header"), self.text("query")) {
                    (Some(name), None) => KeyLocation::Header(name),
                    (None, Some(name)) => KeyLocation::Query(name),
                    (None, None) => return Err(E::missing_field("header` or `query")),
                    (Some(_), Some(_)) => {
                        return Err(E::custom(
                            "`header` and `query` exclude each other: a key goes to one place",
                        ));
                    }
                };
                CustomKeyConfig { key, place, account_sid: account }.into()
            }
        })
    }

    fn text(&mut self, name: &str) -> Option<String> {
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

impl<'de> Deserialize<'de> for Auth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Shape::deserialize(deserializer)?.auth()
    }
}

macro_rules! one_kind {
    ($($config:ident = $variant:ident, $name:literal;)*) => {
        $(impl<'de> Deserialize<'de> for $config {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match Auth::deserialize(deserializer)? {
                    Auth::$variant(config) => Ok(config),
                    _ => Err(D::Error::custom(concat!($name, " is expected, not another kind of credentials"))),
                }
            }
        })*
    };
}
one_kind! {
    AuthTokenConfig = AuthToken, "an auth token";
    ApiKeyConfig = ApiKey, "an API key";
    OAuthConfig = OAuth, "an OAuth app";
    BearerConfig = Bearer, "a bearer token";
    BasicConfig = Basic, "a user with a password";
    CustomKeyConfig = Key, "a key";
}
