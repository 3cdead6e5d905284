//! Every case of the behaviour table, in this process and as the program.

use std::net::SocketAddr;
use std::time::Duration;

use http::StatusCode;

use crate::capture::Capture;
use crate::client::{Answer, JSON, basic, credentials, log_in, request, send};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::program::Program;
use crate::{ACCOUNT, KEY, PASSWORD, WRONG};

const CHALLENGE: (&str, &str) =
    ("www-authenticate", "Basic realm=\"Twilio access tokens\", charset=\"UTF-8\"");
const ALLOW: (&str, &str) = ("allow", "POST, OPTIONS");
const REFUSED: &str = "invalid credentials";
const NO_OBJECT: &str = "the body must be a JSON object with username and password";
const NO_JSON: &str = "the body is not JSON";
const NO_TEXT: &str = "username and password must be strings";
const NO_BODY: &str = "the body and the Authorization header are missing";
const NO_TYPE: &str = "the body must be application/json";
const ONLY_POST: &str = "use POST to request a token";

fn post(headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    request("POST", "/token", headers, body.as_ref())
}

fn json(body: &str) -> Vec<u8> {
    post(&[JSON], body)
}

fn authorization(value: &str) -> Vec<u8> {
    post(&[("Authorization", value)], "")
}

/// A request that is refused: what it is, its bytes, the answer's status, message and a header.
type Case = (&'static str, Vec<u8>, u16, &'static str, Option<(&'static str, &'static str)>);

