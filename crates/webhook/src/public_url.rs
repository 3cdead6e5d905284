use std::fmt;

use http::{HeaderMap, Uri, header};

use crate::WebhookError;

/// The public URLs of a service: those that are configured at Twilio, and that Twilio signs.
///
/// Behind a proxy, a load balancer or a tunnel, the service sees another scheme, host and often another path. An attacker
/// can send any `Host` or forwarded header, so scheme, host, port, path prefix and credentials come from this
/// configuration, and headers at most select one of its entries.
///
/// An entry is `https://HOST`, with `:PORT`, with the path prefix that the proxy removes, and with `user:password@` if
/// the URL at Twilio has them. The scheme may be omitted and is `https` then.
///
/// An entry that is not such a URL makes every request fail with [`WebhookError::InvalidPublicUrl`] (500).
///
/// `Debug` redacts the credentials.
#[derive(Clone)]
#[non_exhaustive]
pub enum PublicUrl {
    /// One URL, to which the path and query of each request are appended, such as `https://example.com` or
    /// `https://example.com/prefix`. The request's headers are ignored.
    Fixed(String),
    /// Several URLs, one for each host of the service. The request's `Host` (or HTTP/2 `:authority`) selects the entry.
    /// Requests for another host are rejected.
    ///
    /// A `Host` with a port selects the entry with that port. A `Host` without one selects the entry with the default
    /// port, or else the only entry of that host.
    HostHeader(Vec<String>),
    /// Several URLs, one of which is selected by the host that the nearest proxy forwards, as in
    /// [`HostHeader`](Self::HostHeader): the last entry of `Forwarded` (RFC 7239), or else of `X-Forwarded-Host` with
    /// `X-Forwarded-Port`, or else `Host`.
    ///
    /// Use it with proxies that replace `Host`. A client that bypasses the proxy can only select among the entries.
    ForwardedHeaders(Vec<String>),
}

impl PublicUrl {
    /// Returns the URL of a request that Twilio signed, for a [`WebhookRequest`](crate::WebhookRequest).
    ///
    /// [`WebhookLayer`](crate::WebhookLayer) does this for every request. Call it where there is no layer, such as for
    /// the handshake of a WebSocket.
    ///
    /// ```
    /// use http::{HeaderMap, Uri};
    /// use twilio_sdk_webhook::PublicUrl;
    ///
    /// let public_url = PublicUrl::Fixed("https://example.com/prefix".into());
    /// let url = public_url.signed_url(&Uri::from_static("/sms?lang=en"), &HeaderMap::new());
    /// assert_eq!(url.as_deref(), Ok("https://example.com/prefix/sms?lang=en"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`WebhookError::InvalidPublicUrl`] for an entry that is not a URL, [`WebhookError::UnknownHost`] for a host without
    /// an entry, and [`WebhookError::UnknownUrl`] for a request with no host, several hosts or a malformed one.
    pub fn signed_url(&self, uri: &Uri, headers: &HeaderMap) -> Result<String, WebhookError> {
        self.resolve()?.url(uri, headers)
    }

    /// Parses the entries once, for all requests.
    pub(crate) fn resolve(&self) -> Result<Resolver, WebhookError> {
        let (entries, selection) = match self {
            Self::Fixed(url) => (std::slice::from_ref(url), Selection::Fixed),
            Self::HostHeader(urls) => (urls.as_slice(), Selection::HostHeader),
            Self::ForwardedHeaders(urls) => (urls.as_slice(), Selection::ForwardedHeaders),
        };
        let bases: Option<Vec<Base>> = entries.iter().map(|entry| Base::parse(entry)).collect();
        let bases = bases.filter(|bases| !bases.is_empty()).ok_or(WebhookError::InvalidPublicUrl)?;
        let is_ambiguous =
            bases.iter().enumerate().any(|(at, base)| bases[..at].iter().any(|other| other.collides(base)));
        match is_ambiguous {
            true => Err(WebhookError::InvalidPublicUrl),
            false => Ok(Resolver { bases, selection }),
        }
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let redacted =
            |url: &String| url.rsplit_once('@').map_or(url.as_str(), |(_, after)| after).to_owned();
        let (name, urls) = match self {
            Self::Fixed(url) => return f.debug_tuple("Fixed").field(&redacted(url)).finish(),
            Self::HostHeader(urls) => ("HostHeader", urls),
            Self::ForwardedHeaders(urls) => ("ForwardedHeaders", urls),
        };
        f.debug_tuple(name).field(&urls.iter().map(redacted).collect::<Vec<_>>()).finish()
    }
}

/// Finds the URL of a request that Twilio signed.
#[derive(Clone)]
pub(super) struct Resolver {
    bases: Vec<Base>,
    selection: Selection,
}

#[derive(Clone, Copy)]
enum Selection {
    Fixed,
    HostHeader,
    ForwardedHeaders,
}

/// The part of a URL before the path of the request.
#[derive(Clone)]
struct Base {
    /// As configured, because the exact string is signed; without a slash at its end.
    url: String,
    host: String,
    port: u16,
    is_default_port: bool,
}

impl Base {
    fn parse(entry: &str) -> Option<Self> {
        let entry = entry.trim_end_matches('/');
        if entry.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\')) {
            return None;
        }
        let url = if entry.contains("://") { entry.to_owned() } else { format!("https://{entry}") };
        let (scheme, after) = url.split_once("://")?;
        let default_port = match scheme.to_ascii_lowercase().as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = after.split('/').next()?;
        let (host, port) = host_and_port(authority.rsplit('@').next()?)?;
        let port = port.unwrap_or(default_port);
        Some(Self { host, port, is_default_port: port == default_port, url })
    }

    /// Returns whether a request could select either.
    fn collides(&self, other: &Self) -> bool {
        self.host == other.host
            && (self.port == other.port || (self.is_default_port && other.is_default_port))
    }
}

