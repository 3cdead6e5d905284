//! Positions in lists.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// A page of a list and the number of its items already read. Store it to continue later, or in another process.
///
/// [`Page::next_page_token`](crate::Page::next_page_token), [`Pages::position`](crate::Pages::position) and
/// [`Items::position`](crate::Items::position) return it, and `resume_from` of a list with the same parameters takes it. It
/// converts to and from a string (`Display`, `FromStr`, serde). Twilio's link in it may contain a phone number, but no
/// credentials. The host of the link is checked before it is followed.
///
/// ```
/// use twilio_sdk::PagePosition;
///
/// // Twilio's link or page token, as a string.
/// let position = PagePosition::from("/2010-04-01/Accounts/AC1/Calls.json?PageSize=50&Page=1&PageToken=PACA1");
/// assert_eq!(position.to_string().parse::<PagePosition>(), Ok(position));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PagePosition {
    /// `None` for the first page.
    pub(super) next: Option<Next>,
    /// Number of items of the page already read.
    pub(super) read: usize,
}

/// How to request a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Next {
    /// An absolute or a relative link.
    Link(String),
    /// A token in the query.
    Token(String),
    /// A number in the query.
    Number(String, u64),
}

impl PagePosition {
    pub(super) const START: Self = Self { next: None, read: 0 };
}

impl From<Next> for PagePosition {
    fn from(next: Next) -> Self {
        Self { next: Some(next), read: 0 }
    }
}

/// A string that is neither a link nor one of the forms below is a token.
const TOKEN: &str = "token:";
const NUMBER: &str = "page:";
const READ: &str = "read:";

impl Next {
    fn is_link(text: &str) -> bool {
        text.starts_with('/') || text.contains("://")
    }

    fn parse(text: &str) -> Self {
        if let Some((name, number)) = text.strip_prefix(NUMBER).and_then(|rest| rest.split_once('='))
            && let Ok(number) = number.parse()
        {
            return Self::Number(name.to_owned(), number);
        }
        match text.strip_prefix(TOKEN) {
            Some(token) => Self::Token(token.to_owned()),
            None if Self::is_link(text) => Self::Link(text.to_owned()),
            None => Self::Token(text.to_owned()),
        }
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(link) => f.write_str(link),
            Self::Token(token) if Self::parse(token) == *self && !token.starts_with(READ) => {
                f.write_str(token)
            }
            Self::Token(token) => write!(f, "{TOKEN}{token}"),
            Self::Number(name, number) => write!(f, "{NUMBER}{name}={number}"),
        }
    }
}

/// A link or a token as received, prefixed by `read:N:` if items of the page were read.
impl fmt::Display for PagePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.read > 0 || self.next.is_none() {
            write!(f, "{READ}{}:", self.read)?;
        }
        self.next.as_ref().map_or(Ok(()), |next| next.fmt(f))
    }
}

impl From<&str> for PagePosition {
    fn from(text: &str) -> Self {
        let read = text.strip_prefix(READ).and_then(|rest| rest.split_once(':'));
        match read.and_then(|(read, rest)| Some((read.parse().ok()?, rest))) {
            Some((read, "")) => Self { next: None, read },
            Some((read, rest)) => Self { next: Some(Next::parse(rest)), read },
            None if text.is_empty() => Self::START,
            None => Next::parse(text).into(),
        }
    }
}

impl From<String> for PagePosition {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

/// Any string is a position. The server rejects an unknown one.
impl FromStr for PagePosition {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl serde::Serialize for PagePosition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for PagePosition {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(deserializer).map(|text| text.as_ref().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn review_26_every_position_is_read_as_it_was_written() {
        let nexts = [
            Next::Link("/x?Page=1".into()),
            Next::Link("https://api.twilio.com/x?Page=1".into()),
            Next::Token("PACA1".into()),
            Next::Token("/looks/like/a/link==".into()),
            Next::Token("a://b".into()),
            Next::Token("token:x".into()),
            Next::Token("page:Page=3".into()),
            Next::Token("read:3:".into()),
            Next::Number("Page".into(), 3),
            Next::Number("startIndex".into(), u64::MAX),
        ];
        let mut positions: Vec<_> = nexts.map(PagePosition::from).into();
        positions.extend(positions.clone().into_iter().map(|position| PagePosition { read: 7, ..position }));
        positions.push(PagePosition::START);
        positions.push(PagePosition { next: None, read: 9 });
        for position in positions {
            let text = position.to_string();
            assert_eq!(PagePosition::from(text.as_str()), position, "{text}");
            let json = serde_json::to_string(&position).expect("a string");
            assert_eq!(serde_json::from_str::<PagePosition>(&json).expect("the same"), position, "{json}");
        }
        assert_eq!(PagePosition::from("PACA1").next, Some(Next::Token("PACA1".into())));
        assert_eq!(PagePosition::from(""), PagePosition::START);
    }
}
