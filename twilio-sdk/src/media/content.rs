use std::fmt;

use bytes::Bytes;
use tokio::io::AsyncRead;

use crate::runtime::transfer::Source;

/// The content of an upload, with its length, media type and file name.
///
/// Bytes in memory can be retried; a reader or stream only while nothing was read from it. At most a few chunks of 64 KiB of
/// a reader are in memory at any time.
pub struct UploadContent {
    pub(super) source: Source,
    pub(super) length: u64,
    pub(super) content_type: Option<String>,
    pub(super) filename: Option<String>,
}

impl UploadContent {
    fn new(source: Source, length: u64) -> Self {
        Self { source, length, content_type: None, filename: None }
    }

    /// Creates content from bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        Self::new(Source::Bytes(bytes), length)
    }

    /// Creates content from a reader, such as tokio's `File`, of exactly `length` bytes.
    ///
    /// Fewer bytes, or more in the last chunk, are an [error](crate::Error::is_upload), and Twilio receives no complete
    /// request.
    pub fn reader(reader: impl AsyncRead + Send + 'static, length: u64) -> Self {
        let stream = tokio_util::io::ReaderStream::with_capacity(reader, 64 << 10);
        Self::new(Source::Stream(Box::pin(stream)), length)
    }

    /// Creates content from a stream of `length` bytes in total; see [`reader`](Self::reader).
    #[cfg(feature = "stream")]
    #[cfg_attr(docsrs, doc(cfg(feature = "stream")))]
    pub fn stream<S, E>(stream: S, length: u64) -> Self
    where
        S: futures_core::Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self::new(Source::Stream(Box::pin(Mapped(Box::pin(stream)))), length)
    }

    /// Creates content from a reader of the standard library, such as its `File`, of `length` bytes in total; see
    /// [`reader`](Self::reader). It is read on threads for blocking work.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn blocking_reader(reader: impl std::io::Read + Send + 'static, length: u64) -> Self {
        Self::new(Source::Stream(Box::pin(super::blocking::Reading::new(reader))), length)
    }

    /// Sets the media type, such as `image/png`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the file name, without folders.
    pub fn filename(mut self, name: impl Into<String>) -> Self {
        self.filename = Some(name.into());
        self
    }

    /// Rejects control characters in headers, and invalid media types.
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(name) = &self.filename {
            plain("the file name", name)?;
        }
        let Some(content_type) = &self.content_type else { return Ok(()) };
        let ascii = content_type.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let named =
            essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
        match ascii && named {
            true => Ok(()),
            false => Err("the content type is invalid; give one like image/png".to_owned()),
        }
    }
}

/// Returns whether a string is a token of HTTP (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(token)
}

/// Rejects empty strings and control characters.
pub(super) fn plain(what: &str, text: &str) -> Result<(), String> {
    match text {
        "" => Err(format!("{what} is empty")),
        _ if text.chars().any(char::is_control) => {
            Err(format!("{what} contains a control character; remove it"))
        }
        _ => Ok(()),
    }
}

impl From<Bytes> for UploadContent {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for UploadContent {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<String> for UploadContent {
    fn from(text: String) -> Self {
        Self::bytes(text)
    }
}

impl From<&'static str> for UploadContent {
    fn from(text: &'static str) -> Self {
        Self::bytes(text)
    }
}

impl fmt::Debug for UploadContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadContent")
            .field("length", &self.length)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// Converts the errors of a stream to I/O errors.
#[cfg(feature = "stream")]
struct Mapped<S>(std::pin::Pin<Box<S>>);

#[cfg(feature = "stream")]
impl<S, E> futures_core::Stream for Mapped<S>
where
    S: futures_core::Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Item = std::io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let next = self.0.as_mut().poll_next(context);
        next.map(|item| item.map(|item| item.map_err(std::io::Error::other)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_types_cannot_carry_headers() {
        let content = || UploadContent::bytes("x");
        for good in [
            "image/png",
            "text/plain; charset=utf-8",
            "application/vnd.x+json",
            "multipart/x;boundary=\"a b\"",
        ] {
            assert!(content().content_type(good).check().is_ok(), "{good}");
        }
        for bad in
            ["", "png", "/", "image/", "image/png\r\nX: y", "image/p ng", "image/png\u{0}", "bild/püng"]
        {
            assert!(content().content_type(bad).check().is_err(), "{bad:?}");
        }
        assert!(content().filename("Katze \"1\" ü;x.png").check().is_ok());
        for bad in ["", "a\r\nContent-Type: text/html", "a\nb", "a\u{0}", "a\u{7f}", "a\u{85}b"] {
            assert!(content().filename(bad).check().is_err(), "{bad:?}");
        }
    }
}
