//! The start of links in a response, so that every client can follow them to the same product.

use http::uri::Authority;

use super::record::RecordedRequest;

/// The part of a request that named the host.
pub(super) enum Named {
    /// The first segment of the path, with its leading slash.
    InPath(String),
    /// The header `X-Forwarded-Host`.
    Forwarded,
    /// The header `Host`, or the authority of HTTP/2.
    AsHost,
    /// The path, which no other host has.
    ByPath,
}

/// The start of links.
pub(super) struct Links {
    /// The start of absolute links: scheme and authority, and the host as the first segment if no header repeats it.
    pub(super) base: String,
    /// The prefix of the path, in relative and absolute links.
    pub(super) prefix: String,
}

impl Links {
    pub(super) fn of(to_twilio: bool, base_url: &str, record: &RecordedRequest, named: Named) -> Self {
        if to_twilio {
            return Self { base: format!("https://{}", record.host), prefix: String::new() };
        }
        let base = seen_by_client(record).unwrap_or_else(|| base_url.to_owned());
        match named {
            Named::InPath(prefix) => Self { base, prefix },
            // A client that follows an absolute link unchanged does not send the header again.
            Named::Forwarded => Self { base: format!("{base}/{}", forwarded(record)), prefix: String::new() },
            Named::AsHost | Named::ByPath => Self { base, prefix: String::new() },
        }
    }
}

/// Returns the emulator's URL as the client knows it, which can differ from the address it listens on.
fn seen_by_client(record: &RecordedRequest) -> Option<String> {
    let host = record.header("host").filter(|host| !host.is_empty() && !host.contains('@'))?;
    let authority: Authority = host.parse().ok()?;
    let scheme = match record.header("x-forwarded-proto") {
        Some(proto) if proto.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    };
    Some(format!("{scheme}://{authority}"))
}

/// Returns the host as the client named it, such as `api.dublin.ie1.twilio.com`, without a port. Falls back to the plain
/// host for anything that is no host name.
fn forwarded(record: &RecordedRequest) -> String {
    let name = record.header("x-forwarded-host").unwrap_or_default().to_ascii_lowercase();
    let name = name.split(':').next().unwrap_or_default();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if plain && !name.is_empty() { name.to_owned() } else { record.host.clone() }
}
