use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName, HeaderValue};
use reqwest::Url;

use super::redirect::{check, is_local, same_origin};
use crate::auth::ANONYMOUS;
use crate::runtime::{BodyKind, Dispatch, Handle, Method, Operation, Parts};
use crate::{Error, Result};

/// The operations of a download: with credentials for Twilio, without for all other hosts.
#[derive(Debug)]
pub(crate) struct Routes {
    pub(crate) own: Operation,
    pub(super) elsewhere: Operation,
}

impl Routes {
    pub(crate) const fn new(id: &'static str, path: &'static str) -> Self {
        let own = Operation::new(id, Method::Get, path, BodyKind::None);
        let elsewhere = Operation::new(id, Method::Get, path, BodyKind::None).anonymous();
        Self { own, elsewhere }
    }
}

/// What a download requests.
pub(crate) struct Target {
    pub(super) request: reqwest::Request,
    pub(super) routes: &'static Routes,
    /// Whether credentials are sent.
    pub(super) own: bool,
}

impl Target {
    /// Creates a target from a path of the client's host.
    pub(crate) fn path(client: &dyn Dispatch, parts: &Parts, routes: &'static Routes) -> Result<Self> {
        let mut request = crate::runtime::url::request(client, parts)?;
        as_it_is(&mut request);
        Ok(Self { request, routes, own: true })
    }

    /// Creates a target from a URL of Twilio, in a webhook or response. Credentials are sent only to Twilio's hosts or the
    /// client's base URL, and with `anonymous` not even there.
    pub(crate) fn url(handle: &Handle, text: &str, routes: &'static Routes, anonymous: bool) -> Result<Self> {
        let refused = |message: String| Error::request(&routes.own, message);
        twilio_sdk_http::internal::url::visible(text).map_err(|what| refused(format!("the URL {what}")))?;
        let mut url = Url::parse(text).map_err(|_| refused("the URL is none".to_owned()))?;
        url.set_fragment(None);
        let endpoint = handle.endpoint();
        let base = endpoint.own_base_url().and_then(|base| Url::parse(base).ok());
        check(&url, base.as_ref().is_some_and(is_local)).map_err(refused)?;
        if anonymous {
            return Ok(Self { request: get(url, false), routes, own: false });
        }
        match base {
            Some(base) if is_below(&base, &url) => Ok(Self { request: get(url, true), routes, own: true }),
            Some(base) if is_twilio(&url) => {
                let host = HeaderValue::from_str(url.host_str().unwrap_or_default());
                let mut request = get(moved(&base, &url), true);
                // The host of a URL is a valid header value.
                if let Ok(host) = host {
                    request.headers_mut().insert(FORWARDED_HOST, host);
                }
                Ok(Self { request, routes, own: true })
            }
            None if is_twilio(&url) => {
                // A URL with a region says where the file is.
                if url.host_str().is_some_and(|host| host.split('.').count() == 3) {
                    // A host of another host's labels is valid.
                    let host = url.host_str().map(|host| endpoint.location().host(host));
                    let _ = host.map(|host| url.set_host(Some(&host)));
                }
                Ok(Self { request: get(url, true), routes, own: true })
            }
            _ => Ok(Self { request: get(url, false), routes, own: false }),
        }
    }
}

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Returns the request of a redirect. Once left, the first host's credentials are not sent again.
pub(super) fn redirected(from: &reqwest::Request, to: Url, own: bool) -> (reqwest::Request, bool) {
    let own = own && same_origin(from.url(), &to);
    let mut request = get(to, own);
    if own && let Some(host) = from.headers().get(FORWARDED_HOST) {
        request.headers_mut().insert(FORWARDED_HOST, host.clone());
    }
    (request, own)
}

fn get(url: Url, own: bool) -> reqwest::Request {
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    as_it_is(&mut request);
    if !own {
        request.headers_mut().insert(ANONYMOUS, HeaderValue::from_static(""));
    }
    request
}

/// Returns a copy of a request without a body.
pub(super) fn copy(request: &reqwest::Request) -> reqwest::Request {
    let mut copy = reqwest::Request::new(request.method().clone(), request.url().clone());
    copy.headers_mut().clone_from(request.headers());
    copy
}

