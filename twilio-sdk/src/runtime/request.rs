use std::fmt;

#[cfg(feature = "serialize")]
use super::RequestData;
use super::{Call, Dispatch, Operation, Output, SendFuture};
#[cfg(feature = "serialize")]
use crate::Result;

/// What the calls of all operations have in common, for code that does not care which operation it is.
///
/// Every builder that a method of a product's client returns implements it, and nothing else can.
///
/// ```no_run
/// use twilio_sdk::{Request, Result};
///
/// async fn logged<R: Request>(request: R) -> Result<R::Output> {
///     println!("{} {}", R::operation().method(), R::operation().path());
///     request.send().await
/// }
/// ```
pub trait Request: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// The client of the operation's product, such as `api_v2010::Client`.
    type Client: Dispatch + Clone + 'static;

    /// What Twilio answers.
    type Output: Output;

    #[doc(hidden)]
    const OPERATION: &'static Operation;

    #[doc(hidden)]
    fn from_call(call: Call<Self::Output>) -> Self;

    #[doc(hidden)]
    fn call(&self) -> &Call<Self::Output>;

    #[doc(hidden)]
    fn into_call(self) -> Call<Self::Output>;

    /// Which operation it is.
    #[inline]
    fn operation() -> &'static Operation {
        Self::OPERATION
    }

    /// Sends the request and gives the answer; a list's is one page.
    #[inline]
    fn send(self) -> SendFuture<Self::Output> {
        self.into_call().send()
    }

    /// The request as data, so that another process can send it: see [`RequestData`].
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    #[inline]
    fn save(&self) -> RequestData {
        let call = self.call();
        RequestData::new(call.client.product(), call.parts.operation.id, &call.parts)
    }

    /// Makes the request again that was [saved](Self::save), for this client's credentials and settings.
    ///
    /// # Errors
    ///
    /// [`is_request`](crate::Error::is_request): it was saved of another operation or product, it holds a parameter
    /// that the operation does not know, or it lacks one that the path needs. The message tells names and no values.
    #[cfg(feature = "serialize")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serialize")))]
    #[inline]
    fn restore(client: &Self::Client, saved: RequestData) -> Result<Self> {
        let mut call = Call::new(client, Self::OPERATION);
        saved.restore(client.product(), &mut call.parts)?;
        Ok(Self::from_call(call))
    }
}
