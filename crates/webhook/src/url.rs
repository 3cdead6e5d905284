//! The variants of a URL that Twilio may have signed.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The parts of a URL, not normalized, because the exact string was signed.
struct Parts<'a> {
    scheme: &'a str,
    user: &'a str,
    host: &'a str,
    port: &'a str,
    rest: &'a str,
}

impl<'a> Parts<'a> {
    fn split(url: &'a str) -> Option<Self> {
        let (scheme, after) = url.split_at(url.find("://")? + 3);
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let (user, host_and_port) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        // The colons of an IPv6 address stand before its closing bracket.
        let bracket = host_and_port.rfind(']').map_or(0, |at| at + 1);
        let colon = host_and_port.get(bracket..)?.find(':').map_or(host_and_port.len(), |at| at + bracket);
        let (host, port) = host_and_port.split_at(colon);
        Some(Self { scheme, user, host, port, rest })
    }

    fn standard_port(&self) -> &'static str {
        if self.scheme.eq_ignore_ascii_case("https://") { ":443" } else { ":80" }
    }
}

/// Every byte that could end the credentials of a URL, or be read as part of another component.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// [`RESERVED`] without `sub-delims` (RFC 3986, section 2.2), which credentials may contain unencoded.
const DELIMITERS: &AsciiSet = &RESERVED
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// [`DELIMITERS`] without the colon, which a password may contain unencoded (RFC 3986, section 3.2.1).
const PASSWORD: &AsciiSet = &DELIMITERS.remove(b':');

/// Returns the encodings of `user:password` that a URL may contain, each with its `@`.
///
/// Everything that could end the credentials or the authority is percent-encoded, so no value of the header can change
/// the host, path, query or fragment of the URL.
fn userinfos(credentials: &str) -> Vec<String> {
    let Some((user, password)) = credentials.split_once(':') else { return Vec::new() };
    let encode = |part: &str, set| utf8_percent_encode(part, set).to_string();
    let mut forms = vec![format!("{}:{}@", encode(user, RESERVED), encode(password, RESERVED))];
    let lenient = format!("{}:{}@", encode(user, DELIMITERS), encode(password, PASSWORD));
    if lenient != forms[0] {
        forms.push(lenient);
    }
    // The URL of a user without a password may or may not have the colon.
    if password.is_empty() && !user.is_empty() {
        let bare: Vec<_> = forms.iter().map(|form| form.replace(":@", "@")).collect();
        forms.extend(bare);
    }
    forms
}

/// Returns every variant of the URL that Twilio may have signed: unchanged; with and without the port; with the host in
/// lower case; with `'` encoded; and, for a URL without credentials, with those of the `Authorization` header.
pub(super) fn candidates(url: &str, credentials: Option<&str>) -> Vec<String> {
    let Some(parts) = Parts::split(url) else { return vec![url.to_owned()] };
    let mut users = vec![parts.user.to_owned()];
    if parts.user.is_empty() {
        users.extend(credentials.map(userinfos).unwrap_or_default());
    }
    let mut hosts = vec![parts.host.to_owned()];
    if parts.host.bytes().any(|b| b.is_ascii_uppercase()) {
        hosts.push(parts.host.to_ascii_lowercase());
    }
    let mut rests = vec![parts.rest.to_owned()];
    if parts.rest.contains('\'') {
        rests.push(parts.rest.replace('\'', "%27"));
    } else if parts.rest.contains("%27") {
        rests.push(parts.rest.replace("%27", "'"));
    }
    let mut ports = vec![parts.port];
    for port in ["", parts.standard_port()] {
        if !ports.contains(&port) {
            ports.push(port);
        }
    }
    let mut all = Vec::with_capacity(users.len() * hosts.len() * ports.len() * rests.len());
    for user in &users {
        for host in &hosts {
            for port in &ports {
                all.extend(rests.iter().map(|rest| [parts.scheme, user, host, port, rest].concat()));
            }
        }
    }
    all
}

/// Returns the decoded values of a query parameter.
pub(super) fn query_values(url: &str, name: &str) -> Vec<String> {
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let query = query.split('#').next().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_the_header_stay_credentials() {
        assert_eq!(userinfos("user:"), ["user:@", "user@"]);
        assert_eq!(userinfos("us@er:p:ss"), ["us%40er:p%3Ass@", "us%40er:p:ss@"]);
        assert_eq!(userinfos("a!b:c=d"), ["a%21b:c%3Dd@", "a!b:c=d@"]);
        assert_eq!(
            userinfos("\u{e9}/?#@\\%\r\n:"),
            ["%C3%A9%2F%3F%23%40%5C%25%0D%0A:@", "%C3%A9%2F%3F%23%40%5C%25%0D%0A@"]
        );
        assert_eq!(userinfos("evil.example/tw?"), [""; 0], "not user:password");
    }

    #[test]
    fn all_variants_of_a_url_are_tried() {
        let plain = candidates("https://Example.com/a?b='", Some("u:p"));
        for expected in [
            "https://Example.com/a?b='",
            "https://Example.com:443/a?b='",
            "https://example.com/a?b=%27",
            "https://u:p@Example.com/a?b='",
            "https://u:p@example.com:443/a?b=%27",
        ] {
            assert!(plain.iter().any(|url| url == expected), "{expected} {plain:?}");
        }
        let with_port = candidates("http://u:p@example.com:8080", Some("x:y"));
        assert_eq!(
            with_port,
            ["http://u:p@example.com:8080", "http://u:p@example.com", "http://u:p@example.com:80"]
        );
        let v6 = candidates("https://[::1]/x", None);
        assert_eq!(v6, ["https://[::1]/x", "https://[::1]:443/x"]);
        assert_eq!(candidates("no url", None), ["no url"]);
        assert_eq!(query_values("https://x/?a=1&b=2&a=%333#a=4", "a"), ["1", "33"]);
    }
}
