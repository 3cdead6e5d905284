//! Calls any operation by its names in the specification, through the SDK's typed methods.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

use serde_json::Value;
use twilio_sdk::{Auth, BearerConfig, Client, ConnectionConfig};

use crate::recorder::{Answer, Recorded, Recorder};
use crate::surface::ACCOUNT;
use crate::values::Values;

/// A typed response as JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// All of it, with what the types keep beside their fields.
    pub json: Value,
    /// The values of the typed fields only.
    pub known: Value,
}

/// A call on its way.
pub type Pending = Pin<Box<dyn Future<Output = twilio_sdk::Result<Reply>> + Send>>;

/// A call on its way, or which value could not be given to it.
pub type Driven = Result<Pending, String>;

/// A generated function: it takes the values out, calls the typed method and its setters, and sends.
pub type Drive = fn(&mut Values, &Client) -> Driven;

#[allow(deprecated, missing_docs, unreachable_pub)]
mod generated {
    use super::{Client, Drive, Driven};
    use crate::values::Place::*;
    use crate::values::Values;

    include!(concat!(env!("OUT_DIR"), "/driver.rs"));
}

/// The operation's function, by product (`api_v2010`) and `operationId`.
pub fn find(product: &str, operation: &str) -> Option<Drive> {
    static TABLE: OnceLock<HashMap<(&str, &str), Drive>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let all = generated::PRODUCTS.iter();
        all.flat_map(|(product, list)| list.iter().map(move |(id, drive)| ((*product, *id), *drive)))
            .collect()
    });
    table.get(&(product, operation)).copied()
}

/// Number of operations with a function.
pub fn count() -> usize {
    generated::PRODUCTS.iter().map(|(_, list)| list.len()).sum()
}

/// The error of a request without a reply.
#[derive(Debug)]
pub enum Failure {
    /// The typed method does not take the values; nothing was sent.
    Values(String),
    /// The call failed.
    Call(twilio_sdk::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Values(why) => f.write_str(why),
            Self::Call(error) => {
                write!(f, "{error}")?;
                let mut source = std::error::Error::source(error);
                while let Some(inner) = source {
                    write!(f, ": {inner}")?;
                    source = inner.source();
                }
                Ok(())
            }
        }
    }
}

/// The result of a request.
#[derive(Debug)]
pub struct Outcome {
    /// The requests that the server saw.
    pub requests: Vec<Recorded>,
    /// The response as decoded by the SDK.
    pub result: Result<Reply, Failure>,
}

/// A client and the server that it talks to. One call at a time.
pub struct Driver {
    recorder: Recorder,
    client: Client,
}

impl Driver {
    /// Starts the server for a client with credentials that every operation takes.
    pub async fn start() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::with_auth(everywhere()).await
    }

    /// Starts the server for a client with other credentials.
    pub async fn with_auth(auth: impl Into<Auth>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::with_config(ConnectionConfig::new(auth)).await
    }

    /// Starts the server for a client that checks requests against the specification's rules.
    pub async fn checking() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::with_config(ConnectionConfig::new(everywhere()).validate_requests(true)).await
    }

    async fn with_config(config: ConnectionConfig) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let recorder = Recorder::start().await?;
        let client = Client::new(config.base_url(recorder.url()))?;
        Ok(Self { recorder, client })
    }

    /// Makes a call; the server answers with `answer`.
    pub async fn run(&mut self, drive: Drive, mut values: Values, answer: Answer) -> Outcome {
        self.recorder.answer_with(answer);
        let result = match drive(&mut values, &self.client) {
            Ok(pending) => pending.await.map_err(Failure::Call),
            Err(why) => Err(Failure::Values(why)),
        };
        Outcome { requests: self.recorder.take(), result }
    }
}

/// A token, which operations of OAuth's take too.
fn everywhere() -> BearerConfig {
    let mut auth = BearerConfig::new("0123456789abcdef0123456789abcdef");
    auth.account_sid = Some(ACCOUNT.into());
    auth
}
