//! Moments as arguments.

use std::time::Duration;

use clap::Args;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::exit::{Done, Failure};

/// When something ends.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Expiry {
    /// From when on it is not accepted or handed out: a moment in RFC 3339, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "MOMENT", value_parser = moment, conflicts_with = "expires_in")]
    expires_at: Option<OffsetDateTime>,
    /// The same, so long from now, such as 90d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    expires_in: Option<Duration>,
}

impl Expiry {
    pub(super) fn of(expires_at: Option<OffsetDateTime>, expires_in: Option<Duration>) -> Self {
        Self { expires_at, expires_in }
    }

    /// The moment, where there is one.
    pub(super) fn moment(self) -> Done<Option<OffsetDateTime>> {
        let Some(time) = self.expires_in else { return Ok(self.expires_at) };
        let end =
            time::Duration::try_from(time).ok().and_then(|time| OffsetDateTime::now_utc().checked_add(time));
        end.map(Some).ok_or_else(|| Failure::usage("--expires-in is longer than moments can be told"))
    }
}

/// A moment in RFC 3339.
pub(super) fn moment(text: &str) -> Result<OffsetDateTime, &'static str> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "a moment is expected, such as 2027-01-31T00:00:00Z")
}

/// A time such as `90d`. The parser's own error repeats parts of what was given.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "a time is expected, such as 90d, 12h or 5m 30s")
}

/// A moment in RFC 3339, or a time such as `24h`, which is so long before now.
pub(super) fn past(text: &str) -> Result<OffsetDateTime, &'static str> {
    let ago = duration(text).ok().and_then(|time| time::Duration::try_from(time).ok());
    match ago {
        Some(ago) => OffsetDateTime::now_utc().checked_sub(ago).ok_or("it is too long ago"),
        None => moment(text).map_err(
            |_| "a moment such as 2027-01-31T00:00:00Z is expected, or a time before now such as 24h",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_by_date_or_by_how_long_ago_they_are() {
        assert_eq!(moment("1970-01-01T00:00:05Z").unwrap().unix_timestamp(), 5);
        assert_eq!(past("1970-01-01T01:00:05+01:00").unwrap().unix_timestamp(), 5);
        let ago = OffsetDateTime::now_utc() - past("1h 30m").unwrap();
        assert!((5399..5405).contains(&ago.whole_seconds()), "{ago}");
        for bad in ["", "yesterday", "5", "2027-01-31", "-1h", "99999999999999y"] {
            assert!(moment(bad).is_err() && past(bad).is_err(), "{bad}");
        }
    }
}
