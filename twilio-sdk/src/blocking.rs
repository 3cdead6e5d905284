//! The same calls for programs without an async runtime.
//!
//! With feature `blocking`, every call has `send_blocking()` and `send_with_response_blocking()` beside `send()`, and
//! every list has `items_blocking()` and `pages_blocking()`, which are iterators. Nothing else differs: retries,
//! limits, time-outs and errors are the same.
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
//! The work is done by one thread that the process shares. Within an async task use `send().await`: a blocking call
//! there holds up the thread that runs the task.

use std::future::Future;
use std::sync::{OnceLock, mpsc};

use tokio::runtime::Runtime;

use crate::runtime::Decode;
use crate::{Error, Page, PagePosition, Result};

/// Lives as long as the process, so that clients may keep their connections between calls.
static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();

/// Runs a future to its end on the thread for blocking calls.
pub(crate) fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Result<T> {
    let runtime = RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("twilio-sdk-blocking").enable_io().enable_time();
        builder.build().map_err(|e| e.to_string())
    });
    let runtime = runtime
        .as_ref()
        .map_err(|e| Error::config(format!("the thread for blocking calls cannot be started: {e}")))?;
    // A caller may be inside a runtime of its own, where entering this one would panic; waiting for a task does not.
    let (done, outcome) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        // The caller waits below until it is told, so that it is there.
        let _ = done.send(future.await);
    });
    outcome.recv().map_err(|_| Error::config("the thread for blocking calls has stopped"))
}

/// The items of a list, page after page, each page requested when it is needed.
#[derive(Debug)]
#[must_use = "nothing is sent until an item is asked for"]
pub struct Items<T>(Option<crate::Items<T>>);

impl<T: Decode + Send + 'static> Items<T> {
    pub(crate) fn new(items: crate::Items<T>) -> Self {
        Self(Some(items))
    }

    /// As [`Items::limit`](crate::Items::limit).
    pub fn limit(self, items: usize) -> Self {
        Self(self.0.map(|all| all.limit(items)))
    }

    /// As [`Items::resume_from`](crate::Items::resume_from).
    pub fn resume_from(self, position: impl Into<PagePosition>) -> Self {
        Self(self.0.map(|items| items.resume_from(position)))
    }

    /// As [`Items::position`](crate::Items::position).
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

/// The pages of a list, each requested when it is asked for.
#[derive(Debug)]
#[must_use = "nothing is sent until a page is asked for"]
pub struct Pages<T>(Option<crate::Pages<T>>);

impl<T: Decode + Send + 'static> Pages<T> {
    pub(crate) fn new(pages: crate::Pages<T>) -> Self {
        Self(Some(pages))
    }

    /// As [`Pages::resume_from`](crate::Pages::resume_from).
    pub fn resume_from(self, position: impl Into<PagePosition>) -> Self {
        Self(self.0.map(|pages| pages.resume_from(position)))
    }

    /// As [`Pages::position`](crate::Pages::position).
    pub fn position(&self) -> Option<PagePosition> {
        self.0.as_ref()?.position()
    }
}

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
