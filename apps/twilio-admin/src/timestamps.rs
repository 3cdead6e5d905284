//! Timestamps and durations as arguments.

use std::time::Duration;

use clap::Args;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::exit::{Done, Failure};

/// The expiry of a key or entry.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Expiry {
    /// When it expires: an RFC 3339 timestamp, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIMESTAMP", value_parser = timestamp, conflicts_with = "expires_in")]
    expires_at: Option<OffsetDateTime>,
    /// When it expires: a duration from now, such as 90d
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    expires_in: Option<Duration>,
}

impl Expiry {
    /// Returns the time of expiry, if any.
    pub(crate) fn time(self) -> Done<Option<OffsetDateTime>> {
        let Some(time) = self.expires_in else { return Ok(self.expires_at) };
        let end =
            time::Duration::try_from(time).ok().and_then(|time| OffsetDateTime::now_utc().checked_add(time));
        end.map(Some).ok_or_else(|| Failure::usage("--expires-in is too long; give a shorter duration"))
    }
}

/// Parses an RFC 3339 timestamp.
pub(crate) fn timestamp(text: &str) -> Result<OffsetDateTime, &'static str> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "expected an RFC 3339 timestamp, such as 2027-01-31T00:00:00Z")
}

/// Parses a duration such as `90d`. The parser's own message would repeat parts of the argument.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "expected a duration, such as 90d, 12h or 5m 30s")
}

/// Parses an RFC 3339 timestamp, or a duration before now such as `24h`.
pub(crate) fn past(text: &str) -> Result<OffsetDateTime, &'static str> {
    let ago = duration(text).ok().and_then(|time| time::Duration::try_from(time).ok());
    match ago {
        Some(ago) => OffsetDateTime::now_utc().checked_sub(ago).ok_or("it is too long ago; give a shorter duration"),
        None => timestamp(text).map_err(
            |_| "expected an RFC 3339 timestamp such as 2027-01-31T00:00:00Z, or a duration before now such as 24h",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_and_durations_before_now_are_parsed() {
        assert_eq!(timestamp("1970-01-01T00:00:05Z").unwrap().unix_timestamp(), 5);
        assert_eq!(past("1970-01-01T01:00:05+01:00").unwrap().unix_timestamp(), 5);
        let ago = OffsetDateTime::now_utc() - past("1h 30m").unwrap();
        assert!((5399..5405).contains(&ago.whole_seconds()), "{ago}");
        for bad in ["", "yesterday", "5", "2027-01-31", "-1h", "99999999999999y"] {
            assert!(timestamp(bad).is_err() && past(bad).is_err(), "{bad}");
        }
    }
}
