use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{Extensions, HeaderMap, HeaderName, Method, Request, Uri, request::Parts};

use crate::audit::AuditEvent;

/// The header with a request's id.
const REQUEST_ID: &str = "x-request-id";

/// The longest id that is taken.
const LONGEST_ID: usize = 128;

/// What is recorded of a request beside who sent it.
///
/// * What is asked for: method and path, without the query, in which secrets may stand.
/// * Where it came from: the address in a header, where one is named, else the peer's, where axum's `ConnectInfo` is in the
///   request's extensions (feature `auth-layer`), else nothing.
/// * The id in `X-Request-Id`, where it has 1 to 128 letters, digits, `-`, `_` and `.`; another one is not recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestContext {
    resource: Option<String>,
    source: Option<String>,
    id: Option<String>,
}

impl RequestContext {
    /// What a request's parts tell.
    pub fn of_parts(parts: &Parts, source_header: Option<&HeaderName>) -> Self {
        Self::of(&parts.method, &parts.uri, &parts.headers, &parts.extensions, source_header)
    }

    /// What a request tells.
    pub fn of_request<B>(request: &Request<B>, source_header: Option<&HeaderName>) -> Self {
        let (uri, extensions) = (request.uri(), request.extensions());
        Self::of(request.method(), uri, request.headers(), extensions, source_header)
    }

    /// What headers alone tell.
    pub fn of_headers(headers: &HeaderMap, source_header: Option<&HeaderName>) -> Self {
        let source = source_header.and_then(|name| forwarded(headers, name));
        Self { resource: None, source: source.map(|address| address.to_string()), id: id(headers) }
    }

    fn of(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        extensions: &Extensions,
        source_header: Option<&HeaderName>,
    ) -> Self {
        let facts = Self::of_headers(headers, source_header);
        let source = facts.source.or_else(|| peer(extensions).map(|address| address.to_string()));
        Self { resource: Some(format!("{method} {}", path(uri, extensions))), source, ..facts }
    }

    /// The event with what is known of the request.
    pub(crate) fn put_into(&self, mut event: AuditEvent) -> AuditEvent {
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

/// The last address that a header names: the one that the nearest proxy has put there.
pub(crate) fn forwarded(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    let address = last.parse().or_else(|_| last.parse().map(|address: SocketAddr| address.ip())).ok();
    // The same client is written in one way, whichever socket it came by.
    address.map(|address: IpAddr| address.to_canonical())
}

/// The address that a request came from: the one in the header, where one is named, else the peer's.
pub(super) fn source(
    headers: &HeaderMap,
    extensions: &Extensions,
    source_header: Option<&HeaderName>,
) -> Option<IpAddr> {
    source_header.and_then(|name| forwarded(headers, name)).or_else(|| peer(extensions))
}

/// What counts as one client: an IPv4 address, or the 64 bits of an IPv6 address that name a network, because one client
/// may have all addresses of it.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// The id of a request, where it is one that can stand in a record.
pub(crate) fn id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(good)).then(|| text.to_owned())
}

/// The path that was asked for, before a router took the part away by which it chose another.
#[cfg(feature = "auth-layer")]
fn path<'a>(uri: &'a Uri, extensions: &'a Extensions) -> &'a str {
    extensions.get::<axum::extract::OriginalUri>().map_or(uri, |original| &original.0).path()
}

#[cfg(not(feature = "auth-layer"))]
fn path<'a>(uri: &'a Uri, _: &'a Extensions) -> &'a str {
    uri.path()
}

#[cfg(feature = "auth-layer")]
fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<axum::extract::ConnectInfo<SocketAddr>>();
    peer.map(|peer| peer.0.ip().to_canonical())
}

#[cfg(not(feature = "auth-layer"))]
fn peer(_: &Extensions) -> Option<IpAddr> {
    None
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_ids_that_can_stand_in_a_record_are_taken() {
        let long = "a".repeat(LONGEST_ID + 1);
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
            assert_eq!(id(&headers).as_deref(), good.then_some(text), "{text}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_bytes(b"\xff").expect("a header"));
        assert_eq!(id(&headers), None);
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
        let facts = RequestContext::of_request(&request, None);
        assert_eq!(facts.resource.as_deref(), Some("GET /a/b"));
        assert_eq!((facts.source, facts.id), (None, None));
    }
}
