//! Requests that are not in the specification.

use std::fmt;

use bytes::Bytes;
use progenitor_client::ClientInfo;
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{BodyKind, Forward, Handle, Method, Operation, Output, Place, Raw, RequestBuilder};
use crate::endpoint::Endpoint;
use crate::{Error, Result};
use twilio_sdk_http::internal::url::visible;

/// A request to a path of Twilio that is not in the specification; see [`Client::request`](crate::Client::request).
#[derive(Clone, Debug)]
#[must_use = "sends nothing until it is sent"]
pub struct RawRequest(RequestBuilder<RawBody>);

/// The response of a [`RawRequest`]: the bytes of the body.
#[derive(Clone, Default)]
pub struct RawBody(Bytes);

/// The parameter with the URL as given.
const URL: &str = "url";

/// The product in request data.
#[cfg(feature = "serialize")]
const PRODUCT: &str = "request";

const fn raw(method: Method, body: BodyKind) -> Operation {
    Operation::new("Request", method, "{url}", body)
}

static OPERATIONS: [Operation; 8] = [
    raw(Method::Get, BodyKind::None),
    raw(Method::Delete, BodyKind::None),
    raw(Method::Post, BodyKind::Form),
    raw(Method::Put, BodyKind::Form),
    raw(Method::Patch, BodyKind::Form),
    raw(Method::Post, BodyKind::Json),
    raw(Method::Put, BodyKind::Json),
    raw(Method::Patch, BodyKind::Json),
];

impl RawRequest {
    pub(crate) fn new(handle: &Handle, method: &http::Method, url: &str) -> Self {
        let known = OPERATIONS.iter().find(|operation| http::Method::from(operation.method) == *method);
        let operation = known.unwrap_or(&OPERATIONS[0]);
        let place = locate(handle.endpoint(), url);
        let (base_url, mut refused) = match &place {
            Ok(place) => (place.base_url.clone(), None),
            Err(why) => (String::new(), Some(why.clone())),
        };
        if known.is_none() {
            refused = Some("the method must be GET, POST, PUT, PATCH or DELETE".to_owned());
        }
        let client = Anywhere { base_url, http: handle.http().clone(), handle: handle.clone() };
        let mut call = RequestBuilder::new(&client, operation);
        call.put(Place::Path, URL, url.to_owned());
        if let Ok(place) = place {
            call.parts.link = Some(place.path);
            call.parts.query = place.query;
            call.parts.forward = place.forward;
        }
        call.parts.refused = refused.map(String::into_boxed_str);
        Self(call)
    }

    /// Sends JSON instead of a form: [`with_param`](Self::with_param) then sets properties of the object. Only for POST, PUT
    /// and PATCH; other requests have no body, and fail.
    pub fn with_json(mut self, body: impl Into<Value>) -> Self {
        let parts = &mut self.0.parts;
        let method = parts.operation.method;
        match OPERATIONS.iter().find(|other| other.method == method && other.body == BodyKind::Json) {
            Some(operation) => (parts.operation, parts.body) = (operation, Some(body.into())),
            None => parts.refused = Some("GET and DELETE have no body".into()),
        }
        self
    }

    /// Marks the request as idempotent, so that it is retried after a lost connection, a timeout or a 5xx. Default: `true` for
    /// GET, PUT and DELETE, `false` for POST and PATCH.
    pub fn with_idempotent(mut self, idempotent: bool) -> Self {
        self.0.idempotent(idempotent);
        self
    }

    /// Returns the request as data, like [`OperationRequest::to_data`](crate::OperationRequest::to_data).
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    pub fn to_data(&self) -> super::RequestData {
        let parts = &self.0.parts;
        super::RequestData::new(PRODUCT, http::Method::from(parts.operation.method).as_str(), parts)
    }

    /// Creates a request from [data](Self::to_data), with the client's credentials and settings. Its URL is checked again.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the data is not of a request of this kind. A URL that must not be
    /// requested is an error when the request is sent.
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    pub fn from_data(client: &crate::Client, saved: super::RequestData) -> Result<Self> {
        let wrong = |what: &str| Error::request(&OPERATIONS[0], format!("the saved request {what}"));
        if saved.product() != PRODUCT {
            return Err(wrong(&format!("is for `{}` and not made by `Client::request`", saved.product())));
        }
        let method = http::Method::from_bytes(saved.operation_id().as_bytes())
            .map_err(|_| wrong("names no method"))?;
        let url = saved.path_value(URL).ok_or_else(|| wrong("names no URL"))?.to_owned();
        let mut request = Self::new(client.handle(), &method, &url);
        if let Some(body) = saved.whole_body() {
            request = request.with_json(body.clone());
        }
        saved.restore_free(&mut request.0.parts);
        Ok(request)
    }
}

super::sending!(RawRequest => RawBody);

