//! What a token endpoint answers (RFC 6749, section 5).

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::{Fresh, Life};
use crate::auth::is_token;
use crate::error::{OAuthError, OAuthErrorCode, Problem, TokenResult};
use crate::runtime::{Raw, retry_after};
use crate::types::SecretString;

/// The fields of section 5.1 that are of use. Numbers come as text too.
#[derive(Deserialize)]
struct Granted {
    access_token: Option<SecretString>,
    token_type: Option<String>,
    expires_in: Option<Value>,
}

/// The token of an answer, or why there is none.
pub(super) fn fresh(raw: &Raw) -> TokenResult<Fresh> {
    if !raw.status.is_success() {
        return Err(problem(raw.status, &raw.body, retry_after(&raw.headers)));
    }
    let unusable = |what: &str| {
        let mut problem = OAuthError::new(format!("the token endpoint answered {}, {what}", raw.status));
        problem.status = Some(raw.status);
        problem
    };
    let granted: Granted =
        serde_json::from_slice(&raw.body).map_err(|_| unusable("but not with a token in JSON"))?;
    let token = granted.access_token.filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| unusable("without `access_token`"))?;
    if !is_token(token.expose_secret()) {
        return Err(unusable("with a token that no header can carry"));
    }
    // Twilio's own specification lets it be null.
    if granted.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(unusable("with a token of another type than Bearer"));
    }
    let life = Life::of(granted.expires_in.as_ref().and_then(seconds), token.expose_secret());
    Ok(Fresh { token, life })
}

/// A number of seconds, which servers write as text too.
pub(crate) fn seconds(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds.filter(|seconds: &f64| !seconds.is_nan())
}

/// An error of section 5.2, or of Twilio's own shape, or of neither; as it came, so [`redact`] is next.
pub(crate) fn problem(
    status: StatusCode,
    body: &[u8],
    retry_after: Option<std::time::Duration>,
) -> Box<OAuthError> {
    #[derive(Deserialize)]
    struct Refused {
        error: Option<Value>,
        error_description: Option<Value>,
        error_uri: Option<Value>,
    }
    let mut problem = OAuthError::new(format!("the token endpoint answered {}", status.as_u16()));
    problem.status = Some(status);
    problem.retry_after = retry_after;
    let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    if let Ok(refused) = serde_json::from_slice::<Refused>(body) {
        problem.code = text(refused.error).as_deref().map(OAuthErrorCode::from);
        problem.description = text(refused.error_description);
        problem.uri = text(refused.error_uri);
    }
    let twilio = Problem::parse(body);
    problem.twilio_code = twilio.code;
    problem.description = problem.description.or(twilio.message);
    problem
}

/// At most 300 characters without those that would break a line or a log.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Takes out what a server repeats of the secrets that it was sent, and then what no log should hold: a secret that
/// was shortened first would not be found.
pub(crate) fn redact(mut problem: Box<OAuthError>, secrets: &[&SecretString]) -> Box<OAuthError> {
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

    fn raw(status: u16, body: &str) -> Raw {
        Raw {
            status: StatusCode::from_u16(status).unwrap(),
            headers: http::HeaderMap::new(),
            body: body.to_owned().into(),
            attempts: 1,
            uncertain: false,
        }
    }

    #[test]
    fn answers_are_read_and_what_is_no_token_is_refused() {
        for good in [
            r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#,
            r#"{"access_token":"t","token_type":"bEARER","expires_in":"60","id_token":null,"refresh_token":null}"#,
            r#"{"access_token":"t","expires_in":60,"more":{}}"#,
        ] {
            let fresh = fresh(&raw(201, good)).unwrap();
            assert_eq!((fresh.token.expose_secret(), fresh.life.left.as_secs()), ("t", 60), "{good}");
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
            let problem = fresh(&raw(200, bad)).map(|_| ()).unwrap_err();
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
            let problem = fresh(&raw(400, &body)).map(|_| ()).unwrap_err();
            assert_eq!(problem.code, Some(code));
            assert_eq!(
                (problem.description.as_deref(), problem.uri.as_deref()),
                (Some("d"), Some("https://u"))
            );
        }
        for odd in ["", "<html>", "[1]", "null", r#"{"error":{"a":1},"error_description":5}"#] {
            let problem = fresh(&raw(500, odd)).map(|_| ()).unwrap_err();
            assert_eq!(
                (problem.code.clone(), problem.status.map(|s| s.as_u16())),
                (None, Some(500)),
                "{odd}"
            );
        }
        let twilio = fresh(&raw(400, r#"{"code":20003,"message":"Authenticate","status":400}"#));
        let problem = twilio.map(|_| ()).unwrap_err();
        assert_eq!(
            (problem.twilio_code, problem.description.as_deref()),
            (Some(20003), Some("Authenticate"))
        );
    }

    #[test]
    fn a_secret_that_the_server_repeats_is_taken_out() {
        let secret = SecretString::from("s3 cr\"et");
        let body = r#"{"error":"s3+cr%22et","error_description":"bad s3 cr\"et and s3+cr%22et"}"#;
        let problem = redact(problem(StatusCode::BAD_REQUEST, body.as_bytes(), None), &[&secret]);
        let text = format!("{problem} {problem:?}");
        assert!(!text.contains("s3") && text.contains("[redacted]"), "{text}");
    }

    #[test]
    fn a_secret_is_found_where_the_text_is_cut_and_where_it_holds_what_is_not_shown() {
        for secret in ["s3cret-and-long", "s3c\nret"] {
            let body = serde_json::json!({ "error_description": format!("{}{secret}", "x".repeat(295)) });
            let found = problem(StatusCode::BAD_REQUEST, body.to_string().as_bytes(), None);
            let found = redact(found, &[&secret.into()]).description.unwrap();
            assert!(!found.contains("s3") && found.chars().count() == 300, "{found}");
        }
    }
}
