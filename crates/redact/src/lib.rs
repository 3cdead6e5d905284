//! Redacts secrets and personal data in URLs, headers, JSON, forms and running text, so that they can be logged.
//!
//! ```
//! use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
//! use twilio_sdk_redact::{RedactionConfig, Redactor};
//!
//! let redactor = Redactor::new(&RedactionConfig::new().redact_fields(["pet_name"]));
//! let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
//! let body = br#"{"sid":"SM1","to":"+15558675310","auth_token":"s3cret","pet_name":"Rex"}"#;
//! let shown = redactor.scope().body(&headers, body);
//! assert_eq!(shown, r#"{"auth_token":"[REDACTED]","pet_name":"[REDACTED]","sid":"SM1","to":"[PERSONAL]"}"#);
//! ```
//!
//! # What is redacted
//!
//! * **Secrets** become `[REDACTED]`: values whose name is that of a password, token, key, signature, cookie, credential or
//!   one-time password, credentials in URLs, `Bearer` and `Basic` credentials, and JWTs. No setting shows them.
//! * **Personal data** becomes `[PERSONAL]`: phone numbers, e-mail and IP addresses wherever they stand, and values whose
//!   name is that of personal data. [`RedactionConfig::show_personal_data`] shows it.
//! * Bodies that cannot be parsed, that are neither JSON nor a form, or that are larger than 1 MiB are replaced by their size.
//!
//! Values are searched at any depth: JSON in a form parameter, a URL in JSON, percent-encoded text. Nothing here returns an
//! error: what cannot be parsed is not shown.

mod config;
mod json;
mod names;
mod pairs;
mod personal;
mod secret_names;
mod text;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod properties;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::borrow::Cow;

use http::HeaderMap;
use http::header::CONTENT_TYPE;

pub use config::RedactionConfig;
use names::Class;
pub use names::is_secret_name;

/// Replaces a secret.
pub const REDACTED: &str = "[REDACTED]";

/// Replaces personal data.
pub const PERSONAL: &str = "[PERSONAL]";

/// How deep values within values are searched. Deeper ones are not shown.
const MAX_DEPTH: usize = 8;

/// The size in bytes up to which a body is parsed. Larger ones would delay the request.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Decides what is shown.
#[derive(Clone, Debug)]
pub struct Redactor {
    /// The names that the settings add, folded.
    fields: Box<[Box<str>]>,
    omitted: Box<[String]>,
    personal: bool,
    max_chars: usize,
}

impl Redactor {
    /// Creates a redactor.
    pub fn new(config: &RedactionConfig) -> Self {
        let fields = config.redact_fields.iter().map(|name| names::fold(name).into_boxed_str());
        Self {
            fields: fields.filter(|name| !name.is_empty()).collect(),
            omitted: config.omit_headers.clone().into_boxed_slice(),
            personal: config.show_personal_data,
            max_chars: config.max_body_chars,
        }
    }

    /// Returns the rules for requests of which nothing more is known.
    pub fn scope(&self) -> RedactionScope<'_> {
        RedactionScope { redactor: self, credential: "", personal: &[] }
    }

    /// Redacts a string such as an error message. Borrows where nothing is redacted.
    pub fn string<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.scope().string(text)
    }
}

/// The rules of a [`Redactor`] for the requests of one API.
#[derive(Clone, Copy, Debug)]
pub struct RedactionScope<'a> {
    redactor: &'a Redactor,
    /// The name of what carries the client's credentials.
    credential: &'a str,
    personal: &'a [&'a str],
}

impl<'a> RedactionScope<'a> {
    /// Treats values of these names as personal data, such as those that a specification marks.
    pub fn personal_names(self, names: &'a [&'a str]) -> Self {
        Self { personal: names, ..self }
    }

    /// Treats the header or parameter of this name as a secret, because it carries credentials that a response may repeat.
    pub fn credential_name(self, name: &'a str) -> Self {
        Self { credential: name, ..self }
    }
}

