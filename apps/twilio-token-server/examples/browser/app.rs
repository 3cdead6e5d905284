//! The page and the token server, each on its own loopback port.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use twilio_sdk_inbound_auth::{MemoryUserStore, PasswordHash};
use twilio_token_server::{TokenServer, TokenServerConfig};

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Who can log in, in this example only.
pub(crate) const USER: (&str, &str) = ("susan", "an example's password");

/// A key that is nobody's; with a real one, Twilio accepts the tokens.
const KEY: &str = r#"
[twilio]
account_sid = "${TWILIO_ACCOUNT_SID:-AC00000000000000000000000000000001}"
api_key = "${TWILIO_API_KEY:-SK00000000000000000000000000000002}"
api_secret = "${TWILIO_API_SECRET:-an-example-of-a-secret-of-a-key-0}"
"#;

/// Where the page is, and where it asks.
pub(crate) struct App {
    pub(crate) page: SocketAddr,
    pub(crate) token_server: SocketAddr,
    /// The same page on a port that the token server does not know.
    pub(crate) stranger: SocketAddr,
}

/// Starts everything in the background.
pub(crate) async fn start() -> Outcome<App> {
    let (page, stranger) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
    let (page_at, stranger_at) = (page.local_addr()?, stranger.local_addr()?);
    let server = token_server(page_at).await?;
    let token_server = server.local_addr()?;
    tokio::spawn(server.serve_with_shutdown(std::future::pending()));
    for listener in [page, stranger] {
        let pages = pages(token_server);
        tokio::spawn(async move { axum::serve(listener, pages).await });
    }
    Ok(App { page: page_at, token_server, stranger: stranger_at })
}

/// A server with one user, for a page at this address.
async fn token_server(page: SocketAddr) -> Outcome<TokenServer> {
    let folder =
        std::env::temp_dir().join(format!("twilio-token-server-{}-{}", std::process::id(), page.port()));
    std::fs::create_dir_all(&folder)?;
    let (name, password) = USER;
    let hash = PasswordHash::hash(&password.into())?;
    let users = MemoryUserStore::new([(name.to_owned(), hash, Vec::new())])?;
    let text = format!(
        "listen = \"127.0.0.1:0\"\n{KEY}\n[users]\nfile = \"users.toml\"\n[cors]\nallowed_origins = [\"http://{page}\"]\n\
         [[rules]]\nttl = \"10m\"\nvideo = {{ room = \"room-of-{{username}}\" }}\n"
    );
    let path = folder.join("token-server.toml");
    std::fs::write(&path, text)?;
    let config = TokenServerConfig::from_file(&path);
    std::fs::remove_dir_all(folder)?;
    Ok(TokenServer::bind_with_users(config?, Arc::new(users)).await?)
}

/// The files of the page, which may do no more than it must.
fn pages(token_server: SocketAddr) -> Router {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src http://{token_server}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    );
    let file = move |kind: &'static str, text: String| {
        let policy = policy.clone();
        get(async move || {
            let headers = [
                (CONTENT_TYPE, kind.to_owned()),
                (CONTENT_SECURITY_POLICY, policy),
                (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
                (REFERRER_POLICY, "no-referrer".to_owned()),
                (CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, text).into_response()
        })
    };
    let page = include_str!("index.html").replace("{token_server}", &format!("http://{token_server}/token"));
    Router::new()
        .route("/", file("text/html; charset=utf-8", page))
        .route("/page.js", file("text/javascript; charset=utf-8", include_str!("page.js").to_owned()))
        .route("/page.css", file("text/css; charset=utf-8", include_str!("page.css").to_owned()))
}
