//! The same work with reqwest and serde_json alone, as one writes it by hand.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::Deserialize;

use crate::canned::{ACCOUNT, KEY, PAGE};
use crate::ours::TIMEOUT;
use crate::scenario::Scenario;

/// Every field of a message, and nothing read that was not asked for: dates and decimals stay text.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Message {
    body: Option<String>,
    num_segments: Option<String>,
    direction: Option<Direction>,
    from: Option<String>,
    to: Option<String>,
    date_updated: Option<String>,
    price: Option<String>,
    error_message: Option<String>,
    uri: Option<String>,
    account_sid: Option<String>,
    num_media: Option<String>,
    status: Option<Status>,
    messaging_service_sid: Option<String>,
    sid: Option<String>,
    date_sent: Option<String>,
    date_created: Option<String>,
    error_code: Option<i64>,
    price_unit: Option<String>,
    api_version: Option<String>,
    subresource_uris: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Direction {
    Inbound,
    OutboundApi,
    OutboundCall,
    OutboundReply,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Queued,
    SendFuture,
    Sent,
    Failed,
    Delivered,
    Undelivered,
    Receiving,
    Received,
    Accepted,
    Scheduled,
    Read,
    PartiallyDelivered,
    Canceled,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Page {
    end: Option<i64>,
    first_page_uri: Option<String>,
    messages: Vec<Message>,
    next_page_uri: Option<String>,
    page: Option<i64>,
    page_size: Option<i64>,
    previous_page_uri: Option<String>,
    start: Option<i64>,
    uri: Option<String>,
}

/// A client with the settings of the SDK's own.
#[derive(Clone)]
pub(crate) struct Bare {
    http: reqwest::Client,
    base: String,
}

impl Bare {
    pub(crate) fn new(base: &str) -> Result<Self> {
        // Nothing is encrypted here; the builder wants a provider all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = rustls::RootCertStore::empty();
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let http = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]))
            .user_agent("bare/1.0")
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(10))
            .pool_max_idle_per_host(1024)
            .pool_idle_timeout(Duration::from_secs(90))
            .tls_backend_preconfigured(tls)
            .build()?;
        Ok(Self { http, base: base.to_owned() })
    }

    /// One call.
    pub(crate) async fn call(&self, scenario: Scenario) -> Result<()> {
        let messages = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages", self.base);
        match scenario {
            Scenario::Create => {
                let form =
                    [("To", "+15558675310"), ("From", "+15017122661"), ("Body", "Your code is 123456")];
                let request = self.http.post(format!("{messages}.json")).form(&form);
                let message: Message = read(request).await?;
                ensure!(message.sid.is_some(), "no SID");
            }
            Scenario::Fetch => {
                let request = self.http.get(format!("{messages}/SM00000000000000000000000000000001.json"));
                let message: Message = read(request).await?;
                ensure!(message.sid.is_some(), "no SID");
            }
            Scenario::Page => {
                let request = self.http.get(format!("{messages}.json?PageSize={PAGE}"));
                let page: Page = read(request).await?;
                ensure!(
                    page.messages.len() == PAGE && page.next_page_uri.is_none(),
                    "another page than expected"
                );
            }
        }
        Ok(())
    }
}

async fn read<T: serde::de::DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T> {
    let response = request.basic_auth(KEY, Some("secret")).send().await?;
    ensure!(response.status().is_success(), "refused: {}", response.status());
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}