fn refused() -> Vec<Case> {
    let unauthorized = |name, request| (name, request, 401, REFUSED, Some(CHALLENGE));
    let bad = |name, request, message| (name, request, 400, message, None);
    let media = |name, request| (name, request, 415, NO_TYPE, None);
    let method = |name| (name, request(name, "/token", &[], b""), 405, ONLY_POST, Some(ALLOW));
    let large = "the body is larger than allowed";
    let long = format!("{{\"username\":\"{}\"}}", "x".repeat(16 << 10));
    let chunked = format!("{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    let chunked = [post(&[JSON, ("Transfer-Encoding", "chunked")], ""), chunked.into_bytes()].concat();
    let twice = [("Authorization", basic("susan", PASSWORD)), ("Authorization", basic("susan", PASSWORD))];
    let twice = twice.each_ref().map(|(name, value)| (*name, value.as_str()));
    let susan = basic("susan", PASSWORD);
    let both = [("Authorization", susan.as_str()), JSON];
    vec![
        unauthorized("wrong password", json(&format!(r#"{{"username":"susan","password":"{WRONG}"}}"#))),
        unauthorized("unknown user", json(&format!(r#"{{"username":"nobody","password":"{WRONG}"}}"#))),
        unauthorized("another case", json(&format!(r#"{{"username":"Susan","password":"{PASSWORD}"}}"#))),
        unauthorized("username only", json(r#"{"username":"susan"}"#)),
        unauthorized("password only", json(&format!(r#"{{"password":"{PASSWORD}"}}"#))),
        unauthorized("empty texts", json(r#"{"username":"","password":""}"#)),
        unauthorized("null", json(r#"{"username":"susan","password":null}"#)),
        unauthorized("empty object", json("{}")),
        unauthorized("a colon", json(r#"{"username":"su:san","password":"x"}"#)),
        unauthorized("control characters", json("{\"username\":\"susan\",\"password\":\"a\\u0000b\"}")),
        unauthorized("basic, wrong password", authorization(&basic("susan", WRONG))),
        unauthorized("basic, unknown user", authorization(&basic("nobody", WRONG))),
        unauthorized("basic, empty password", authorization(&basic("susan", ""))),
        unauthorized("basic, no base64", authorization("Basic !")),
        unauthorized("basic, nothing", authorization("Basic")),
        unauthorized("basic, twice", post(&twice, "")),
        unauthorized("bearer", authorization("Bearer abc")),
        bad("no body", post(&[JSON], ""), NO_BODY),
        bad("no body and no type", post(&[], ""), NO_BODY),
        bad("a null", json("null"), NO_OBJECT),
        bad("a list", json("[\"susan\"]"), NO_OBJECT),
        bad("a text", json("\"susan\""), NO_OBJECT),
        bad("a number", json("5"), NO_OBJECT),
        bad("half an object", json("{\"username\":"), NO_JSON),
        bad("more than an object", json("{}{}"), NO_JSON),
        bad("no UTF-8", post(&[JSON], b"{\"username\":\"\xff\"}"), NO_JSON),
        bad("a number for a name", json(r#"{"username":5,"password":"x"}"#), NO_TEXT),
        bad("a list for a password", json(r#"{"username":"susan","password":[]}"#), NO_TEXT),
        bad("a flag for a password", json(r#"{"username":"susan","password":true}"#), NO_TEXT),
        bad("both ways", post(&both, "{}"), "send credentials in Authorization or in the body, not in both"),
        media("a form", post(&[("Content-Type", "application/x-www-form-urlencoded")], "username=susan")),
        media("text", post(&[("Content-Type", "text/plain")], credentials("susan", PASSWORD))),
        media("no type", post(&[], credentials("susan", PASSWORD))),
        media("a type like it", post(&[("Content-Type", "application/json-seq")], "{}")),
        ("too large", json(&long), 413, large, None),
        ("much too large", json(&"x".repeat(600 << 10)), 413, large, None),
        ("too large in chunks", chunked, 413, large, None),
        method("GET"),
        method("PUT"),
        method("DELETE"),
        method("PATCH"),
        (
            "no rule",
            post(&[JSON], credentials("carol", PASSWORD)),
            403,
            "no rule grants this user a token",
            None,
        ),
        ("another path", request("POST", "/", &[], b""), 404, "not found", None),
        ("below", request("POST", "/token/", &[], b""), 404, "not found", None),
        ("unhealthy", request("POST", "/healthz", &[], b""), 405, "use GET", Some(("allow", "GET, HEAD"))),
    ]
}

/// The headers that every answer has.
fn common(name: &str, answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}: {answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{name}: {answer:?}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{name}: {answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), None, "{name}: {answer:?}");
}

async fn table(address: SocketAddr) {
    for (name, bytes, status, message, header) in refused() {
        let answer = send(address, &bytes).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        assert_eq!(answer.json(), serde_json::json!({ "error": message }), "{name}");
        common(name, &answer);
        for named in ["www-authenticate", "allow", "retry-after"] {
            let expected = header.filter(|(name, _)| *name == named).map(|(_, value)| value);
            assert_eq!(answer.header(named), expected, "{name}: {answer:?}");
        }
    }
    // HEAD is answered without a body.
    let head = send_head(address).await;
    assert!(head.starts_with("HTTP/1.1 405 "), "{head}");

    let health = send(address, &request("GET", "/healthz", &[], b"")).await;
    assert_eq!((health.status, health.json()), (200, serde_json::json!({ "status": "ok" })));
    common("health", &health);

    let charset = ("Content-Type", "Application/JSON; charset=utf-8");
    for (name, bytes) in [
        ("JSON", post(&[JSON], credentials("susan", PASSWORD))),
        ("a parameter", post(&[charset], credentials("susan", PASSWORD))),
        (
            "more than is asked for",
            json(&format!(r#"{{"username":"susan","password":"{PASSWORD}","ttl":9}}"#)),
        ),
        ("basic", authorization(&basic("susan", PASSWORD))),
        ("another case of the scheme", authorization(&basic("susan", PASSWORD).replace("Basic", "bAsIc"))),
    ] {
        let answer = send(address, &bytes).await;
        let claims = answer.claims();
        common(name, &answer);
        assert_eq!(answer.header("vary"), Some("Origin"));
        let json = answer.json();
        assert_eq!((json["identity"].as_str(), json["expires_in"].as_u64()), (Some("susan"), Some(600)));
        assert_eq!(json.as_object().unwrap().len(), 3, "{json}");
        assert_eq!(claims.identity(), Some("susan"), "{name}");
        assert_eq!((claims.account_sid(), claims.key_sid(), claims.region()), (ACCOUNT, KEY, None));
        assert_eq!(claims.video().unwrap().room.as_deref(), Some("room-of-susan"));
        assert_eq!(claims.grants().len(), 1);
        let life = claims.expires_at().duration_since(claims.not_before().unwrap()).unwrap();
        assert_eq!(life, Duration::from_secs(600));
        let id = claims.id().unwrap();
        assert!(id.starts_with(&format!("{KEY}-")) && id.rsplit('-').next().unwrap().len() == 32, "{id}");
    }
}

async fn send_head(address: SocketAddr) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(&request("HEAD", "/token", &[("Connection", "close")], b"")).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("\r\n\r\n"), "{text}");
    text
}

#[tokio::test]
async fn the_table_holds_in_process() {
    let folder = Folder::new();
    let server = Server::start(&folder, "", &[RULES, NO_LIMITS].concat()).await;
    table(server.address).await;
    server.stop().await;
}

#[tokio::test]
async fn the_table_holds_for_the_program() {
    let folder = Folder::new();
    let program = Program::start(&folder.config("", &[RULES, NO_LIMITS].concat()));
    table(program.address).await;
}

#[tokio::test]
async fn nobody_learns_who_exists() {
    let folder = Folder::new();
    let server = Server::start(&folder, "", &[RULES, NO_LIMITS].concat()).await;
    let capture = Capture::start();
    let mut answers = Vec::new();
    let mut checks = Vec::new();
    for name in ["susan", "nobody", "carol"] {
        let before = checked(&capture).len();
        answers.push(log_in(server.address, name, WRONG).await);
        checks.push(checked(&capture).split_off(before));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.status == 401), "{answers:?}");
    // One check of one cost each, be the user known or not: that is what takes the time.
    assert_eq!(checks[0].len(), 1, "{checks:?}");
    assert!(checks[0][0].contains("m=19456,t=2,p=1"), "{checks:?}");
    assert!(checks.iter().all(|check| *check == checks[0]), "{checks:?}");
    server.stop().await;
}

/// The checks of passwords that were made.
fn checked(capture: &Capture) -> Vec<String> {
    let all = capture.all();
    all.lines().filter(|line| line.contains("a password was checked")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_right_password_is_remembered_and_a_wrong_one_is_not() {
    let folder = Folder::new();
    let server = Server::start(&folder, "", &[RULES, NO_LIMITS].concat()).await;
    let capture = Capture::start();
    for (password, status, expected) in
        [(PASSWORD, 200, 1), (WRONG, 401, 2), (PASSWORD, 200, 2), (WRONG, 401, 3)]
    {
        assert_eq!(log_in(server.address, "susan", password).await.status, status);
        assert_eq!(checked(&capture).len(), expected);
    }
    server.stop().await;

    let path = folder.config("", &[RULES, NO_LIMITS].concat());
    let text = std::fs::read_to_string(&path).unwrap().replace("[users]", "[users]\npassword_cache_ttl = 0");
    let server = Server::run(&folder.write("server.toml", &text)).await;
    for _ in 0..2 {
        assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 200);
    }
    assert_eq!(checked(&capture).len(), 5);
    server.stop().await;
}

#[tokio::test]
async fn users_of_another_store_are_known_and_one_that_is_down_is_told() {
    use std::sync::Arc;
    use twilio_sdk_inbound_auth::{AuthError, AuthFuture, Credential, UserDetails, UserStore};
    use twilio_token_server::{TokenServer, TokenServerConfig};

    #[derive(Debug)]
    struct Directory;

    impl UserStore for Directory {
        fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
            Box::pin(async move {
                match credential.username() {
                    "dora" => Ok(UserDetails::new("dora", ["more"])),
                    _ => Err(AuthError::Unavailable("ldap-7.internal is down".into())),
                }
            })
        }
    }

    let folder = Folder::new();
    let config = TokenServerConfig::from_file(folder.config("", &[RULES, NO_LIMITS].concat())).unwrap();
    std::fs::remove_file(folder.path("users.toml")).unwrap();
    let server = TokenServer::bind_with_users(config, Arc::new(Directory)).await.unwrap();
    assert!(server.users().is_none());
    let server = Server::serve(server);
    assert_eq!(log_in(server.address, "dora", PASSWORD).await.claims().identity(), Some("agent_dora"));
    let down = log_in(server.address, "susan", PASSWORD).await;
    assert_eq!(down.status, StatusCode::SERVICE_UNAVAILABLE.as_u16());
    assert_eq!((down.header("retry-after"), down.header("www-authenticate")), (Some("5"), None));
    assert_eq!(down.json(), serde_json::json!({ "error": "credentials cannot be checked now; retry later" }));
    server.stop().await;
}
