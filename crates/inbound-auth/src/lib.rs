//! Inbound authentication: Basic users (file, memory, LDAP), bearer tokens, and a tower layer.
//!
//! * A [`UserStore`] authenticates users: [`MemoryUserStore`], [`FileUserStore`], `LdapUserStore` (feature `ldap`), a
//!   [`UserStoreChain`] of several, or your own.
//! * [`CachedUserStore`] caches successful authentications. [`ThrottledUserStore`] throttles password guessing.
//! * A [`TokenVerifier`] verifies bearer tokens: `JwtVerifier` and `IntrospectionVerifier` (feature `bearer`), or your own.
//! * [`BasicHandler`] authenticates and authorizes in a request handler. `AuthLayer` (feature `tower`) does so before the
//!   handler, by `AuthRules` from code or from a file.
//!
//! # In a request handler
//!
//! ```
//! use std::sync::Arc;
//! use twilio_sdk_inbound_auth::{BasicHandler, MemoryUserStore, PasswordHash};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let hash = PasswordHash::hash(&"open sesame".into())?;
//!     let store = MemoryUserStore::new([("Aladdin".to_owned(), hash, vec!["read".to_owned()])])?;
//!     let handler = BasicHandler::new(Arc::new(store));
//!
//!     let user = handler.authenticate("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").await?;
//!     handler.authorize(&user, &["read"]).await?;
//!     Ok(())
//! }
//! ```
//!
//! # As a layer of axum
//!
//! With `cargo add axum tokio --features tokio/full` and the features `axum` and `tower` of this crate:
//!
#![cfg_attr(all(feature = "axum", feature = "tower"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "axum", feature = "tower")), doc = "```ignore")]
//! use axum::{Router, routing::get};
//! use twilio_sdk_inbound_auth::{AuthRules, UserDetails};
//!
//! async fn balance(user: UserDetails) -> String {
//!     format!("balance of {}", user.username)
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let rules = AuthRules::from_file("auth.toml")?;
//!     let app = Router::new().route("/balance", get(balance)).layer(rules.service_layer()?);
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     axum::serve(listener, app.into_make_service_with_connect_info::<std::net::SocketAddr>()).await?;
//!     Ok(())
//! }
//! ```
//!
//! ```toml
//! # auth.toml
//! [[auth.default]]
//! users_file = "users.toml"
//! scopes = ["read"]
//! ```
//!
//! # Errors
//!
//! * [`AuthError`] is why a request is rejected. [`AuthError::status`] is the status of the response: 401, 403, 429 or 503.
//!   Unknown users and wrong passwords are indistinguishable, also in time.
//! * [`ConfigError`] is everything that is wrong with a file or a setting.
//!
//! # Audit events
//!
//! [`BasicHandler::audit`], `AuthLayer::audit` and [`FileUserStore::audit`] record events. If an event cannot be written, the
//! request is rejected with 503.
//!
//! # Debug builds
//!
//! Without optimization, each password check takes about half a second. Add these lines to the `Cargo.toml` of your
//! workspace:
//!
//! ```toml
//! [profile.dev.package.argon2]
//! opt-level = 3
//!
//! [profile.dev.package.blake2]
//! opt-level = 3
//! ```
//!
//! # Scope
//!
//! The crate does not encrypt bodies. Use TLS.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bearer;
mod cache;
mod context;
mod credential;
mod error;
mod event;
#[cfg(feature = "axum")]
mod extract;
mod file;
mod flights;
mod handler;
#[cfg(feature = "tower")]
mod layer;
#[cfg(feature = "ldap")]
mod ldap;
mod limit;
mod memory;
mod password;
mod prepare;
mod remembered;
mod store;
mod turns;

