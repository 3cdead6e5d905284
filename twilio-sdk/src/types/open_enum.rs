/// Defines enums that keep values they do not know.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $value, "`")] $variant,)*
            /// A value that this version of the SDK does not know, as it came.
            Unknown(String),
        }

        impl $name {
            /// The value on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($value => Self::$variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        crate::types::text_type!($name);
    };
}
pub(crate) use open_enum;

/// What every type shares that is text on the wire and has `as_str` and `From<&str>`.
macro_rules! text_type {
    ($name:ident) => {
        crate::types::text_type!([] $name);
    };
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)*> From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl<$($generics)*> std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl<$($generics)*> serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de, $($generics)*> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::types::deserialize_text(deserializer)
            }
        }

        impl<$($generics)*> crate::runtime::Param for $name {
            fn text(&self) -> std::borrow::Cow<'_, str> {
                self.as_str().into()
            }
        }

        impl<$($generics)*> crate::runtime::Scalar for $name {
            fn from_text(text: &str) -> Option<Self> {
                Some(Self::from(text))
            }
            fn from_number(number: &serde_json::Number) -> Option<Self> {
                Some(Self::from(number.to_string()))
            }
            fn from_bool(value: bool) -> Option<Self> {
                Some(Self::from(value.to_string()))
            }
            fn to_json(&self) -> serde_json::Value {
                self.as_str().into()
            }
        }

        crate::runtime::scalar!([$($generics)*] $name);
    };
}
pub(crate) use text_type;

open_enum! {
    /// The HTTP method of a webhook.
    HttpMethod {
        Get = "GET",
        Post = "POST",
        Put = "PUT",
        Patch = "PATCH",
        Delete = "DELETE",
        Head = "HEAD",
    }
}
