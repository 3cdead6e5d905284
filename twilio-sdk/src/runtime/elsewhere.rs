//! Requests to other servers than Twilio's.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use super::transport;
use crate::auth::AuthTokenConfig;
use crate::config::{ConnectionConfig, TlsConfig};
use crate::endpoint::is_loopback;
use crate::{Error, Result};

/// The most bytes of an answer that are read.
const LARGEST: usize = 1 << 20;

/// One address of another server, asked for JSON.
#[derive(Clone)]
pub(crate) struct Elsewhere {
    client: reqwest::Client,
    url: reqwest::Url,
    timeout: Duration,
}

impl Elsewhere {
    /// The URL needs `https://`, except on this machine. The time is that of a whole request.
    pub(crate) fn new(url: &str, tls: &TlsConfig, timeout: Duration) -> Result<Self> {
        let wrong = |what: &str| Error::config(format!("url {what}"));
        let url = reqwest::Url::parse(url).map_err(|_| wrong("is not a URL"))?;
        let here = url.host_str().is_some_and(is_loopback);
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            _ => return Err(wrong("must start with https://, or with http:// for this machine")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds credentials; give them apart, so that they are kept as secrets"));
        }
        if timeout.is_zero() {
            return Err(Error::config("timeout must be more than 0"));
        }
        let config =
            ConnectionConfig::new(AuthTokenConfig::new("", "")).tls(tls.clone()).connect_timeout(timeout);
        let client = transport::client(&config, url.scheme() == "https")?;
        Ok(Self { client, url, timeout })
    }

    /// What stands there.
    pub(crate) async fn get(&self) -> std::result::Result<Bytes, String> {
        self.body_of(self.client.get(self.url.clone())).await
    }

    /// What is answered to a form.
    pub(crate) async fn post(
        &self,
        form: String,
        authorization: &HeaderValue,
    ) -> std::result::Result<Bytes, String> {
        let request = self.client.post(self.url.clone()).header(AUTHORIZATION, authorization);
        self.body_of(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)).await
    }

    /// The body of an answer of status 200. Messages show neither query nor bodies.
    async fn body_of(&self, request: reqwest::RequestBuilder) -> std::result::Result<Bytes, String> {
        let failed = |error: reqwest::Error| transport::chain(&error.without_url());
        let request = request.header(ACCEPT, "application/json").timeout(self.timeout);
        let mut answer = request.send().await.map_err(failed)?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the answer has status {}", answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LARGEST {
                return Err("the answer is larger than 1 MiB".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}