/// A file is requested in its own type, and compressed only if it is so itself.
fn as_it_is(request: &mut reqwest::Request) {
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
    request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
}

fn is_twilio(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let named = host == "twilio.com" || host.ends_with(".twilio.com");
    named && url.scheme() == "https" && url.port_or_known_default() == Some(443)
}

fn is_below(base: &Url, url: &Url) -> bool {
    let prefix = base.path().trim_end_matches('/');
    let rest = url.path().strip_prefix(prefix);
    same_origin(base, url) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns a URL with the path and query of another at the client's base URL.
fn moved(base: &Url, url: &Url) -> Url {
    let mut moved = base.clone();
    moved.set_path(&format!("{}{}", base.path().trim_end_matches('/'), url.path()));
    moved.set_query(url.query());
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ApiKeyConfig, ConnectionConfig};

    static ROUTES: Routes = Routes::new("FetchMedia", "/");

    fn target(config: ConnectionConfig, url: &str) -> Result<(String, bool, Option<String>)> {
        let target = Target::url(&Handle::new(config)?, url, &ROUTES, false)?;
        let headers = target.request.headers();
        let forwarded = headers.get(FORWARDED_HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
        assert_eq!(headers.contains_key(ANONYMOUS), !target.own);
        Ok((target.request.url().to_string(), target.own, forwarded))
    }

    fn config() -> ConnectionConfig {
        ConnectionConfig::new(ApiKeyConfig::new("AC1", "SK1", "secret"))
    }

    #[test]
    fn credentials_go_to_twilio_and_to_nobody_who_looks_like_it() {
        for (url, own) in [
            ("https://api.twilio.com/x?y=z#f", true),
            ("https://API.TWILIO.COM:443/x?y=z", true),
            ("https://api.twilio.com:8443/x?y=z", false),
            ("https://api.twilio.com.evil.example/x?y=z", false),
            ("https://eviltwilio.com/x?y=z", false),
            ("https://media.twiliocdn.com/x?y=z", false),
            ("https://evil.example/api.twilio.com/x?y=z", false),
        ] {
            let (to, sent, forwarded) = target(config(), url).expect(url);
            assert_eq!((sent, forwarded), (own, None), "{url}");
            assert!(to.starts_with("https://") && !to.contains('#'), "{to}");
        }
        for bad in [
            "https://evil.example\\.twilio.com/x",
            "http://api.twilio.com/x",
            "http://127.0.0.1/x",
            "/x",
            "",
            "https://a:b@api.twilio.com/x",
        ] {
            assert!(target(config(), bad).is_err_and(|error| error.is_invalid_request()), "{bad}");
        }
    }

    #[test]
    fn a_region_is_added_where_the_url_names_none() {
        let regional = || config().region("ie1").edge("dublin");
        let at = |url: &str| target(regional(), url).expect(url).0;
        assert_eq!(at("https://api.twilio.com/x"), "https://api.dublin.ie1.twilio.com/x");
        assert_eq!(at("https://mcs.us1.twilio.com/x"), "https://mcs.us1.twilio.com/x");
        assert_eq!(at("https://media.example/x"), "https://media.example/x");
    }

    #[test]
    fn a_base_url_stands_for_every_host_of_twilios() {
        let at = |url: &str| target(config().base_url("https://gateway.example/twilio/"), url).expect(url);
        let there = "https://gateway.example/twilio/x?y".to_owned();
        assert_eq!(
            at("https://mcs.us1.twilio.com/x?y"),
            (there.clone(), true, Some("mcs.us1.twilio.com".to_owned()))
        );
        assert_eq!(at(&there), (there.clone(), true, None));
        for other in [
            "https://gateway.example/twilios",
            "https://gateway.example/",
            "https://gateway.example:1/twilio/x",
        ] {
            assert_eq!(at(other), (other.to_owned(), false, None));
        }
        let local = || config().base_url("http://127.0.0.1:4010");
        assert!(target(local(), "http://127.0.0.1:4010/x").expect("local").1);
        assert!(!target(local(), "http://127.0.0.1:4011/x").expect("local").1);
        assert!(target(local(), "http://media.example/x").is_err());
    }
}
