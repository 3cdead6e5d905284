use std::fmt;

use http::{HeaderMap, Uri, header};

use super::WebhookError;

/// The public URLs of a service, as Twilio is given them and signs them.
///
/// Behind a proxy, a load balancer or a tunnel, the service sees another scheme, host and often another path. What the
/// request itself says about them is never believed, because anyone can send it: scheme, host, port, path prefix and
/// credentials come from here. An entry is `https://HOST`, with `:PORT`, with the part of the path that the proxy cuts
/// off, and with `user:password@` if Twilio's configuration has them. Without a scheme it is `https`.
///
/// An entry that is not such a URL makes every request fail with [`WebhookError::BadPublicUrl`] (500).
///
/// `Debug` shows no credentials.
#[derive(Clone)]
#[non_exhaustive]
pub enum PublicUrl {
    /// One URL, which precedes the path and query of every request, such as `https://example.com` or
    /// `https://example.com/prefix`. The request's `Host` does not matter.
    Base(String),
    /// Several URLs, one for each host that the service has. The request's `Host` (or HTTP/2 `:authority`) chooses the
    /// entry; a request for another host is rejected.
    ///
    /// A `Host` with a port chooses the entry of that port. A `Host` without one chooses the entry with the standard
    /// port, or else the only entry of that host.
    Hosts(Vec<String>),
    /// Several URLs, of which the host that the nearest proxy forwards chooses one as in [`Hosts`](Self::Hosts): the
    /// last entry of `Forwarded` (RFC 7239), or else of `X-Forwarded-Host` with `X-Forwarded-Port`, or else `Host`.
    ///
    /// For proxies that replace `Host`. A client that reaches the service without the proxy can only choose among the
    /// entries.
    Forwarded(Vec<String>),
}

impl PublicUrl {
    /// Reads the entries once, for all requests.
    pub(super) fn resolve(&self) -> Result<Resolver, WebhookError> {
        let (texts, choice) = match self {
            Self::Base(base) => (std::slice::from_ref(base), Choice::Only),
            Self::Hosts(hosts) => (hosts.as_slice(), Choice::Host),
            Self::Forwarded(hosts) => (hosts.as_slice(), Choice::Forwarded),
        };
        let bases: Option<Vec<Base>> = texts.iter().map(|text| Base::parse(text)).collect();
        let bases = bases.filter(|bases| !bases.is_empty()).ok_or(WebhookError::BadPublicUrl)?;
        let twice =
            bases.iter().enumerate().any(|(at, base)| bases[..at].iter().any(|one| one.collides(base)));
        match twice {
            true => Err(WebhookError::BadPublicUrl),
            false => Ok(Resolver { bases, choice }),
        }
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |url: &String| url.rsplit_once('@').map_or(url.as_str(), |(_, after)| after).to_owned();
        match self {
            Self::Base(base) => f.debug_tuple("Base").field(&hidden(base)).finish(),
            Self::Hosts(hosts) => {
                f.debug_tuple("Hosts").field(&hosts.iter().map(hidden).collect::<Vec<_>>()).finish()
            }
            Self::Forwarded(hosts) => {
                f.debug_tuple("Forwarded").field(&hosts.iter().map(hidden).collect::<Vec<_>>()).finish()
            }
        }
    }
}

/// Finds the URL that was signed.
#[derive(Clone)]
pub(super) struct Resolver {
    bases: Vec<Base>,
    choice: Choice,
}

#[derive(Clone, Copy)]
enum Choice {
    Only,
    Host,
    Forwarded,
}

/// What precedes the path of a request.
#[derive(Clone)]
struct Base {
    /// As configured, because what is signed is the text; without a slash at its end.
    url: String,
    host: String,
    port: u16,
    is_standard: bool,
}

impl Base {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/');
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\')) {
            return None;
        }
        let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let (scheme, after) = url.split_once("://")?;
        let standard = match scheme.to_ascii_lowercase().as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = after.split('/').next()?;
        let (host, port) = host_and_port(authority.rsplit('@').next()?)?;
        let port = port.unwrap_or(standard);
        Some(Self { host, port, is_standard: port == standard, url })
    }

    /// Whether a request could mean either.
    fn collides(&self, other: &Self) -> bool {
        self.host == other.host && (self.port == other.port || (self.is_standard && other.is_standard))
    }
}

