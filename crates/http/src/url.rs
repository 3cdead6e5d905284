//! Checks of URLs that credentials go to.

use std::net::{IpAddr, Ipv6Addr};

use http::Uri;
use twilio_sdk_config::ConfigError;

/// Parses a URL that credentials may go to: `https://`, or `http://` to localhost, without credentials in it.
///
/// Messages start with `name`.
pub fn secure_url(name: &str, url: &str) -> Result<Uri, ConfigError> {
    let wrong = |what: &str| ConfigError::new(format!("{name} {what}"));
    visible(url).map_err(|what| wrong(&what))?;
    let uri: Uri = url.parse().map_err(|_| wrong("is not a URL"))?;
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if uri.host().is_some_and(is_loopback) => {}
        Some("http") => {
            return Err(wrong(
                "starts with http://, which would show the credentials to the network; use https://",
            ));
        }
        _ => return Err(wrong("must start with https://, or with http:// for localhost")),
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(wrong("holds a username; set credentials apart, so that they are kept as secrets"));
    }
    // The HTTP client parses URLs by other rules: both must find the same host.
    let parsed = url::Url::parse(url).map_err(|_| wrong("is not a URL"))?;
    match (uri.host(), parsed.host_str()) {
        (Some(one), Some(other)) if is_same_host(one, other) => {}
        _ => return Err(wrong("has a host that is not written as it would be requested")),
    }
    Ok(uri)
}

/// Compares two spellings of a host: without case, and IPv6 addresses by value.
fn is_same_host(one: &str, other: &str) -> bool {
    let address = |host: &str| host.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    one.eq_ignore_ascii_case(other) || address(one).is_some_and(|one| address(other) == Some(one))
}

/// Rejects characters that URL parsers drop or change silently: whitespace, control characters, characters without a
/// width, backslashes.
pub fn visible(text: &str) -> Result<(), String> {
    let is_invisible = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
            || matches!(c, '\u{e0000}'..='\u{e0fff}')
    };
    match text.chars().position(|c| is_invisible(c) || c == '\\') {
        None => Ok(()),
        Some(at) => Err(format!(
            "has a space, a line break, a control character or a backslash at character {}; remove it",
            at + 1
        )),
    }
}

/// Returns whether a URL that [`secure_url`] accepts needs TLS. Schemes ignore case (RFC 3986, section 3.1).
pub fn is_https(url: &str) -> bool {
    url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
}

/// Returns whether plain HTTP to the host stays on a loopback interface: `localhost`, 127.0.0.0/8, `::1`, and these addresses
/// mapped into IPv6.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Returns whether requests to the host must not go through a proxy: [`is_loopback`], and names of localhost (RFC 6761,
/// section 6.3) that do not allow plain HTTP, because not every resolver knows them.
pub fn bypasses_proxy(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    is_loopback(&name) || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn review_42_characters_that_url_parsers_drop_are_rejected() {
        for text in [
            "\n", "\r", "\t", " ", "\0", "\u{7f}", "\u{85}", "\u{a0}", "\u{200b}", "\u{ad}", "\u{feff}", "\\",
        ] {
            for url in [
                format!("https://gateway/x{text}"),
                format!("{text}https://gateway/x"),
                format!("https://gate{text}way/x"),
                format!("ht{text}tps://gateway/x"),
            ] {
                let error = secure_url("token_url", &url).expect_err("invisible").to_string();
                assert!(error.starts_with("token_url has a space") && error.contains("remove it"), "{error}");
            }
        }
    }

    #[test]
    fn review_08_localhost_needs_neither_tls_nor_a_proxy() {
        for (host, plain, direct) in [
            ("localhost", true, true),
            ("LocalHost", true, true),
            ("127.0.0.1", true, true),
            ("127.255.3.4", true, true),
            ("[::1]", true, true),
            ("[::ffff:127.0.0.1]", true, true),
            ("[::ffff:7f00:1]", true, true),
            ("localhost.", false, true),
            ("api.localhost", false, true),
            ("api.LOCALHOST.", false, true),
            ("localhost.example.com", false, false),
            ("notlocalhost", false, false),
            ("128.0.0.1", false, false),
            ("[::ffff:10.0.0.1]", false, false),
            ("[::2]", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_loopback(host), bypasses_proxy(host)), (plain, direct), "{host}");
        }
    }
}
