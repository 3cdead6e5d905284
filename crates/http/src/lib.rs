//! TLS settings, proxies and bounded HTTP requests for the crates of `twilio-sdk`.
//!
//! [`TlsConfig`], [`Proxy`] and [`HttpVersion`] are settings that several crates share. [`JsonEndpoint`] requests JSON
//! from a server other than Twilio's, such as an identity provider, within bounds of time and memory.
//!
#![cfg_attr(feature = "client", doc = "```no_run")]
#![cfg_attr(not(feature = "client"), doc = "```ignore")]
//! use std::time::Duration;
//! use twilio_sdk_http::{JsonEndpoint, TlsConfig};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let tls = TlsConfig::new();
//!     let keys = JsonEndpoint::new("https://idp.example.com/.well-known/jwks.json", &tls, Duration::from_secs(10))?;
//!     println!("{} bytes", keys.get().await?.len());
//!     Ok(())
//! }
//! ```
//!
//! # Features
//!
//! * `client` adds [`JsonEndpoint`] and [`HttpError`]. Without it there is no HTTP client in the dependency tree.
//! * `gzip` accepts compressed responses.
//! * `native-tls` adds `TlsBackend::Native`, the system's own TLS library.
//!
//! # Errors
//!
//! Settings are checked where they are used first and fail with a [`ConfigError`](twilio_sdk_config::ConfigError). A
//! request fails with an [`HttpError`], which shows neither query nor body.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
mod cause;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "config-file")]
mod config_file;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod exchange;
#[cfg(feature = "client")]
mod header;
#[cfg(feature = "client")]
mod json_endpoint;
mod oauth_error;
mod proxy;
mod tls;
#[cfg(feature = "client")]
mod token;
mod url;
mod version;

#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub use error::HttpError;
#[cfg(feature = "client")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub use json_endpoint::JsonEndpoint;
pub use oauth_error::{OAuthError, OAuthErrorCode};
pub use proxy::{Proxy, ProxyServer};
pub use tls::{TlsBackend, TlsConfig, TlsVersion, UnknownName, install_tls_provider};
pub use version::HttpVersion;

/// Items for the other crates of the family. They change without notice.
#[doc(hidden)]
pub mod internal {
    #[cfg(feature = "client")]
    pub use crate::cause::{Cause, chain};
    #[cfg(feature = "client")]
    pub use crate::client::{ClientSettings, build_client, check_proxy};
    #[cfg(feature = "client")]
    pub use crate::exchange::{Exchange, ExchangeSettings, RawResponse, retry_after};
    pub use crate::oauth_error::TokenResult;

    /// Tables of configuration files.
    #[cfg(feature = "config-file")]
    pub mod config_file {
        pub use crate::config_file::tls;
    }

    /// Values of headers that carry credentials.
    #[cfg(feature = "client")]
    pub mod header {
        pub use crate::header::{basic, bearer, is_bearer_token, secret_header};
    }

    /// TLS without an HTTP client.
    pub mod tls {
        pub use crate::tls::client_config;
    }

    /// Tokens that are fetched once for all requests and renewed before they expire.
    #[cfg(feature = "client")]
    pub mod token {
        pub use crate::token::{
            FetchFuture, Fresh, LastToken, Lifetime, Token, TokenCell, error_response, fresh, printable,
            redact, seconds,
        };
    }

    /// Checks of URLs that credentials go to.
    pub mod url {
        pub use crate::url::{bypasses_proxy, is_https, is_loopback, secure_url, visible};
    }
}
