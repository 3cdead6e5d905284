//! The URL that a product's requests are sent to: host, region and edge.

use std::fmt;

use http::{HeaderValue, Uri};
use twilio_sdk_http::internal::url::{is_https, secure_url};

use crate::types::Location;
use crate::{Error, Result};

/// The destination of requests.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// Replaces Twilio's hosts; without a trailing slash.
    base_url: Option<String>,
    location: Location,
}

impl Endpoint {
    /// Checks a base URL, a region and an edge, each if it is set.
    pub(crate) fn new(base: Option<&str>, region: Option<&str>, edge: Option<&str>) -> Result<Self> {
        let base_url = base.map(base_url).transpose()?;
        let location =
            Location::from_names(region, edge).map_err(|invalid| Error::config(invalid.to_string()))?;
        location.rest().map_err(|invalid| Error::config(invalid.to_string()))?;
        Ok(Self { base_url, location })
    }

    /// Returns scheme and authority for a product's host.
    pub(crate) fn base_url(&self, host: &str) -> String {
        match &self.base_url {
            Some(base) => base.clone(),
            None => format!("https://{}", self.host(host)),
        }
    }

    /// Returns the base URL that replaces Twilio's hosts, if one is set.
    pub(crate) fn own_base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    fn host(&self, host: &str) -> String {
        self.location.host(host)
    }

    /// Returns whether requests are sent to Twilio's hosts.
    pub(crate) fn is_twilio(&self) -> bool {
        self.base_url.is_none()
    }

    /// Returns the URL of the token endpoint, and the host to name to a gateway. Region and edge do not change it.
    pub(crate) fn token_url(&self, own: Option<&str>) -> (String, Option<HeaderValue>) {
        const HOST: &str = "oauth.twilio.com";
        match (own, &self.base_url) {
            (Some(url), _) => (url.to_owned(), None),
            (None, Some(base)) => (format!("{base}/v2/token"), Some(HeaderValue::from_static(HOST))),
            (None, None) => (format!("https://{HOST}/v2/token"), None),
        }
    }

    /// Returns whether requests use TLS.
    pub(crate) fn needs_tls(&self) -> bool {
        self.base_url.as_deref().is_none_or(is_https)
    }

    /// Returns the path and query of a link to a next page, if the link points to the base URL or to Twilio's host of the same
    /// product.
    pub(crate) fn link(&self, base_url: &str, host: &str, link: &str) -> std::result::Result<String, String> {
        if link.starts_with('/') && !link.starts_with("//") {
            return Ok(strip_prefix(base_url, link));
        }
        let uri: Uri = link.parse().map_err(|_| "the link to the next page is not a URL".to_owned())?;
        let authority = uri.authority().map(|a| a.as_str().to_ascii_lowercase()).unwrap_or_default();
        let base: Uri = base_url.parse().map_err(|_| "the base URL is not a URL".to_owned())?;
        let own = base.authority().map(|a| a.as_str().to_ascii_lowercase());
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let secure = uri.scheme_str() == Some("https");
        if (secure || uri.scheme() == base.scheme()) && own.as_deref() == Some(authority.as_str()) {
            return Ok(strip_prefix(base_url, path));
        }
        if secure && (authority == host || authority == self.host(host)) {
            return Ok(path.to_owned());
        }
        Err(format!(
            "the link to the next page leads to {authority:?} and not to {host}; credentials are not sent there"
        ))
    }

    /// Returns the host, with region and edge, that a gateway is told in `X-Forwarded-Host`: it sees one host for all products.
    pub(crate) fn forwarded_host(&self, host: &'static str) -> Option<HeaderValue> {
        self.base_url.as_ref()?;
        match self.location == Location::default() {
            true => Some(HeaderValue::from_static(host)),
            false => HeaderValue::from_str(&self.host(host)).ok(),
        }
    }
}

/// Removes the path of the base URL, which links from the root repeat.
fn strip_prefix(base_url: &str, link: &str) -> String {
    let prefix = base_url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
    let rest = prefix.and_then(|prefix| link.strip_prefix('/')?.strip_prefix(prefix));
    rest.filter(|rest| rest.starts_with('/')).unwrap_or(link).to_owned()
}

