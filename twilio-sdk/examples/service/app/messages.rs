//! Sending and reading messages, for users with the scope.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use twilio_sdk::inbound_auth::UserDetails;

use super::Service;
use super::problem::{Problem, object, respond, string};

type Outcome = Result<Response, Problem>;

/// Sends `{"to", "body"}`.
pub async fn send(State(service): State<Arc<Service>>, user: UserDetails, body: Bytes) -> Outcome {
    let draft = object(&body, &["to", "body"])?;
    let twilio = service.twilio().client;
    let message = twilio
        .api_v2010()
        .create_message(string(&draft, "to"))
        .from("+15017122661")
        .body(format!("{}: {}", user.username, string(&draft, "body")))
        .send()
        .await?;
    Ok(respond(StatusCode::CREATED, &json!({ "sid": message.sid.map(|sid| sid.to_string()) })))
}

/// Lists the 20 latest messages.
pub async fn list(State(service): State<Arc<Service>>) -> Outcome {
    let twilio = service.twilio().client;
    let mut messages = twilio.api_v2010().list_message().page_size(20).items();
    let mut sids = Vec::new();
    while sids.len() < 20
        && let Some(message) = messages.next().await
    {
        sids.extend(message?.sid.map(|sid| sid.to_string()));
    }
    Ok(respond(StatusCode::OK, &json!({ "sids": sids })))
}
