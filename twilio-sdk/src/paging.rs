//! Paginated lists.

mod items;
mod position;

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::runtime::{Decode, Decoded, Operation, Output, Param, Parts, Raw, RequestBuilder, read_json};
use crate::types::Extra;
use crate::types::wire::{Name, Seed};
use crate::{Error, Result, SendFuture};

pub use items::Items;
use position::Next;
pub use position::PagePosition;

/// A page of a list, in any of Twilio's envelopes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The other properties of the envelope, such as `meta`, `next_page_uri` and `total_pages`.
    pub extra: Extra,
    key: String,
    repaired: Vec<usize>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), extra: Extra::default(), key: String::new(), repaired: Vec::new() }
    }
}

impl<T> Page<T> {
    /// Returns the indices in [`items`](Self::items) of the items that were not well-formed JSON.
    ///
    /// These contain what could be read; the others are complete. See
    /// [`Response::is_repaired`](crate::Response::is_repaired). Empty for a well-formed response.
    pub fn repaired_items(&self) -> &[usize] {
        &self.repaired
    }

    /// Returns the position of the next page, `None` on the last page. As a string it is Twilio's link or token.
    pub fn next_page_token(&self) -> Option<PagePosition> {
        self.next().map(PagePosition::from)
    }

    fn next(&self) -> Option<Next> {
        let text = |value: Option<&Value>| value?.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
        let number = |name: &str| self.extra.get(name).and_then(Value::as_u64);
        let meta = self.extra.get("meta");
        let in_meta = |name: &str| text(meta.and_then(|meta| meta.get(name)));
        if let Some(link) = in_meta("next_page_url")
            .or_else(|| text(self.extra.get("next_page_url")))
            .or_else(|| text(self.extra.get("next_page_uri")))
        {
            return Some(Next::Link(link));
        }
        if let Some(token) = in_meta("nextToken").or_else(|| in_meta("next_token")) {
            return Some(Next::Token(token));
        }
        if self.extra.get("has_next").and_then(Value::as_bool) == Some(true) {
            let next = number("current_page").and_then(|page| page.checked_add(1));
            return next.map(|page| Next::Number("Page".to_owned(), page));
        }
        // SCIM (RFC 7644, section 3.4.2.4) counts from 1 and says how many there are.
        if let (Some(total), Some(start)) = (number("totalResults"), number("startIndex")) {
            let next = start.checked_add(self.items.len() as u64);
            if let Some(next) = next.filter(|next| !self.items.is_empty() && *next <= total) {
                return Some(Next::Number("startIndex".to_owned(), next));
            }
        }
        None
    }
}

impl<T: Decode + Send + 'static> Output for Page<T> {
    #[allow(private_interfaces)]
    fn decode(raw: &Raw, operation: &'static Operation) -> Result<Self> {
        let key = operation.items.unwrap_or_default();
        if raw.is_empty(operation)? {
            return Ok(Self { key: key.to_owned(), ..Self::default() });
        }
        let read = |reader: &mut serde_json::Deserializer<serde_json::de::StrRead<'_>>| {
            PageSeed(key, PhantomData).deserialize(reader)
        };
        let (mut page, damage): (Self, _) = read_json(&raw.body, operation, read)?;
        page.rekey(key);
        page.repaired = damage.items(&page.key);
        // Where the list's name comes twice, the indices of the other list are among them.
        page.repaired.retain(|index| *index < page.items.len());
        Ok(page)
    }
}

impl<T: Decode> Page<T> {
    /// Finds the items under the name that the response itself gives, if they are not under the expected name.
    fn rekey(&mut self, expected: &str) {
        let named = self.extra.get("meta").and_then(|meta| meta.get("key")).and_then(Value::as_str);
        if let Some(named) = named.filter(|named| *named != expected && self.items.is_empty()) {
            let named = named.to_owned();
            if let Some(value) = self.extra.remove(&named) {
                match Vec::<T>::decode(value) {
                    Ok(Decoded::Exact(items)) => (self.items, self.key) = (items, named),
                    Ok(Decoded::Coerced(items, json)) => {
                        self.items = items;
                        self.extra.insert(named, json);
                    }
                    Ok(Decoded::Odd(json)) => self.extra.insert(named, json),
                    Ok(Decoded::Null) | Err(_) => {}
                }
            }
        }
    }
}

struct PageSeed<'a, T>(&'a str, PhantomData<T>);

