//! What goes wrong on purpose.

mod apply;
mod body;
mod file;
mod on;
mod plan;

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

pub(super) use body::Body;
pub use on::RequestMatcher;
pub use plan::{FaultHandle, FaultPlan, FaultRule};

/// Something that goes wrong with a request or its answer.
///
/// Unless it says otherwise, the request is checked and carried out, and its answer is spoilt.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    effect: Effect,
    /// The wait before the answer.
    delay: Duration,
    /// Whether it takes the place of carrying the request out.
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

/// Where the link to the next page leads.
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

    /// Instead of carrying the request out, answers with this status and an error in Twilio's shape. A status that
    /// cannot end an answer (below 200 or above 999) becomes 500.
    pub fn status(status: u16) -> Self {
        Self { instead: true, ..Self::new(Effect::Status(status)) }
    }

    /// Instead of carrying the request out, answers with this status and a page for people, as proxies do.
    pub fn html(status: u16) -> Self {
        Self { instead: true, ..Self::new(Effect::Html(status)) }
    }

    /// Carries the request out at once and answers after so much time; [`Duration::MAX`] is as good as never.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::None).delayed(delay)
    }

    /// Says that the body is of this media type, whatever it is.
    pub fn content_type(media: impl Into<String>) -> Self {
        Self::new(Effect::ContentType(media.into()))
    }

    /// Sends the body in pieces of at most that many bytes (at least one) with a pause between them.
    pub fn slow_body(bytes: usize, pause: Duration) -> Self {
        Self::new(Effect::SlowBody { piece: bytes, pause })
    }

    /// Sends the first half of the body as if it were all: `Content-Length` is right, the JSON is not.
    pub fn truncated_json() -> Self {
        Self::new(Effect::TruncatedJson)
    }

    /// Closes the connection in the middle of the body, in an ordinary way (FIN). Of an answer without a body,
    /// nothing is sent.
    pub fn truncated_body() -> Self {
        Self::new(Effect::TruncatedBody)
    }

    /// Resets the connection (RST) when the request's headers have come: the body is not read and the request is
    /// not carried out.
    ///
    /// With HTTP/2 every other request on the connection suffers too, as with the other resets.
    pub fn reset() -> Self {
        Self { instead: true, ..Self::new(Effect::Reset) }
    }

    /// Carries the request out and resets the connection (RST) before the answer.
    pub fn reset_after_execution() -> Self {
        Self::new(Effect::Reset)
    }

    /// Carries the request out and resets the connection (RST) in the middle of the answer's body. Of an answer
    /// without a body, nothing is sent.
    pub fn reset_in_body() -> Self {
        Self::new(Effect::ResetInBody)
    }

    /// Adds headers `X-Filler` of about that many bytes in all.
    pub fn oversized_headers(bytes: usize) -> Self {
        Self::new(Effect::OversizedHeaders(bytes))
    }

    /// Fills the body up to that many bytes with spaces, so that nothing but its size is wrong. They are made as
    /// they are sent, so any number will do.
    pub fn oversized_body(bytes: u64) -> Self {
        Self::new(Effect::OversizedBody(bytes))
    }

    /// Puts this text where a page links to the next one, or names its token. Answers that are no pages stay as
    /// they are.
    pub fn next_page(link: impl Into<String>) -> Self {
        Self::new(Effect::Link(Link::Text(link.into())))
    }

    /// Links to the same next page on another host, such as `https://twilio.example`; the last page stays the last.
    pub fn next_page_host(origin: impl Into<String>) -> Self {
        Self::new(Effect::Link(Link::Origin(origin.into())))
    }

    /// Links from each page to itself, for ever.
    pub fn next_page_loop() -> Self {
        Self::new(Effect::Link(Link::ThisPage))
    }

    /// Waits so long before the answer, or before the connection ends. The request was carried out before the wait,
    /// if it is at all, and is on record from its beginning.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Adds a header to the answer, or changes it if it is there. What HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Gives the answer this body. Its media type stays what it would be without.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Gives the answer this JSON as its body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string()).header("Content-Type", "application/json")
    }

    /// Does not tell the body's length beforehand.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Lets the request be carried out before an error takes the place of its answer, as Twilio's own failures may.
    #[must_use]
    pub fn after_execution(mut self) -> Self {
        self.instead = false;
        self
    }

    /// The kind as a fault file names it, such as `truncated-json`.
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
