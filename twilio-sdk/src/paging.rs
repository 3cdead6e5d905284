//! Lists that come in pages.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::runtime::{Call, Decode, Decoded, Name, Operation, Output, Param, Parts, Raw, Seed, read_json};
use crate::types::Extra;
use crate::{Error, Result, Sending};

/// One page of a list, whichever of Twilio's envelopes it came in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The fields around the items: `meta`, `next_page_uri`, `total_pages` and the like.
    pub extra: Extra,
    key: String,
    repaired: Vec<usize>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), extra: Extra::default(), key: String::new(), repaired: Vec::new() }
    }
}

/// How the next page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    /// By a link, whole or from the root.
    Link(String),
    /// By a token in the query.
    Token(String),
    /// By a query parameter: its possible names, and a number.
    Number(&'static [&'static str], u64),
}

impl<T> Page<T> {
    /// Returns the indices in [`items`](Self::items) of the items that were not well-formed JSON.
    ///
    /// They hold what could be read of them, the others are whole; see
    /// [`Response::is_repaired`](crate::Response::is_repaired). Empty for a well-formed response.
    pub fn repaired_items(&self) -> &[usize] {
        &self.repaired
    }

    /// The link or token of the next page, `None` on the last one.
    pub fn next_page(&self) -> Option<String> {
        self.next().map(|next| match next {
            Next::Link(text) | Next::Token(text) => text,
            Next::Number(_, number) => number.to_string(),
        })
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
            return next.map(|page| Next::Number(&["Page", "page"], page));
        }
        // SCIM (RFC 7644, section 3.4.2.4) counts from 1 and says how many there are.
        if let (Some(total), Some(start)) = (number("totalResults"), number("startIndex")) {
            let next = start.checked_add(self.items.len() as u64);
            if let Some(next) = next.filter(|next| !self.items.is_empty() && *next <= total) {
                return Some(Next::Number(&["startIndex"], next));
            }
        }
        None
    }
}

impl<T: Decode + Send + 'static> Output for Page<T> {
    #[allow(private_interfaces)]
    fn decode(raw: &Raw, operation: &'static Operation) -> Result<Self> {
        let key = operation.items.unwrap_or_default();
        // Some answers that are documented with a body come without one (204).
        if raw.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self { key: key.to_owned(), ..Self::default() });
        }
        let read = |reader: &mut serde_json::Deserializer<serde_json::de::StrRead<'_>>| {
            PageSeed(key, PhantomData).deserialize(reader)
        };
        let (mut page, damage): (Self, _) = read_json(&raw.body, operation, read)?;
        page.rekey(key);
        page.repaired = damage.items(&page.key);
        Ok(page)
    }
}

impl<T: Decode> Page<T> {
    /// Looks for the items where the answer itself says they are, if they are not where they should be.
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

/// The page as it came: the items under their name, and what was around them.
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

/// The pages of a list, one request each, made as they are asked for.
///
/// With feature `stream` this is a `futures_core::Stream`.
#[must_use = "nothing is sent until a page is asked for"]
pub struct Pages<T> {
    pub(crate) call: Option<Call<Page<T>>>,
    flight: Option<Sending<Page<T>>>,
    seen: HashSet<String>,
    /// Why there is no page after the one that was given last.
    ending: Option<Error>,
}

impl<T: Decode + Send + 'static> Pages<T> {
    pub(crate) fn new(call: Call<Page<T>>) -> Self {
        Self { call: Some(call), flight: None, seen: HashSet::new(), ending: None }
    }

    /// The next page; `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        if let Some(error) = self.ending.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if self.flight.is_none() {
            match &self.call {
                Some(call) => self.flight = Some(call.clone().send()),
                None => return Poll::Ready(None),
            }
        }
        let Some(flight) = self.flight.as_mut() else { return Poll::Ready(None) };
        let outcome = ready!(Pin::new(flight).poll(context));
        self.flight = None;
        match &outcome {
            // What has arrived is given before the error that ends the list.
            Ok(page) => self.ending = self.advance(page).err(),
            Err(_) => self.call = None,
        }
        Poll::Ready(Some(outcome))
    }

    /// Prepares the request for the page after this one.
    pub(crate) fn advance(&mut self, page: &Page<T>) -> Result<()> {
        let Some(mut call) = self.call.take() else { return Ok(()) };
        let Some(next) = page.next() else { return Ok(()) };
        if !self.seen.insert(format!("{next:?}")) {
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
        Next::Token(token) => parts.set_query(parts.operation.page_token.unwrap_or("PageToken"), token),
        Next::Number(names, number) => {
            let given = names.iter().find(|name| parts.query.iter().any(|(have, _)| have == *name));
            let name = given.or(names.first()).copied().unwrap_or("Page");
            parts.set_query(name, number.to_string());
        }
    }
    Ok(())
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("next", &self.call).finish_non_exhaustive()
    }
}

/// The items of a list, page after page, made as they are asked for.
///
/// With feature `stream` this is a `futures_core::Stream`.
#[must_use = "nothing is sent until an item is asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    ready: std::vec::IntoIter<T>,
}

impl<T: Decode + Send + 'static> Items<T> {
    pub(crate) fn new(call: Call<Page<T>>) -> Self {
        Self { pages: Pages::new(call), ready: Vec::new().into_iter() }
    }

    /// The next item; `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// The next item of the page at hand.
    #[cfg(feature = "blocking")]
    pub(crate) fn ready(&mut self) -> Option<T> {
        self.ready.next()
    }

    /// Every item that is left, or the first error.
    pub async fn collect(mut self) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // An empty page may have a next one, so the loop goes on.
                Some(Ok(page)) => self.ready = page.items.into_iter(),
            }
        }
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("ready", &self.ready.len()).finish()
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

    impl<T: Decode + Send + Unpin + 'static> futures_core::Stream for Items<T> {
        type Item = Result<T>;

        fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.get_mut().poll_item(context)
        }
    }
}
