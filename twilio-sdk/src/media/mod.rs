//! Downloads and uploads of files: recordings, media of messages and Conversations, and versions of serverless assets and
//! functions. Their endpoints are in none of Twilio's specifications.
//!
//! Files are streamed and never buffered completely:
//!
//! ```no_run
//! # async fn example(file: impl tokio::io::AsyncWrite + Unpin) -> twilio_sdk::Result<()> {
//! use twilio_sdk::media::RecordingFormat;
//!
//! let twilio = twilio_sdk::Client::from_env()?;
//! let mut file = file; // for example tokio's `File`
//! let recording = twilio.media().recording("RE...").format(RecordingFormat::Mp3).channels(2);
//! let download = recording.download().await?;
//! println!("{:?}, {:?} bytes", download.content_type(), download.content_length());
//! download.copy_to(&mut file).await?;
//! # Ok(())
//! # }
//! ```
//!
//! * **Credentials** are sent to Twilio's hosts, or to the client's base URL, only. A redirect to another host, port or
//!   scheme is followed without them, and only to `https://`. At most five redirects are followed.
//! * **Timeouts.** The request timeout ends with the first chunk of a download.
//!   [`with_idle_timeout`](DownloadRequest::with_idle_timeout) bounds the wait for each chunk after it.
//! * **Retries.** A download is retried, following the client's [`RetryConfig`](crate::RetryConfig), until its first chunk
//!   is returned. An upload is retried only if Twilio did not execute it and the content can be read again.
//! * **Truncation.** A body that ends before its `Content-Length` is an error, never a shorter file.

#[cfg(feature = "blocking")]
pub(crate) mod blocking;
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

pub use content::UploadContent;
pub use download::Download;
pub use fetch::FetchConversationMedia;
pub use model::{AssetVersion, ConversationMedia, ConversationMediaLinks, FunctionVersion, Visibility};
pub use request::{DownloadRequest, RecordingFormat, UnknownRecordingFormat, kind};
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
    /// Returns the handle for downloads and uploads of [files](crate::media).
    #[cfg_attr(docsrs, doc(cfg(feature = "media")))]
    pub fn media(&self) -> Media {
        Media { handle: self.handle().clone() }
    }
}

/// Starts downloads and uploads of files; see [`media`](crate::media).
#[derive(Clone, Debug)]
pub struct Media {
    handle: Handle,
}

