//! Twilio's token endpoint.

use std::sync::Arc;

use twilio_sdk_http::internal::token::{FetchFuture, LastToken, fresh, redact};
use zeroize::Zeroizing;

use super::Fetch;
use super::record::{recorded_as, unrecorded};
use crate::audit::AuditEventKind;
use crate::auth::OAuthConfig;
use crate::runtime::{Handle, TokenRequest, request_token};

/// Whose first version names its fields another way.
const V1: &str = "https://oauth.twilio.com/v1/token";

impl Fetch for OAuthConfig {
    fn fetch(self: Arc<Self>, handle: &Handle, _: LastToken) -> FetchFuture {
        let (url, forwarded_host) = handle.endpoint().token_url(self.token_url.as_deref());
        let form = form(&self, url == V1);
        let asked = url.clone();
        let answer = request_token(handle.clone(), TokenRequest { url, forwarded_host, form });
        Box::pin(async move {
            let hide = |problem| redact(problem, &[&self.client_secret]);
            let outcome = answer.await.map_err(hide).and_then(|raw| {
                let outcome = fresh(raw.status, &raw.headers, &raw.body).map_err(hide);
                raw.wipe();
                outcome
            });
            let scopes = self.scope.as_deref().unwrap_or_default();
            let event = recorded_as(AuditEventKind::TokenIssue, &self.client_id, &asked, scopes, &outcome);
            self.recorder.record_off_thread(vec![event]).await.map_err(unrecorded)?;
            outcome
        })
    }
}

/// RFC 6749, section 4.4.2, with the client in the body, as Twilio's own libraries have it.
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
