//! The request that is expected, and how it differs from the one that was sent.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::recorder::Recorded;

/// The values of a field of a form or a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// This text.
    Text(String),
    /// The text of this JSON.
    Json(Json),
}

impl Content {
    /// This text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn is(&self, sent: &str) -> bool {
        match self {
            Self::Text(text) => text == sent,
            Self::Json(json) => Json::parse(sent).is_ok_and(|sent| sent == *json),
        }
    }
}

/// The request to send.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The method.
    pub method: String,
    /// The host.
    pub host: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The pairs of the query; those of one name in this order.
    pub query: Vec<(String, Content)>,
    /// The fields of the form, if the body is one.
    pub form: Option<Vec<(String, Content)>>,
    /// The JSON body.
    pub json: Option<Json>,
    /// The body's type.
    pub content_type: Option<String>,
    /// Headers of the operation.
    pub headers: Vec<(String, String)>,
    /// `true` if the request carries credentials.
    pub authorized: bool,
}

impl Expected {
    /// Returns the number of values: pairs, headers, and scalars of the body.
    pub fn values(&self) -> usize {
        let json = self.json.as_ref().map_or(0, Json::scalars);
        self.query.len() + self.form.as_ref().map_or(0, Vec::len) + self.headers.len() + json
    }
}

/// Returns the differences of the request sent.
pub fn differences(expected: &Expected, sent: &Recorded) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |what: &str, expected: &str, sent: &str| {
        if expected != sent {
            found.push(format!("{what} is {sent:?} and not {expected:?}"));
        }
    };
    same("the method", &expected.method, &sent.method);
    same("the host", &expected.host, sent.header("x-forwarded-host").unwrap_or_default());
    same("the path", &expected.path, sent.path());
    for (name, value) in &expected.headers {
        same(&format!("the header {name}"), value, sent.header(name).unwrap_or_default());
    }
    if sent.header("authorization").is_some() != expected.authorized {
        let what = if expected.authorized { "no credentials were sent" } else { "credentials were sent" };
        found.push(what.to_owned());
    }
    found.extend(pairs("query", &expected.query, &decode_pairs(sent.query().unwrap_or_default())));
    let body = String::from_utf8_lossy(&sent.body);
    if let Some(form) = &expected.form {
        found.extend(pairs("form", form, &decode_pairs(&body)));
    }
    match &expected.json {
        // A body of which nothing is set may be left out.
        Some(Json::Object(map)) if map.is_empty() && body.is_empty() => {}
        Some(json) if Json::parse(&body).is_ok_and(|sent| sent == *json) => {}
        Some(json) => found.push(format!("the body is {body} and not {json}")),
        None if expected.form.is_none() && !body.is_empty() => {
            found.push(format!("there is a body: {body}"));
        }
        None => {}
    }
    let content_type = sent.header("content-type");
    if !body.is_empty() && content_type != expected.content_type.as_deref() {
        let expected = expected.content_type.as_deref().unwrap_or("none");
        found.push(format!("the content type is {content_type:?} and not {expected}"));
    }
    found
}

/// Returns the differences of pairs, name by name.
pub fn pairs(place: &str, expected: &[(String, Content)], sent: &[(String, String)]) -> Vec<String> {
    let mut names: BTreeMap<&str, (Vec<&Content>, Vec<&str>)> = BTreeMap::new();
    for (name, content) in expected {
        names.entry(name).or_default().0.push(content);
    }
    for (name, text) in sent {
        names.entry(name).or_default().1.push(text);
    }
    let differ = names.into_iter().filter(|(_, (expected, sent))| {
        expected.len() != sent.len() || expected.iter().zip(sent).any(|(e, s)| !e.is(s))
    });
    differ
        .map(|(name, (expected, sent))| format!("{place} {name}: sent {sent:?}, expected {expected:?}"))
        .collect()
}

/// The pairs of a query or a form.
pub fn decode_pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    let decode = |text: &str| decode(&text.replace('+', " "));
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Text without its percent-encoding.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) if *byte == b'%' => {
                out.push(code);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Text with everything percent-encoded that RFC 3986 does not leave as it is.
pub fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected {
            method: "POST".to_owned(),
            host: "api.twilio.com".to_owned(),
            path: "/a%20b".to_owned(),
            query: vec![("Q<".to_owned(), Content::text("1")), ("Q<".to_owned(), Content::text("2"))],
            form: Some(vec![("F".to_owned(), Content::Json(Json::List(vec![Json::Null])))]),
            content_type: Some("application/x-www-form-urlencoded".to_owned()),
            headers: vec![("If-Match".to_owned(), "3".to_owned())],
            authorized: true,
            ..Expected::default()
        }
    }

    fn sent() -> Recorded {
        let headers = [
            ("x-forwarded-host", "api.twilio.com"),
            ("if-match", "3"),
            ("authorization", "Basic x"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        Recorded {
            method: "POST".to_owned(),
            target: "/a%20b?Q%3C=1&Q%3C=2".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: b"F=%5B+null%5D".to_vec(),
        }
    }

    #[test]
    fn the_same_request_has_no_differences() {
        assert_eq!(differences(&expected(), &sent()), Vec::<String>::new());
    }

    #[test]
    fn every_part_is_compared() {
        let changes: [fn(&mut Recorded); 8] = [
            |sent| sent.method = "GET".to_owned(),
            |sent| sent.target = "/a b?Q%3C=1&Q%3C=2".to_owned(),
            |sent| sent.target = "/a%20b?Q%3C=2&Q%3C=1".to_owned(),
            |sent| sent.target = "/a%20b?Q%3C=1&Q%3C=2&x=".to_owned(),
            |sent| sent.headers.truncate(1),
            |sent| sent.headers.retain(|(name, _)| name != "x-forwarded-host"),
            |sent| sent.headers.retain(|(name, _)| name != "content-type"),
            |sent| sent.body = b"F=null".to_vec(),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut sent = sent();
            change(&mut sent);
            assert!(!differences(&expected(), &sent).is_empty(), "change {at}");
        }
    }

    #[test]
    fn encoding_is_undone_by_decoding() {
        let text = "a ä/ö?&=+#%<>~.-_✓";
        assert_eq!(decode(&encode(text)), text);
        assert_eq!(encode("a/ä~"), "a%2F%C3%A4~");
        assert_eq!(decode("100%"), "100%");
    }
}
