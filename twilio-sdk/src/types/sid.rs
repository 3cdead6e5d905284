//! Resource identifiers: two letters that name the kind, and 32 hexadecimal digits.

/// Defines SID newtypes.
macro_rules! sids {
    ($($(#[$doc:meta])* $name:ident: $($prefix:literal)|*;)*) => {
        $($(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// What such a SID starts with; none where any kind of resource may stand.
            pub const PREFIXES: &'static [&'static str] = &[$($prefix),*];

            /// The SID as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether it has the right prefix and 32 hexadecimal digits. Construction never checks, because
            /// Twilio's own answers hold empty SIDs and new kinds of them.
            pub fn is_well_formed(&self) -> bool {
                well_formed(&self.0, Self::PREFIXES)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self(text.as_str().into())
            }
        }

        impl From<&Self> for $name {
            fn from(sid: &Self) -> Self {
                sid.clone()
            }
        }

        impl From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.0.into()
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
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        crate::types::text_type!($name);)*
    };
}

fn well_formed(sid: &str, prefixes: &[&str]) -> bool {
    let Some((prefix, digits)) = sid.split_at_checked(2) else { return false };
    let known = prefixes.is_empty() || prefixes.contains(&prefix);
    let letters = prefix.bytes().all(|b| b.is_ascii_alphabetic());
    known && letters && digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

sids! {
    /// The SID of any kind of resource.
    Sid: ;
}

include!(concat!(env!("OUT_DIR"), "/sids.rs"));

macro_rules! any_sid {
    ($($name:ident)*) => {
        $(impl From<$name> for Sid {
            fn from(sid: $name) -> Self {
                Self(sid.0)
            }
        })*
    };
}

include!(concat!(env!("OUT_DIR"), "/any_sid.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn construction_never_fails_and_says_whether_it_is_well_formed() {
        let good = format!("CA{}", "0aF".repeat(11).get(..32).unwrap_or_default());
        assert!(CallSid::from(good.as_str()).is_well_formed());
        for bad in
            ["", "CA", "C", "é", "SM00000000000000000000000000000000", "CA0000000000000000000000000000000g"]
        {
            assert!(!CallSid::from(bad).is_well_formed(), "{bad}");
            assert_eq!(CallSid::from(bad).as_str(), bad);
        }
        assert!(MessageSid::from("MM00000000000000000000000000000000").is_well_formed());
        assert!(Sid::from(CallSid::from(good)).is_well_formed());
    }
}