impl RedactionScope<'_> {
    /// Redacts an absolute URL. The path's parameters are judged by their names in `template`, such as `/Users/{Sid}`.
    ///
    /// The fragment is left out.
    pub fn url(&self, template: &str, url: &str) -> String {
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        let Some((scheme, rest)) = url.split_once("://") else { return self.string(url).into_owned() };
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        let mut out = format!("{scheme}://");
        let host = match authority.rsplit_once('@') {
            Some(("" | ":", host)) => host,
            Some((_, host)) => {
                out.push_str(REDACTED);
                out.push('@');
                host
            }
            None => authority,
        };
        out.push_str(host);
        self.path(template, path, 0, &mut out);
        if let Some(query) = query {
            out.push('?');
            self.pairs(query, 0, &mut out);
        }
        out
    }

    /// Redacts headers, and returns them as a JSON object.
    pub fn headers(&self, headers: &HeaderMap) -> String {
        let mut out = String::from("{");
        for (name, value) in headers.iter().filter(|(name, _)| !self.is_omitted(name.as_str())) {
            if out.len() > 1 {
                out.push(',');
            }
            json::quoted(name.as_str(), &mut out);
            out.push(':');
            let secret = value.is_sensitive() || self.class(name.as_str()) == Class::Secret;
            let shown = match value.to_str() {
                _ if secret => Cow::Borrowed(REDACTED),
                _ if self.class(name.as_str()) == Class::Personal => Cow::Borrowed(PERSONAL),
                Ok(text) => self.string(text),
                Err(_) => Cow::Owned(format!("[{} bytes]", value.len())),
            };
            json::quoted(&shown, &mut out);
        }
        out.push('}');
        self.cut(out, headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum())
    }

    /// Redacts a JSON or form body, as `headers` declare it. Of any other, returns size and type.
    pub fn body(&self, headers: &HeaderMap, body: &[u8]) -> String {
        let size = body.len();
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let shown = match kind.as_str() {
            _ if body.is_empty() => return String::new(),
            _ if size > MAX_BODY_BYTES => return format!("[{size} bytes]"),
            "application/x-www-form-urlencoded" => std::str::from_utf8(body).ok().map(|form| {
                let mut out = String::new();
                self.pairs(form, 0, &mut out);
                out
            }),
            json if json == "application/json" || json == "text/json" || json.ends_with("+json") => {
                // A character has at most four bytes; what is longer is cut off.
                let enough = self.redactor.max_chars.saturating_mul(4);
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

    /// Redacts a string such as an error message. Borrows where nothing is redacted.
    pub fn string<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.string_at(text, 0)
    }

    fn string_at<'t>(&self, text: &'t str, depth: usize) -> Cow<'t, str> {
        if depth > MAX_DEPTH {
            return Cow::Borrowed(REDACTED);
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
            let inner = self.string_at(&decoded, depth + 1);
            // A string without anything to hide is returned as it was written.
            if inner == decoded { Cow::Borrowed(&*announced) } else { Cow::Owned(inner.into_owned()) }
        } else if self.redactor.personal {
            Cow::Borrowed(&*announced)
        } else {
            personal::mask(&announced)
        };
        if result == text { Cow::Borrowed(text) } else { Cow::Owned(result.into_owned()) }
    }

    /// Redacts a string that is JSON, such as a form parameter. Returns `None` if it is none.
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

    fn is_omitted(&self, header: &str) -> bool {
        self.redactor.omitted.iter().any(|name| name.eq_ignore_ascii_case(header))
    }

    fn class(&self, name: &str) -> Class {
        match names::class(name, &self.redactor.fields, self.credential, self.personal) {
            Class::Personal if self.redactor.personal => Class::Plain,
            class => class,
        }
    }

    /// Truncates a redacted string. Truncating before redacting could leave half of a secret.
    fn cut(&self, mut shown: String, size: usize) -> String {
        if let Some((end, _)) = shown.char_indices().nth(self.redactor.max_chars) {
            shown.truncate(end);
            shown.push_str(&format!("[cut, {size} bytes in all]"));
        }
        shown
    }
}

/// Calls a function with every string of a JSON value that stands under the name of a secret, at any depth.
///
/// A value that is nothing but a string is a secret itself.
pub fn for_each_secret(value: &serde_json::Value, each: &mut dyn FnMut(&str)) {
    use serde_json::Value;
    fn visit(value: &Value, secret: bool, each: &mut dyn FnMut(&str)) {
        match value {
            Value::String(text) if secret => each(text),
            Value::Array(list) => list.iter().for_each(|value| visit(value, secret, each)),
            Value::Object(map) => {
                for (name, value) in map {
                    visit(value, secret || is_secret_name(name), each);
                }
            }
            _ => {}
        }
    }
    visit(value, value.is_string(), each);
}
