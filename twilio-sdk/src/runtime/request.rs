use std::fmt;

#[cfg(feature = "serialize")]
use super::RequestData;
use super::{Dispatch, Operation, Output, RequestBuilder, SendFuture};
#[cfg(feature = "serialize")]
use crate::Result;

/// What the calls of all operations have in common, for code that does not care which operation it is.
///
/// Every builder that a method of a product's client returns implements it, and nothing else can.
///
/// ```no_run
/// use twilio_sdk::{OperationRequest, Result};
///
/// async fn logged<R: OperationRequest>(request: R) -> Result<R::Output> {
///     println!("{} {}", R::operation().method(), R::operation().path());
///     request.send().await
/// }
/// ```
pub trait OperationRequest: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// The client of the operation's product, such as `api_v2010::Client`.
    type Client: Dispatch + Clone + 'static;

    /// What Twilio answers.
    type Output: Output;

    #[doc(hidden)]
    const OPERATION: &'static Operation;

    #[doc(hidden)]
    fn from_builder(call: RequestBuilder<Self::Output>) -> Self;

    #[doc(hidden)]
    fn builder(&self) -> &RequestBuilder<Self::Output>;

    #[doc(hidden)]
    fn into_builder(self) -> RequestBuilder<Self::Output>;

    /// Which operation it is.
    #[inline]
    fn operation() -> &'static Operation {
        Self::OPERATION
    }

    /// Sends the request and gives the answer; a list's is one page.
    #[inline]
    fn send(self) -> SendFuture<Self::Output> {
        self.into_builder().send()
    }

    /// The request as data, so that another process can send it: see [`RequestData`].
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    #[inline]
    fn to_data(&self) -> RequestData {
        let call = self.builder();
        RequestData::new(call.client.product(), call.parts.operation.id, &call.parts)
    }

    /// Makes the request again that was [saved](Self::to_data), for this client's credentials and settings.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](crate::Error::is_invalid_request): it was saved of another operation or product, it holds a parameter
    /// that the operation does not know, or it lacks one that the path needs. The message tells names and no values.
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    #[inline]
    fn from_data(client: &Self::Client, saved: RequestData) -> Result<Self> {
        let mut call = RequestBuilder::new(client, Self::OPERATION);
        saved.from_data(client.product(), &mut call.parts)?;
        Ok(Self::from_builder(call))
    }
}