#[cfg(feature = "bearer")]
#[cfg_attr(docsrs, doc(cfg(feature = "bearer")))]
pub use bearer::{IntrospectionConfig, IntrospectionVerifier, JwksSource, JwtConfig, JwtVerifier};
pub use bearer::{TokenVerifier, bearer_token};
pub use cache::CachedUserStore;
pub use context::RequestContext;
pub use credential::Credential;
pub use error::{AuthError, Challenge};
pub use file::FileUserStore;
pub use handler::{BasicHandler, CredentialSource};
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use layer::{AuthLayer, AuthMethod, AuthRules, AuthRulesError, AuthService, ResourcePolicy};
#[cfg(feature = "ldap")]
#[cfg_attr(docsrs, doc(cfg(feature = "ldap")))]
pub use ldap::{LdapConfig, LdapUserStore, escape_filter};
pub use limit::ThrottledUserStore;
pub use memory::{InvalidUsers, MemoryUserStore};
pub use password::{InvalidPasswordHash, PasswordHash};
pub use store::{AuthFuture, UserDetails, UserStore, UserStoreChain};
pub use twilio_sdk_config::ConfigError;
#[cfg(any(feature = "bearer", feature = "ldap"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "bearer", feature = "ldap"))))]
pub use twilio_sdk_http::TlsConfig;

/// Items for the other crates of the family. They change without notice.
#[doc(hidden)]
pub mod internal {
    pub use crate::context::{forwarded, request_id};
    pub use crate::event::authentication_event;
    pub use crate::file::users_of;
    #[cfg(feature = "ldap")]
    pub use crate::ldap::filter_of;
    pub use crate::prepare::prepared;
}

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_send_sync<T: Send + Sync>() {}

    #[test]
    fn public_types_are_send_and_sync() {
        assert_send_sync::<AuthError>();
        assert_send_sync::<BasicHandler>();
        assert_send_sync::<CachedUserStore<MemoryUserStore>>();
        assert_send_sync::<Challenge>();
        assert_send_sync::<Credential>();
        assert_send_sync::<FileUserStore>();
        assert_send_sync::<InvalidUsers>();
        assert_send_sync::<MemoryUserStore>();
        assert_send_sync::<PasswordHash>();
        assert_send_sync::<RequestContext>();
        assert_send_sync::<ThrottledUserStore<MemoryUserStore>>();
        assert_send_sync::<UserDetails>();
        assert_send_sync::<UserStoreChain>();
        #[cfg(feature = "tower")]
        assert_send_sync::<(AuthLayer, AuthMethod, AuthRules, AuthRulesError, AuthService<()>)>();
        #[cfg(feature = "bearer")]
        assert_send_sync::<(IntrospectionConfig, IntrospectionVerifier, JwksSource, JwtConfig, JwtVerifier)>(
        );
        #[cfg(feature = "ldap")]
        assert_send_sync::<(LdapConfig, LdapUserStore)>();
    }

    #[test]
    fn a_users_json_and_a_hashs_string_are_as_documented() {
        let user = UserDetails::new("alice", ["read"]);
        let json =
            serde_json::json!({"username": "alice", "scopes": ["read"], "auth_method": null, "issuer": null});
        assert_eq!(serde_json::to_value(&user).unwrap(), json);
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let hash: PasswordHash = serde_json::from_value(serde_json::json!(phc)).unwrap();
        assert_eq!((hash.to_string().as_str(), hash.as_ref()), (phc, phc));
        assert_eq!(format!("{hash:?}"), "[password hash]");
        assert!(serde_json::from_value::<PasswordHash>(serde_json::json!("x")).is_err());
    }

    #[cfg(feature = "axum")]
    #[test]
    fn a_rejection_is_a_response_of_axum() {
        use axum_core::response::IntoResponse as _;
        for (error, status, retry) in [
            (AuthError::InvalidCredentials, 401, None),
            (AuthError::InsufficientScope, 403, None),
            (AuthError::TooManyAttempts(std::time::Duration::from_secs(9)), 429, Some("10")),
            (AuthError::Unavailable("secret".into()), 503, Some("5")),
        ] {
            assert_eq!(http::StatusCode::from(error.clone()), status);
            let response = error.into_response();
            assert_eq!(response.status(), status);
            let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
            assert_eq!((header("retry-after"), header("www-authenticate")), (retry, None));
            assert_eq!(header("cache-control"), Some("no-store"));
        }
    }
}
