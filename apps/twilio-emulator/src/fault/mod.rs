//! Faults: failures that are injected on purpose.

mod apply;

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// A failure of a request or its response.
///
/// Unless a constructor says otherwise, the request is checked and executed, and its response is damaged.
///
/// ```
/// use std::time::Duration;
/// use twilio_emulator::Fault;
///
/// let overloaded = Fault::status(503).header("Retry-After", "2").delayed(Duration::from_millis(200));
/// assert_eq!(overloaded.kind(), "status");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    effect: Effect,
    /// The pause before the response.
    delay: Duration,
    /// `true` if the request is not executed.
    instead: bool,
    headers: Vec<(String, String)>,
    body: Option<Bytes>,
    chunked: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Effect {
    None,
    Status(u16),
    Html(u16),
    ContentType(String),
    SlowBody { piece: usize, pause: Duration },
    TruncatedJson,
    TruncatedBody,
    Reset,
    ResetInBody,
    OversizedHeaders(usize),
    OversizedBody(u64),
    Link(Link),
}

/// The link to the next page.
#[derive(Clone, Debug, PartialEq)]
enum Link {
    Text(String),
    Origin(String),
    ThisPage,
}

impl Fault {
    fn new(effect: Effect) -> Self {
        let (delay, headers) = (Duration::ZERO, Vec::new());
        Self { effect, delay, instead: false, headers, body: None, chunked: false }
    }

    /// Returns this status and an error in Twilio's shape, without executing the request. A status that cannot end a
    /// response (below 200 or above 999) becomes 500.
    pub fn status(status: u16) -> Self {
        Self { instead: true, ..Self::new(Effect::Status(status)) }
    }

    /// Returns this status and an HTML page, as proxies do, without executing the request.
    pub fn html(status: u16) -> Self {
        Self { instead: true, ..Self::new(Effect::Html(status)) }
    }

    /// Executes the request at once and delays the response. [`Duration::MAX`] means never.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::None).delayed(delay)
    }

    /// Sets `Content-Type`, whatever the body is.
    pub fn content_type(media: impl Into<String>) -> Self {
        Self::new(Effect::ContentType(media.into()))
    }

    /// Sends the body in chunks of at most that many bytes (at least one) with a pause between them.
    pub fn slow_body(bytes: usize, pause: Duration) -> Self {
        Self::new(Effect::SlowBody { piece: bytes, pause })
    }

    /// Sends only the first half of the body: `Content-Length` is correct, the JSON is not.
    pub fn truncated_json() -> Self {
        Self::new(Effect::TruncatedJson)
    }

    /// Closes the connection in the middle of the body, in the ordinary way (FIN). A response without a body is not sent
    /// at all.
    pub fn truncated_body() -> Self {
        Self::new(Effect::TruncatedBody)
    }

    /// Resets the connection (RST) when the request's headers have arrived, without reading the body or executing the
    /// request.
    ///
    /// With HTTP/2, every reset also ends all other requests of the connection.
    pub fn reset() -> Self {
        Self { instead: true, ..Self::new(Effect::Reset) }
    }

    /// Executes the request and resets the connection (RST) before the response.
    pub fn reset_after_execution() -> Self {
        Self::new(Effect::Reset)
    }

    /// Executes the request and resets the connection (RST) in the middle of the response body. A response without a body
    /// is not sent at all.
    pub fn reset_in_body() -> Self {
        Self::new(Effect::ResetInBody)
    }

    /// Adds `X-Filler` headers of about that many bytes in total.
    pub fn oversized_headers(bytes: usize) -> Self {
        Self::new(Effect::OversizedHeaders(bytes))
    }

    /// Pads the body with spaces up to that many bytes, so that only its size is wrong. The spaces are generated while they
    /// are sent, so that any size works.
    pub fn oversized_body(bytes: u64) -> Self {
        Self::new(Effect::OversizedBody(bytes))
    }

    /// Replaces a page's link to the next page, or the next page's token. Other responses are unchanged.
    pub fn next_page(link: impl Into<String>) -> Self {
        Self::new(Effect::Link(Link::Text(link.into())))
    }

    /// Moves the link to the next page to another host, such as `https://twilio.example`. The last page stays the last.
    pub fn next_page_host(origin: impl Into<String>) -> Self {
        Self::new(Effect::Link(Link::Origin(origin.into())))
    }

    /// Makes every page link to itself.
    pub fn next_page_loop() -> Self {
        Self::new(Effect::Link(Link::ThisPage))
    }

    /// Delays the response, or the end of the connection. The request is executed, if at all, and recorded before the
    /// delay.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sets a header of the response. Headers that HTTP does not allow are left out.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body of the response. `Content-Type` is unchanged.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the body of the response to this JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string()).header("Content-Type", "application/json")
    }

    /// Sends the body without `Content-Length`.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Executes the request before the error replaces its response, as can happen at Twilio.
    #[must_use]
    pub fn after_execution(mut self) -> Self {
        self.instead = false;
        self
    }

    /// Returns this fault with delay, headers and body of another one.
    pub(super) fn with_content_of(self, other: Self, after_execution: bool) -> Self {
        Self { effect: self.effect, instead: self.instead && !after_execution, ..other }
    }

    /// Returns the kind as in a file of faults, such as `truncated-json`.
    pub fn kind(&self) -> &'static str {
        match &self.effect {
            Effect::None => "delay",
            Effect::Status(_) => "status",
            Effect::Html(_) => "html",
            Effect::ContentType(_) => "content-type",
            Effect::SlowBody { .. } => "slow-body",
            Effect::TruncatedJson => "truncated-json",
            Effect::TruncatedBody => "truncated-body",
            Effect::Reset if self.instead => "reset",
            Effect::Reset => "reset-after-execution",
            Effect::ResetInBody => "reset-in-body",
            Effect::OversizedHeaders(_) => "oversize-headers",
            Effect::OversizedBody(_) => "oversize-body",
            Effect::Link(Link::Text(_)) => "next-page",
            Effect::Link(Link::Origin(_)) => "next-page-on",
            Effect::Link(Link::ThisPage) => "next-page-loop",
        }
    }
}
