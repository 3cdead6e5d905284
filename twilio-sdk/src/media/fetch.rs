use std::time::Duration;

use super::ConversationMedia;
use crate::runtime::Call;
use crate::{Response, RetryConfig, Sending};

/// Asks what is known of a file of Conversations.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until `send` is awaited"]
pub struct FetchConversationMedia(pub(super) Call<ConversationMedia>);

impl FetchConversationMedia {
    /// Bounds this call in time, instead of the client's time-out: all attempts and the answer's body. Zero is an
    /// [error](crate::Error::is_config).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout(timeout);
        self
    }

    /// When this call is tried again, instead of the client's own settings.
    pub fn with_retry(mut self, retry: RetryConfig) -> Self {
        self.0.retry(retry);
        self
    }

    /// Sends the call and gives the answer.
    pub fn send(self) -> Sending<ConversationMedia> {
        self.0.send()
    }

    /// Sends the call and gives the answer with its status, headers, request id and raw body.
    pub fn send_with_response(self) -> Sending<Response<ConversationMedia>> {
        self.0.send_with_response()
    }

    /// [`send`](Self::send) for programs without an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn send_blocking(self) -> crate::Result<ConversationMedia> {
        crate::blocking::wait(self.0.send())?
    }
}