/// The destination of a request.
struct Located {
    base_url: String,
    path: String,
    query: Vec<(String, String)>,
    forward: Forward,
}

/// Returns the destination of a URL: credentials are sent to Twilio's hosts and to the client's base URL only.
fn locate(endpoint: &Endpoint, text: &str) -> std::result::Result<Located, String> {
    visible(text).map_err(|what| format!("the URL {what}"))?;
    let from_root = text.starts_with('/') && !text.starts_with("//");
    let absolute = if from_root { format!("https://api.twilio.com{text}") } else { text.to_owned() };
    let url = Url::parse(&absolute).map_err(|_| "the URL is invalid; give https://… or a path".to_owned())?;
    let host = url.host_str().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL contains credentials; remove them, the client sends its own".to_owned());
    }
    if url.fragment().is_some() {
        return Err("the URL has a fragment; remove it".to_owned());
    }
    let located = |base_url: String, path: &str, forward| Located {
        base_url,
        path: path.to_owned(),
        query: url.query_pairs().into_owned().collect(),
        forward,
    };
    let own = endpoint.own_base_url().and_then(|base| Some((base, Url::parse(base).ok()?)));
    if let Some((base, parsed)) = &own
        && parsed.origin() == url.origin()
        && let Some(path) = url.path().strip_prefix(parsed.path().trim_end_matches('/'))
        && path.starts_with('/')
    {
        return Ok(located((*base).to_owned(), path, Forward::Nothing));
    }
    if url.scheme() != "https" || url.port().is_some() || !host.ends_with(".twilio.com") {
        return Err(format!(
            "{}://{host} is neither https:// with a host of twilio.com nor below the client's base URL; nothing was \
             sent, because credentials go nowhere else",
            url.scheme()
        ));
    }
    // A host with a region says where the request is processed.
    let host = if host.split('.').count() == 3 { endpoint.location().host(host) } else { host.to_owned() };
    match own {
        Some((base, _)) => Ok(located(base.to_owned(), url.path(), Forward::Host(host.into()))),
        None => Ok(located(format!("https://{host}"), url.path(), Forward::Nothing)),
    }
}

impl RawBody {
    /// Returns the bytes as received.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Returns whether the body is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Parses JSON. Damaged JSON is repaired, as for every response
    /// ([`Response::is_repaired`](crate::Response::is_repaired)).
    ///
    /// # Errors
    ///
    /// [`is_decode`](Error::is_decode): the body is not JSON, or not of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        match serde_json::from_slice(&self.0) {
            Ok(value) => Ok(value),
            Err(error) if error.is_data() => Err(Error::decode(&OPERATIONS[0], error)),
            Err(_) => super::read_json(&self.0, &OPERATIONS[0], |reader| T::deserialize(reader))
                .map(|(value, _)| value),
        }
    }
}

/// Omits the bytes, which may contain secrets.
impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody({} bytes)", self.0.len())
    }
}

impl Output for RawBody {
    #[allow(private_interfaces)]
    fn decode(raw: &Raw, _: &'static Operation) -> Result<Self> {
        Ok(Self(raw.body.clone()))
    }
}

/// No specification marks personal names.
const PII: &[&str] = &[];

/// Nor does one define rules.
#[cfg(feature = "request-validation")]
mod rules {
    pub(super) const OPERATIONS: crate::runtime::Rules = &[];
}

/// A client of the host that a request names.
#[derive(Clone)]
struct Anywhere {
    base_url: String,
    http: reqwest::Client,
    handle: Handle,
}

impl ClientInfo<Handle> for Anywhere {
    fn api_version() -> &'static str {
        ""
    }

    fn baseurl(&self) -> &str {
        &self.base_url
    }

    fn client(&self) -> &reqwest::Client {
        &self.http
    }

    fn inner(&self) -> &Handle {
        &self.handle
    }
}

