use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::request::Builder;
use http::{HeaderValue, Request, StatusCode};
use twilio_sdk_config::ConfigError;

use crate::exchange::{Exchange, ExchangeSettings};
use crate::url::{is_https, secure_url};
use crate::{HttpError, TlsConfig};

/// A URL of another server that responds with JSON, such as a key set (JWKS) or a token introspection endpoint.
///
/// Responses are bounded to 1 MiB. Redirects are not followed, and localhost is reached without a proxy. Cheap to clone.
#[derive(Clone, Debug)]
pub struct JsonEndpoint {
    exchange: Exchange,
    url: String,
}

impl JsonEndpoint {
    /// Creates the endpoint. Sends nothing.
    ///
    /// The URL needs `https://`, except for localhost. `timeout` is that of a whole request.
    ///
    /// # Errors
    ///
    /// The URL is invalid, needs `https://` or holds credentials; the timeout is zero; or the TLS settings are invalid.
    pub fn new(url: &str, tls: &TlsConfig, timeout: Duration) -> Result<Self, ConfigError> {
        secure_url("url", url)?;
        let settings = ExchangeSettings {
            timeout,
            connect_timeout: timeout,
            tls: tls.clone(),
            ..ExchangeSettings::default()
        };
        Ok(Self { exchange: Exchange::new(&settings, is_https(url))?, url: url.to_owned() })
    }

    /// Sends `GET` and returns the body of the response.
    ///
    /// # Errors
    ///
    /// There is no response, or its status is not 200.
    pub async fn get(&self) -> Result<Bytes, HttpError> {
        self.send(Request::get(&self.url), Vec::new()).await
    }

    /// Sends `POST` with a form that is already encoded and returns the body of the response.
    ///
    /// # Errors
    ///
    /// There is no response, or its status is not 200.
    pub async fn post_form(&self, form: String, authorization: &HeaderValue) -> Result<Bytes, HttpError> {
        let request = Request::post(&self.url)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.into_bytes()).await
    }

    async fn send(&self, request: Builder, body: Vec<u8>) -> Result<Bytes, HttpError> {
        let request = request.header(ACCEPT, "application/json").body(body);
        let request = request.map_err(|_| ConfigError::new("url is not a URL"))?;
        let response = self.exchange.send(request).await?;
        match response.status {
            StatusCode::OK => Ok(response.body),
            status => Err(HttpError::status_code(status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;

    use super::*;

    /// A server that sends the request lines it receives to the channel.
    fn server(name: &'static str, received: &mpsc::Sender<String>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let received = received.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut head = [0; 2048];
                let read = stream.read(&mut head).unwrap_or_default();
                let line =
                    String::from_utf8_lossy(&head[..read]).lines().next().unwrap_or_default().to_owned();
                let _ = received.send(format!("{name}: {line}"));
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            }
        });
        url
    }

    #[test]
    fn review_08_requests_to_localhost_go_through_no_proxy() {
        const URL: &str = "TWILIO_SDK_TEST_JSON_ENDPOINT";
        // The environment is that of the process, so a second process runs this test as the client.
        if let Ok(url) = std::env::var(URL) {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let server =
                JsonEndpoint::new(&url, &TlsConfig::new(), Duration::from_secs(20)).expect("a good URL");
            let authorization = HeaderValue::from_static("Basic secret");
            runtime.block_on(server.get()).expect("a response");
            runtime
                .block_on(server.post_form("token=secret".to_owned(), &authorization))
                .expect("a response");
            return;
        }
        let (sender, received) = mpsc::channel();
        let (direct, proxy) = (server("direct", &sender), server("proxy", &sender));
        for variable in ["HTTP_PROXY", "ALL_PROXY"] {
            let output = Command::new(std::env::current_exe().expect("this program"))
                .args([
                    "--exact",
                    "json_endpoint::tests::review_08_requests_to_localhost_go_through_no_proxy",
                ])
                .env(URL, format!("{direct}/keys"))
                .env(variable, &proxy)
                .env_remove("NO_PROXY")
                .env_remove("no_proxy")
                .stdin(Stdio::null())
                .output()
                .expect("a second process");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            let seen: Vec<String> = received.try_iter().collect();
            assert_eq!(seen, ["direct: GET /keys HTTP/1.1", "direct: POST /keys HTTP/1.1"], "{variable}");
        }
    }

    #[test]
    fn review_42_urls_with_characters_that_a_parser_would_drop_are_rejected() {
        for url in ["https://idp.example/keys\n", " https://idp.example/keys", "https://idp.exa\tmple/keys"] {
            let error = JsonEndpoint::new(url, &TlsConfig::new(), Duration::from_secs(1)).expect_err(url);
            assert!(error.to_string().contains("remove it"), "{error}");
        }
    }
}
