//! Each kind of fault as a client sees it, and when rules hit.

mod file;
mod kinds;
mod rules;
mod sockets;

use std::io::ErrorKind;
use std::time::Duration;

use super::*;
use crate::{Fault, FaultPlan, FaultRule, RecordedRequest, RequestMatcher};

const MESSAGES: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json";
const SERVICES: &str = "/v2/Services";

struct Bench {
    emulator: Emulator,
    client: reqwest::Client,
}

impl Bench {
    async fn new() -> Self {
        Self { emulator: Emulator::start().await.unwrap(), client: super::http() }
    }

    fn get(&self, host: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.emulator.base_url());
        self.client.get(url).header("X-Forwarded-Host", host).basic_auth(USER, Some("secret"))
    }

    fn list(&self) -> reqwest::RequestBuilder {
        self.get("verify.twilio.com", SERVICES)
    }

    fn create(&self) -> reqwest::RequestBuilder {
        let form = "To=%2B15558675310&From=%2B15558675311&Body=Hi";
        let url = format!("{}{MESSAGES}", self.emulator.base_url());
        let builder = self.client.post(url).basic_auth(USER, Some("secret"));
        builder.header("Content-Type", "application/x-www-form-urlencoded").body(form)
    }

    async fn response(&self) -> Response {
        receive(self.list()).await
    }

    fn last(&self) -> RecordedRequest {
        self.emulator.requests().pop().unwrap()
    }
}

/// Returns the kind of a socket error.
fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = cause.source();
    }
    None
}

/// Waits for something that must happen soon, also on a slow machine.
async fn until(happened: impl Fn() -> bool) {
    let wait = async {
        while !happened() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("it happens");
}