impl<'de, T: Decode> DeserializeSeed<'de> for PageSeed<'_, T> {
    type Value = Page<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Page<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Decode> Visitor<'de> for PageSeed<'_, T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a list `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Page<T>, A::Error> {
        let mut page = Page { key: self.0.to_owned(), ..Page::default() };
        while let Some(name) = map.next_key::<Name<'de>>()? {
            if name.0 != self.0 {
                page.extra.insert(name.0, map.next_value::<Value>()?);
                continue;
            }
            match map.next_value_seed(Seed::<Vec<T>>(PhantomData))? {
                Decoded::Null => {}
                Decoded::Exact(items) => {
                    page.items = items;
                    page.extra.remove(self.0);
                }
                Decoded::Coerced(items, json) => {
                    page.items = items;
                    page.extra.insert(name.0, json);
                }
                // Where the name comes twice, the list counts.
                Decoded::Odd(_) if !page.items.is_empty() => {}
                Decoded::Odd(json) => page.extra.insert(name.0, json),
            }
        }
        Ok(page)
    }
}

/// A page as received: the items under their name, and the rest of the envelope.
impl<T: Param> serde::Serialize for Page<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

impl<T: Param> Param for Page<T> {
    fn text(&self) -> std::borrow::Cow<'_, str> {
        self.json().to_string().into()
    }
    fn json(&self) -> Value {
        let mut map: serde_json::Map<String, Value> =
            self.extra.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        map.entry(self.key.as_str()).or_insert_with(|| self.items.json());
        Value::Object(map)
    }
    fn known(&self) -> Value {
        [(self.key.clone(), self.items.known())].into_iter().collect()
    }
}

/// Fetches a list lazily, one request per page.
///
/// With feature `stream` this is a `futures_core::Stream`.
///
/// After an error that [`is_retryable`](Error::is_retryable), the next poll requests the same page again, at most ten times
/// in a row. Any other error ends the list. [`position`](Self::position) stays valid after an error.
#[must_use = "nothing is sent until a page is asked for"]
pub struct Pages<T> {
    pub(crate) call: Option<RequestBuilder<Page<T>>>,
    flight: Option<SendFuture<Page<T>>>,
    seen: HashSet<String>,
    /// The error that follows the page returned last.
    ending: Option<Error>,
    /// The page to request next.
    position: PagePosition,
    /// Number of consecutive failures of that page.
    failures: u32,
}

/// Maximum number of consecutive failures of a page, so that a loop that ignores errors ends.
const MOST_FAILURES: u32 = 10;

impl<T: Decode + Send + 'static> Pages<T> {
    pub(crate) fn new(call: RequestBuilder<Page<T>>) -> Self {
        let (flight, seen, ending) = (None, HashSet::new(), None);
        Self { call: Some(call), flight, seen, ending, position: PagePosition::START, failures: 0 }
    }

    /// Starts at a [`position`](Self::position), at Twilio's link to a page, or at a page token. The list must have the
    /// parameters that it had then.
    ///
    /// A link to another host than this product's is an [error](Error::is_pagination) in place of the page. Nothing is sent
    /// then.
    pub fn resume_from(mut self, position: impl Into<PagePosition>) -> Self {
        self.resume(position.into());
        self
    }

    fn resume(&mut self, position: PagePosition) {
        let Some(call) = &mut self.call else { return };
        self.flight = None;
        if let Some(next) = &position.next {
            self.seen.insert(next.to_string());
            if let Err(error) = follow(&mut call.parts, &*call.client, next.clone()) {
                (self.ending, self.call) = (Some(error), None);
            }
        }
        self.position = position;
    }

    /// Returns the position of the next page, `None` after the last one. After an error it is the page that failed.
    pub fn position(&self) -> Option<PagePosition> {
        (self.call.is_some() || self.ending.is_some()).then(|| self.position.clone())
    }

    /// Fetches the next page. Returns `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    /// Returns whether every further poll returns `None`.
    #[cfg(feature = "stream")]
    fn has_ended(&self) -> bool {
        let has_next = self.call.is_some() && self.failures < MOST_FAILURES;
        self.ending.is_none() && self.flight.is_none() && !has_next
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        if let Some(error) = self.ending.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if self.flight.is_none() {
            match &self.call {
                Some(call) if self.failures < MOST_FAILURES => self.flight = Some(call.clone().send()),
                _ => return Poll::Ready(None),
            }
        }
        let Some(flight) = self.flight.as_mut() else { return Poll::Ready(None) };
        let outcome = ready!(Pin::new(flight).poll(context));
        self.flight = None;
        match &outcome {
            // Received items are returned before the error that ends the list.
            Ok(page) => {
                self.failures = 0;
                self.ending = self.advance(page).err();
            }
            Err(error) if error.is_retryable() => self.failures += 1,
            Err(_) => self.failures = MOST_FAILURES,
        }
        Poll::Ready(Some(outcome))
    }

    /// Prepares the request for the next page.
    pub(crate) fn advance(&mut self, page: &Page<T>) -> Result<()> {
        let Some(mut call) = self.call.take() else { return Ok(()) };
        let Some(next) = page.next() else { return Ok(()) };
        self.position = next.clone().into();
        if !self.seen.insert(next.to_string()) {
            let message = "the link to the next page leads to one that was already read";
            return Err(Error::paging(call.parts.operation, message));
        }
        follow(&mut call.parts, &*call.client, next)?;
        self.call = Some(call);
        Ok(())
    }
}

fn follow(parts: &mut Parts, client: &dyn crate::runtime::Dispatch, next: Next) -> Result<()> {
    match next {
        Next::Link(link) => {
            let endpoint = client.handle().endpoint();
            let link = endpoint
                .link(client.base_url(), client.host(), &link)
                .map_err(|message| Error::paging(parts.operation, message))?;
            parts.link = Some(link);
        }
        Next::Token(token) => {
            let Some(name) = parts.operation.page_token else {
                let message = "the next page is named by a token, for which the operation has no parameter";
                return Err(Error::paging(parts.operation, message));
            };
            parts.link = None;
            parts.set_query(name, token);
        }
        Next::Number(name, number) => {
            // Some products use lower case for the parameter; the caller's spelling wins.
            let given =
                parts.query.iter().map(|(have, _)| have).find(|have| have.eq_ignore_ascii_case(&name));
            let name = given.cloned().unwrap_or(name);
            parts.link = None;
            parts.set_query(&name, number.to_string());
        }
    }
    Ok(())
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("next", &self.call).finish_non_exhaustive()
    }
}

#[cfg(feature = "stream")]
mod stream {
    use super::*;

    impl<T: Decode + Send + Unpin + 'static> futures_core::Stream for Pages<T> {
        type Item = Result<Page<T>>;

        fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.get_mut().poll_page(context)
        }
    }

    impl<T: Decode + Send + Unpin + 'static> futures_core::stream::FusedStream for Pages<T> {
        fn is_terminated(&self) -> bool {
            self.has_ended()
        }
    }
}
