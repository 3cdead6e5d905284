//! The service as a library of the program.

mod credentials;
mod messages;
mod passphrase;
mod people;
mod problem;
mod serve;
mod service;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};

pub use passphrase::passphrase;
pub use serve::{serve, stop};
pub use service::{Outcome, Service};

/// Creates the routes. `auth.toml` declares who may use the resources `messages`, `send` and `token`. The other paths require
/// an administrator's API key and a permission.
pub fn router(service: Arc<Service>) -> Outcome<Router> {
    let rules = service.rules();
    let users = Router::new()
        .route("/messages", get(messages::list).layer(rules.resource_layer("messages")?))
        .route("/messages/new", post(messages::send).layer(rules.resource_layer("send")?))
        .route("/token", post(tokens::issue).layer(rules.resource_layer("token")?));
    let people = Router::new()
        .route("/people", get(people::list).post(people::add))
        .route("/people/{name}", axum::routing::delete(people::remove))
        .route("/people/{name}/role", put(people::set_role))
        .route("/people/{name}/keys", post(people::issue_key))
        .route("/audit", get(people::audit))
        .route("/credentials/twilio", put(credentials::replace));
    Ok(users.merge(people).with_state(service))
}
