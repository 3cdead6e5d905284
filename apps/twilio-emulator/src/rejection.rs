//! Rejections in the shape of Twilio's errors.

use serde_json::{Value, json};

use super::reply::Reply;

/// An error that rejects a request. The body is `{"code", "message", "more_info", "status"}`.
#[derive(Debug)]
pub(super) struct Rejection {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
    pub(super) headers: Vec<(&'static str, String)>,
    /// The member `error` of RFC 6749, section 5.2, at the token endpoint.
    pub(super) error: Option<&'static str>,
}

impl Rejection {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new(), error: None }
    }

    /// 400: an unknown or invalid parameter.
    pub(super) fn parameter(name: &str, reason: &str) -> Self {
        Self::new(400, 20001, format!("Invalid parameter '{name}': {reason}"))
    }

    /// 400: a required parameter is missing.
    pub(super) fn missing(name: &str) -> Self {
        Self::new(400, 20001, format!("Missing required parameter '{name}'"))
    }

    /// 413: a body, or a field of a form, exceeds the limit.
    pub(super) fn too_large(limit: usize) -> Self {
        Self::new(413, 20001, format!("The body is larger than {limit} bytes"))
    }

    /// 401 with a challenge.
    pub(super) fn unauthenticated(challenge: &str) -> Self {
        let mut rejection = Self::new(401, 20003, "Authenticate");
        rejection.headers.push(("WWW-Authenticate", challenge.to_owned()));
        rejection
    }

    /// 404.
    pub(super) fn not_found(path: &str) -> Self {
        Self::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    /// 405 with the methods of the path.
    pub(super) fn method(allow: String) -> Self {
        let mut rejection = Self::new(405, 20004, "Method not allowed");
        rejection.headers.push(("Allow", allow));
        rejection
    }

    pub(super) fn into_reply(self) -> Reply {
        let mut reply = Reply::json(self.status, &self.body());
        reply.headers.extend(self.headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
        reply
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        });
        if let (Some(error), Value::Object(map)) = (self.error, &mut body) {
            map.insert("error".to_owned(), json!(error));
            map.insert("error_description".to_owned(), json!(self.message));
        }
        body
    }
}
