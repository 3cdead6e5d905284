//! Scalars, which Twilio writes now as text and now as themselves.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::decode::{Decoded, odd_list, odd_map};

/// A scalar that is read from text, a number or a truth value.
pub trait Scalar: Sized {
    /// Converts a string.
    fn from_text(text: &str) -> Option<Self>;
    /// Converts a number.
    fn from_number(number: &Number) -> Option<Self>;
    /// Converts a boolean.
    fn from_bool(value: bool) -> Option<Self>;
    /// The JSON that the value is written as.
    fn to_json(&self) -> Value;
    /// `true` if the type is written as a number.
    const NUMERIC: bool = false;
    /// `true` if the type is written as a boolean.
    const BOOLEAN: bool = false;
}

/// Reads a scalar in any of its forms.
pub fn decode_scalar<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<Decoded<T>, D::Error> {
    deserializer.deserialize_any(ScalarVisitor(PhantomData))
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<T: Scalar> ScalarVisitor<T> {
    fn number(number: Number) -> Decoded<T> {
        match T::from_number(&number) {
            Some(value) if T::NUMERIC && value.to_json() == Value::Number(number.clone()) => {
                Decoded::Exact(value)
            }
            Some(value) => Decoded::Coerced(value, Value::Number(number)),
            None => Decoded::Odd(Value::Number(number)),
        }
    }
}

impl<'de, T: Scalar> Visitor<'de> for ScalarVisitor<T> {
    type Value = Decoded<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(match T::from_text(text) {
            Some(value) if !T::NUMERIC && !T::BOOLEAN => Decoded::Exact(value),
            Some(value) => Decoded::Coerced(value, text.into()),
            None => Decoded::Odd(text.into()),
        })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Self::number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Self::number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Decoded::Null, Self::number))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(match T::from_bool(value) {
            Some(found) if T::BOOLEAN => Decoded::Exact(found),
            Some(found) => Decoded::Coerced(found, value.into()),
            None => Decoded::Odd(value.into()),
        })
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Decoded::Null)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Decoded::Null)
    }

    odd_list!();
    odd_map!();
}

/// Implements [`Decode`](crate::wire::Decode) for a scalar.
#[doc(hidden)]
#[macro_export]
macro_rules! scalar {
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)*> $crate::wire::Decode for $name {
            fn decode<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$crate::wire::Decoded<Self>, D::Error> {
                $crate::wire::decode_scalar(deserializer)
            }
            fn restore(&self) -> Option<serde_json::Value> {
                Some($crate::wire::Scalar::to_json(self))
            }
        }
    };
    ($($name:ty),* $(,)?) => {
        $($crate::scalar!([] $name);)*
    };
}
crate::scalar!(String, i64, bool);

impl Scalar for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
    fn from_number(number: &Number) -> Option<Self> {
        Some(number.to_string())
    }
    fn from_bool(value: bool) -> Option<Self> {
        Some(value.to_string())
    }
    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Scalar for i64 {
    const NUMERIC: bool = true;
    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
    fn from_number(number: &Number) -> Option<Self> {
        // Beyond 2^53 a float does not name one integer.
        let whole = |float: f64| {
            (float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0).then_some(float as Self)
        };
        number.as_i64().or_else(|| if number.is_f64() { number.as_f64().and_then(whole) } else { None })
    }
    fn from_bool(_: bool) -> Option<Self> {
        None
    }
    fn to_json(&self) -> Value {
        (*self).into()
    }
}

impl Scalar for bool {
    const BOOLEAN: bool = true;
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }
    fn from_number(_: &Number) -> Option<Self> {
        None
    }
    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
    fn to_json(&self) -> Value {
        (*self).into()
    }
}
