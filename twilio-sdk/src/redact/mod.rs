//! What may be shown of requests and answers. Secrets never are; what tells of a person is by opt-in.

mod json;
mod names;
mod pairs;
mod personal;
mod text;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::auth::ANONYMOUS;
use crate::config::LoggingConfig;
use names::Class;

/// Stands for a secret.
const MARK: &str = "[REDACTED]";

/// Stands for what tells of a person.
const PERSONAL: &str = "[PERSONAL]";

/// Values within values are looked into so often; what is nested deeper is not shown.
const MAX_DEPTH: usize = 8;

/// Bytes of a body beyond which it is not looked into, because that would hold up the call.
const LARGEST_BODY: usize = 1 << 20;

/// Decides what is shown, for all calls of a client.
#[derive(Debug)]
pub(crate) struct Redactor {
    /// The user's names, folded.
    fields: Box<[Box<str>]>,
    bodies: bool,
    personal: bool,
    body_limit: usize,
}

impl Redactor {
    pub(crate) fn new(config: &LoggingConfig) -> Self {
        let fields = config.filter_fields.iter().map(|name| names::fold(name).into_boxed_str());
        Self {
            fields: fields.filter(|name| !name.is_empty()).collect(),
            bodies: config.bodies,
            personal: config.personal,
            body_limit: config.body_limit,
        }
    }

    /// Whether headers and bodies are shown at all.
    pub(crate) fn bodies(&self) -> bool {
        self.bodies
    }

    /// The same with the names that a product's specification marks as personal.
    pub(crate) fn with(&self, pii: &'static [&'static str]) -> Scope<'_> {
        Scope { redactor: self, own: "", pii }
    }
}

/// Decides what is shown of one product's calls.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    redactor: &'a Redactor,
    /// What carries the client's credentials.
    own: &'a str,
    pii: &'static [&'static str],
}

impl<'a> Scope<'a> {
    /// The same for credentials that are in a header or a parameter of this name, which an answer may repeat.
    pub(crate) fn carried_in(self, own: &'a str) -> Self {
        Self { own, ..self }
    }
}