/// Checks a custom base URL, and returns it without a trailing slash.
pub(crate) fn base_url(text: &str) -> Result<String> {
    let uri = secure_url("base_url", text)?;
    let wrong = |what: &str| Error::config(format!("base_url {what}"));
    if uri.query().is_some() {
        return Err(wrong("has a query, which requests could not keep"));
    }
    if text.contains('#') {
        return Err(wrong("has a fragment, which hides the path of every request; leave out the `#`"));
    }
    let is_dots = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    };
    if uri.path().split('/').any(is_dots) {
        return Err(wrong("has `.` or `..` in its path; write the path that is meant"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base_url.as_deref().unwrap_or("Twilio"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(region: Option<&str>, edge: Option<&str>, base: Option<&str>) -> Result<Endpoint> {
        Endpoint::new(base, region, edge)
    }

    #[test]
    fn region_and_edge_make_the_host_and_not_the_users_own() {
        let base = |region, edge, base| endpoint(region, edge, base).unwrap().base_url("api.twilio.com");
        assert_eq!(base(Some("IE1"), Some("dublin"), None), "https://api.dublin.ie1.twilio.com");
        assert_eq!(base(Some(""), Some(""), None), "https://api.twilio.com");
        assert_eq!(base(Some("ie1"), None, Some("https://gateway:8443/x")), "https://gateway:8443/x");
        assert_eq!(base(Some("ie1"), None, None), "https://api.dublin.ie1.twilio.com");
        assert_eq!(base(Some("us1"), None, None), "https://api.twilio.com");
        assert!(endpoint(Some("nowhere"), None, None).is_err());
        assert!(
            endpoint(Some("br1"), None, None).is_err_and(|e| e.to_string().contains("product.twilio.com"))
        );
    }

    #[test]
    fn neither_region_nor_edge_changes_where_tokens_are_asked_for() {
        let regional = endpoint(Some("au1"), Some("sydney"), None).unwrap();
        assert_eq!(regional.token_url(None), ("https://oauth.twilio.com/v2/token".to_owned(), None));
        assert_eq!(regional.token_url(Some("https://x/t")), ("https://x/t".to_owned(), None));
        let gateway = endpoint(Some("au1"), None, Some("https://gateway/x/")).unwrap();
        let expected =
            ("https://gateway/x/v2/token".to_owned(), Some(HeaderValue::from_static("oauth.twilio.com")));
        assert_eq!(gateway.token_url(None), expected);
    }

    #[test]
    fn a_scheme_in_capitals_needs_tls_too() {
        for url in ["https://gateway", "HTTPS://gateway", "Https://gateway/x"] {
            assert!(endpoint(None, None, Some(url)).unwrap().needs_tls(), "{url}");
        }
        assert!(!endpoint(None, None, Some("HTTP://127.0.0.1:1")).unwrap().needs_tls());
    }

    #[test]
    fn review_35_a_base_url_that_requests_would_not_keep_is_refused() {
        for (bad, word) in [
            ("https://gateway/#x", "fragment"),
            ("https://gateway#", "fragment"),
            ("https://gateway/x?y", "query"),
            ("https://gateway/x?", "query"),
            ("https://user@gateway", "username"),
            ("https://user:pw@gateway", "username"),
            ("https://@gateway", "username"),
            ("https://gateway/a/../b", "`..`"),
            ("https://gateway/a/%2E%2e/b", "`..`"),
            ("https://gateway/.", "`.`"),
            ("https://gateway/a\\b", "backslash"),
            ("https://gateway:99999", "not a URL"),
            ("https://", "not a URL"),
            ("https:", "https://"),
            ("gateway", "https://"),
            ("ftp://gateway", "https://"),
            ("http://gateway", "https://"),
            ("http://127.0.0.1.example", "https://"),
            ("https://0x7f.1", "as it would be requested"),
        ] {
            let error = endpoint(None, None, Some(bad)).expect_err(bad);
            assert!(error.is_config() && error.to_string().contains(word), "{bad}: {error}");
        }
        for good in [
            "https://gateway:8443/a/b/",
            "http://[::1]:1",
            "http://[::ffff:127.0.0.1]:1",
            "http://LOCALHOST:1/x",
        ] {
            assert!(endpoint(None, None, Some(good)).is_ok(), "{good}");
        }
    }

    #[test]
    fn links_are_followed_only_to_the_product() {
        let (host, base) = ("api.twilio.com", "https://api.dublin.ie1.twilio.com");
        let regional = endpoint(Some("ie1"), Some("dublin"), None).expect("good labels");
        for good in ["/x?y=1", "https://api.twilio.com/x?y=1", "https://api.dublin.ie1.twilio.com/x?y=1"] {
            assert_eq!(regional.link(base, host, good).as_deref(), Ok("/x?y=1"), "{good}");
        }
        for bad in [
            "http://api.twilio.com/x",
            "https://api.sydney.au1.twilio.com/x",
            "//x/y",
            "https://api.twilio.com:444/x",
        ] {
            assert!(regional.link(base, host, bad).is_err(), "{bad}");
        }
        let gateway = endpoint(None, None, Some("https://gateway/twilio/")).expect("a good URL");
        let base = gateway.base_url(host);
        assert_eq!(base, "https://gateway/twilio");
        assert_eq!(gateway.link(&base, host, "/twilio/x").as_deref(), Ok("/x"));
        assert_eq!(gateway.link(&base, host, "https://gateway/twilio/x").as_deref(), Ok("/x"));
        assert_eq!(gateway.link(&base, host, "https://api.twilio.com/twilio/x").as_deref(), Ok("/twilio/x"));
    }
}
