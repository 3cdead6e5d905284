use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{Extensions, HeaderMap, HeaderName, Method, Request, Uri, request::Parts};

use twilio_sdk_audit::AuditEvent;

/// The header with the request ID.
const REQUEST_ID: &str = "x-request-id";

/// The maximum length of a request ID.
const MAX_ID_LENGTH: usize = 128;

/// The properties of a request that audit events record besides the user.
///
/// * Method and path. The query is left out, because it may contain secrets.
/// * The client's IP address: from a header if one is configured, otherwise the peer's address from axum's `ConnectInfo`
///   in the request's extensions (feature `axum`), otherwise none.
/// * The request ID in `X-Request-Id`, if it consists of 1 to 128 letters, digits, `-`, `_` and `.`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestContext {
    resource: Option<String>,
    source: Option<String>,
    id: Option<String>,
}

impl RequestContext {
    /// Creates a context from the parts of a request.
    pub fn from_parts(parts: &Parts, client_ip_header: Option<&HeaderName>) -> Self {
        Self::of(&parts.method, &parts.uri, &parts.headers, &parts.extensions, client_ip_header)
    }

    /// Creates a context from a request.
    pub fn from_request<B>(request: &Request<B>, client_ip_header: Option<&HeaderName>) -> Self {
        let (uri, extensions) = (request.uri(), request.extensions());
        Self::of(request.method(), uri, request.headers(), extensions, client_ip_header)
    }

    /// Creates a context from headers, without method and path.
    pub fn from_headers(headers: &HeaderMap, client_ip_header: Option<&HeaderName>) -> Self {
        let source = client_ip_header.and_then(|name| forwarded(headers, name));
        Self { resource: None, source: source.map(|address| address.to_string()), id: request_id(headers) }
    }

    fn of(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &Extensions,
        client_ip_header: Option<&HeaderName>,
    ) -> Self {
        let facts = Self::from_headers(headers, client_ip_header);
        let source = facts.source.or_else(|| peer(extensions).map(|address| address.to_string()));
        Self { resource: Some(format!("{method} {}", path(uri, extensions))), source, ..facts }
    }

    /// Adds the context to an event.
    pub(crate) fn add_to(&self, mut event: AuditEvent) -> AuditEvent {
        if let Some(resource) = &self.resource {
            event = event.resource(resource);
        }
        if let Some(source) = &self.source {
            event = event.source(source);
        }
        match &self.id {
            Some(id) => event.correlation_id(id),
            None => event,
        }
    }
}

/// Returns the last address of a header: the one that the nearest proxy appended.
pub fn forwarded(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    let address = last.parse().or_else(|_| last.parse().map(|address: SocketAddr| address.ip())).ok();
    // An IPv4 client has one form, also on an IPv6 socket.
    address.map(|address: IpAddr| address.to_canonical())
}

/// Returns the client's IP address: from the header if one is configured, otherwise the peer's.
pub(super) fn source(
    headers: &HeaderMap,
    extensions: &Extensions,
    client_ip_header: Option<&HeaderName>,
) -> Option<IpAddr> {
    client_ip_header.and_then(|name| forwarded(headers, name)).or_else(|| peer(extensions))
}

/// Returns the network that counts as one client: an IPv4 address, or the /64 prefix of an IPv6 address, of which one client
/// may use all addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// Returns the request ID if it is valid.
pub fn request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((1..=MAX_ID_LENGTH).contains(&text.len()) && text.bytes().all(good)).then(|| text.to_owned())
}

/// Returns the full path of the request, also within nested routers.
#[cfg(feature = "axum")]
fn path<'a>(uri: &'a Uri, extensions: &'a Extensions) -> &'a str {
    extensions.get::<axum::extract::OriginalUri>().map_or(uri, |original| &original.0).path()
}

#[cfg(not(feature = "axum"))]
fn path<'a>(uri: &'a Uri, _: &'a Extensions) -> &'a str {
    uri.path()
}

#[cfg(feature = "axum")]
fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<axum::extract::ConnectInfo<SocketAddr>>();
    peer.map(|peer| peer.0.ip().to_canonical())
}

#[cfg(not(feature = "axum"))]
fn peer(_: &Extensions) -> Option<IpAddr> {
    None
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_ids_that_can_stand_in_a_record_are_taken() {
        let long = "a".repeat(MAX_ID_LENGTH + 1);
        for (text, good) in [
            ("7f0c2a9e-1b.2_3", true),
            (&long[1..], true),
            (&*long, false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("a=b", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(text).expect("a header"));
            assert_eq!(request_id(&headers).as_deref(), good.then_some(text), "{text}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_bytes(b"\xff").expect("a header"));
        assert_eq!(request_id(&headers), None);
    }

    #[test]
    fn the_last_address_of_a_header_is_the_nearest_proxys() {
        let name = HeaderName::from_static("x-forwarded-for");
        for (values, expected) in [
            (&["198.51.100.7"][..], Some("198.51.100.7")),
            (&["10.0.0.1, 198.51.100.7"], Some("198.51.100.7")),
            (&["10.0.0.1", "2001:db8::1"], Some("2001:db8::1")),
            (&["198.51.100.7:4711"], Some("198.51.100.7")),
            (&["::ffff:198.51.100.7"], Some("198.51.100.7")),
            (&["198.51.100.7, unknown"], None),
            (&[""], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(&name, HeaderValue::from_static(value));
            }
            let found = forwarded(&headers, &name).map(|address| address.to_string());
            assert_eq!(found.as_deref(), expected, "{values:?}");
        }
    }

    #[test]
    fn the_query_is_not_recorded() {
        let request = Request::get("/a/b?token=hush").body(()).expect("a request");
        let facts = RequestContext::from_request(&request, None);
        assert_eq!(facts.resource.as_deref(), Some("GET /a/b"));
        assert_eq!((facts.source, facts.id), (None, None));
    }
}
