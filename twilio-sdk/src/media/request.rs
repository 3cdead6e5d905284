use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{CONVERSATION, ConversationMedia, Download, FetchConversationMedia};
use crate::runtime::transfer::{ApiFiles, Bounds, Routes, Target, fetch};
use crate::runtime::{Dispatch, Handle, Parts, RequestBuilder};
use crate::types::AccountSid;
use crate::{Error, RetryConfig, SendFuture};

/// A download that is being put together; `K` says of what.
#[must_use = "nothing is sent until `download` is awaited"]
pub struct DownloadRequest<K> {
    source: Source,
    bounds: Bounds,
    kind: PhantomData<fn() -> K>,
}

/// A recording, for [`DownloadRequest`].
#[derive(Debug)]
pub enum Recording {}
/// Media of a message, for [`DownloadRequest`].
#[derive(Debug)]
pub enum MessageMedia {}
/// A URL that Twilio gave, for [`DownloadRequest`].
#[derive(Debug)]
pub enum GivenUrl {}
/// A file of Conversations, for [`DownloadRequest`].
#[derive(Debug)]
pub enum ConversationFile {}

enum Source {
    Path { client: Arc<dyn Dispatch>, parts: Box<Parts>, routes: &'static Routes },
    Url { handle: Handle, url: String },
    Conversation { handle: Handle, call: Box<RequestBuilder<ConversationMedia>> },
}

static GIVEN: Routes = Routes::new("FetchMedia", "{url}");
static TEMPORARY: Routes = Routes::new("FetchConversationMediaContent", "{url}");
static WAV: Routes =
    Routes::new("FetchRecordingMedia", "/2010-04-01/Accounts/{AccountSid}/Recordings/{Sid}.wav");
static MP3: Routes =
    Routes::new("FetchRecordingMedia", "/2010-04-01/Accounts/{AccountSid}/Recordings/{Sid}.mp3");

/// The format of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordingFormat {
    /// WAV, PCM with 16 bits: 128 kbit/s for each channel.
    #[default]
    Wav,
    /// MP3, at 32 kbit/s a quarter of the size.
    Mp3,
}

impl RecordingFormat {
    pub(super) fn routes(self) -> &'static Routes {
        match self {
            Self::Wav => &WAV,
            Self::Mp3 => &MP3,
        }
    }
}

impl DownloadRequest<Recording> {
    /// The format; WAV unless set.
    pub fn format(mut self, format: RecordingFormat) -> Self {
        if let Source::Path { parts, routes, .. } = &mut self.source {
            *routes = format.routes();
            parts.operation = &routes.own;
        }
        self
    }

    /// How many channels: 1 mixes both sides, 2 keeps them apart (`RequestedChannels`). As recorded unless set;
    /// more than were recorded are refused by Twilio (400).
    pub fn channels(mut self, channels: u8) -> Self {
        if let Source::Path { parts, .. } = &mut self.source {
            parts.set_query("RequestedChannels", channels.to_string());
        }
        self
    }

    /// Takes it from another account, such as a sub-account, than the one of the credentials.
    pub fn with_account_sid(self, account: impl Into<AccountSid>) -> Self {
        self.of_account(account.into())
    }
}

impl DownloadRequest<MessageMedia> {
    /// Takes it from another account, such as a sub-account, than the one of the credentials.
    pub fn with_account_sid(self, account: impl Into<AccountSid>) -> Self {
        self.of_account(account.into())
    }
}

impl<K> DownloadRequest<K> {
    fn new(source: Source) -> Self {
        Self { source, bounds: Bounds::default(), kind: PhantomData }
    }

    pub(super) fn path(client: Arc<dyn Dispatch>, parts: Parts, routes: &'static Routes) -> Self {
        Self::new(Source::Path { client, parts: Box::new(parts), routes })
    }

    pub(super) fn url(handle: &Handle, url: String) -> Self {
        Self::new(Source::Url { handle: handle.clone(), url })
    }

    pub(super) fn conversation(handle: &Handle, call: FetchConversationMedia) -> Self {
        Self::new(Source::Conversation { handle: handle.clone(), call: Box::new(call.0) })
    }

    fn of_account(mut self, account: AccountSid) -> Self {
        if let Source::Path { parts, .. } = &mut self.source {
            parts.account = Some(String::from(account).into());
        }
        self
    }

    /// Bounds the time until the first piece of the file is there, all attempts and redirects included; the
    /// client's time-out unless set. Zero is an [error](Error::is_config).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = Some(timeout);
        self
    }

    /// How long to wait for each further piece; 30 s unless set. Zero is an [error](Error::is_config). The download
    /// as a whole is not bounded in time.
    pub fn with_idle_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.idle = Some(timeout);
        self
    }

    /// The most bytes that are taken; more is an [error](Error::is_response_too_large), at once where the answer announces
    /// its length. No bound unless set.
    pub fn with_size_limit(mut self, bytes: u64) -> Self {
        self.bounds.limit = Some(bytes);
        self
    }

    /// When the download is tried again until its first piece is there, instead of the client's own settings.
    pub fn with_retry(mut self, retry: RetryConfig) -> Self {
        self.bounds.retry = Some(retry);
        self
    }

    /// Asks for the file, and comes back when its first piece is there.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) and the other answers of Twilio's;
    /// [`is_redirect`](Error::is_redirect): a redirect leads in a circle, too far, or not to `https://`;
    /// [`is_invalid_request`](Error::is_invalid_request): the URL cannot be asked for; and those of [`Download::chunk`].
    pub fn download(self) -> SendFuture<Download> {
        let Self { source, mut bounds, .. } = self;
        SendFuture(Box::pin(async move {
            let (client, target) = match source {
                Source::Path { client, parts, routes } => {
                    let target = Target::path(&*client, &parts, routes)?;
                    (client, target)
                }
                Source::Url { handle, url } => {
                    let target = Target::url(&handle, &url, &GIVEN, false)?;
                    (Arc::new(ApiFiles::new(&handle)) as Arc<dyn Dispatch>, target)
                }
                Source::Conversation { handle, mut call } => {
                    let timeout = bounds.timeout.unwrap_or(handle.settings().timeout);
                    let started = Instant::now();
                    call.timeout(timeout);
                    if let Some(retry) = &bounds.retry {
                        call.retry(retry.clone());
                    }
                    let media: ConversationMedia = call.send().await?;
                    // What is left may be nothing, and is a time-out then.
                    let left = timeout.saturating_sub(started.elapsed());
                    bounds.timeout = Some(left.max(Duration::from_nanos(1)));
                    let link = media.links.and_then(|links| links.content_direct_temporary);
                    let link = link.ok_or_else(|| {
                        Error::shape(&CONVERSATION, "one without links.content_direct_temporary")
                    })?;
                    let target = Target::url(&handle, link.expose_secret(), &TEMPORARY, true)?;
                    (Arc::new(ApiFiles::new(&handle)) as Arc<dyn Dispatch>, target)
                }
            };
            fetch(client, target, bounds).await.map(Download::new)
        }))
    }

    /// [`download`](Self::download) for programs without an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn download_blocking(self) -> crate::Result<super::BlockingDownload> {
        crate::blocking::wait(self.download())?.map(super::BlockingDownload::new)
    }
}

impl<K> fmt::Debug for DownloadRequest<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = match &self.source {
            Source::Path { routes, .. } => routes.own.id,
            Source::Url { .. } => GIVEN.own.id,
            Source::Conversation { .. } => TEMPORARY.own.id,
        };
        f.debug_struct("DownloadRequest")
            .field("operation", &operation)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}
