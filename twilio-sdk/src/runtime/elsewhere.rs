//! Requests to other servers than Twilio's.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use super::transport;
use crate::auth::AuthTokenConfig;
use crate::config::{ConnectionConfig, TlsConfig};
use crate::endpoint::{is_loopback, visible};
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
        visible(url).map_err(|what| wrong(&what))?;
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;

    use super::*;

    /// A server that says to the channel which path it was asked for.
    fn server(name: &'static str, heard: &mpsc::Sender<String>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut head = [0; 2048];
                let read = stream.read(&mut head).unwrap_or_default();
                let line =
                    String::from_utf8_lossy(&head[..read]).lines().next().unwrap_or_default().to_owned();
                let _ = heard.send(format!("{name}: {line}"));
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            }
        });
        url
    }

    #[test]
    fn review_08_keys_and_introspections_of_this_machine_go_through_no_proxy() {
        const URL: &str = "TWILIO_SDK_TEST_ELSEWHERE";
        // The environment belongs to a process, so a second one runs this test as a client.
        if let Ok(url) = std::env::var(URL) {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let server =
                Elsewhere::new(&url, &TlsConfig::new(), Duration::from_secs(20)).expect("a good URL");
            let authorization = HeaderValue::from_static("Basic secret");
            runtime.block_on(server.get()).expect("keys");
            runtime
                .block_on(server.post("token=secret".to_owned(), &authorization))
                .expect("an introspection");
            return;
        }
        let (heard, told) = mpsc::channel();
        let (here, proxy) = (server("here", &heard), server("proxy", &heard));
        for variable in ["HTTP_PROXY", "ALL_PROXY"] {
            let output = Command::new(std::env::current_exe().expect("this program"))
                .args(["--exact", "runtime::elsewhere::tests::review_08_keys_and_introspections_of_this_machine_go_through_no_proxy"])
                .env(URL, format!("{here}/keys"))
                .env(variable, &proxy)
                .env_remove("NO_PROXY")
                .env_remove("no_proxy")
                .stdin(Stdio::null())
                .output()
                .expect("a second process");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            let seen: Vec<String> = told.try_iter().collect();
            assert_eq!(seen, ["here: GET /keys HTTP/1.1", "here: POST /keys HTTP/1.1"], "{variable}");
        }
    }

    #[test]
    fn review_42_urls_with_characters_that_a_parser_would_drop_are_refused() {
        for url in ["https://idp.example/keys\n", " https://idp.example/keys", "https://idp.exa\tmple/keys"] {
            let refused =
                Elsewhere::new(url, &TlsConfig::new(), Duration::from_secs(1)).err().expect("refused");
            assert!(refused.is_config() && refused.to_string().contains("remove it"), "{refused}");
        }
    }
}