crate::auth::hooks!(Anywhere, "request", "api.twilio.com");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ApiKeyConfig, ConnectionConfig};

    fn at(config: ConnectionConfig, url: &str) -> std::result::Result<(String, Forward), String> {
        let endpoint =
            Endpoint::new(config.base_url.as_deref(), config.region.as_deref(), config.edge.as_deref())
                .expect("a good configuration");
        locate(&endpoint, url).map(|place| (format!("{}{}", place.base_url, place.path), place.forward))
    }

    fn config() -> ConnectionConfig {
        ConnectionConfig::new(ApiKeyConfig::new("AC1", "SK1", "secret"))
    }

    /// A server that resets the connection of the first request, responds to the others, and reports what it received.
    fn server() -> (String, std::sync::mpsc::Receiver<String>) {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (heard, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for (index, stream) in listener.incoming().enumerate() {
                let Ok(mut stream) = stream else { return };
                let mut head = [0; 4096];
                let read = stream.read(&mut head).unwrap_or_default();
                let _ = heard.send(String::from_utf8_lossy(&head[..read]).to_ascii_lowercase());
                if index > 0 {
                    let _ = stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
                }
            }
        });
        (url, told)
    }

    #[tokio::test]
    async fn review_31_a_request_with_an_idempotency_key_is_sent_again_with_the_same_key() {
        for (key, attempts) in [(Some("k-1"), 2), (Some(""), 1), (None, 1)] {
            for method in [http::Method::POST, http::Method::PATCH] {
                let (url, told) = server();
                let client = crate::Client::new(config().base_url(&url)).expect("a good configuration");
                // Like the setter of the seven operations that document the header.
                let mut request = client.request(method.clone(), "/v1/Things").with_param("Name", "x");
                if let Some(key) = key {
                    request.0.put(Place::Header, "Idempotency-Key", key.to_owned());
                }
                #[cfg(feature = "blocking")]
                let sent = match method == http::Method::POST {
                    true => request.send().await,
                    false => tokio::task::spawn_blocking(|| request.send_blocking()).await.expect("no panic"),
                };
                #[cfg(not(feature = "blocking"))]
                let sent = request.send().await;
                let seen: Vec<String> = told.try_iter().collect();
                assert_eq!(
                    (seen.len(), sent.is_ok()),
                    (attempts, attempts == 2),
                    "{method} {key:?}: {seen:?}"
                );
                let keyed = seen.iter().filter(|head| head.contains("idempotency-key: k-1\r\n")).count();
                assert_eq!(keyed, if key == Some("k-1") { 2 } else { 0 }, "{seen:?}");
            }
        }
        // `with_idempotent` takes precedence.
        let (url, told) = server();
        let client = crate::Client::new(config().base_url(&url)).expect("a good configuration");
        let mut request = client.request(http::Method::POST, "/v1/Things").with_idempotent(false);
        request.0.put(Place::Header, "Idempotency-Key", "k-1".to_owned());
        assert!(request.send().await.is_err_and(|error| error.attempts() == 1));
        assert_eq!(told.try_iter().count(), 1);
    }

    #[test]
    fn review_60_credentials_go_to_twilio_and_to_the_base_url_only() {
        for (url, to) in [
            ("https://lookups.twilio.com/v9/New", "https://lookups.twilio.com/v9/New"),
            ("https://LOOKUPS.twilio.com:443/v9/New?a=b", "https://lookups.twilio.com/v9/New"),
            ("/2010-04-01/New.json", "https://api.twilio.com/2010-04-01/New.json"),
            ("https://api.dublin.ie1.twilio.com/x", "https://api.dublin.ie1.twilio.com/x"),
        ] {
            assert_eq!(at(config(), url), Ok((to.to_owned(), Forward::Nothing)), "{url}");
        }
        for bad in [
            "https://evil.example/x",
            "https://twilio.com.evil.example/x",
            "https://eviltwilio.com/x",
            "https://evil.example/.twilio.com",
            "https://evil.example\\.twilio.com/x",
            "https://api.twilio.com@evil.example/x",
            "https://u:p@api.twilio.com/x",
            "http://api.twilio.com/x",
            "https://api.twilio.com:8443/x",
            "https://twilio.com/x",
            "http://127.0.0.1/x",
            "//evil.example/x",
            "ftp://api.twilio.com/x",
            "https://api.twilio.com/x#y",
            "https://api.twilio.com/x\n",
            " https://api.twilio.com/x",
            "api.twilio.com/x",
            "",
        ] {
            assert!(at(config(), bad).is_err(), "{bad}");
        }
        let regional = || config().region("ie1").edge("dublin");
        assert_eq!(
            at(regional(), "https://api.twilio.com/x").map(|(to, _)| to).as_deref(),
            Ok("https://api.dublin.ie1.twilio.com/x")
        );
        assert_eq!(
            at(regional(), "https://api.us1.twilio.com/x").map(|(to, _)| to).as_deref(),
            Ok("https://api.us1.twilio.com/x")
        );
        let gateway = || config().base_url("http://127.0.0.1:4010/twilio");
        let there = "http://127.0.0.1:4010/twilio/v9/New".to_owned();
        assert_eq!(
            at(gateway(), "https://lookups.twilio.com/v9/New"),
            Ok((there.clone(), Forward::Host("lookups.twilio.com".into())))
        );
        assert_eq!(at(gateway(), &there), Ok((there.clone(), Forward::Nothing)));
        for bad in [
            "http://127.0.0.1:4010/twilios/x",
            "http://127.0.0.1:4011/twilio/x",
            "https://127.0.0.1:4010/twilio/x",
        ] {
            assert!(at(gateway(), bad).is_err(), "{bad}");
        }
    }
}
