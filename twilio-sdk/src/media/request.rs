use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{CONVERSATION, ConversationMedia, Download, FetchConversationMedia};
use crate::runtime::transfer::{ApiFiles, Bounds, Routes, Target, fetch};
use crate::runtime::{Dispatch, Handle, Parts, RequestBuilder};
use crate::types::AccountSid;
use crate::{Error, RetryConfig, SendFuture};

/// Builds a download; `K` is the [`kind`] of the source.
#[must_use = "sends nothing until `download` is awaited"]
pub struct DownloadRequest<K> {
    source: Source,
    bounds: Bounds,
    kind: PhantomData<fn() -> K>,
}

/// Sources of a [`DownloadRequest`], as type parameters. No values of them exist.
pub mod kind {
    /// A recording.
    #[derive(Debug)]
    pub enum Recording {}

    /// The media of a message.
    #[derive(Debug)]
    pub enum Message {}

    /// A URL of Twilio.
    #[derive(Debug)]
    pub enum Url {}

    /// A file of a Conversations message.
    #[derive(Debug)]
    pub enum Conversation {}
}

enum Source {
    Path { client: Arc<dyn Dispatch>, parts: Box<Parts>, routes: &'static Routes },
    Url { handle: Handle, url: String },
    Conversation { handle: Handle, request: Box<RequestBuilder<ConversationMedia>> },
}

static GIVEN: Routes = Routes::new("FetchMedia", "{url}");
static TEMPORARY: Routes = Routes::new("FetchConversationMediaContent", "{url}");
static WAV: Routes =
    Routes::new("FetchRecordingMedia", "/2010-04-01/Accounts/{AccountSid}/Recordings/{Sid}.wav");
static MP3: Routes =
    Routes::new("FetchRecordingMedia", "/2010-04-01/Accounts/{AccountSid}/Recordings/{Sid}.mp3");

/// The format of a recording.
///
/// `Display` and `FromStr` use the file extensions `wav` and `mp3`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordingFormat {
    /// WAV, 16-bit PCM: 128 kbit/s per channel.
    #[default]
    Wav,
    /// MP3, 32 kbit/s: a quarter of the size.
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

impl fmt::Display for RecordingFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
        })
    }
}

impl FromStr for RecordingFormat {
    type Err = UnknownRecordingFormat;

    fn from_str(name: &str) -> Result<Self, UnknownRecordingFormat> {
        match name {
            "wav" => Ok(Self::Wav),
            "mp3" => Ok(Self::Mp3),
            _ => Err(UnknownRecordingFormat),
        }
    }
}

/// A string is not the name of a [`RecordingFormat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRecordingFormat;

impl fmt::Display for UnknownRecordingFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("recording format: expected `wav` or `mp3`")
    }
}

impl std::error::Error for UnknownRecordingFormat {}

impl DownloadRequest<kind::Recording> {
    /// Sets the format. Default: WAV.
    pub fn format(mut self, format: RecordingFormat) -> Self {
        if let Source::Path { parts, routes, .. } = &mut self.source {
            *routes = format.routes();
            parts.operation = &routes.own;
        }
        self
    }

    /// Sets the number of channels (`RequestedChannels`): 1 mixes both sides, 2 keeps them apart. Default: as recorded.
    /// Twilio rejects more channels than were recorded (400).
    pub fn channels(mut self, channels: u8) -> Self {
        if let Source::Path { parts, .. } = &mut self.source {
            parts.set_query("RequestedChannels", channels.to_string());
        }
        self
    }

    /// Sets the account of the path, such as a subaccount. Default: the account of the credentials.
    pub fn with_account_sid(self, account: impl Into<AccountSid>) -> Self {
        self.of_account(account.into())
    }
}

impl DownloadRequest<kind::Message> {
    /// Sets the account of the path, such as a subaccount. Default: the account of the credentials.
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

    pub(super) fn conversation(handle: &Handle, request: FetchConversationMedia) -> Self {
        Self::new(Source::Conversation { handle: handle.clone(), request: Box::new(request.0) })
    }

    fn of_account(mut self, account: AccountSid) -> Self {
        if let Source::Path { parts, .. } = &mut self.source {
            parts.account = Some(String::from(account).into());
        }
        self
    }

    /// Sets the timeout until the first chunk of the file, including retries and redirects. Default: that of the client.
    /// Zero is an [error](Error::is_config).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = Some(timeout);
        self
    }

    /// Sets the timeout for each chunk after the first one. Default: 30 s. Zero is an [error](Error::is_config). There is no
    /// timeout for the whole download.
    pub fn with_idle_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.idle = Some(timeout);
        self
    }

    /// Sets the maximum size in bytes. A larger file is an [error](Error::is_response_too_large), before the download if
    /// the response has a `Content-Length`. Default: unlimited.
    pub fn with_size_limit(mut self, bytes: u64) -> Self {
        self.bounds.limit = Some(bytes);
        self
    }

    /// Sets when the download is retried, until its first chunk. Default: the settings of the client.
    pub fn with_retry(mut self, retry: RetryConfig) -> Self {
        self.bounds.retry = Some(retry);
        self
    }

    /// Requests the file and returns with its first chunk.
    ///
    /// # Errors
    ///
    /// - Errors of Twilio, such as [`is_not_found`](Error::is_not_found).
    /// - [`is_redirect`](Error::is_redirect): too many redirects, a loop, or one that is not `https://`.
    /// - [`is_invalid_request`](Error::is_invalid_request): the URL must not be requested.
    /// - The errors of [`Download::chunk`].
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
                Source::Conversation { handle, mut request } => {
                    let timeout = bounds.timeout.unwrap_or(handle.settings().timeout);
                    let started = Instant::now();
                    request.timeout(timeout);
                    if let Some(retry) = &bounds.retry {
                        request.retry(retry.clone());
                    }
                    let media: ConversationMedia = request.send().await?;
                    // No time left is a timeout.
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

    /// Like [`download`](Self::download), for programs without an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn download_blocking(self) -> crate::Result<crate::blocking::Download> {
        crate::blocking::wait(self.download())?.map(crate::blocking::Download::new)
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
