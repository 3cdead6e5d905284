//! Resource identifiers: two letters that name the kind, and 32 hexadecimal digits.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// A SID of one kind of resource; each kind has an alias, such as [`CallSid`].
///
/// One of another kind does not stand for it, text always does. Construction never checks, because Twilio's own
/// answers hold empty SIDs and new kinds of them; [`is_well_formed`](Self::is_well_formed) does.
pub struct TypedSid<K> {
    text: Box<str>,
    kind: PhantomData<fn() -> K>,
}

/// What a SID of a kind starts with.
pub trait SidKind: 'static {
    /// The prefixes, two letters each.
    const PREFIXES: &'static [&'static str];
}

impl<K: SidKind> TypedSid<K> {
    /// Whether it has a prefix of its kind and 32 hexadecimal digits.
    pub fn is_well_formed(&self) -> bool {
        is_sid(&self.text, K::PREFIXES)
    }
}

/// The SID of any kind of resource, where a specification does not say which.
pub struct Sid {
    text: Box<str>,
    kind: PhantomData<fn() -> Self>,
}

impl Sid {
    /// Whether it has two letters and 32 hexadecimal digits.
    pub fn is_well_formed(&self) -> bool {
        is_sid(&self.text, &[])
    }
}

impl<K> From<TypedSid<K>> for Sid {
    fn from(sid: TypedSid<K>) -> Self {
        Self { text: sid.text, kind: PhantomData }
    }
}

/// Whether a text is one of these prefixes, or any two letters where there are none, and 32 hexadecimal digits.
pub fn is_sid(sid: &str, prefixes: &[&str]) -> bool {
    let Some((prefix, digits)) = sid.split_at_checked(2) else { return false };
    let known = prefixes.is_empty() || prefixes.contains(&prefix);
    let letters = prefix.bytes().all(|b| b.is_ascii_alphabetic());
    known && letters && digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What both types share.
macro_rules! sid_type {
    ([$($k:ident)?] $name:ty) => {
        impl<$($k)?> $name {
            /// The SID as text.
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
}
