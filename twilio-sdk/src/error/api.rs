use serde_json::{Map, Value};

use crate::runtime::json_value;

/// The body of an error response, in any of Twilio's three formats: that of the 2010 API, that of version 1.0 error
/// responses, and RFC 9457. Fields of an unexpected type are in [`other`](Self::other).
///
/// `Debug` shows Twilio's messages, but no values of `details`, `params` and other fields, which may repeat the request.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ErrorBody {
    /// `code`: Twilio's error code.
    pub code: Option<u32>,
    /// `message`.
    pub message: Option<String>,
    /// `more_info`: a link to the documentation of the code.
    pub more_info: Option<String>,
    /// `status` or `httpStatusCode`: the HTTP status in the body.
    pub status: Option<u16>,
    /// `details`.
    pub details: Option<Value>,
    /// `params` of version 1.0.
    pub params: Option<Value>,
    /// `userError` of version 1.0: whether the request caused the error.
    pub user_error: Option<bool>,
    /// `type` of RFC 9457: a URI that identifies the kind of problem.
    pub kind: Option<String>,
    /// `title` of RFC 9457.
    pub title: Option<String>,
    /// `detail` of RFC 9457.
    pub detail: Option<String>,
    /// `instance` of RFC 9457: a URI of this occurrence.
    pub instance: Option<String>,
    /// `errors` of RFC 9457.
    pub errors: Vec<ProblemDetail>,
    /// All other fields.
    pub other: Map<String, Value>,
}

/// One of the errors of an RFC 9457 body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProblemDetail {
    /// The description of the error.
    pub detail: Option<String>,
    /// The JSON pointer to the value in the request.
    pub pointer: Option<String>,
}

impl ErrorBody {
    /// Parses a body, repairing damaged JSON. A body that is no JSON object, such as a proxy's HTML, has no fields.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let Some(Value::Object(mut map)) = json_value(body) else { return Self::default() };
        let mut problem = Self {
            code: take(&mut map, "code", number),
            message: take(&mut map, "message", text),
            more_info: take(&mut map, "more_info", text),
            details: take(&mut map, "details", any),
            params: take(&mut map, "params", any),
            user_error: take(&mut map, "userError", Value::as_bool),
            kind: take(&mut map, "type", text),
            title: take(&mut map, "title", text),
            detail: take(&mut map, "detail", text),
            instance: take(&mut map, "instance", text),
            errors: take(&mut map, "errors", errors).unwrap_or_default(),
            ..Self::default()
        };
        let short = |value: &Value| number(value).and_then(|n| u16::try_from(n).ok());
        problem.status = take(&mut map, "status", short).or_else(|| take(&mut map, "httpStatusCode", short));
        problem.other = map;
        problem
    }
}

/// Removes a field, if it has the right type.
fn take<T>(map: &mut Map<String, Value>, name: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    let value = read(map.get(name)?)?;
    map.remove(name);
    Some(value)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn any(value: &Value) -> Option<Value> {
    (!value.is_null()).then(|| value.clone())
}

fn number(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => number.as_u64()?.try_into().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn errors(value: &Value) -> Option<Vec<ProblemDetail>> {
    let list = value.as_array()?;
    let one = |item: &Value| {
        let item = item.as_object()?;
        Some(ProblemDetail {
            detail: item.get("detail").and_then(text),
            pointer: item.get("pointer").and_then(text),
        })
    };
    list.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_shapes_are_read() {
        let old = br#"{"code":21211,"message":"bad","more_info":"https://x","status":400,"details":{"a":1}}"#;
        let old = ErrorBody::parse(old);
        assert_eq!((old.code, old.status), (Some(21211), Some(400)));
        assert_eq!((old.message.as_deref(), old.more_info.as_deref()), (Some("bad"), Some("https://x")));
        assert_eq!(old.details, Some(serde_json::json!({ "a": 1 })));

        let v1 =
            br#"{"code":"20001","message":"m","httpStatusCode":400,"params":{"p":[1]},"userError":true}"#;
        let v1 = ErrorBody::parse(v1);
        assert_eq!((v1.code, v1.status, v1.user_error), (Some(20001), Some(400), Some(true)));
        assert_eq!(v1.params, Some(serde_json::json!({ "p": [1] })));

        let rfc = br#"{"type":"t","title":"T","status":422,"code":20422,"detail":"d","instance":"/i",
            "errors":[{"detail":"e","pointer":"/a"}],"extra":1}"#;
        let rfc = ErrorBody::parse(rfc);
        assert_eq!((rfc.kind.as_deref(), rfc.title.as_deref()), (Some("t"), Some("T")));
        assert_eq!((rfc.detail.as_deref(), rfc.instance.as_deref()), (Some("d"), Some("/i")));
        assert_eq!(rfc.errors[0].pointer.as_deref(), Some("/a"));
        assert_eq!(rfc.other.get("extra"), Some(&serde_json::json!(1)));
    }

    #[test]
    fn anything_else_gives_nothing_and_loses_nothing() {
        for body in [&b""[..], b"<html>502</html>", b"[1]", b"null", b"\xff"] {
            let problem = ErrorBody::parse(body);
            assert!(problem.code.is_none() && problem.message.is_none() && problem.other.is_empty());
        }
        let odd = ErrorBody::parse(br#"{"code":{"a":1},"message":5,"status":70000,"errors":["x"]}"#);
        assert!(odd.code.is_none() && odd.message.is_none() && odd.status.is_none());
        assert_eq!(odd.other.len(), 4);
    }
}
