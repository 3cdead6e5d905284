use std::future::Future;
use std::pin::Pin;

use progenitor_client::{ClientHooks, OperationInfo};

use super::{Handle, Operation};
use crate::{Error, Result};

/// The client of a product, as the runtime uses it. Only the macro that implements the client's hooks implements it, so that
/// no request bypasses them.
pub trait Dispatch: Send + Sync {
    /// Sends a request through the client's hooks.
    fn dispatch<'a>(&'a self, request: reqwest::Request, operation: &'static Operation) -> Dispatching<'a>;

    /// Returns what all products of a client share.
    fn handle(&self) -> &Handle;

    /// Returns the product's module, such as `api_v2010`.
    fn product(&self) -> &'static str;

    /// Returns scheme, host and path prefix of every request.
    fn base_url(&self) -> &str;

    /// Returns Twilio's host of the product, whatever the base URL is.
    fn host(&self) -> &'static str;

    /// Returns the names of fields and parameters that Twilio's specification marks as personal.
    fn pii(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns the validation rules of the product's operations.
    #[cfg(feature = "request-validation")]
    fn rules(&self) -> super::Rules {
        &[]
    }
}

/// Future of a sent request.
pub type Dispatching<'a> = Pin<Box<dyn Future<Output = Result<reqwest::Response>> + Send + 'a>>;

/// Calls the three hooks of a client around one request.
pub async fn through_hooks<C: ClientHooks<Handle>>(
    client: &C,
    mut request: reqwest::Request,
    operation: &'static Operation,
) -> Result<reqwest::Response> {
    let info = OperationInfo { operation_id: operation.id };
    client.pre::<()>(&mut request, &info).await.map_err(|e| Error::request(operation, e.to_string()))?;
    if !client.inner().auth().is_right(&request, operation.authenticated) {
        return Err(Error::request(
            operation,
            "the request hook did not set the credentials; nothing was sent",
        ));
    }
    #[cfg(feature = "access-token")]
    super::validation_token::sign(client.inner(), &mut request, operation)?;
    let result = client.exec(request, &info).await;
    client.post::<()>(&result, &info).await.map_err(|e| Error::request(operation, e.to_string()))?;
    result.map_err(|e| Error::transport(operation, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::AUTHORIZATION;

    use crate::auth::{ANONYMOUS, authorize};
    use crate::runtime::{BodyKind, Method};
    use crate::{ApiKeyConfig, ConnectionConfig};
    use twilio_sdk_http::internal::header::basic;

    type Pre = fn(&Handle, &mut reqwest::Request);

    /// A client with another `pre` hook than the SDK's.
    struct Hooked {
        handle: Handle,
        http: reqwest::Client,
        pre: Pre,
    }

    impl progenitor_client::ClientInfo<Handle> for Hooked {
        fn api_version() -> &'static str {
            ""
        }
        fn baseurl(&self) -> &str {
            ""
        }
        fn client(&self) -> &reqwest::Client {
            &self.http
        }
        fn inner(&self) -> &Handle {
            &self.handle
        }
    }

    impl ClientHooks<Handle> for Hooked {
        async fn pre<E>(
            &self,
            request: &mut reqwest::Request,
            _: &OperationInfo,
        ) -> std::result::Result<(), progenitor_client::Error<E>> {
            (self.pre)(&self.handle, request);
            Ok(())
        }
    }

    const WITH: Operation = Operation::new("Test", Method::Get, "/", BodyKind::None);
    const WITHOUT: Operation = WITH.anonymous();

    #[tokio::test]
    async fn nothing_is_sent_unless_the_hook_did_what_the_operation_needs() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket option");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let key = ApiKeyConfig::new("AC1", "SK1", "secret");
        let handle = Handle::new(ConnectionConfig::new(key).base_url(&url)).expect("a good configuration");
        let plain = |_: &Handle, request: &mut reqwest::Request| {
            let value = http::HeaderValue::from_static("Basic not-marked-as-sensitive");
            request.headers_mut().insert(AUTHORIZATION, value);
        };
        let cases: [(Pre, bool, bool); 6] = [
            (|_, _| (), true, false),
            (plain, true, false),
            (authorize, false, false),
            (authorize, true, true),
            (|_, _| (), false, true),
            (plain, false, false),
        ];
        for (index, (pre, authenticated, sent)) in cases.into_iter().enumerate() {
            let client = Hooked { handle: handle.clone(), http: handle.http().clone(), pre };
            let url = reqwest::Url::parse(&url).expect("a URL");
            let mut request = reqwest::Request::new(reqwest::Method::GET, url);
            *request.timeout_mut() = Some(std::time::Duration::from_millis(50));
            let operation = if authenticated { &WITH } else { &WITHOUT };
            let error = through_hooks(&client, request, operation).await.expect_err("no answer");
            assert_eq!(error.is_invalid_request(), !sent, "case {index}: {error}");
            assert_eq!(listener.accept().is_ok(), sent, "case {index}");
        }
    }

    #[cfg(feature = "api-v2010")]
    #[test]
    fn a_product_knows_its_own_personal_names() {
        let key = ApiKeyConfig::new("AC1", "SK1", "secret");
        let config = ConnectionConfig::new(key).base_url("http://127.0.0.1:1");
        let names = crate::Client::new(config).expect("a good configuration").api_v2010().pii();
        assert!(names.contains(&"To") && names.contains(&"body") && !names.contains(&"sid"), "{names:?}");
        assert!(names.is_sorted());
    }

    #[test]
    fn the_mark_of_an_anonymous_operation_is_never_sent_and_old_credentials_are_replaced() {
        let key = ApiKeyConfig::new("AC1", "SK1", "secret");
        let handle = Handle::new(ConnectionConfig::new(key).base_url("http://127.0.0.1:1")).expect("good");
        let url = reqwest::Url::parse("http://127.0.0.1:1/").expect("a URL");
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        let stale = http::HeaderValue::from_static("Bearer stale");
        request.headers_mut().insert(AUTHORIZATION, stale.clone());
        authorize(&handle, &mut request);
        assert_eq!(
            request.headers().get_all(AUTHORIZATION).iter().collect::<Vec<_>>(),
            [&basic("SK1", &"secret".into()).expect("a header")]
        );
        request.headers_mut().insert(AUTHORIZATION, stale);
        request.headers_mut().insert(ANONYMOUS, http::HeaderValue::from_static(""));
        authorize(&handle, &mut request);
        assert!(request.headers().is_empty(), "{:?}", request.headers());
    }
}
