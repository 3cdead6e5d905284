use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use super::{Payload, PayloadError};
use twilio_sdk_types::Timestamp;

/// An event of Event Streams, in the format of CloudEvents 1.0.
///
/// Twilio sends lists of events: extract `Webhook<Vec<CloudEvent>>`. Serializing an event gives the JSON that Twilio sent,
/// with the attributes in a fixed order.
///
/// Source: <https://www.twilio.com/docs/events/event-delivery-requests>, CloudEvents 1.0.2.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CloudEvent {
    /// The event's ID. Twilio may deliver an event more than once, with the same ID.
    pub id: String,
    /// The origin of the event.
    pub source: String,
    /// The type, such as `com.twilio.messaging.message.delivered`.
    pub kind: String,
    /// The version of CloudEvents, `1.0`.
    pub specversion: String,
    /// When the event occurred.
    pub time: Option<Timestamp>,
    /// The URL of the schema of `data`.
    pub dataschema: Option<String>,
    /// The media type of `data`.
    pub datacontenttype: Option<String>,
    /// The resource that the event is about.
    pub subject: Option<String>,
    /// The payload of the event. `Null` if the event has none.
    pub data: Value,
    /// Attributes without a field here.
    pub extra: Map<String, Value>,
}

impl CloudEvent {
    /// Deserializes `data` into your own type.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Json`] if the data does not fit the type.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        T::deserialize(&self.data).map_err(|error| PayloadError::Json(position(&error)))
    }

    /// Converts JSON into an event. The error names the attribute.
    fn from_json(value: Value) -> Result<Self, String> {
        let Value::Object(mut attributes) = value else { return Err("an event is not an object".to_owned()) };
        let mut string = |name: &str| match attributes.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(value)) => Ok(Some(value)),
            Some(_) => Err(format!("`{name}` of an event is not a string")),
        };
        let required =
            |value: Option<String>, name| value.ok_or_else(|| format!("`{name}` of an event is missing"));
        Ok(Self {
            id: required(string("id")?, "id")?,
            source: required(string("source")?, "source")?,
            kind: required(string("type")?, "type")?,
            specversion: required(string("specversion")?, "specversion")?,
            time: string("time")?.map(Timestamp::from),
            dataschema: string("dataschema")?,
            datacontenttype: string("datacontenttype")?,
            subject: string("subject")?,
            data: attributes.remove("data").unwrap_or_default(),
            extra: attributes,
        })
    }
}

// By hand, so that the crate needs no procedural macros.
impl<'de> Deserialize<'de> for CloudEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for CloudEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("specversion", &self.specversion)?;
        map.serialize_entry("type", &self.kind)?;
        map.serialize_entry("source", &self.source)?;
        map.serialize_entry("id", &self.id)?;
        for (name, value) in [
            ("time", self.time.as_ref().map(Timestamp::as_str)),
            ("dataschema", self.dataschema.as_deref()),
            ("datacontenttype", self.datacontenttype.as_deref()),
            ("subject", self.subject.as_deref()),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        if !self.data.is_null() {
            map.serialize_entry("data", &self.data)?;
        }
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Says where JSON is wrong, without the values that serde would quote.
fn position(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Syntax => {
            format!("a syntax error at line {line} column {column}")
        }
        serde_json::error::Category::Eof => "it ends unexpectedly".to_owned(),
        _ if line > 0 => format!("unexpected JSON at line {line} column {column}"),
        _ => "it does not fit the type".to_owned(),
    }
}

fn parse(body: &[u8]) -> Result<Value, PayloadError> {
    serde_json::from_slice(body).map_err(|error| PayloadError::Json(position(&error)))
}

impl Payload for Vec<CloudEvent> {
    fn read(_: &str, _: &str, body: &[u8]) -> Result<Self, PayloadError> {
        let Value::Array(events) = parse(body)? else {
            return Err(PayloadError::Json("it is not a list of events".to_owned()));
        };
        events.into_iter().map(|event| CloudEvent::from_json(event).map_err(PayloadError::Json)).collect()
    }
}

impl Payload for CloudEvent {
    fn read(_: &str, _: &str, body: &[u8]) -> Result<Self, PayloadError> {
        Self::from_json(parse(body)?).map_err(PayloadError::Json)
    }
}

/// Any JSON.
impl Payload for Value {
    fn read(_: &str, _: &str, body: &[u8]) -> Result<Self, PayloadError> {
        parse(body)
    }
}
