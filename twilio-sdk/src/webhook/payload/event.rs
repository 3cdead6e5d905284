use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Payload, PayloadError};
use crate::types::Timestamp;

/// An event of Event Streams, as CloudEvents 1.0 has it.
///
/// Twilio sends lists of them: take `Vec<CloudEvent>`.
///
/// Source: <https://www.twilio.com/docs/events/event-delivery-requests>, CloudEvents 1.0.2.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct CloudEvent {
    /// Its id. Events may come more than once under one id.
    pub id: String,
    /// Where it happened.
    pub source: String,
    /// What happened, such as `com.twilio.messaging.message.delivered`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version of CloudEvents, `1.0`.
    pub specversion: String,
    /// When it happened.
    #[serde(default)]
    pub time: Option<Timestamp>,
    /// The schema of the data.
    #[serde(default)]
    pub dataschema: Option<String>,
    /// The type of the data.
    #[serde(default)]
    pub datacontenttype: Option<String>,
    /// What the event is about, where it says.
    #[serde(default)]
    pub subject: Option<String>,
    /// The event itself.
    #[serde(default)]
    pub data: Value,
    /// Attributes that have no field here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl CloudEvent {
    /// The data as a type of the caller's.
    ///
    /// # Errors
    ///
    /// Where the data does not have its shape.
    pub fn data_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, PayloadError> {
        T::deserialize(&self.data).map_err(|error| PayloadError::Json(place(&error)))
    }
}

/// Where JSON is wrong, without the values that serde would quote.
fn place(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Syntax => format!("it is not JSON (line {line}, column {column})"),
        serde_json::error::Category::Eof => "it ends too early".to_owned(),
        _ if line > 0 => format!("it has another shape (line {line}, column {column})"),
        _ => "it has another shape".to_owned(),
    }
}

impl Payload for Vec<CloudEvent> {
    fn read(_: &str, _: &str, body: &[u8]) -> Result<Self, PayloadError> {
        serde_json::from_slice(body).map_err(|error| PayloadError::Json(place(&error)))
    }
}

impl Payload for CloudEvent {
    fn read(_: &str, _: &str, body: &[u8]) -> Result<Self, PayloadError> {
        serde_json::from_slice(body).map_err(|error| PayloadError::Json(place(&error)))
    }
}

/// Any JSON.
impl Payload for Value {
    fn read(_: &str, _: &str, body: &[u8]) -> Result<Self, PayloadError> {
        serde_json::from_slice(body).map_err(|error| PayloadError::Json(place(&error)))
    }
}
