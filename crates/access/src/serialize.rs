//! Timestamps as RFC 3339 strings.

use serde::ser::{Error as _, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(super) fn time<S: Serializer>(time: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.format(&Rfc3339).map_err(S::Error::custom)?)
}

pub(super) fn optional<S: Serializer>(
    time: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(value) => self::time(value, serializer),
        None => serializer.serialize_none(),
    }
}
