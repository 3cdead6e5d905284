//! Twilio's token endpoint.

use std::sync::Arc;

use twilio_sdk_http::internal::TokenResult;
use twilio_sdk_http::internal::token::{FetchFuture, Fresh, LastToken, fresh, redact};
use zeroize::Zeroizing;

use super::Fetch;
use crate::OAuthError;
use crate::audit::{AuditEvent, AuditEventKind, EventOutcome};
use crate::auth::OAuthConfig;
use crate::runtime::{Handle, TokenRequest, request_token};

/// The first version, whose fields have other names.
const V1: &str = "https://oauth.twilio.com/v1/token";

impl Fetch for OAuthConfig {
    fn fetch(self: Arc<Self>, handle: &Handle, _: LastToken) -> FetchFuture {
        let (url, forwarded_host) = handle.endpoint().token_url(self.token_url.as_deref());
        let form = form(&self, url == V1);
        let source = url.clone();
        let response = request_token(handle.clone(), TokenRequest { url, forwarded_host, form });
        Box::pin(async move {
            let hide = |problem| redact(problem, &[&self.client_secret]);
            let outcome = response.await.map_err(hide).and_then(|raw| {
                let outcome = fresh(raw.status, &raw.headers, &raw.body).map_err(hide);
                raw.wipe();
                outcome
            });
            let recorded = self.recorder.record_off_thread(vec![event(&self, &source, &outcome)]).await;
            recorded.map_err(|e| OAuthError::new(format!("the audit event could not be written: {e}")))?;
            outcome
        })
    }
}

/// Creates the audit event of a token request.
fn event(config: &OAuthConfig, url: &str, outcome: &TokenResult<Fresh>) -> AuditEvent {
    let event = match outcome {
        Ok(_) => AuditEvent::new(AuditEventKind::TokenIssue, EventOutcome::Ok),
        Err(error) => {
            let outcome = if error.is_rejected() { EventOutcome::Denied } else { EventOutcome::Failed };
            AuditEvent::new(AuditEventKind::TokenIssue, outcome).reason(error.audit_reason())
        }
    };
    let event = event.actor(&config.client_id).source(url.split(['?', '#']).next().unwrap_or_default());
    match config.scope.as_deref() {
        None | Some("") => event,
        Some(scope) => event.action(scope),
    }
}

/// Returns the form of RFC 6749, section 4.4.2, with the client in the body, as Twilio's own libraries send it.
fn form(config: &OAuthConfig, v1: bool) -> Zeroizing<String> {
    let name = |name: &'static str, old: &'static str| if v1 { old } else { name };
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair(name("grant_type", "GrantType"), "client_credentials");
    form.append_pair(name("client_id", "ClientId"), &config.client_id);
    form.append_pair(name("client_secret", "ClientSecret"), config.client_secret.expose_secret());
    if let Some(scope) = config.scope.as_deref().filter(|scope| !scope.is_empty()) {
        form.append_pair(name("scope", "Scope"), scope);
    }
    Zeroizing::new(form.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_encoded_and_the_first_version_has_other_names() {
        let config = OAuthConfig::new("OQ:%1", "a b&c=d:%é").scope("x y");
        let newer = "grant_type=client_credentials&client_id=OQ%3A%251&client_secret=a+b%26c%3Dd%3A%25%C3%A9&\
                     scope=x+y";
        assert_eq!(form(&config, false).as_str(), newer);
        let older = "GrantType=client_credentials&ClientId=OQ%3A%251&ClientSecret=a+b%26c%3Dd%3A%25%C3%A9&\
                     Scope=x+y";
        assert_eq!(form(&config, true).as_str(), older);
    }
}
