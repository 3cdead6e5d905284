//! Finds the endpoint for files that a request names.

use crate::record::RecordedRequest;
use crate::route::label;

/// An endpoint that no specification describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Recording {
        sid: String,
        mp3: bool,
    },
    MessageMedia {
        message: String,
        sid: String,
    },
    Version {
        service: String,
        sid: String,
        function: bool,
    },
    ConversationUpload {
        service: String,
    },
    Conversation {
        service: String,
        sid: String,
    },
    /// A file on the host of the files.
    File {
        sid: String,
        uploaded: bool,
    },
}

/// The product in records, stubs and faults.
pub(crate) const PRODUCT: &str = "media";

/// The operations of all places.
pub(crate) const OPERATIONS: [&str; 7] = [
    "FetchRecordingMedia",
    "FetchMessageMedia",
    "CreateAssetVersion",
    "CreateFunctionVersion",
    "CreateConversationMedia",
    "FetchConversationMedia",
    "FetchFile",
];

/// The first path segment on the host of the files.
pub(super) const FILES: &str = "files";

impl Place {
    /// Returns the first label of its Twilio host.
    fn label(&self) -> Option<&'static str> {
        Some(match self {
            Self::Recording { .. } | Self::MessageMedia { .. } => "api",
            Self::Version { .. } => "serverless-upload",
            Self::ConversationUpload { .. } | Self::Conversation { .. } => "mcs",
            Self::File { .. } => return None,
        })
    }

    fn operation(&self) -> &'static str {
        let [recording, message, asset, function, upload, conversation, file] = OPERATIONS;
        match self {
            Self::Recording { .. } => recording,
            Self::MessageMedia { .. } => message,
            Self::Version { function: false, .. } => asset,
            Self::Version { function: true, .. } => function,
            Self::ConversationUpload { .. } => upload,
            Self::Conversation { .. } => conversation,
            Self::File { .. } => file,
        }
    }
}

/// Returns the place that a request names, and fills in the record.
pub(crate) fn claim(record: &mut RecordedRequest) -> Option<Place> {
    let first = record.path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let in_path =
        label(first).map(|label| (label, record.path.get(first.len() + 1..).unwrap_or_default().to_owned()));
    let (named, path) = match in_path {
        Some((label, path)) => (Some(label), path),
        None => {
            let forwarded = record.header("x-forwarded-host").and_then(label);
            (forwarded.or_else(|| label(&record.host)), record.path.clone())
        }
    };
    let place = place(&record.method, &path)?;
    let label = place.label();
    if named.is_some_and(|named| label != Some(named.as_str())) {
        return None;
    }
    record.path = path;
    if let Some(label) = label {
        record.host = format!("{label}.twilio.com");
    }
    record.product = Some(PRODUCT);
    record.operation_id = Some(place.operation());
    Some(place)
}

fn place(method: &str, path: &str) -> Option<Place> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let text = |text: &str| text.to_owned();
    Some(match (method, segments.as_slice()) {
        ("GET", [FILES, kind @ ("message" | "upload"), sid]) => {
            Place::File { sid: text(sid), uploaded: *kind == "upload" }
        }
        ("GET", ["2010-04-01", "Accounts", _, "Recordings", file]) => {
            let (sid, mp3) = match (file.strip_suffix(".wav"), file.strip_suffix(".mp3")) {
                (Some(sid), _) => (sid, false),
                (None, Some(sid)) => (sid, true),
                (None, None) => return None,
            };
            Place::Recording { sid: text(sid), mp3 }
        }
        ("GET", ["2010-04-01", "Accounts", _, "Messages", message, "Media", sid]) if !sid.contains('.') => {
            Place::MessageMedia { message: text(message), sid: text(sid) }
        }
        ("POST", ["v1", "Services", service, kind @ ("Assets" | "Functions"), sid, "Versions"]) => {
            Place::Version { service: text(service), sid: text(sid), function: *kind == "Functions" }
        }
        ("POST", ["v1", "Services", service, "Media"]) => {
            Place::ConversationUpload { service: text(service) }
        }
        ("GET", ["v1", "Services", service, "Media", sid]) => {
            Place::Conversation { service: text(service), sid: text(sid) }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_no_specification_knows_are_claimed() {
        let claimed = |method: &str, host: &str, path: &str| {
            let mut record =
                RecordedRequest { method: method.into(), path: path.into(), ..Default::default() };
            record.host = host.into();
            claim(&mut record).map(|_| (record.host, record.path))
        };
        for (method, host, path, expected) in [
            ("GET", "127.0.0.1:1", "/2010-04-01/Accounts/AC1/Recordings/RE1.wav", Some("api.twilio.com")),
            ("GET", "api.twilio.com", "/2010-04-01/Accounts/AC1/Recordings/RE1.json", None),
            ("DELETE", "api.twilio.com", "/2010-04-01/Accounts/AC1/Recordings/RE1.wav", None),
            ("GET", "verify.twilio.com", "/2010-04-01/Accounts/AC1/Recordings/RE1.wav", None),
            (
                "GET",
                "api.dublin.ie1.twilio.com",
                "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
                Some("api.twilio.com"),
            ),
            ("GET", "api.twilio.com", "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1.json", None),
            ("POST", "serverless.twilio.com", "/v1/Services/ZS1/Assets/ZH1/Versions", None),
            ("POST", "x", "/v1/Services/ZS1/Assets/ZH1/Versions", Some("serverless-upload.twilio.com")),
            ("GET", "x", "/v1/Services/ZS1/Assets/ZH1/Versions", None),
            ("GET", "mcs.us1.twilio.com", "/v1/Services/IS1/Media/ME1", Some("mcs.twilio.com")),
        ] {
            let found = claimed(method, host, path).map(|(host, _)| host);
            assert_eq!(found.as_deref(), expected, "{method} {host} {path}");
        }
        let (host, path) =
            claimed("POST", "x", "/mcs.us1.twilio.com/v1/Services/IS1/Media").expect("a host in the path");
        assert_eq!((host.as_str(), path.as_str()), ("mcs.twilio.com", "/v1/Services/IS1/Media"));
    }
}
