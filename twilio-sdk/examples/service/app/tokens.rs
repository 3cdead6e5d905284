//! Access tokens for browsers and apps, with grants by scope.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use twilio_sdk::access_token::{AccessToken, ChatGrant, VideoGrant, VoiceGrant};
use twilio_sdk::audit::{AuditEvent, AuditEventKind, AuditSink as _, EventOutcome};
use twilio_sdk::inbound_auth::UserDetails;

use super::Service;
use super::problem::{Problem, respond};

/// Issues a token: voice and video for agents, video and chat for others. The identity is the username.
pub async fn issue(State(service): State<Arc<Service>>, user: UserDetails) -> Result<Response, Problem> {
    let token = AccessToken::new(&service.twilio().key, &user.username)
        .and_then(|token| token.ttl(Duration::from_secs(600)))
        .map_err(Problem::unavailable)?;
    let token = match user.has_any_scope(&["agent"]) {
        true => token.grant(VoiceGrant::new().incoming_allow(true)).grant(VideoGrant::new().room("support")),
        false => token.grant(VideoGrant::new().room("support")).grant(ChatGrant::new()),
    };
    let token = token.sign().map_err(Problem::unavailable)?;
    let event = AuditEvent::new(AuditEventKind::TokenIssue, EventOutcome::Ok).actor(&user.username);
    service.audit.record(&event.action(user.scopes.join(" ")).resource("/token"))?;
    Ok(respond(StatusCode::OK, &json!({ "token": token, "identity": user.username })))
}
