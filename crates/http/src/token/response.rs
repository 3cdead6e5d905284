//! Responses of a token endpoint (RFC 6749, section 5).

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use twilio_sdk_types::SecretString;

use super::{Fresh, Lifetime};
use crate::exchange::retry_after;
use crate::header::is_bearer_token;
use crate::oauth_error::TokenResult;
use crate::{OAuthError, OAuthErrorCode};

/// The fields of section 5.1 in use. Numbers may be strings.
#[derive(Deserialize)]
struct Granted {
    access_token: Option<SecretString>,
    token_type: Option<String>,
    expires_in: Option<Value>,
}

/// Returns the token of a response, or the error of one without.
pub fn fresh(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> TokenResult<Fresh> {
    if !status.is_success() {
        return Err(error_response(status, headers, body));
    }
    let unusable = |what: &str| {
        let mut problem = OAuthError::new(format!("the token endpoint returned {status}, {what}"));
        problem.status = Some(status);
        problem
    };
    let granted: Granted = serde_json::from_slice(body).map_err(|_| unusable("but not a token in JSON"))?;
    let token = granted.access_token.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| unusable("without `access_token`"))?;
    if !is_bearer_token(token.expose_secret()) {
        return Err(unusable("with a token that a header cannot carry"));
    }
    // It is nullable in Twilio's specification.
    if granted.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(unusable("with a token of another type than Bearer"));
    }
    let lifetime = Lifetime::of(granted.expires_in.as_ref().and_then(seconds), token.expose_secret());
    Ok(Fresh { token, lifetime })
}

/// Reads a number of seconds, which some servers write as a string.
pub fn seconds(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds.filter(|seconds: &f64| !seconds.is_nan())
}

/// Reads an error response: of section 5.2, of Twilio's own shape, or of neither. It is not redacted yet: call [`redact`].
pub fn error_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Box<OAuthError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Fields {
        error: Value,
        error_description: Value,
        error_uri: Value,
        /// Twilio's own error code and message.
        code: Value,
        message: Value,
    }
    let mut problem = OAuthError::new(format!("the token endpoint returned {}", status.as_u16()));
    problem.status = Some(status);
    problem.retry_after = retry_after(headers);
    let fields: Fields = serde_json::from_slice(body).unwrap_or_default();
    let string = |value: &Value| value.as_str().map(str::to_owned);
    problem.code = fields.error.as_str().map(OAuthErrorCode::from);
    problem.description = string(&fields.error_description).or_else(|| string(&fields.message));
    problem.uri = string(&fields.error_uri);
    problem.twilio_code = match &fields.code {
        Value::Number(code) => code.as_u64().and_then(|code| code.try_into().ok()),
        Value::String(code) => code.parse().ok(),
        _ => None,
    };
    problem
}

/// Returns at most 300 characters, without control characters.
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Redacts the secrets of the request that the server repeats, and then shortens its strings: a shortened secret would not
/// be found.
pub fn redact(mut problem: Box<OAuthError>, secrets: &[&SecretString]) -> Box<OAuthError> {
    let hide = |text: &mut String| {
        for secret in secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty())
        {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let escaped = serde_json::Value::from(secret).to_string();
            for form in [secret, encoded.as_str(), escaped.trim_matches('"')] {
                if text.contains(form) {
                    *text = text.replace(form, "[redacted]");
                }
            }
        }
        *text = printable(text);
    };
    problem.description.iter_mut().for_each(hide);
    problem.uri.iter_mut().for_each(hide);
    if let Some(OAuthErrorCode::Other(code)) = &mut problem.code {
        hide(code);
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> TokenResult<Fresh> {
        fresh(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes())
    }

    fn rejected(body: &str) -> Box<OAuthError> {
        error_response(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn responses_are_read_and_other_bodies_are_rejected() {
        for good in [
            r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#,
            r#"{"access_token":"t","token_type":"bEARER","expires_in":"60","id_token":null,"refresh_token":null}"#,
            r#"{"access_token":"t","expires_in":60,"more":{}}"#,
        ] {
            let fresh = read(201, good).unwrap();
            assert_eq!((fresh.token.expose_secret(), fresh.lifetime.left.as_secs()), ("t", 60), "{good}");
        }
        for (bad, word) in [
            ("", "JSON"),
            ("<html>secret-token</html>", "JSON"),
            ("[]", "JSON"),
            ("{}", "access_token"),
            (r#"{"access_token":null,"token_type":"Bearer"}"#, "access_token"),
            (r#"{"access_token":"","token_type":"Bearer"}"#, "access_token"),
            (r#"{"access_token":"secret\ntoken"}"#, "header"),
            (r#"{"access_token":"secret-token","token_type":"mac"}"#, "Bearer"),
        ] {
            let problem = read(200, bad).map(|_| ()).unwrap_err();
            let text = format!("{problem} {problem:?}");
            assert!(text.contains(word) && !text.contains("secret"), "{bad}: {text}");
        }
    }

    #[test]
    fn errors_are_typed_whatever_the_body_is() {
        for (text, code) in [
            ("invalid_request", OAuthErrorCode::InvalidRequest),
            ("invalid_client", OAuthErrorCode::InvalidClient),
            ("invalid_grant", OAuthErrorCode::InvalidGrant),
            ("unauthorized_client", OAuthErrorCode::UnauthorizedClient),
            ("unsupported_grant_type", OAuthErrorCode::UnsupportedGrantType),
            ("invalid_scope", OAuthErrorCode::InvalidScope),
            ("strange", OAuthErrorCode::Other("strange".to_owned())),
        ] {
            let body = format!(r#"{{"error":"{text}","error_description":"d","error_uri":"https://u"}}"#);
            let problem = read(400, &body).map(|_| ()).unwrap_err();
            assert_eq!(problem.code, Some(code));
            assert_eq!(
                (problem.description.as_deref(), problem.uri.as_deref()),
                (Some("d"), Some("https://u"))
            );
        }
        for odd in ["", "<html>", "[1]", "null", r#"{"error":{"a":1},"error_description":5}"#] {
            let problem = read(500, odd).map(|_| ()).unwrap_err();
            assert_eq!(
                (problem.code.clone(), problem.status.map(|s| s.as_u16())),
                (None, Some(500)),
                "{odd}"
            );
        }
        let twilio = read(400, r#"{"code":20003,"message":"Authenticate","status":400}"#);
        let problem = twilio.map(|_| ()).unwrap_err();
        assert_eq!(
            (problem.twilio_code, problem.description.as_deref()),
            (Some(20003), Some("Authenticate"))
        );
    }

    #[test]
    fn a_secret_that_the_server_repeats_is_redacted() {
        let secret = SecretString::from("s3 cr\"et");
        let body = r#"{"error":"s3+cr%22et","error_description":"bad s3 cr\"et and s3+cr%22et"}"#;
        let problem = redact(rejected(body), &[&secret]);
        let text = format!("{problem} {problem:?}");
        assert!(!text.contains("s3") && text.contains("[redacted]"), "{text}");
    }

    #[test]
    fn a_secret_is_found_at_the_cut_and_with_control_characters() {
        for secret in ["s3cret-and-long", "s3c\nret"] {
            let body = serde_json::json!({ "error_description": format!("{}{secret}", "x".repeat(295)) });
            let found = rejected(&body.to_string());
            let found = redact(found, &[&secret.into()]).description.unwrap();
            assert!(!found.contains("s3") && found.chars().count() == 300, "{found}");
        }
    }
}
