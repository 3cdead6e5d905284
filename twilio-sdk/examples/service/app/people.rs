//! The people who look after the service. They come with an API key of their own, and each path asks for a permission.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use twilio_sdk::access::{Principal, UserRecord};
use twilio_sdk::inbound_auth::Challenge;

use super::Service;
use super::problem::{Problem, answer, object, text};

type Answer = Result<Response, Problem>;

/// Whoever's key the request has: in `X-Api-Key`, as a bearer token, or beside the name as Basic credentials.
pub struct Person(pub Principal);

impl FromRequestParts<Arc<Service>> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Response> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
        match service.access.authenticate_request(&parts.headers, peer.as_deref()).await {
            Ok(actor) => Ok(Self(actor)),
            Err(error) => {
                let headers = error.headers(&Challenge::basic_or_bearer("people"));
                let body = Problem::body("the request has no key that is accepted");
                Err((headers, answer(error.status(), &body)).into_response())
            }
        }
    }
}

fn shown(user: &UserRecord) -> serde_json::Value {
    json!({ "name": user.name, "role": user.role })
}

pub async fn list(State(service): State<Arc<Service>>, Person(actor): Person) -> Answer {
    let users = service.access.list_users(&actor).await?;
    Ok(answer(StatusCode::OK, &json!(users.iter().map(shown).collect::<Vec<_>>())))
}

/// `{"name", "role"}`
pub async fn add(State(service): State<Arc<Service>>, Person(actor): Person, body: Bytes) -> Answer {
    let user = object(&body, &["name", "role"])?;
    let user = service.access.add_user(&actor, text(&user, "name"), text(&user, "role")).await?;
    Ok(answer(StatusCode::CREATED, &shown(&user)))
}

/// `{"role"}`
pub async fn set_role(
    State(service): State<Arc<Service>>,
    Person(actor): Person,
    Path(name): Path<String>,
    body: Bytes,
) -> Answer {
    let wanted = object(&body, &["role"])?;
    let user = service.access.set_role(&actor, &name, text(&wanted, "role")).await?;
    Ok(answer(StatusCode::OK, &shown(&user)))
}

pub async fn remove(
    State(service): State<Arc<Service>>,
    Person(actor): Person,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    service.access.remove_user(&actor, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A key, which is shown in this answer and never again.
pub async fn issue_key(
    State(service): State<Arc<Service>>,
    Person(actor): Person,
    Path(name): Path<String>,
) -> Answer {
    let issued = service.access.issue_key(&actor, &name, None).await?;
    Ok(answer(StatusCode::CREATED, &json!({ "id": issued.info.id, "key": issued.key.expose_secret() })))
}

/// The last records, and whether the chain holds.
pub async fn audit(State(service): State<Arc<Service>>, Person(actor): Person) -> Answer {
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
    Ok(answer(StatusCode::OK, &json!({ "whole": whole, "events": events })))
}
