/// Implements `Deserialize` for generated structs.
#[doc(hidden)]
#[macro_export]
macro_rules! deserialize_models {
    ($($name:ident)*) => {
        $(impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize(deserializer)
            }
        })*
    };
}

/// Implements `Serialize` for generated structs.
#[doc(hidden)]
#[macro_export]
macro_rules! serialize_models {
    ($($name:ident)*) => {
        $(impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::to_json(self).serialize(serializer)
            }
        })*
    };
}