impl Scope<'_> {
    /// A URL: scheme, host and port, the path by its template, and the query.
    pub(crate) fn url(&self, template: &str, url: &crate::runtime::HttpUrl) -> String {
        let mut out = format!("{}://", url.scheme());
        if !url.username().is_empty() || url.password().is_some() {
            out.push_str(MARK);
            out.push('@');
        }
        out.push_str(url.host_str().unwrap_or_default());
        if let Some(port) = url.port() {
            out.push_str(&format!(":{port}"));
        }
        self.path(template, url.path(), 0, &mut out);
        if let Some(query) = url.query() {
            out.push('?');
            self.pairs(query, 0, &mut out);
        }
        out
    }

    /// Headers as a JSON object.
    pub(crate) fn headers(&self, headers: &HeaderMap) -> String {
        let mut out = String::from("{");
        for (name, value) in headers.iter().filter(|(name, _)| **name != ANONYMOUS) {
            if out.len() > 1 {
                out.push(',');
            }
            json::quoted(name.as_str(), &mut out);
            out.push(':');
            let secret = value.is_sensitive() || self.class(name.as_str()) == Class::Secret;
            let shown = match value.to_str() {
                _ if secret => Cow::Borrowed(MARK),
                _ if self.class(name.as_str()) == Class::Personal => Cow::Borrowed(PERSONAL),
                Ok(text) => self.text(text),
                Err(_) => Cow::Owned(format!("[{} bytes]", value.len())),
            };
            json::quoted(&shown, &mut out);
        }
        out.push('}');
        self.cut(out, headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum())
    }

    /// A body of JSON or a form; of any other only its size and type.
    pub(crate) fn body(&self, headers: &HeaderMap, body: &[u8]) -> String {
        let size = body.len();
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let shown = match kind.as_str() {
            _ if body.is_empty() => return String::new(),
            _ if size > LARGEST_BODY => return format!("[{size} bytes]"),
            "application/x-www-form-urlencoded" => std::str::from_utf8(body).ok().map(|form| {
                let mut out = String::new();
                self.pairs(form, 0, &mut out);
                out
            }),
            json if json == "application/json" || json == "text/json" || json.ends_with("+json") => {
                // Beyond four bytes a character the rest is cut off anyway.
                let enough = self.redactor.body_limit.saturating_mul(4);
                serde_json::from_slice(body).ok().map(|value| {
                    let mut out = String::new();
                    self.json(&value, 0, enough, &mut out);
                    out
                })
            }
            "" => return format!("[{size} bytes]"),
            other if other.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.+-".contains(&b)) => {
                return format!("[{size} bytes of {other}]");
            }
            _ => return format!("[{size} bytes]"),
        };
        match shown {
            Some(shown) => self.cut(shown, size),
            None => format!("[{size} bytes that are not {kind}]"),
        }
    }

    /// Running text, such as an error's message.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.text_at(text, 0)
    }

    fn text_at<'t>(&self, text: &'t str, depth: usize) -> Cow<'t, str> {
        if depth > MAX_DEPTH {
            return Cow::Borrowed(MARK);
        }
        if let Some(json) = self.embedded(text, depth) {
            return Cow::Owned(json);
        }
        let announced = self.announced(text);
        let is_link = announced.contains('=') && !announced.contains(char::is_whitespace);
        let decoded = percent_encoding::percent_decode_str(&announced).decode_utf8_lossy();
        let result = if is_link {
            let mut out = String::new();
            self.link(&announced, depth + 1, &mut out);
            Cow::Owned(out)
        } else if decoded != announced {
            let inner = self.text_at(&decoded, depth + 1);
            // Where nothing is hidden the text stays as it came.
            if inner == decoded { Cow::Borrowed(&*announced) } else { Cow::Owned(inner.into_owned()) }
        } else if self.redactor.personal {
            Cow::Borrowed(&*announced)
        } else {
            personal::mask(&announced)
        };
        if result == text { Cow::Borrowed(text) } else { Cow::Owned(result.into_owned()) }
    }

    /// JSON in a text, such as a form's parameter; `None` where there is none.
    fn embedded(&self, text: &str, depth: usize) -> Option<String> {
        let trimmed = text.trim_start();
        let list = trimmed.strip_prefix('[').map(str::trim_start);
        if !trimmed.starts_with('{') && list.is_none() {
            return None;
        }
        match serde_json::from_str(text) {
            Ok(value) => {
                let mut out = String::new();
                self.json(&value, depth + 1, usize::MAX, &mut out);
                Some(out)
            }
            Err(_) if list.is_none_or(|list| list.starts_with(['{', '[', '"'])) => {
                Some(format!("[{} bytes that are not JSON]", text.len()))
            }
            Err(_) => None,
        }
    }

    fn class(&self, name: &str) -> Class {
        match names::class(name, &self.redactor.fields, self.own, self.pii) {
            Class::Personal if self.redactor.personal => Class::Plain,
            class => class,
        }
    }

    /// Cuts what is redacted already, so that no half of a secret is left over.
    fn cut(&self, mut shown: String, size: usize) -> String {
        if let Some((end, _)) = shown.char_indices().nth(self.redactor.body_limit) {
            shown.truncate(end);
            shown.push_str(&format!("[cut, {size} bytes in all]"));
        }
        shown
    }
}

/// Whether a name says that its value is a secret, a one-time password or an authorization code.
#[cfg(any(feature = "mock", feature = "vault"))]
pub(crate) fn is_secret(name: &str) -> bool {
    matches!(names::class(name, &[], "", &[]), Class::Secret | Class::Code)
}

/// Calls a function with every text of a JSON value that stands under the name of a secret, at any depth.
#[cfg(feature = "vault")]
pub(crate) fn secrets_of(value: &serde_json::Value, each: &mut dyn FnMut(&str)) {
    use serde_json::Value;
    fn texts(value: &Value, secret: bool, each: &mut dyn FnMut(&str)) {
        match value {
            Value::String(text) if secret => each(text),
            Value::Array(list) => list.iter().for_each(|value| texts(value, secret, each)),
            Value::Object(map) => {
                for (name, value) in map {
                    texts(value, secret || is_secret(name), each);
                }
            }
            _ => {}
        }
    }
    // JSON that is a text and nothing else is the secret itself.
    texts(value, value.is_string(), each);
}
