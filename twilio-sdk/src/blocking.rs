//! Requests for programs without an async runtime: feature `blocking`.
//!
//! Every request has `send_blocking()` and `send_with_response_blocking()` besides `send()`, and every list has
//! `items_blocking()` and `pages_blocking()`, which return iterators. Retries, limits, timeouts and errors are those of the
//! async requests.
//!
//! ```no_run
//! # #[cfg(feature = "api-v2010")]
//! fn main() -> twilio_sdk::Result<()> {
//!     let twilio = twilio_sdk::Client::from_env()?;
//!     let message = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi");
//!     println!("{:?}", message.send_blocking()?.sid);
//!     for call in twilio.api_v2010().list_call().items_blocking() {
//!         println!("{:?}", call?.sid);
//!     }
//!     Ok(())
//! }
//! # #[cfg(not(feature = "api-v2010"))] fn main() {}
//! ```
//!
//! One thread, shared by the process, does the work. Within an async task use `send().await`: a blocking request would
//! block the thread that runs the task.

use std::future::Future;
use std::iter::FusedIterator;
use std::sync::{OnceLock, mpsc};

use tokio::runtime::Runtime;

#[cfg(feature = "media")]
#[cfg_attr(docsrs, doc(cfg(feature = "media")))]
pub use crate::media::blocking::Download;

use crate::runtime::Decode;
use crate::{Error, Page, PagePosition, Result};

/// Lives as long as the process, so that clients keep their connections between requests.
static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();

/// Runs a future to completion on the thread for blocking requests.
pub(crate) fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Result<T> {
    let runtime = RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("twilio-sdk-blocking").enable_io().enable_time();
        builder.build().map_err(|e| e.to_string())
    });
    let runtime = runtime
        .as_ref()
        .map_err(|e| Error::config(format!("blocking: cannot start the thread for requests: {e}")))?;
    // The caller may be inside a runtime, where entering this one would panic; waiting for a task does not.
    let (done, outcome) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        // The caller waits for it below.
        let _ = done.send(future.await);
    });
    outcome.recv().map_err(|_| Error::config("blocking: the thread for requests has stopped"))
}

/// Iterates over the items of a list. Requests each page when its first item is needed.
#[derive(Debug)]
#[must_use = "sends nothing until an item is requested"]
pub struct Items<T>(Option<crate::Items<T>>);

impl<T: Decode + Send + 'static> Items<T> {
    pub(crate) fn new(items: crate::Items<T>) -> Self {
        Self(Some(items))
    }

    /// Like [`Items::limit`](crate::Items::limit).
    pub fn limit(self, items: usize) -> Self {
        Self(self.0.map(|all| all.limit(items)))
    }

    /// Like [`Items::resume_from`](crate::Items::resume_from).
    pub fn resume_from(self, position: impl Into<PagePosition>) -> Self {
        Self(self.0.map(|items| items.resume_from(position)))
    }

    /// Like [`Items::position`](crate::Items::position).
    pub fn position(&self) -> Option<PagePosition> {
        self.0.as_ref()?.position()
    }
}

impl<T: Decode + Send + 'static> Iterator for Items<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let mut items = self.0.take()?;
        if let Some(item) = items.ready() {
            self.0 = Some(items);
            return Some(Ok(item));
        }
        match wait(async move { (items.next().await, items) }) {
            Ok((item, items)) => {
                self.0 = Some(items);
                item
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// Iterates over the pages of a list, one request per page.
#[derive(Debug)]
#[must_use = "sends nothing until a page is requested"]
pub struct Pages<T>(Option<crate::Pages<T>>);

impl<T: Decode + Send + 'static> Pages<T> {
    pub(crate) fn new(pages: crate::Pages<T>) -> Self {
        Self(Some(pages))
    }

    /// Like [`Pages::resume_from`](crate::Pages::resume_from).
    pub fn resume_from(self, position: impl Into<PagePosition>) -> Self {
        Self(self.0.map(|pages| pages.resume_from(position)))
    }

    /// Like [`Pages::position`](crate::Pages::position).
    pub fn position(&self) -> Option<PagePosition> {
        self.0.as_ref()?.position()
    }
}

impl<T: Decode + Send + 'static> FusedIterator for Items<T> {}

impl<T: Decode + Send + 'static> FusedIterator for Pages<T> {}

impl<T: Decode + Send + 'static> Iterator for Pages<T> {
    type Item = Result<Page<T>>;

    fn next(&mut self) -> Option<Result<Page<T>>> {
        let mut pages = self.0.take()?;
        match wait(async move { (pages.next().await, pages) }) {
            Ok((page, pages)) => {
                self.0 = Some(pages);
                page
            }
            Err(error) => Some(Err(error)),
        }
    }
}
