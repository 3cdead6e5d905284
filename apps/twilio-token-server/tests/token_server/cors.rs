//! Pages of other origins.

use crate::client::{JSON, credentials, request, send};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::{PASSWORD, WRONG};

#[tokio::test]
async fn only_pages_of_listed_origins_and_its_own_get_an_answer() {
    let folder = Folder::new();
    let cors = "[cors]\nallowed_origins = [\"https://app.example.com\", \"http://localhost:8080\"]\n";
    let server =
        Server::start(&folder, "hosts = [\"tokens.test\"]", &[RULES, NO_LIMITS, cors].concat()).await;
    let ask = async |method: &str, origin: &str, password: &str| {
        let headers =
            [JSON, ("Host", "tokens.test"), ("Origin", origin), ("Access-Control-Request-Method", "POST")];
        let body = if method == "POST" { credentials("susan", password) } else { Vec::new() };
        send(server.address, &request(method, "/token", &headers, &body)).await
    };
    for origin in
        ["https://app.example.com", "http://localhost:8080", "http://tokens.test", "http://TOKENS.test"]
    {
        for (password, status) in [(PASSWORD, 200), (WRONG, 401)] {
            let answer = ask("POST", origin, password).await;
            assert_eq!(answer.status, status, "{origin}");
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
            assert_eq!(answer.header("vary"), Some("Origin"));
        }
        let preflight = ask("OPTIONS", origin, PASSWORD).await;
        assert_eq!((preflight.status, preflight.body.as_str()), (204, ""));
        assert_eq!(preflight.header("access-control-allow-origin"), Some(origin));
        assert_eq!(preflight.header("access-control-allow-methods"), Some("POST"));
        assert_eq!(preflight.header("access-control-allow-headers"), Some("authorization, content-type"));
        assert_eq!(preflight.header("access-control-max-age"), Some("600"));
        assert_eq!(preflight.header("vary"), Some("Origin"));
    }
    for origin in [
        "https://evil.example.com",
        "https://app.example.com.evil.com",
        "https://app.example.com:8443",
        "http://app.example.com",
        "HTTPS://APP.EXAMPLE.COM",
        "http://localhost",
        "tokens.test",
        "null",
        "*",
        "",
    ] {
        for method in ["POST", "OPTIONS"] {
            let answer = ask(method, origin, PASSWORD).await;
            assert_eq!(answer.status, 403, "{origin}");
            let message = "the origin of the page is not allowed";
            assert_eq!(answer.json(), serde_json::json!({ "error": message }));
            assert_eq!(answer.header("access-control-allow-origin"), None);
            assert_eq!(answer.header("vary"), Some("Origin"));
        }
    }
    let preflight = send(server.address, &request("OPTIONS", "/token", &[], b"")).await;
    assert_eq!((preflight.status, preflight.header("allow")), (204, Some("POST, OPTIONS")));
    assert_eq!(preflight.header("access-control-allow-methods"), None, "no page asks");
    server.stop().await;
}
