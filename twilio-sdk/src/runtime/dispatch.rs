use std::future::Future;
use std::pin::Pin;

use http::header::AUTHORIZATION;
use progenitor_client::{ClientHooks, OperationInfo};

use super::{Handle, Operation, Raw};
use crate::{Error, Result};

/// A product's client, as the runtime sees it. Each is implemented by the macro that implements its hooks, so
/// there is no way to the network around them.
pub trait Dispatch: Send + Sync {
    /// Sends a request through the client's hooks.
    fn dispatch<'a>(&'a self, request: reqwest::Request, operation: &'a Operation) -> Dispatching<'a>;

    /// What all products of one SDK client share.
    fn handle(&self) -> &Handle;

    /// Scheme, host and path prefix of every request.
    fn base_url(&self) -> &str;

    /// Twilio's host of the product, whatever the base URL says.
    fn host(&self) -> &'static str;
}

/// A request on its way.
pub type Dispatching<'a> = Pin<Box<dyn Future<Output = Result<reqwest::Response>> + Send + 'a>>;

/// Runs a client's three hooks around one request.
pub async fn through_hooks<C: ClientHooks<Handle>>(
    client: &C,
    mut request: reqwest::Request,
    operation: &Operation,
) -> Result<reqwest::Response> {
    let info = OperationInfo { operation_id: operation.id };
    client.pre::<()>(&mut request, &info).await.map_err(|e| Error::request(operation, e.to_string()))?;
    let has_credentials = request.headers().get(AUTHORIZATION).is_some_and(http::HeaderValue::is_sensitive);
    if has_credentials != operation.authenticated {
        return Err(Error::request(
            operation,
            "the request hook did not set the credentials; nothing was sent",
        ));
    }
    let result = client.exec(request, &info).await;
    client.post::<()>(&result, &info).await.map_err(|e| Error::request(operation, e.to_string()))?;
    result.map_err(|e| Error::transport(operation, e))
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(
    client: &dyn Dispatch,
    request: reqwest::Request,
    operation: &'static Operation,
) -> Result<Raw> {
    let response = client.dispatch(request, operation).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(|e| Error::transport(operation, e))?;
    Ok(Raw { status, headers, body })
}
