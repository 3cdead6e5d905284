#[cfg(feature = "time")]
mod convert;

#[cfg(feature = "time")]
pub use convert::UnknownFormat;

/// A timestamp as Twilio writes it: RFC 3339 in newer products, RFC 2822 in the 2010 API.
///
/// The string is kept as received, so a timestamp in an unknown form is not lost. With the feature `time`,
/// `to_datetime` parses it. There is no order: two strings may name one instant, and a string may name none.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp {
    text: Box<str>,
}

/// A calendar date, `YYYY-MM-DD`.
///
/// The string is kept as received, so a date in an unknown form is not lost. With the feature `time`, `to_date` parses
/// it. There is no order, because a string may name no date.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Date {
    text: Box<str>,
}

macro_rules! kept_string {
    ($($name:ident)*) => {
        $(impl $name {
            /// Returns the string on the wire.
            pub fn as_str(&self) -> &str {
                &self.text
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self { text: text.into() }
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.text
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.text)
            }
        }

        crate::text_type!($name);)*
    };
}

kept_string!(Timestamp Date);
