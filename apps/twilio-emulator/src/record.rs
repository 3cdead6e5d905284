//! Recorded requests, for assertions.

use std::collections::VecDeque;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use twilio_sdk_redact::is_secret_name;

use super::fault::Fault;

/// A request as the emulator received it.
///
/// `Debug` redacts the `Authorization` header, cookies and every parameter with the name of a secret.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, in upper case.
    pub method: String,
    /// The Twilio host (`api.twilio.com`), or the `Host` header as received if it names none.
    pub host: String,
    /// The path on that host, percent-encoded as received, without a host prefix.
    pub path: String,
    /// The path parameters by wire name, percent-decoded. Empty if no operation matched.
    pub path_values: Vec<(String, String)>,
    /// The query parameters in their order, percent-decoded.
    pub query: Vec<(String, String)>,
    /// The form parameters in their order, percent-decoded. Empty for other bodies.
    pub form: Vec<(String, String)>,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as received.
    pub body: Vec<u8>,
    /// The product (`api_v2010`), if an operation matched.
    pub product: Option<&'static str>,
    /// The `operationId`, if an operation matched.
    pub operation_id: Option<&'static str>,
    /// The status of the response; 0 if a fault prevented it.
    pub status: u16,
    /// `true` if the request was executed: it was valid and its response was a success, whatever a fault did to that
    /// response. A stub counts as the response.
    pub executed: bool,
    /// The fault that hit the request.
    pub fault: Option<Fault>,
    /// The uploaded file. `body` is then its content, or empty if it exceeds
    /// [`max_body_bytes`](super::EmulatorBuilder::max_body_bytes).
    pub file: Option<RecordedFile>,
    /// The `Twilio-Request-Id` of the response.
    pub request_id: String,
}

/// An uploaded file as the emulator received it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedFile {
    /// The name of the file.
    pub name: Option<String>,
    /// The media type.
    pub content_type: Option<String>,
    /// The size in bytes.
    pub size: u64,
    /// `true` if the content is that of [`media_bytes`](super::media_bytes).
    pub is_pattern: bool,
}

impl RecordedRequest {
    /// Returns the first header of that name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, |n| n.eq_ignore_ascii_case(name))
    }

    /// Returns the `Authorization` header, which is a secret.
    pub fn authorization(&self) -> Option<&str> {
        self.header("authorization")
    }

    /// Returns the username of Basic authentication: the SID of an account or an API key, which is not secret.
    pub fn user(&self) -> Option<String> {
        let (scheme, rest) = self.authorization()?.split_once(' ')?;
        let pair = STANDARD.decode(rest.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let user = pair.split(|byte| *byte == b':').next()?;
        String::from_utf8(user.to_vec()).ok()
    }

    /// Returns the first value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        find(&self.query, |n| n == name)
    }

    /// Returns the first value of a form parameter.
    pub fn form_value(&self, name: &str) -> Option<&str> {
        find(&self.form, |n| n == name)
    }

    /// Returns the body as JSON, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The overhead of a recorded string, in bytes.
const OF_STRING: usize = 24;

impl RecordedRequest {
    /// Returns about how many bytes of memory the record takes.
    pub(super) fn bytes(&self) -> usize {
        let pairs = [&self.path_values, &self.query, &self.form, &self.headers].into_iter().flatten();
        let pairs: usize = pairs.map(|(name, value)| name.len() + value.len() + 2 * OF_STRING).sum();
        let strings = self.host.len() + self.path.len() + self.request_id.len();
        size_of::<Self>() + pairs + strings + self.body.len()
    }
}

/// The last requests, bounded by their number and by their memory.
#[derive(Default)]
pub(super) struct Records {
    list: VecDeque<RecordedRequest>,
    bytes: usize,
}

impl Records {
    /// Adds a request and deletes the oldest ones beyond the bounds. The added one is always kept.
    pub(super) fn push(&mut self, record: RecordedRequest, max: usize, max_bytes: usize) {
        self.bytes += record.bytes();
        self.list.push_back(record);
        while self.list.len() > 1 && (self.list.len() > max || self.bytes > max_bytes) {
            let oldest = self.list.pop_front();
            self.bytes -= oldest.map_or(0, |oldest| oldest.bytes());
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RecordedRequest> {
        self.list.iter()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &self.path)
            .field("query", &Redacted(&self.query))
            .field("form", &Redacted(&self.form))
            .field("headers", &Redacted(&self.headers))
            .field("body_bytes", &self.body.len())
            .field("product", &self.product)
            .field("operation_id", &self.operation_id)
            .field("status", &self.status)
            .field("executed", &self.executed)
            .field("fault", &self.fault.as_ref().map(Fault::kind))
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

struct Redacted<'a>(&'a [(String, String)]);

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value): &'_ (String, String)| {
            let value = if is_secret_name(name) { "[redacted]" } else { value.as_str() };
            (name.clone(), value.to_owned())
        };
        f.debug_list().entries(self.0.iter().map(shown)).finish()
    }
}

fn find(pairs: &[(String, String)], matches: impl Fn(&str) -> bool) -> Option<&str> {
    pairs.iter().find(|(name, _)| matches(name)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::{RecordedRequest, Records};

    #[test]
    fn review_69_records_are_bounded_by_number_and_by_bytes() {
        let of = |bytes: usize| RecordedRequest { body: vec![b'x'; bytes], ..RecordedRequest::default() };
        let sizes = |records: &Records| records.iter().map(|record| record.body.len()).collect::<Vec<_>>();
        let mut records = Records::default();
        for bytes in [1, 2, 3, 4] {
            records.push(of(bytes), 3, usize::MAX);
        }
        assert_eq!(sizes(&records), [2, 3, 4]);
        records.push(of(100_000), 100, 50_000);
        assert_eq!(sizes(&records), [100_000], "the last one stays, whatever its size");
        records.push(of(20_000), 100, 50_000);
        records.push(of(20_000), 100, 50_000);
        records.push(of(20_000), 100, 50_000);
        assert_eq!(sizes(&records), [20_000, 20_000]);
        records.clear();
        records.push(of(1), 0, 0);
        assert_eq!((sizes(&records), records.bytes), (vec![1], of(1).bytes()));
        let mut named = of(0);
        named.headers.push(("n".repeat(300), "v".repeat(700)));
        assert!(named.bytes() > 1000 + of(0).bytes());
    }

    #[test]
    fn debug_shows_no_secret() {
        let pairs =
            |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "hidden".to_owned())).collect();
        let mut request = RecordedRequest {
            form: pairs(&["Password", "CustomCode", "Code", "code_verifier", "Binding.Secret", "Pin"]),
            headers: pairs(&["authorization", "cookie", "x-twilio-signature"]),
            ..RecordedRequest::default()
        };
        request.query.push(("PageToken".to_owned(), "shown".to_owned()));
        let text = format!("{request:?}");
        assert!(!text.contains("hidden") && text.contains("shown"), "{text}");
    }
}
