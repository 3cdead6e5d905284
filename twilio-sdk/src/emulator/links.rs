//! Where the links in a response start, so that each client can follow them to the same product.

use http::uri::Authority;

use super::record::RecordedRequest;

/// What named the host that a request is for.
pub(super) enum Named {
    /// The first segment of the path, with its slash.
    InPath(String),
    /// The header `X-Forwarded-Host`.
    Forwarded,
    /// The header `Host`, or the authority of HTTP/2.
    AsHost,
    /// No other product knows the path.
    ByPath,
}

/// Where links start.
pub(super) struct Links {
    /// What absolute links begin with: scheme and authority, and the host as the first segment where it would be lost.
    pub(super) base: String,
    /// What relative and absolute links have before the path.
    pub(super) prefix: String,
}

impl Links {
    pub(super) fn of(real: bool, base_url: &str, record: &RecordedRequest, named: Named) -> Self {
        if real {
            return Self { base: format!("https://{}", record.host), prefix: String::new() };
        }
        let base = own(record).unwrap_or_else(|| base_url.to_owned());
        match named {
            Named::InPath(prefix) => Self { base, prefix },
            // A client that follows an absolute link as it is sends the header no more.
            Named::Forwarded => Self { base: format!("{base}/{}", forwarded(record)), prefix: String::new() },
            Named::AsHost | Named::ByPath => Self { base, prefix: String::new() },
        }
    }
}

/// The mock as the client knows it, which need not be the address that the mock listens on.
fn own(record: &RecordedRequest) -> Option<String> {
    let host = record.header("host").filter(|host| !host.is_empty() && !host.contains('@'))?;
    let authority: Authority = host.parse().ok()?;
    let scheme = match record.header("x-forwarded-proto") {
        Some(proto) if proto.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    };
    Some(format!("{scheme}://{authority}"))
}

/// The host as the client named it, such as `api.dublin.ie1.twilio.com`; without a port, and only where it is plain.
fn forwarded(record: &RecordedRequest) -> String {
    let name = record.header("x-forwarded-host").unwrap_or_default().to_ascii_lowercase();
    let name = name.split(':').next().unwrap_or_default();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if plain && !name.is_empty() { name.to_owned() } else { record.host.clone() }
}
