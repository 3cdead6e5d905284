//! Conversions to and from the types of the crate `time`.

use time::format_description::well_known::{Iso8601, Rfc2822, Rfc3339};
use time::{Date as CalendarDate, OffsetDateTime, UtcOffset};

use super::{Date, Timestamp};

/// The error of a string that names no instant or no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat(());

impl std::fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the string is neither RFC 3339, RFC 2822 nor YYYY-MM-DD")
    }
}

impl std::error::Error for UnknownFormat {}

impl Timestamp {
    /// Returns the instant, or `None` where the string is neither RFC 3339 nor RFC 2822. A date alone is midnight UTC.
    ///
    /// The string is parsed by this method and not when a response is read.
    #[cfg_attr(docsrs, doc(cfg(feature = "time")))]
    pub fn to_datetime(&self) -> Option<OffsetDateTime> {
        let trimmed = self.text.trim();
        // RFC 2822 starts with the name of a day, or with a day of one or two digits.
        let newer = trimmed.as_bytes().get(4) == Some(&b'-');
        if newer {
            OffsetDateTime::parse(trimmed, &Rfc3339)
                .or_else(|_| OffsetDateTime::parse(trimmed, &Iso8601::DEFAULT))
                .or_else(|_| {
                    CalendarDate::parse(trimmed, &Iso8601::DATE).map(|date| date.midnight().assume_utc())
                })
                .ok()
        } else {
            OffsetDateTime::parse(trimmed, &Rfc2822).ok()
        }
    }
}

/// Writes UTC in whole seconds, because some of Twilio's products read neither offsets nor fractions. A fraction is cut
/// off.
impl From<OffsetDateTime> for Timestamp {
    fn from(value: OffsetDateTime) -> Self {
        let utc = value.to_offset(UtcOffset::UTC);
        let utc = utc.replace_nanosecond(0).unwrap_or(utc);
        let text = utc.format(&Rfc3339).unwrap_or_default();
        Self { text: text.into() }
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(value: std::time::SystemTime) -> Self {
        OffsetDateTime::from(value).into()
    }
}

impl From<CalendarDate> for Timestamp {
    fn from(value: CalendarDate) -> Self {
        Self { text: value.to_string().into() }
    }
}

impl TryFrom<&Timestamp> for OffsetDateTime {
    type Error = UnknownFormat;
    fn try_from(timestamp: &Timestamp) -> Result<Self, Self::Error> {
        timestamp.to_datetime().ok_or(UnknownFormat(()))
    }
}

impl Date {
    /// Returns the date, or `None` where the string is not `YYYY-MM-DD`.
    #[cfg_attr(docsrs, doc(cfg(feature = "time")))]
    pub fn to_date(&self) -> Option<CalendarDate> {
        CalendarDate::parse(self.text.trim(), &Iso8601::DATE).ok()
    }
}

impl TryFrom<&Date> for CalendarDate {
    type Error = UnknownFormat;
    fn try_from(date: &Date) -> Result<Self, Self::Error> {
        date.to_date().ok_or(UnknownFormat(()))
    }
}

impl From<CalendarDate> for Date {
    fn from(value: CalendarDate) -> Self {
        Self { text: value.to_string().into() }
    }
}

/// Takes the date in UTC.
impl From<OffsetDateTime> for Date {
    fn from(value: OffsetDateTime) -> Self {
        value.to_offset(UtcOffset::UTC).date().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_with_fractions_and_offsets_name_one_instant() {
        let same = [
            "2023-08-24T05:01:45Z",
            "2023-08-24T05:01:45.000Z",
            "2023-08-24T07:01:45+02:00",
            "2023-08-24T05:01:45.000000+00:00",
            "Thu, 24 Aug 2023 05:01:45 +0000",
            "Thu, 24 Aug 2023 00:01:45 -0500",
        ];
        for text in same {
            let time = Timestamp::from(text);
            assert_eq!(time.to_datetime().map(|t| t.unix_timestamp()), Some(1_692_853_305), "{text}");
            assert_eq!(time.as_str(), text);
        }
        let fraction = Timestamp::from("2023-08-24T05:01:45.123Z").to_datetime().map(|t| t.millisecond());
        assert_eq!(fraction, Some(123));
    }

    #[test]
    fn an_unknown_form_is_kept() {
        for text in ["", "soon", "2023-13-45T00:00:00Z", "é2023-08-24"] {
            assert_eq!(Timestamp::from(text).to_datetime(), None);
            assert_eq!(Timestamp::from(text).as_str(), text);
            assert_eq!(Date::from(text).as_str(), text);
        }
    }

    #[test]
    fn a_fraction_of_a_second_is_cut_off() {
        for (time, sent) in [
            ("2026-06-01T10:00:45.123456789Z", "2026-06-01T10:00:45Z"),
            ("2026-06-01T12:00:59.999999999+02:00", "2026-06-01T10:00:59Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z"),
        ] {
            let time = OffsetDateTime::parse(time, &Rfc3339).expect("literal");
            assert_eq!(Timestamp::from(time).as_str(), sent);
            assert_eq!(Timestamp::from(std::time::SystemTime::from(time)).as_str(), sent);
        }
    }

    #[test]
    fn times_go_out_in_utc_and_dates_as_dates() {
        let time = OffsetDateTime::parse("2026-06-01T12:00:00+02:00", &Rfc3339).expect("literal");
        assert_eq!(Timestamp::from(time).as_str(), "2026-06-01T10:00:00Z");
        assert_eq!(Date::from(time).as_str(), "2026-06-01");
        assert_eq!(Timestamp::from(time.date()).as_str(), "2026-06-01");
        let midnight = OffsetDateTime::parse("2026-06-01T00:00:00Z", &Rfc3339).expect("literal");
        assert_eq!(Timestamp::from(time.date()).to_datetime(), Some(midnight));
    }
}
