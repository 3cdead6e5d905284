use std::fmt;

use http::{HeaderMap, Uri, header};

use super::WebhookError;

/// How the URL is found that Twilio requested, which is what it signed.
///
/// Behind a proxy, a load balancer or a tunnel, the service sees another scheme, host and often another path. `Debug`
/// shows a base without its user and password.
#[derive(Clone)]
#[non_exhaustive]
pub enum PublicUrl {
    /// The scheme of this name, and the request's own `Host`. The default, with `https`.
    Host {
        /// `https` or `http`.
        scheme: String,
    },
    /// This URL in front of the request's path and query, such as `https://example.com` or, where the proxy cuts a part
    /// of the path off, `https://example.com/prefix`. It may hold `user:password@`.
    Base(String),
    /// What the proxy says: `Forwarded` (RFC 7239), or else `X-Forwarded-Proto`, `X-Forwarded-Host` and
    /// `X-Forwarded-Port`; of a list the last entry, which the nearest proxy wrote. `https` and the request's `Host` stand
    /// for what they do not say. Only for a service that nobody can reach but through a proxy that sets these headers,
    /// and removes a caller's `Forwarded` where it sets the others.
    Forwarded,
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { scheme } => f.debug_struct("Host").field("scheme", scheme).finish(),
            Self::Base(base) => {
                let after = base.rsplit_once('@').map_or(base.as_str(), |(_, after)| after);
                f.debug_tuple("Base").field(&after).finish()
            }
            Self::Forwarded => f.write_str("Forwarded"),
        }
    }
}

impl Default for PublicUrl {
    fn default() -> Self {
        Self::Host { scheme: "https".to_owned() }
    }
}

impl PublicUrl {
    pub(super) fn of(&self, uri: &Uri, headers: &HeaderMap) -> Result<String, WebhookError> {
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        match self {
            Self::Base(base) => Ok(format!("{}{path}", base.trim_end_matches('/'))),
            Self::Host { scheme } => Ok(format!("{scheme}://{}{path}", host(uri, headers)?)),
            Self::Forwarded => {
                let forwarded = Forwarded::of(headers)?;
                let host = match forwarded.host {
                    Some(host) => host,
                    None => host(uri, headers)?,
                };
                let scheme = forwarded.scheme.unwrap_or_else(|| "https".to_owned());
                let port = forwarded.port.filter(|_| !has_port(&host)).filter(|port| {
                    !matches!((scheme.as_str(), port.as_str()), ("https", "443") | ("http", "80"))
                });
                let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                Ok(format!("{scheme}://{host}{port}{path}"))
            }
        }
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(before, port)| {
        port.bytes().all(|b| b.is_ascii_digit()) && (!before.contains(':') || before.ends_with(']'))
    })
}

fn host(uri: &Uri, headers: &HeaderMap) -> Result<String, WebhookError> {
    if let Some(authority) = uri.authority() {
        return Ok(authority.as_str().to_owned());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) => plain(host).ok_or(WebhookError::NoUrl),
        _ => Err(WebhookError::NoUrl),
    }
}

/// A host with its port, and nothing that would make another URL of it.
fn plain(host: &str) -> Option<String> {
    let host = host.trim().trim_matches('"');
    let good = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
    good.then(|| host.to_owned())
}

#[derive(Default)]
struct Forwarded {
    scheme: Option<String>,
    host: Option<String>,
    port: Option<String>,
}

impl Forwarded {
    fn of(headers: &HeaderMap) -> Result<Self, WebhookError> {
        let (mut scheme, mut host, mut port) = (None, None, None);
        if let Some(element) = last(headers, "forwarded") {
            for pair in element.split(';') {
                let Some((name, value)) = pair.split_once('=') else { continue };
                match name.trim().to_ascii_lowercase().as_str() {
                    "proto" => scheme = Some(value.trim().trim_matches('"').to_owned()),
                    "host" => host = Some(value.to_owned()),
                    _ => {}
                }
            }
        } else {
            scheme = last(headers, "x-forwarded-proto");
            host = last(headers, "x-forwarded-host");
            port = last(headers, "x-forwarded-port");
        }
        let scheme = scheme.map(|scheme| scheme.to_ascii_lowercase());
        if scheme.as_deref().is_some_and(|scheme| !matches!(scheme, "http" | "https"))
            || port.as_deref().is_some_and(|port| port.parse::<u16>().is_err())
        {
            return Err(WebhookError::NoUrl);
        }
        let host = host.map(|host| plain(&host).ok_or(WebhookError::NoUrl)).transpose()?;
        Ok(Self { scheme, host, port })
    }
}

/// The last entry of a header that is a list.
fn last(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    Some(value.rsplit(',').next().unwrap_or_default().trim().to_owned()).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::webhook::{Incoming, SIGNATURE, Verifier, WebhookLayer};

    #[test]
    fn debug_shows_no_password() {
        let url = "https://susan:hush@example.com";
        let layer = WebhookLayer::new(Verifier::new("hush")).public_url(PublicUrl::Base(url.to_owned()));
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, HeaderValue::from_static("AAAA"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic c3VzYW46aHVzaA=="));
        let incoming = Incoming::from_parts(url, &headers, b"hush").expect("a signature");
        let printed = format!("{layer:?} {incoming:?}");
        assert!(!printed.contains("hush") && printed.contains("example.com"), "{printed}");
    }
}