impl Resolver {
    pub(super) fn url(&self, uri: &Uri, headers: &HeaderMap) -> Result<String, WebhookError> {
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        if !path.starts_with(['/', '?']) {
            return Err(WebhookError::UnknownUrl);
        }
        let base = match self.selection {
            Selection::Fixed => self.bases.first(),
            Selection::HostHeader => self.select(requested(uri, headers)?),
            Selection::ForwardedHeaders => self.select(match forwarded(headers)? {
                Some(forwarded) => forwarded,
                None => requested(uri, headers)?,
            }),
        };
        let base = base.ok_or(WebhookError::UnknownHost)?;
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok([&base.url, slash, path].concat())
    }

    fn select(&self, (host, port): (String, Option<u16>)) -> Option<&Base> {
        let mut matching = self.bases.iter().filter(|base| base.host == host);
        if let Some(port) = port {
            return matching.find(|base| base.port == port);
        }
        let default = matching.clone().find(|base| base.is_default_port);
        default.or_else(|| matching.next().filter(|_| matching.next().is_none()))
    }
}

/// Splits an authority without credentials into the host, in lower case, and the port.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let colon = authority.get(bracket..)?.find(':').map(|at| at + bracket);
    let (host, port) = match colon {
        Some(colon) => (&authority[..colon], Some(port_number(&authority[colon + 1..])?)),
        None => (authority, None),
    };
    let (is_ipv6, inner) = match host.strip_prefix('[') {
        Some(rest) => (true, rest.strip_suffix(']')?),
        None => (false, host),
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b) || (is_ipv6 && b == b':');
    (!inner.is_empty() && inner.bytes().all(allowed)).then(|| (host.to_ascii_lowercase(), port))
}

/// Parses a port, without a sign.
fn port_number(port: &str) -> Option<u16> {
    port.parse().ok().filter(|_| port.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns the host that the request is for.
fn requested(uri: &Uri, headers: &HeaderMap) -> Result<(String, Option<u16>), WebhookError> {
    if let Some(authority) = uri.authority() {
        return host_and_port(authority.as_str()).ok_or(WebhookError::UnknownUrl);
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) => host_and_port(host.trim()).ok_or(WebhookError::UnknownUrl),
        _ => Err(WebhookError::UnknownUrl),
    }
}

/// Returns the host that the nearest proxy forwards, if it forwards one.
fn forwarded(headers: &HeaderMap) -> Result<Option<(String, Option<u16>)>, WebhookError> {
    let parse = |host: &str| host_and_port(host.trim().trim_matches('"')).ok_or(WebhookError::UnknownUrl);
    if let Some(element) = last(headers, "forwarded")? {
        let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
        let host = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("host"));
        return host.map(|(_, host)| parse(host)).transpose();
    }
    let Some(host) = last(headers, "x-forwarded-host")? else { return Ok(None) };
    let (host, port) = parse(&host)?;
    let port = match (port, last(headers, "x-forwarded-port")?) {
        (None, Some(port)) => Some(port_number(&port).ok_or(WebhookError::UnknownUrl)?),
        (port, _) => port,
    };
    Ok(Some((host, port)))
}

/// Returns the last entry of a header that is a list.
fn last(headers: &HeaderMap, name: &str) -> Result<Option<String>, WebhookError> {
    let Some(value) = headers.get_all(name).iter().next_back() else { return Ok(None) };
    let value = value.to_str().map_err(|_| WebhookError::UnknownUrl)?;
    Ok(Some(value.rsplit(',').next().unwrap_or_default().trim().to_owned()).filter(|entry| !entry.is_empty()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::{SIGNATURE_HEADER, WebhookRequest};

    #[test]
    fn debug_shows_no_password() {
        let url = "https://susan:hush@example.com";
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE_HEADER, HeaderValue::from_static("AAAA"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic c3VzYW46aHVzaA=="));
        let request = WebhookRequest::from_parts(url, &headers, b"hush").expect("a signature");
        let one = || url.to_owned();
        for public in [
            PublicUrl::Fixed(one()),
            PublicUrl::HostHeader(vec![one()]),
            PublicUrl::ForwardedHeaders(vec![one()]),
        ] {
            let printed = format!("{public:?} {request:?}");
            assert!(!printed.contains("hush") && printed.contains("example.com"), "{printed}");
        }
    }

    #[test]
    fn invalid_and_ambiguous_entries_are_errors() {
        let hosts = |all: &[&str]| {
            PublicUrl::HostHeader(all.iter().map(|&entry| entry.to_owned()).collect()).resolve().map(drop)
        };
        for bad in [
            &[][..],
            &[""],
            &["https://"],
            &["ftp://example.com"],
            &["https://example.com?x="],
            &["https://example.com/#"],
            &["https://example.com:99999"],
            &["https://exa mple.com"],
            &["https://evil.com\\@example.com"],
            &["https://[::1"],
            &["https://example.com", "https://EXAMPLE.com/prefix"],
            &["https://example.com", "http://example.com"],
            &["http://example.com:443", "https://example.com"],
        ] {
            assert_eq!(hosts(bad), Err(WebhookError::InvalidPublicUrl), "{bad:?}");
        }
        for good in [
            &["example.com"][..],
            &["https://example.com", "https://example.com:8443", "http://other.example"],
            &["https://u:p@example.com/prefix/", "https://[::1]:8443"],
        ] {
            assert_eq!(hosts(good), Ok(()), "{good:?}");
        }
    }
}
