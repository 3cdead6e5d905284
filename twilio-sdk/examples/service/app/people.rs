//! The administrators of the service. They authenticate with an API key, and each path requires a permission.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use twilio_sdk::access_control::{Principal, UserRecord};
use twilio_sdk::inbound_auth::Challenge;

use super::Service;
use super::problem::{Problem, object, respond, string};

type Outcome = Result<Response, Problem>;

/// Extracts the owner of the request's API key: from `X-Api-Key`, a bearer token or Basic credentials.
pub struct Person(pub Principal);

impl FromRequestParts<Arc<Service>> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Response> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
        match service.access.authenticate_request(&parts.headers, peer.as_deref()).await {
            Ok(actor) => Ok(Self(actor)),
            Err(error) => {
                let headers = error.headers(&Challenge::basic_or_bearer("people"));
                let body = Problem::body("the request has no valid API key");
                Err((headers, respond(error.status(), &body)).into_response())
            }
        }
    }
}

fn to_json(user: &UserRecord) -> serde_json::Value {
    json!({ "name": user.name, "role": user.role })
}

pub async fn list(State(service): State<Arc<Service>>, Person(actor): Person) -> Outcome {
    let users = service.access.list_users(&actor).await?;
    Ok(respond(StatusCode::OK, &json!(users.iter().map(to_json).collect::<Vec<_>>())))
}

/// Adds the user `{"name", "role"}`.
pub async fn add(State(service): State<Arc<Service>>, Person(actor): Person, body: Bytes) -> Outcome {
    let user = object(&body, &["name", "role"])?;
    let user = service.access.add_user(&actor, string(&user, "name"), string(&user, "role")).await?;
    Ok(respond(StatusCode::CREATED, &to_json(&user)))
}

/// Changes the role of a user: `{"role"}`.
pub async fn set_role(
    State(service): State<Arc<Service>>,
    Person(actor): Person,
    Path(name): Path<String>,
    body: Bytes,
) -> Outcome {
    let change = object(&body, &["role"])?;
    let user = service.access.set_role(&actor, &name, string(&change, "role")).await?;
    Ok(respond(StatusCode::OK, &to_json(&user)))
}

pub async fn remove(
    State(service): State<Arc<Service>>,
    Person(actor): Person,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    service.access.remove_user(&actor, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Issues an API key. Only this response holds it.
pub async fn issue_key(
    State(service): State<Arc<Service>>,
    Person(actor): Person,
    Path(name): Path<String>,
) -> Outcome {
    let issued = service.access.issue_key(&actor, &name, None).await?;
    Ok(respond(StatusCode::CREATED, &json!({ "id": issued.info.id, "key": issued.key.expose_secret() })))
}

/// Returns the last records of the audit log, and whether its hash chain is intact.
pub async fn audit(State(service): State<Arc<Service>>, Person(actor): Person) -> Outcome {
    service.log.get(&actor).await?;
    let read = move || -> Result<_, Problem> {
        let path = service.audit.path();
        let records = twilio_sdk::audit::read_tail(path, 20)?;
        Ok((records, service.audit.verify().is_ok()))
    };
    let (records, whole) = tokio::task::spawn_blocking(read).await.map_err(Problem::unavailable)??;
    let events: Vec<_> = records
        .iter()
        .map(|record| json!({ "event": record.event, "outcome": record.outcome, "actor": record.actor }))
        .collect();
    Ok(respond(StatusCode::OK, &json!({ "whole": whole, "events": events })))
}