/// Starts a request.
fn start<C: Dispatch + Clone + 'static>(
    client: &C,
    operation: &'static Operation,
    path: &[(&'static str, &str)],
) -> (Arc<dyn Dispatch>, Parts) {
    let mut request = RequestBuilder::<()>::new(client, operation);
    for (name, value) in path {
        request.put(Place::Path, name, (*value).to_owned());
    }
    (request.client, request.parts)
}

impl Media {
    /// Downloads a recording of a call or conference: `GET /2010-04-01/Accounts/{AC}/Recordings/{RE}.wav` or `.mp3`.
    pub fn recording(&self, sid: impl Into<RecordingSid>) -> DownloadRequest<kind::Recording> {
        let routes = RecordingFormat::Wav.routes();
        let (client, parts) =
            start(&ApiFiles::new(&self.handle), &routes.own, &[("Sid", sid.into().as_str())]);
        DownloadRequest::path(client, parts, routes)
    }

    /// Downloads the media of a message: `GET /2010-04-01/Accounts/{AC}/Messages/{MM}/Media/{ME}`, which redirects to the
    /// host that stores the file.
    pub fn message(
        &self,
        message_sid: impl Into<MessageSid>,
        media_sid: impl Into<MediaSid>,
    ) -> DownloadRequest<kind::Message> {
        let (message, media) = (message_sid.into(), media_sid.into());
        let path = [("MessageSid", message.as_str()), ("Sid", media.as_str())];
        let (client, parts) = start(&ApiFiles::new(&self.handle), &MESSAGE.own, &path);
        DownloadRequest::path(client, parts, &MESSAGE)
    }

    /// Downloads a file from a URL of Twilio, such as `MediaUrl0` or `RecordingUrl` of a webhook, or
    /// `https://video.twilio.com/v1/Recordings/{RT}/Media`.
    ///
    /// Credentials are sent only if the URL is `https://` with a host of `twilio.com`, or below the client's base URL. Other
    /// hosts are requested without them. Verify the webhook's signature first all the same: an attacker who controls the URL
    /// controls what is downloaded.
    ///
    /// A client with a base URL requests Twilio's hosts there too. Region and edge are inserted into a host of Twilio that
    /// has none.
    pub fn url(&self, url: impl Into<String>) -> DownloadRequest<kind::Url> {
        DownloadRequest::url(&self.handle, url.into())
    }

    /// Downloads a file of a Conversations message: requests a link (`GET
    /// https://mcs.us1.twilio.com/v1/Services/{IS}/Media/{ME}`) and downloads it without credentials.
    pub fn conversation(
        &self,
        service_sid: impl Into<ServiceSid>,
        media_sid: impl Into<MediaSid>,
    ) -> DownloadRequest<kind::Conversation> {
        DownloadRequest::conversation(&self.handle, self.fetch_conversation(service_sid, media_sid))
    }

    /// Fetches the metadata of a file of a Conversations message, with a link to it that is valid for some minutes.
    pub fn fetch_conversation(
        &self,
        service_sid: impl Into<ServiceSid>,
        media_sid: impl Into<MediaSid>,
    ) -> FetchConversationMedia {
        let mut request = RequestBuilder::new(&ConversationsMedia::new(&self.handle), &CONVERSATION);
        request.put(Place::Path, "ServiceSid", service_sid.into());
        request.put(Place::Path, "Sid", media_sid.into());
        FetchConversationMedia(request)
    }

    /// Uploads a file for a Conversations message: `POST https://mcs.us1.twilio.com/v1/Services/{IS}/Media`.
    ///
    /// The `sid` of the response is the `media_sid` of the message. Default content type: `application/octet-stream`.
    ///
    /// ```no_run
    /// # async fn example(twilio: twilio_sdk::Client, picture: Vec<u8>) -> twilio_sdk::Result<()> {
    /// use twilio_sdk::media::UploadContent;
    ///
    /// let content = UploadContent::bytes(picture).content_type("image/png").filename("cat.png");
    /// let media = twilio.media().upload_conversation("IS...", content).send().await?;
    /// println!("{:?}", media.sid);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_conversation(
        &self,
        service_sid: impl Into<ServiceSid>,
        content: impl Into<UploadContent>,
    ) -> UploadRequest<ConversationMedia> {
        let (service, content) = (service_sid.into(), content.into());
        let client = ConversationsMedia::new(&self.handle);
        let (client, mut parts) = start(&client, &UPLOAD_CONVERSATION, &[("ServiceSid", service.as_str())]);
        if let Some(name) = &content.filename {
            parts.set_query("Filename", name.clone());
        }
        UploadRequest::new(client, parts, content, "application/octet-stream", Shape::Plain)
    }

    /// Uploads a new version of a serverless asset:
    /// `POST https://serverless-upload.twilio.com/v1/Services/{ZS}/Assets/{ZH}/Versions`.
    ///
    /// `path` is the path of the asset on the service's domain, such as `/logo.png`. Default content type:
    /// `application/octet-stream`.
    ///
    /// ```no_run
    /// # async fn example(twilio: twilio_sdk::Client, file: impl tokio::io::AsyncRead + Send + 'static, size: u64)
    /// # -> twilio_sdk::Result<()> {
    /// use twilio_sdk::media::{UploadContent, Visibility};
    ///
    /// let content = UploadContent::reader(file, size).content_type("image/png").filename("logo.png");
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
        content: impl Into<UploadContent>,
    ) -> UploadRequest<AssetVersion> {
        let (service, asset) = (service_sid.into(), asset_sid.into());
        let sids = [service.as_str(), asset.as_str()];
        let file = (path.into(), visibility, content.into());
        self.version(&UPLOAD_ASSET, sids, file, "application/octet-stream")
    }

    /// Uploads a new version of a serverless function:
    /// `POST https://serverless-upload.twilio.com/v1/Services/{ZS}/Functions/{ZH}/Versions`.
    ///
    /// `path` is the path of the function on the service's domain, such as `/hello`. Default content type:
    /// `application/javascript`.
    pub fn upload_function(
        &self,
        service_sid: impl Into<ServerlessServiceSid>,
        function_sid: impl Into<ServerlessResourceSid>,
        path: impl Into<String>,
        visibility: Visibility,
        content: impl Into<UploadContent>,
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
        (path, visibility, content): (String, Visibility, UploadContent),
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
