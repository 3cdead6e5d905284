use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use multer::{Constraints, Multipart, SizeLimit};

use super::Place;
use super::pattern::is_pattern;
use crate::emulator::RecordedRequest;
use crate::emulator::error::Refusal;
use crate::emulator::server::State;

/// A file of a request, as the mock received it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedFile {
    /// What it is called.
    pub name: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// How many bytes it has.
    pub size: u64,
    /// Whether its bytes are those of [`media_bytes`](super::media_bytes).
    pub is_pattern: bool,
}

/// A file while it comes: kept as long as it is small enough.
struct Coming<'a> {
    file: &'a mut RecordedFile,
    kept: &'a mut Vec<u8>,
    limit: usize,
}

impl Coming<'_> {
    fn add(&mut self, chunk: &[u8]) {
        self.file.is_pattern &= is_pattern(self.file.size, chunk);
        self.file.size += chunk.len() as u64;
        match self.file.size <= self.limit as u64 {
            true => self.kept.extend_from_slice(chunk),
            false => *self.kept = Vec::new(),
        }
    }
}

/// Reads the body of a request to one of the places: a file piece by piece, and anything else to its end.
pub(in crate::emulator) async fn read(
    state: &State,
    place: &Place,
    record: &mut RecordedRequest,
    mut body: Incoming,
) -> Result<(), Refusal> {
    let broken = || Refusal::new(400, 20001, "The body could not be read");
    let content_type = record.header("content-type").map(str::to_owned);
    let mut file = RecordedFile { name: None, content_type: None, size: 0, is_pattern: true };
    let (mut kept, limit) = (Vec::new(), state.max_body_bytes);
    match place {
        Place::Version { .. } => {
            let boundary = content_type.as_deref().and_then(|text| multer::parse_boundary(text).ok());
            let boundary =
                boundary.ok_or_else(|| Refusal::new(415, 20001, "multipart/form-data is expected"))?;
            let text = u64::try_from(limit).unwrap_or(u64::MAX);
            let sizes = SizeLimit::new().for_field("Path", text).for_field("Visibility", text);
            let constraints = Constraints::new().size_limit(sizes);
            let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
            let failed = |error| match error {
                multer::Error::FieldSizeExceeded { .. } => Refusal::too_large(limit),
                _ => broken(),
            };
            let mut has_file = false;
            while let Some(mut part) = parts.next_field().await.map_err(|_| broken())? {
                match part.name().map(str::to_owned).as_deref() {
                    Some("Content") if !has_file => {
                        has_file = true;
                        file.name = part.file_name().map(str::to_owned);
                        file.content_type = part.content_type().map(ToString::to_string);
                        let mut coming = Coming { file: &mut file, kept: &mut kept, limit };
                        while let Some(chunk) = part.chunk().await.map_err(|_| broken())? {
                            coming.add(&chunk);
                        }
                    }
                    Some(name @ ("Path" | "Visibility")) => {
                        record.form.push((name.to_owned(), part.text().await.map_err(failed)?));
                    }
                    name => {
                        return Err(Refusal::parameter(
                            name.unwrap_or_default(),
                            "the operation does not know it",
                        ));
                    }
                }
            }
            if !has_file {
                return Err(Refusal::missing("Content"));
            }
        }
        Place::ConversationUpload { .. } => {
            file.name = record.query_value("Filename").map(str::to_owned);
            file.content_type = content_type;
            let mut coming = Coming { file: &mut file, kept: &mut kept, limit };
            while let Some(chunk) = next(&mut body).await.map_err(|()| broken())? {
                coming.add(&chunk);
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
