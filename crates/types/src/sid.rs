//! Resource identifiers: two letters for the kind, and 32 hexadecimal digits.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// A SID of one kind of resource; each kind has an alias, such as [`CallSid`](crate::CallSid).
///
/// SIDs of different kinds are different types. Any string converts: construction does not check, because Twilio's
/// responses contain empty SIDs and SIDs of new kinds. [`is_well_formed`](Self::is_well_formed) checks.
pub struct TypedSid<K> {
    text: Box<str>,
    kind: PhantomData<fn() -> K>,
}

/// A kind of SID.
pub trait SidKind: 'static {
    /// The prefixes of the kind, two letters each.
    const PREFIXES: &'static [&'static str];
}

impl<K: SidKind> TypedSid<K> {
    /// Returns whether the SID has a prefix of its kind and 32 hexadecimal digits.
    pub fn is_well_formed(&self) -> bool {
        is_sid(&self.text, K::PREFIXES)
    }
}

/// A SID of any kind, where a specification does not say which.
pub struct Sid {
    text: Box<str>,
    kind: PhantomData<fn() -> Self>,
}

impl Sid {
    /// Returns whether the SID has two letters and 32 hexadecimal digits.
    pub fn is_well_formed(&self) -> bool {
        is_sid(&self.text, &[])
    }
}

impl<K> From<TypedSid<K>> for Sid {
    fn from(sid: TypedSid<K>) -> Self {
        Self { text: sid.text, kind: PhantomData }
    }
}

/// The error of a [`Sid`] of another kind; [`into_sid`](Self::into_sid) returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongSidKind(Sid);

impl WrongSidKind {
    /// Returns the SID that was to be converted.
    pub fn into_sid(self) -> Sid {
        self.0
    }
}

impl fmt::Display for WrongSidKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the SID {:?} has a prefix of another kind", self.0.as_str())
    }
}

impl std::error::Error for WrongSidKind {}

/// Converts by prefix.
impl<K: SidKind> TryFrom<Sid> for TypedSid<K> {
    type Error = WrongSidKind;
    fn try_from(sid: Sid) -> Result<Self, Self::Error> {
        match K::PREFIXES.iter().any(|prefix| sid.text.starts_with(prefix)) {
            true => Ok(Self { text: sid.text, kind: PhantomData }),
            false => Err(WrongSidKind(sid)),
        }
    }
}

/// Returns whether a string is one of the prefixes, or any two letters where `prefixes` is empty, and 32 hexadecimal
/// digits.
pub fn is_sid(sid: &str, prefixes: &[&str]) -> bool {
    let Some((prefix, digits)) = sid.split_at_checked(2) else { return false };
    let known = prefixes.is_empty() || prefixes.contains(&prefix);
    let letters = prefix.bytes().all(|b| b.is_ascii_alphabetic());
    known && letters && digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Implements what both types share.
macro_rules! sid_type {
    ([$($k:ident)?] $name:ty) => {
        impl<$($k)?> $name {
            /// Returns the SID as a string.
            pub fn as_str(&self) -> &str {
                &self.text
            }
        }

        impl<$($k)?> From<&str> for $name {
            fn from(text: &str) -> Self {
                Self { text: text.into(), kind: PhantomData }
            }
        }

        impl<$($k)?> From<&String> for $name {
            fn from(text: &String) -> Self {
                text.as_str().into()
            }
        }

        impl<$($k)?> From<Box<str>> for $name {
            fn from(text: Box<str>) -> Self {
                Self { text, kind: PhantomData }
            }
        }

        impl<$($k)?> From<&Self> for $name {
            fn from(sid: &Self) -> Self {
                sid.clone()
            }
        }

        impl<$($k)?> From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.text.into()
            }
        }

        impl<$($k)?> std::str::FromStr for $name {
            type Err = std::convert::Infallible;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl<$($k)?> AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.text
            }
        }

        /// Hashes like `str`, so maps with SIDs as keys can be searched by `&str`.
        impl<$($k)?> Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.text
            }
        }

        impl<$($k)?> Clone for $name {
            fn clone(&self) -> Self {
                Self { text: self.text.clone(), kind: PhantomData }
            }
        }

        impl<$($k)?> PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.text == other.text
            }
        }

        impl<$($k)?> Eq for $name {}

        impl<$($k)?> PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.text == other
            }
        }

        impl<$($k)?> PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.text == *other
            }
        }

        impl<$($k)?> PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                *self.text == **other
            }
        }

        impl<$($k)?> Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.text.hash(state);
            }
        }

        impl<$($k)?> PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl<$($k)?> Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.text.cmp(&other.text)
            }
        }

        impl<$($k)?> fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.text, f)
            }
        }

        crate::text_type!([$($k)?] $name);
    };
}

sid_type!([] Sid);
sid_type!([K] TypedSid<K>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallSid, MessageSid};

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

    #[test]
    fn a_sid_converts_to_its_own_kind_only() {
        let sid = Sid::from("CA00000000000000000000000000000000");
        assert_eq!(CallSid::try_from(sid.clone()).as_ref().map(CallSid::as_str), Ok(sid.as_str()));
        assert_eq!(MessageSid::try_from(sid.clone()).map_err(WrongSidKind::into_sid), Err(sid));
    }

    #[test]
    fn a_map_of_sids_is_searched_by_string() {
        let map = std::collections::HashMap::from([(CallSid::from("CA1"), 1)]);
        assert_eq!(map.get("CA1"), Some(&1));
    }
}
