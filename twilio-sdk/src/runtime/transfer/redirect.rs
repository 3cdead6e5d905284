//! Redirects that a download follows.

use http::HeaderMap;
use reqwest::Url;

use twilio_sdk_http::internal::url::is_loopback;

/// Maximum number of redirects of a download.
const MOST: usize = 5;

/// The URLs that a download requested, the newest last.
pub(super) struct Trail(Vec<Url>);

impl Trail {
    pub(super) fn new(start: &Url) -> Self {
        Self(vec![start.clone()])
    }

    /// Returns the URL of a redirect, or why it is not followed.
    pub(super) fn follow(&mut self, headers: &HeaderMap) -> Result<Url, String> {
        let location = headers.get(http::header::LOCATION).ok_or("the redirect has no `Location`")?;
        let location =
            std::str::from_utf8(location.as_bytes()).map_err(|_| "the redirect's URL is not a string")?;
        let from = self.0.last().ok_or("there is nothing to redirect")?;
        let mut to = from.join(location).map_err(|_| "the redirect has an invalid URL")?;
        to.set_fragment(None);
        check(&to, is_local(from))?;
        if self.0.contains(&to) {
            return Err("the redirects are a loop".to_owned());
        }
        if self.0.len() > MOST {
            return Err(format!("more than {MOST} redirects"));
        }
        self.0.push(to.clone());
        Ok(to)
    }
}

/// Checks that a file may be requested there: by TLS, or on localhost if the client is for localhost anyway.
pub(super) fn check(url: &Url, local: bool) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("a URL with credentials is not requested ({host})"));
    }
    if url.scheme() == "https" || (local && is_local(url)) {
        return Ok(());
    }
    Err(format!("{}://{host} is not requested, because it is not https://", url.scheme()))
}

/// Returns whether a URL is plain HTTP to localhost.
pub(super) fn is_local(url: &Url) -> bool {
    url.scheme() == "http" && url.host_str().is_some_and(is_loopback)
}

/// Returns whether the credentials of one URL may be sent to the other.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    fn follow(trail: &mut Trail, location: &str) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        headers.insert("location", location.parse().expect("a header"));
        trail.follow(&headers).map(String::from)
    }

    #[test]
    fn relative_redirects_are_resolved_and_what_is_not_tls_is_refused() {
        let start = url("https://api.twilio.com/a/b?x=1");
        for (location, target) in [
            ("c", "https://api.twilio.com/a/c"),
            ("/c?d=e#f", "https://api.twilio.com/c?d=e"),
            ("//media.example/c", "https://media.example/c"),
            ("https://media.example:444/", "https://media.example:444/"),
        ] {
            assert_eq!(follow(&mut Trail::new(&start), location).as_deref(), Ok(target), "{location}");
        }
        for location in [
            "http://api.twilio.com/c",
            "http://127.0.0.1/c",
            "http://localhost:1/c",
            "ftp://media.example/c",
            "file:///etc/passwd",
            "data:,x",
            "https://user:password@media.example/",
            "https://user@media.example/",
            "https://",
        ] {
            assert!(follow(&mut Trail::new(&start), location).is_err(), "{location}");
        }
        assert!(Trail::new(&start).follow(&HeaderMap::new()).is_err());
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        let start = url("http://127.0.0.1:4010/a");
        for good in
            ["http://127.0.0.1:4011/", "http://localhost:1/", "http://[::1]:1/", "https://media.example/"]
        {
            assert!(follow(&mut Trail::new(&start), good).is_ok(), "{good}");
        }
        for bad in [
            "http://media.example/",
            "http://10.0.0.1/",
            "http://localhost.example/",
            "http://0x7f000001.example/",
        ] {
            assert!(follow(&mut Trail::new(&start), bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn circles_and_long_ways_end() {
        let mut trail = Trail::new(&url("https://a.example/"));
        assert!(follow(&mut trail, "https://b.example/").is_ok());
        assert!(follow(&mut trail, "https://a.example/#again").is_err());
        let mut trail = Trail::new(&url("https://a.example/"));
        for hop in 1..=5 {
            assert!(follow(&mut trail, &format!("/{hop}")).is_ok(), "{hop}");
        }
        assert!(follow(&mut trail, "/6").is_err());
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let one = url("https://api.twilio.com/a");
        assert!(same_origin(&one, &url("https://API.twilio.com:443/b?c")));
        for other in ["http://api.twilio.com/a", "https://api.twilio.com:444/a", "https://twilio.com/a"] {
            assert!(!same_origin(&one, &url(other)), "{other}");
        }
    }
}
