use time::OffsetDateTime;
use time::format_description::well_known::{Iso8601, Rfc2822, Rfc3339};
use time::{Date as CalendarDate, UtcOffset};

/// A point in time, as Twilio writes it: RFC 3339 in newer products, RFC 2822 in the 2010 API.
///
/// The text is kept, so that one in an unknown form loses nothing; [`value`](Self::value) is the instant.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp {
    text: Box<str>,
}

impl Timestamp {
    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The instant; `None` where the text is neither RFC 3339 nor RFC 2822. A date alone is its midnight
    /// in UTC. The text is read at each call, so that answers are not slowed down by dates that nobody looks at.
    pub fn value(&self) -> Option<OffsetDateTime> {
        let trimmed = self.text.trim();
        // Their first letters tell them apart: RFC 2822 starts with a day's name or a one- or two-digit day.
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

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self { text: text.into() }
    }
}

/// Written in UTC and in whole seconds, because some of Twilio's products read neither offsets nor fractions; a
/// fraction is cut off.
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

/// A calendar date, `YYYY-MM-DD`.
///
/// The text is kept, so that one in an unknown form loses nothing; [`value`](Self::value) is the date.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Date {
    text: Box<str>,
}

impl Date {
    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The date; `None` where the text is not `YYYY-MM-DD`.
    pub fn value(&self) -> Option<CalendarDate> {
        CalendarDate::parse(self.text.trim(), &Iso8601::DATE).ok()
    }
}

impl From<&str> for Date {
    fn from(text: &str) -> Self {
        Self { text: text.into() }
    }
}

impl From<CalendarDate> for Date {
    fn from(value: CalendarDate) -> Self {
        Self { text: value.to_string().into() }
    }
}

/// The date in UTC.
impl From<OffsetDateTime> for Date {
    fn from(value: OffsetDateTime) -> Self {
        value.to_offset(UtcOffset::UTC).date().into()
    }
}

macro_rules! shown_as_text {
    ($($name:ident)*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.text)
            }
        }
        crate::text_type!($name);)*
    };
}

shown_as_text!(Timestamp Date);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_with_fractions_and_offsets_name_the_same_instant() {
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
            assert_eq!(time.value().map(|t| t.unix_timestamp()), Some(1_692_853_305), "{text}");
            assert_eq!(time.as_str(), text);
        }
        let fraction = Timestamp::from("2023-08-24T05:01:45.123Z").value().map(|t| t.millisecond());
        assert_eq!(fraction, Some(123));
    }

    #[test]
    fn an_unknown_form_is_kept() {
        for text in ["", "soon", "2023-13-45T00:00:00Z", "é2023-08-24"] {
            assert_eq!(Timestamp::from(text).value(), None);
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
        assert_eq!(Timestamp::from(time.date()).value(), Some(midnight));
    }
}
