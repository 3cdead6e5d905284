//! Accepted hosts of requests.
//!
//! A page of another site can make its own name resolve to this server's address (DNS rebinding). The browser then treats the
//! server as a part of that site, but still sends the site's host in its requests.

use std::net::{IpAddr, SocketAddr};

use http::uri::Authority;
use http::{HeaderMap, Uri, header};

/// The accepted hosts.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    names: Vec<String>,
    listen: IpAddr,
}

/// Why a host is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongHost {
    /// The host is missing, repeated or malformed.
    Malformed,
    /// The host is not accepted.
    Unknown,
}

impl Hosts {
    /// Accepts the hosts of the listening address and of the origins, and the given ones.
    pub(crate) fn new(listen: SocketAddr, origins: &[String], hosts: &[String]) -> Self {
        let origins =
            origins.iter().filter_map(|origin| Some(host_of(origin.split_once("://")?.1)?.to_owned()));
        let names = origins.chain(hosts.iter().map(|host| host.to_ascii_lowercase())).collect();
        Self { names, listen: listen.ip().to_canonical() }
    }

    /// Checks the host of a request: `:authority`, the absolute target, or else `Host`.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), WrongHost> {
        let authority = authority(uri, headers).ok_or(WrongHost::Malformed)?;
        let host = host_of(authority).ok_or(WrongHost::Malformed)?;
        match self.accepts(&host.to_ascii_lowercase()) {
            true => Ok(()),
            false => Err(WrongHost::Unknown),
        }
    }

    fn accepts(&self, host: &str) -> bool {
        if self.names.iter().any(|name| name == host) {
            return true;
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            // No other site can own an address, so only the listening address matters.
            Ok(address) => match self.listen {
                listen if listen.is_loopback() => address.to_canonical().is_loopback(),
                listen => listen.is_unspecified() || listen == address.to_canonical(),
            },
            // Browsers resolve `localhost` to loopback addresses without DNS.
            Err(_) => host == "localhost" && (self.listen.is_loopback() || self.listen.is_unspecified()),
        }
    }

    /// Returns whether other hosts can only use addresses, because no name is configured.
    pub(crate) fn are_addresses_only(&self) -> bool {
        self.names.is_empty() && !self.listen.is_loopback()
    }
}

/// Returns the host and port of a request.
pub(crate) fn authority<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

/// Returns the host of an authority without credentials.
fn host_of(authority: &str) -> Option<&str> {
    if authority.contains('@') || authority.parse::<Authority>().is_err() {
        return None;
    }
    let bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let colon = authority.get(bracket..)?.find(':').map_or(authority.len(), |at| at + bracket);
    authority.get(..colon).filter(|host| !host.is_empty())
}

/// Returns whether a string is a name or an address, without a port.
pub(crate) fn is_host(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !text.is_empty() && text.bytes().all(allowed),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn review_18_only_hosts_of_the_server_are_served() {
        let origins = ["https://app.example.com:8443".to_owned(), "http://[::5]:8080".to_owned()];
        let hosts = |listen: &str, extra: &[&str]| {
            let extra: Vec<_> = extra.iter().map(|&host| host.to_owned()).collect();
            Hosts::new(listen.parse().expect("an address"), &origins, &extra)
        };
        let local = hosts("127.0.0.1:3000", &["Tokens.example.com"]);
        let everywhere = hosts("0.0.0.0:3000", &[]);
        let one = hosts("192.0.2.7:3000", &[]);
        let check = |hosts: &Hosts, host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).expect("a header"));
            hosts.check(&Uri::from_static("/token"), &headers)
        };
        for (host, expected) in [
            ("127.0.0.1:3000", [true, true, false]),
            ("127.0.0.2", [true, true, false]),
            ("localhost:3000", [true, true, false]),
            ("LOCALHOST", [true, true, false]),
            ("[::1]:3000", [true, true, false]),
            ("192.0.2.7:3000", [false, true, true]),
            ("192.0.2.8", [false, true, false]),
            ("app.example.com", [true, true, true]),
            ("APP.example.com:9", [true, true, true]),
            ("[::5]", [true, true, true]),
            ("tokens.example.com", [true, false, false]),
            ("evil.example:3000", [false; 3]),
            ("localhost.evil.example", [false; 3]),
            ("127.0.0.1.evil.example", [false; 3]),
            ("localhost.", [false; 3]),
            ("0", [false; 3]),
        ] {
            for (hosts, expected) in [&local, &everywhere, &one].into_iter().zip(expected) {
                let expected = if expected { Ok(()) } else { Err(WrongHost::Unknown) };
                assert_eq!(check(hosts, host), expected, "{host} {hosts:?}");
            }
        }
        for host in ["", "a b", "localhost@evil.example", "u:p@localhost", "evil.example/localhost", ":3000"]
        {
            assert_eq!(check(&local, host), Err(WrongHost::Malformed), "{host}");
        }
        let mut twice = HeaderMap::new();
        assert_eq!(local.check(&Uri::from_static("/"), &twice), Err(WrongHost::Malformed));
        twice.append(header::HOST, HeaderValue::from_static("localhost"));
        twice.append(header::HOST, HeaderValue::from_static("localhost"));
        assert_eq!(local.check(&Uri::from_static("/"), &twice), Err(WrongHost::Malformed));
        twice.remove(header::HOST);
        twice.append(header::HOST, HeaderValue::from_static("localhost"));
        assert_eq!(local.check(&Uri::from_static("http://evil.example/"), &twice), Err(WrongHost::Unknown));
    }
}
