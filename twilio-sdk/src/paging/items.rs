use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use super::{Page, PagePosition, Pages};
use crate::Result;
use crate::runtime::{Decode, RequestBuilder};

/// Iterates over the items of a list. Fetches each page when its first item is needed.
///
/// With feature `stream` this is a `futures_core::Stream`.
///
/// ```no_run
/// # #[cfg(feature = "api-v2010")]
/// # async fn example(twilio: twilio_sdk::Client, kept: Option<String>) -> twilio_sdk::Result<()> {
/// let mut calls = twilio.api_v2010().list_call().items().limit(500);
/// if let Some(position) = kept {
///     calls = calls.resume_from(position);
/// }
/// while let Some(call) = calls.next().await {
///     match call {
///         Ok(call) => println!("{:?}", call.sid),
///         // The next turn requests the same page again.
///         Err(error) if error.is_retryable() => tokio::time::sleep(std::time::Duration::from_secs(30)).await,
///         Err(error) => return Err(error),
///     }
/// }
/// let kept = calls.position().map(|position| position.to_string());
/// # Ok(())
/// # }
/// ```
///
/// After an error that [`is_retryable`](crate::Error::is_retryable) the list continues where it was, like [`Pages`].
#[must_use = "nothing is sent until an item is asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    ready: std::vec::IntoIter<T>,
    /// The page that `ready` belongs to; `None` once all its items were returned.
    current: Option<PagePosition>,
    left: Option<usize>,
}

impl<T: Decode + Send + 'static> Items<T> {
    pub(crate) fn new(call: RequestBuilder<Page<T>>) -> Self {
        Self { pages: Pages::new(call), ready: Vec::new().into_iter(), current: None, left: None }
    }

    /// Ends after `items` more items, and requests no page beyond them. Default: no limit.
    pub fn limit(mut self, items: usize) -> Self {
        self.left = Some(items);
        self
    }

    /// Starts at a [`position`](Self::position), at Twilio's link to a page, or at a page token, like
    /// [`Pages::resume_from`].
    pub fn resume_from(mut self, position: impl Into<PagePosition>) -> Self {
        self.pages.resume(position.into());
        (self.ready, self.current) = (Vec::new().into_iter(), None);
        self
    }

    /// Returns the position of the next item: its page and its index. `None` after the last item. If items were added or
    /// removed in between, a page requested again may contain other items.
    pub fn position(&self) -> Option<PagePosition> {
        self.current.clone().or_else(|| self.pages.position())
    }

    /// Returns the next item, or `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// Returns the next item of the current page.
    pub(crate) fn ready(&mut self) -> Option<T> {
        if self.left == Some(0) {
            return None;
        }
        let item = self.ready.next()?;
        self.left = self.left.map(|left| left - 1);
        match &mut self.current {
            Some(current) if self.ready.len() > 0 => current.read += 1,
            current => *current = None,
        }
        Some(item)
    }

    /// Collects the remaining items. Stops at the first error.
    pub async fn collect(mut self) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.ready() {
                return Poll::Ready(Some(Ok(item)));
            }
            if self.left == Some(0) {
                return Poll::Ready(None);
            }
            let asked = self.pages.position();
            match ready!(self.pages.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // An empty page may have a next one, so the loop goes on.
                Some(Ok(page)) => {
                    let read = asked.as_ref().map_or(0, |asked| asked.read);
                    self.ready = page.items.into_iter();
                    // What was read before the list was resumed.
                    self.ready.by_ref().take(read).for_each(drop);
                    self.current = asked.filter(|_| self.ready.len() > 0);
                }
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
impl<T: Decode + Send + Unpin + 'static> futures_core::Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}

#[cfg(feature = "stream")]
#[cfg_attr(docsrs, doc(cfg(feature = "stream")))]
impl<T: Decode + Send + Unpin + 'static> futures_core::stream::FusedStream for Items<T> {
    fn is_terminated(&self) -> bool {
        self.left == Some(0) || (self.ready.len() == 0 && self.pages.has_ended())
    }
}
