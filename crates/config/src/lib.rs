//! Configuration errors, secret sources and checked configuration files.
//!
//! Every setting and file of the `twilio-sdk` crates reports its problems as a [`ConfigError`], which lists all of them
//! at once:
//!
//! ```
//! use twilio_sdk_config::{ConfigError, ConfigProblem};
//!
//! let problem = ConfigProblem::new("auth.api_secret", "is missing").in_file("twilio.toml").at(4, 1);
//! let error = ConfigError::from(vec![problem]);
//! assert_eq!(error.to_string(), "twilio.toml:4:1: auth.api_secret: is missing");
//! assert_eq!(error.problems()[0].key(), "auth.api_secret");
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;

pub use error::{ConfigError, ConfigProblem};
