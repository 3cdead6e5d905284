use std::fmt;

#[cfg(feature = "serialize")]
use super::RequestData;
use super::{Dispatch, Operation, Output, RequestBuilder, SendFuture};
#[cfg(feature = "serialize")]
use crate::Result;

/// A request of any operation, for generic code.
///
/// Every request that a method of a product's client returns implements it; it cannot be implemented outside this crate.
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

    /// The type of the response.
    type Output: Output;

    #[doc(hidden)]
    const OPERATION: &'static Operation;

    #[doc(hidden)]
    fn from_builder(builder: RequestBuilder<Self::Output>) -> Self;

    #[doc(hidden)]
    fn builder(&self) -> &RequestBuilder<Self::Output>;

    #[doc(hidden)]
    fn into_builder(self) -> RequestBuilder<Self::Output>;

    /// Returns the operation.
    #[inline]
    fn operation() -> &'static Operation {
        Self::OPERATION
    }

    /// Sends the request and returns the decoded response; for a list, one page.
    #[inline]
    fn send(self) -> SendFuture<Self::Output> {
        self.into_builder().send()
    }

    /// Returns the request as data, so that another process can send it; see [`RequestData`].
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    #[inline]
    fn to_data(&self) -> RequestData {
        let builder = self.builder();
        RequestData::new(builder.client.product(), builder.parts.operation.id, &builder.parts)
    }

    /// Creates a request from [data](Self::to_data), with this client's credentials and settings.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](crate::Error::is_invalid_request): the data is of another operation or product, has a parameter
    /// that the operation does not know, or lacks one that the path needs. The message shows names and no values.
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    #[inline]
    fn from_data(client: &Self::Client, data: RequestData) -> Result<Self> {
        let mut builder = RequestBuilder::new(client, Self::OPERATION);
        data.fill(client.product(), &mut builder.parts)?;
        Ok(Self::from_builder(builder))
    }
}
