//! Reads the bodies of requests to endpoints for files.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use multer::{Constraints, Multipart, SizeLimit};

use super::Place;
use crate::content::is_pattern;
use crate::record::{RecordedFile, RecordedRequest};
use crate::rejection::Rejection;

/// A file that is being received, kept while it is small enough.
struct Upload<'a> {
    file: &'a mut RecordedFile,
    kept: &'a mut Vec<u8>,
    limit: usize,
}

impl Upload<'_> {
    fn add(&mut self, chunk: &[u8]) {
        self.file.is_pattern &= is_pattern(self.file.size, chunk);
        self.file.size += chunk.len() as u64;
        match self.file.size <= self.limit as u64 {
            true => self.kept.extend_from_slice(chunk),
            false => *self.kept = Vec::new(),
        }
    }
}

/// Reads the body of a request to a place: a file chunk by chunk, anything else without keeping it.
pub(crate) async fn read(
    place: &Place,
    record: &mut RecordedRequest,
    mut body: Incoming,
    limit: usize,
) -> Result<(), Rejection> {
    let broken = || Rejection::new(400, 20001, "The body could not be read");
    let content_type = record.header("content-type").map(str::to_owned);
    let mut file = RecordedFile { name: None, content_type: None, size: 0, is_pattern: true };
    let mut kept = Vec::new();
    match place {
        Place::Version { .. } => {
            let boundary = content_type.as_deref().and_then(|text| multer::parse_boundary(text).ok());
            let boundary =
                boundary.ok_or_else(|| Rejection::new(415, 20001, "multipart/form-data is expected"))?;
            let text = u64::try_from(limit).unwrap_or(u64::MAX);
            let sizes = SizeLimit::new().for_field("Path", text).for_field("Visibility", text);
            let constraints = Constraints::new().size_limit(sizes);
            let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
            let failed = |error| match error {
                multer::Error::FieldSizeExceeded { .. } => Rejection::too_large(limit),
                _ => broken(),
            };
            let mut has_file = false;
            while let Some(mut part) = parts.next_field().await.map_err(|_| broken())? {
                match part.name().map(str::to_owned).as_deref() {
                    Some("Content") if !has_file => {
                        has_file = true;
                        file.name = part.file_name().map(str::to_owned);
                        file.content_type = part.content_type().map(ToString::to_string);
                        let mut upload = Upload { file: &mut file, kept: &mut kept, limit };
                        while let Some(chunk) = part.chunk().await.map_err(|_| broken())? {
                            upload.add(&chunk);
                        }
                    }
                    Some(name @ ("Path" | "Visibility")) => {
                        record.form.push((name.to_owned(), part.text().await.map_err(failed)?));
                    }
                    name => {
                        return Err(Rejection::parameter(
                            name.unwrap_or_default(),
                            "the operation has no such parameter",
                        ));
                    }
                }
            }
            if !has_file {
                return Err(Rejection::missing("Content"));
            }
        }
        Place::ConversationUpload { .. } => {
            file.name = record.query_value("Filename").map(str::to_owned);
            file.content_type = content_type;
            let mut upload = Upload { file: &mut file, kept: &mut kept, limit };
            while let Some(chunk) = next(&mut body).await.map_err(|()| broken())? {
                upload.add(&chunk);
            }
        }
        _ => {
            while next(&mut body).await.map_err(|()| broken())?.is_some() {}
            return Ok(());
        }
    }
    record.body = kept;
    record.file = Some(file);
    Ok(())
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, ()> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(_)) => return Err(()),
            Some(Ok(frame)) => {
                if let Ok(chunk) = frame.into_data() {
                    return Ok(Some(chunk));
                }
            }
        }
    }
}
