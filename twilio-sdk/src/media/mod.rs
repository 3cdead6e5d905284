//! Files, whose endpoints are in none of Twilio's specifications: recordings, the media of messages and of
//! Conversations, and the versions of serverless assets and functions.
//!
//! Nothing is ever in memory as a whole, whatever its size:
//!
//! ```no_run
//! # async fn example(file: impl tokio::io::AsyncWrite + Unpin) -> twilio_sdk::Result<()> {
//! use twilio_sdk::media::RecordingFormat;
//!
//! let twilio = twilio_sdk::Client::from_env()?;
//! let mut file = file; // such as tokio's `File`
//! let recording = twilio.media().recording("RE...").format(RecordingFormat::Mp3).channels(2);
//! let download = recording.download().await?;
//! println!("{:?}, {:?} bytes", download.content_type(), download.length());
//! download.write_to(&mut file).await?;
//! # Ok(())
//! # }
//! ```
//!
//! * **Credentials** go to Twilio's hosts (or the client's base URL) and to nobody else: a redirect to another
//!   host, port or scheme is followed without them, and only to `https://`. At most five redirects are followed.
//! * **Time.** The call's time-out bounds a download until its first piece is there, and
//!   [`with_idle_timeout`](DownloadRequest::with_idle_timeout) the wait for each further one.
//! * **Retries.** A download is tried again, as the client's [`RetryConfig`](crate::RetryConfig) says, until its first
//!   piece is given out. An upload is tried again only where Twilio did not carry it out, and the content can be
//!   read again.
//! * **Truncation.** A body that ends before its announced length is an error, never a shorter file.

#[cfg(feature = "blocking")]
mod blocking;
mod content;
mod download;
mod fetch;
mod model;
mod request;
mod upload;

use std::sync::Arc;

use crate::runtime::transfer::{ApiFiles, ConversationsMedia, Form, Routes, ServerlessUpload, Shape};
use crate::runtime::{BodyKind, Dispatch, Handle, Method, Operation, Parts, Place, RequestBuilder};
use crate::types::{
    MediaSid, MessageSid, RecordingSid, ServerlessResourceSid, ServerlessServiceSid, ServiceSid,
};

#[cfg(feature = "blocking")]
pub use blocking::Download as BlockingDownload;
pub use content::Content;
pub use download::Download;
pub use fetch::FetchConversationMedia;
pub use model::{AssetVersion, ConversationMedia, ConversationMediaLinks, FunctionVersion, Visibility};
pub use request::{ConversationFile, DownloadRequest, GivenUrl, MessageMedia, Recording, RecordingFormat};
pub use upload::UploadRequest;

static MESSAGE: Routes =
    Routes::new("FetchMessageMedia", "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media/{Sid}");
static CONVERSATION: Operation = Operation::new(
    "FetchConversationMedia",
    Method::Get,
    "/v1/Services/{ServiceSid}/Media/{Sid}",
    BodyKind::None,
);
static UPLOAD_CONVERSATION: Operation = Operation::new(
    "CreateConversationMedia",
    Method::Post,
    "/v1/Services/{ServiceSid}/Media",
    BodyKind::None,
);
static UPLOAD_ASSET: Operation = Operation::new(
    "CreateAssetVersion",
    Method::Post,
    "/v1/Services/{ServiceSid}/Assets/{Sid}/Versions",
    BodyKind::None,
);
static UPLOAD_FUNCTION: Operation = Operation::new(
    "CreateFunctionVersion",
    Method::Post,
    "/v1/Services/{ServiceSid}/Functions/{Sid}/Versions",
    BodyKind::None,
);

impl crate::Client {
    /// Downloads and uploads of [files](crate::media).
    #[cfg_attr(docsrs, doc(cfg(feature = "media")))]
    pub fn media(&self) -> Media {
        Media { handle: self.handle().clone() }
    }
}