impl Resolver {
    pub(super) fn url(&self, uri: &Uri, headers: &HeaderMap) -> Result<String, WebhookError> {
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        if !path.starts_with(['/', '?']) {
            return Err(WebhookError::NoUrl);
        }
        let base = match self.choice {
            Choice::Only => self.bases.first(),
            Choice::Host => self.choose(requested(uri, headers)?),
            Choice::Forwarded => self.choose(match forwarded(headers)? {
                Some(forwarded) => forwarded,
                None => requested(uri, headers)?,
            }),
        };
        let base = base.ok_or(WebhookError::UnknownHost)?;
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok([&base.url, slash, path].concat())
    }

    fn choose(&self, (host, port): (String, Option<u16>)) -> Option<&Base> {
        let mut same = self.bases.iter().filter(|base| base.host == host);
        if let Some(port) = port {
            return same.find(|base| base.port == port);
        }
        let standard = same.clone().find(|base| base.is_standard);
        standard.or_else(|| same.next().filter(|_| same.next().is_none()))
    }
}

/// Returns the host in lower case and the port, of an authority without credentials.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let colon = authority.get(bracket..)?.find(':').map(|at| at + bracket);
    let (host, port) = match colon {
        Some(colon) => (&authority[..colon], Some(port_number(&authority[colon + 1..])?)),
        None => (authority, None),
    };
    let (start, inner) = match host.strip_prefix('[') {
        Some(rest) => (true, rest.strip_suffix(']')?),
        None => (false, host),
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b) || (start && b == b':');
    (!inner.is_empty() && inner.bytes().all(allowed)).then(|| (host.to_ascii_lowercase(), port))
}

/// Reads a port; a number with a sign is none.
fn port_number(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns the host that the request is for.
fn requested(uri: &Uri, headers: &HeaderMap) -> Result<(String, Option<u16>), WebhookError> {
    if let Some(authority) = uri.authority() {
        return host_and_port(authority.as_str()).ok_or(WebhookError::NoUrl);
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) => host_and_port(host.trim()).ok_or(WebhookError::NoUrl),
        _ => Err(WebhookError::NoUrl),
    }
}

/// Returns the host that the nearest proxy forwards, if it forwards one.
fn forwarded(headers: &HeaderMap) -> Result<Option<(String, Option<u16>)>, WebhookError> {
    let read = |host: &str| host_and_port(host.trim().trim_matches('"')).ok_or(WebhookError::NoUrl);
    if let Some(element) = last(headers, "forwarded")? {
        let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
        let host = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("host"));
        return host.map(|(_, host)| read(host)).transpose();
    }
    let Some(host) = last(headers, "x-forwarded-host")? else { return Ok(None) };
    let (host, port) = read(&host)?;
    let port = match (port, last(headers, "x-forwarded-port")?) {
        (None, Some(text)) => Some(port_number(&text).ok_or(WebhookError::NoUrl)?),
        (port, _) => port,
    };
    Ok(Some((host, port)))
}

/// Returns the last entry of a header that is a list.
fn last(headers: &HeaderMap, name: &str) -> Result<Option<String>, WebhookError> {
    let Some(value) = headers.get_all(name).iter().next_back() else { return Ok(None) };
    let value = value.to_str().map_err(|_| WebhookError::NoUrl)?;
    Ok(Some(value.rsplit(',').next().unwrap_or_default().trim().to_owned()).filter(|entry| !entry.is_empty()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::webhook::{Incoming, SIGNATURE, Verifier, WebhookLayer};

    #[test]
    fn debug_shows_no_password() {
        let url = "https://susan:hush@example.com";
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, HeaderValue::from_static("AAAA"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic c3VzYW46aHVzaA=="));
        let incoming = Incoming::from_parts(url, &headers, b"hush").expect("a signature");
        let one = || url.to_owned();
        for public in
            [PublicUrl::Base(one()), PublicUrl::Hosts(vec![one()]), PublicUrl::Forwarded(vec![one()])]
        {
            let layer = WebhookLayer::new(Verifier::new("hush"), public);
            let printed = format!("{layer:?} {incoming:?}");
            assert!(!printed.contains("hush") && printed.contains("example.com"), "{printed}");
        }
    }

    #[test]
    fn entries_that_are_no_urls_or_mean_the_same_are_errors() {
        let hosts = |all: &[&str]| {
            PublicUrl::Hosts(all.iter().map(|&text| text.to_owned()).collect()).resolve().map(drop)
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
            assert_eq!(hosts(bad), Err(WebhookError::BadPublicUrl), "{bad:?}");
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
