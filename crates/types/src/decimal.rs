use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::wire::{Decode, Decoded, Param, odd_list};

/// A decimal number, such as a price, with every digit preserved.
///
/// Twilio writes most decimals as strings (`"-0.0075"`) and some as JSON numbers. Both are read. `==` compares digits:
/// `1.0 != 1.00`. To calculate, use [`to_decimal`](Self::to_decimal).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    text: Box<str>,
    number: bool,
}

impl Decimal {
    /// Returns the digits as received.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the number, or `None` where the string is not a number or has more than 28 digits.
    pub fn to_decimal(&self) -> Option<rust_decimal::Decimal> {
        let text = self.text.trim();
        rust_decimal::Decimal::from_str_exact(text)
            .or_else(|_| rust_decimal::Decimal::from_scientific(text))
            .ok()
    }

    fn of_number(text: &str) -> Self {
        Self { text: text.into(), number: true }
    }
}

impl From<&str> for Decimal {
    fn from(text: &str) -> Self {
        Self { text: text.into(), number: false }
    }
}

impl From<String> for Decimal {
    fn from(text: String) -> Self {
        Self { text: text.into(), number: false }
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {
        $(impl From<$integer> for Decimal {
            fn from(number: $integer) -> Self {
                Self::of_number(&number.to_string())
            }
        })*
    };
}

from_integers!(i32 i64 u32);

impl AsRef<str> for Decimal {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// The error of a [`Decimal`] that is not a number, or has more than 28 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADecimal(());

impl fmt::Display for NotADecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the string is not a number of at most 28 digits")
    }
}

impl std::error::Error for NotADecimal {}

impl TryFrom<&Decimal> for rust_decimal::Decimal {
    type Error = NotADecimal;
    fn try_from(decimal: &Decimal) -> Result<Self, Self::Error> {
        decimal.to_decimal().ok_or(NotADecimal(()))
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(number: rust_decimal::Decimal) -> Self {
        Self::of_number(&number.to_string())
    }
}

impl FromStr for Decimal {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Self::decode(deserializer)? {
            Decoded::Exact(value) | Decoded::Coerced(value, _) => Ok(value),
            Decoded::Null => Err(D::Error::custom("expected a number, not null")),
            Decoded::Odd(odd) => {
                Err(D::Error::custom(format_args!("expected a number, not {}", crate::json_kind(&odd))))
            }
        }
    }
}

impl Param for Decimal {
    fn text(&self) -> Cow<'_, str> {
        (&*self.text).into()
    }

    /// A JSON number where it was received as one or created from one; a string otherwise.
    fn json(&self) -> Value {
        if !self.number {
            return (&*self.text).into();
        }
        let number = serde_json::from_str::<serde_json::Number>(&self.text);
        match number {
            // A number that a double cannot hold is sent as a string rather than with other digits.
            Ok(number) if same_digits(&number.to_string(), &self.text) => Value::Number(number),
            _ => (&*self.text).into(),
        }
    }
}

fn same_digits(a: &str, b: &str) -> bool {
    let parse = |text: &str| {
        rust_decimal::Decimal::from_str_exact(text)
            .or_else(|_| rust_decimal::Decimal::from_scientific(text))
            .ok()
    };
    a == b || matches!((parse(a), parse(b)), (Some(a), Some(b)) if a == b)
}

/// The name by which serde_json hands out the text of a number. Should it ever change, numbers are still read,
/// with the digits that a double holds.
const RAW: &str = "$serde_json::private::RawValue";

impl Decode for Decimal {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<Self>, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, DecimalVisitor)
    }

    fn restore(&self) -> Option<Value> {
        Some(self.json())
    }
}

struct DecimalVisitor;

impl<'de> Visitor<'de> for DecimalVisitor {
    type Value = Decoded<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == RAW {
                let raw: RawText = map.next_value()?;
                return Ok(of_text(&raw.0));
            }
            values.insert(name, map.next_value()?);
        }
        Ok(Decoded::Odd(Value::Object(values)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Decoded::Exact(text.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Decoded::Exact(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Decoded::Exact(Decimal::of_number(&number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Decoded::Exact(Decimal::of_number(&Value::from(number).to_string())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Decoded::Odd(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Decoded::Null)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Decoded::Null)
    }

    odd_list!();
}

/// JSON text as serde_json hands it out: borrowed or owned.
struct RawText(String);

impl<'de> Deserialize<'de> for RawText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

fn of_text(text: &str) -> Decoded<Decimal> {
    match text.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<String>(text) {
            Ok(text) => Decoded::Exact(text.into()),
            Err(_) => Decoded::Odd(text.into()),
        },
        Some(b'-' | b'0'..=b'9') => Decoded::Exact(Decimal::of_number(text)),
        Some(b'n') => Decoded::Null,
        _ => Decoded::Odd(serde_json::from_str(text).unwrap_or_else(|_| text.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Decimal {
        serde_json::from_str(text).expect(text)
    }

    #[test]
    fn every_digit_is_kept_from_text_and_from_numbers() {
        for digits in ["0.1", "-0.0075", "12345678901234567890.12345678901234567890", "1e400", "0.10", "5"] {
            assert_eq!(read(digits).as_str(), digits);
            assert_eq!(read(&format!("\"{digits}\"")).as_str(), digits);
        }
        assert_eq!(read("0.30").to_decimal(), rust_decimal::Decimal::from_str("0.3").ok());
        assert_eq!(read("1e400").to_decimal(), None);
    }

    #[test]
    fn a_number_that_passed_through_a_value_or_a_flattened_struct_is_read() {
        let value: Decimal = serde_json::from_value(serde_json::json!(0.25)).expect("number");
        assert_eq!(value.as_str(), "0.25");
        #[derive(serde::Deserialize)]
        struct Outer {
            #[serde(flatten)]
            rest: std::collections::BTreeMap<String, Decimal>,
        }
        let outer: Outer = serde_json::from_str(r#"{"price": 0.25, "other": "1.50"}"#).expect("flattened");
        assert_eq!(outer.rest["price"].as_str(), "0.25");
        assert_eq!(outer.rest["other"].as_str(), "1.50");
    }

    #[test]
    fn what_is_no_number_is_handed_back() {
        assert!(serde_json::from_str::<Decimal>("{}").is_err());
        assert!(serde_json::from_str::<Decimal>("[1]").is_err());
        assert!(serde_json::from_str::<Decimal>("null").is_err());
    }

    #[test]
    fn it_is_written_as_it_came() {
        for text in ["0.1", "\"0.10\"", "7"] {
            assert_eq!(serde_json::to_string(&read(text)).expect(text), text);
        }
        let long = "0.1234567890123456789";
        assert_eq!(serde_json::to_string(&read(long)).expect(long), format!("\"{long}\""));
    }
}