/// Downloads and uploads of files; see [`media`](crate::media).
#[derive(Clone, Debug)]
pub struct Media {
    handle: Handle,
}

/// A client and the start of a request to it.
fn start<C: Dispatch + Clone + 'static>(
    client: &C,
    operation: &'static Operation,
    path: &[(&'static str, &str)],
) -> (Arc<dyn Dispatch>, Parts) {
    let mut call = RequestBuilder::<()>::new(client, operation);
    for (name, value) in path {
        call.put(Place::Path, name, (*value).to_owned());
    }
    (call.client, call.parts)
}

impl Media {
    /// A recording of a call or a conference: `GET /2010-04-01/Accounts/{AC}/Recordings/{RE}.wav` or `.mp3`.
    pub fn recording(&self, sid: impl Into<RecordingSid>) -> DownloadRequest<Recording> {
        let routes = RecordingFormat::Wav.routes();
        let (client, parts) =
            start(&ApiFiles::new(&self.handle), &routes.own, &[("Sid", sid.into().as_str())]);
        DownloadRequest::path(client, parts, routes)
    }

    /// A picture, sound or other file of a message: `GET /2010-04-01/Accounts/{AC}/Messages/{MM}/Media/{ME}`, which
    /// redirects to the host where Twilio keeps the file.
    pub fn message(
        &self,
        message_sid: impl Into<MessageSid>,
        media_sid: impl Into<MediaSid>,
    ) -> DownloadRequest<MessageMedia> {
        let (message, media) = (message_sid.into(), media_sid.into());
        let path = [("MessageSid", message.as_str()), ("Sid", media.as_str())];
        let (client, parts) = start(&ApiFiles::new(&self.handle), &MESSAGE.own, &path);
        DownloadRequest::path(client, parts, &MESSAGE)
    }

    /// A file at a URL that Twilio gave, such as `MediaUrl0` or `RecordingUrl` of a webhook, or
    /// `https://video.twilio.com/v1/Recordings/{RT}/Media`.
    ///
    /// The credentials go along only where the URL is `https://` with a host of `twilio.com`, or lies below the
    /// client's base URL; other hosts are asked without. Check the webhook's signature first all the same: who
    /// may choose the URL chooses what is downloaded.
    ///
    /// A client with a base URL asks there for Twilio's hosts too. Its region and edge are put into a host of Twilio's that
    /// names none.
    pub fn url(&self, url: impl Into<String>) -> DownloadRequest<GivenUrl> {
        DownloadRequest::url(&self.handle, url.into())
    }

    /// A file of a Conversations message: asks for a link (`GET https://mcs.us1.twilio.com/v1/Services/{IS}/Media/{ME}`)
    /// and downloads what it leads to, without credentials.
    pub fn conversation(
        &self,
        service_sid: impl Into<ServiceSid>,
        media_sid: impl Into<MediaSid>,
    ) -> DownloadRequest<ConversationFile> {
        DownloadRequest::conversation(&self.handle, self.fetch_conversation(service_sid, media_sid))
    }

    /// What is known of a file of a Conversations message, with a link to it that is valid for some minutes.
    pub fn fetch_conversation(
        &self,
        service_sid: impl Into<ServiceSid>,
        media_sid: impl Into<MediaSid>,
    ) -> FetchConversationMedia {
        let mut call = RequestBuilder::new(&ConversationsMedia::new(&self.handle), &CONVERSATION);
        call.put(Place::Path, "ServiceSid", service_sid.into());
        call.put(Place::Path, "Sid", media_sid.into());
        FetchConversationMedia(call)
    }

    /// A file for a Conversations message, whose `media_sid` the answer's `sid` is:
    /// `POST https://mcs.us1.twilio.com/v1/Services/{IS}/Media`.
    ///
    /// The content's type is `application/octet-stream` unless it has one of its own.
    ///
    /// ```no_run
    /// # async fn example(twilio: twilio_sdk::Client, picture: Vec<u8>) -> twilio_sdk::Result<()> {
    /// use twilio_sdk::media::Content;
    ///
    /// let content = Content::bytes(picture).content_type("image/png").filename("cat.png");
    /// let media = twilio.media().upload_conversation("IS...", content).send().await?;
    /// println!("{:?}", media.sid);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_conversation(
        &self,
        service_sid: impl Into<ServiceSid>,
        content: impl Into<Content>,
    ) -> UploadRequest<ConversationMedia> {
        let (service, content) = (service_sid.into(), content.into());
        let client = ConversationsMedia::new(&self.handle);
        let (client, mut parts) = start(&client, &UPLOAD_CONVERSATION, &[("ServiceSid", service.as_str())]);
        if let Some(name) = &content.filename {
            parts.set_query("Filename", name.clone());
        }
        UploadRequest::new(client, parts, content, "application/octet-stream", Shape::Plain)
    }

    /// A new version of a serverless asset:
    /// `POST https://serverless-upload.twilio.com/v1/Services/{ZS}/Assets/{ZH}/Versions`.
    ///
    /// `path` is where the asset will be found on the service's domain, such as `/logo.png`. The content's type
    /// is `application/octet-stream` unless it has one of its own.
    ///
    /// ```no_run
    /// # async fn example(twilio: twilio_sdk::Client, file: impl tokio::io::AsyncRead + Send + 'static, size: u64)
    /// # -> twilio_sdk::Result<()> {
    /// use twilio_sdk::media::{Content, Visibility};
    ///
    /// let content = Content::reader(file, size).content_type("image/png").filename("logo.png");
    /// let upload = twilio.media().upload_asset("ZS...", "ZH...", "/logo.png", Visibility::Public, content);
    /// println!("{:?}", upload.send().await?.sid);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_asset(
        &self,
        service_sid: impl Into<ServerlessServiceSid>,
        asset_sid: impl Into<ServerlessResourceSid>,
        path: impl Into<String>,
        visibility: Visibility,
        content: impl Into<Content>,
    ) -> UploadRequest<AssetVersion> {
        let (service, asset) = (service_sid.into(), asset_sid.into());
        let sids = [service.as_str(), asset.as_str()];
        let file = (path.into(), visibility, content.into());
        self.version(&UPLOAD_ASSET, sids, file, "application/octet-stream")
    }

    /// A new version of a serverless function:
    /// `POST https://serverless-upload.twilio.com/v1/Services/{ZS}/Functions/{ZH}/Versions`.
    ///
    /// `path` is where the function will answer on the service's domain, such as `/hello`. The content's type is
    /// `application/javascript` unless it has one of its own.
    pub fn upload_function(
        &self,
        service_sid: impl Into<ServerlessServiceSid>,
        function_sid: impl Into<ServerlessResourceSid>,
        path: impl Into<String>,
        visibility: Visibility,
        content: impl Into<Content>,
    ) -> UploadRequest<FunctionVersion> {
        let (service, function) = (service_sid.into(), function_sid.into());
        let sids = [service.as_str(), function.as_str()];
        let file = (path.into(), visibility, content.into());
        self.version(&UPLOAD_FUNCTION, sids, file, "application/javascript")
    }

    fn version<T>(
        &self,
        operation: &'static Operation,
        [service, resource]: [&str; 2],
        (path, visibility, content): (String, Visibility, Content),
        content_type: &'static str,
    ) -> UploadRequest<T> {
        let sids = [("ServiceSid", service), ("Sid", resource)];
        let (client, parts) = start(&ServerlessUpload::new(&self.handle), operation, &sids);
        let last = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("content");
        let filename = content.filename.clone().unwrap_or_else(|| last.to_owned());
        let fields = vec![("Path", path), ("Visibility", visibility.as_str().to_owned())];
        UploadRequest::new(client, parts, content, content_type, Shape::Form(Form { fields, filename }))
    }
}
