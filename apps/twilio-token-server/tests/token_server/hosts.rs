//! Requests for other hosts, as pages send them whose name resolves to this machine.

use crate::client::{JSON, credentials, log_in, request, send};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::program::{Program, command};
use crate::{ACCOUNT, KEY, PASSWORD, SECRET};

const MESSAGE: &str = "the host of the request is not accepted";

#[tokio::test]
async fn review_18_a_page_of_another_host_reaches_nothing() {
    let folder = Folder::new();
    let cors = "[cors]\nallowed_origins = [\"https://app.example.com\"]\n";
    let root = "hosts = [\"tokens.example.com\"]";
    let server = Server::start(&folder, root, &[RULES, NO_LIMITS, cors].concat()).await;
    let port = server.address.port();
    let ask = async |method: &str, target: &str, host: &str, origin: Option<&str>| {
        let mut headers = vec![JSON, ("Host", host)];
        headers.extend(origin.map(|origin| ("Origin", origin)));
        let body = if method == "POST" { credentials("susan", PASSWORD) } else { Vec::new() };
        send(server.address, &request(method, target, &headers, &body)).await
    };
    for host in
        ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1", "[2001:db8::1]"]
    {
        let host = format!("{host}:{port}");
        let own = format!("http://{host}");
        for (method, target) in
            [("POST", "/token"), ("OPTIONS", "/token"), ("GET", "/token"), ("GET", "/healthz"), ("GET", "/")]
        {
            for origin in [None, Some(own.as_str()), Some("https://app.example.com")] {
                let answer = ask(method, target, &host, origin).await;
                assert_eq!(answer.status, 421, "{method} {target} {host} {origin:?}");
                assert_eq!(answer.json(), serde_json::json!({ "error": MESSAGE }));
                assert_eq!(answer.header("access-control-allow-origin"), None);
                assert_eq!(answer.header("cache-control"), Some("no-store"));
            }
        }
    }
    // What the target names goes before the header.
    let absolute = ask("POST", "http://evil.example/token", "localhost", None).await;
    assert_eq!(absolute.status, 421);
    for host in ["u:p@localhost", "", "a, b"] {
        let answer = ask("POST", "/token", host, None).await;
        assert_eq!(answer.status, 400, "{host}");
    }
    for (host, origin) in [
        ("localhost", None),
        (&*format!("127.0.0.1:{port}"), None),
        ("[::1]", None),
        ("Tokens.Example.com", Some("https://tokens.example.com")),
        ("app.example.com", Some("https://app.example.com")),
        ("localhost", Some("https://app.example.com")),
        ("localhost", Some("http://localhost")),
    ] {
        assert_eq!(ask("POST", "/token", host, origin).await.status, 200, "{host} {origin:?}");
    }
    // Another page of this machine is another origin.
    assert_eq!(ask("POST", "/token", "localhost", Some("http://localhost:1")).await.status, 403);
    server.stop().await;
}

#[tokio::test]
async fn review_18_a_request_names_one_host() {
    let folder = Folder::new();
    let server = Server::start(&folder, "", &[RULES, NO_LIMITS].concat()).await;
    let body = credentials("susan", PASSWORD);
    let head = |version: &str, lines: &str| {
        let text = format!(
            "POST /token HTTP/{version}\r\n{lines}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [text.as_bytes(), &body].concat()
    };
    for bytes in [
        head("1.1", ""),
        head("1.0", ""),
        head("1.1", "Host: localhost\r\nHost: localhost\r\n"),
        head("1.1", "Host: localhost\r\nHost: evil.example\r\n"),
    ] {
        assert_eq!(send(server.address, &bytes).await.status, 400);
    }
    assert_eq!(send(server.address, &head("1.0", "Host: localhost\r\n")).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn review_18_hosts_of_the_environment_are_served_and_a_refusal_says_which_key() {
    let folder = Folder::new();
    let program = Program::spawn(command().envs([
        ("TWILIO_ACCOUNT_SID", ACCOUNT),
        ("TWILIO_API_KEY", KEY),
        ("TWILIO_API_SECRET", SECRET),
        ("TOKEN_SERVER_LISTEN", "127.0.0.1:0"),
        ("TOKEN_SERVER_HOSTS", "a.example, b.example"),
        ("TOKEN_SERVER_USERS_FILE", folder.path("users.toml").to_str().unwrap()),
    ]));
    let ask = async |host: &str| {
        let bytes = request("POST", "/token", &[JSON, ("Host", host)], &credentials("susan", PASSWORD));
        send(program.address, &bytes).await.status
    };
    assert_eq!((ask("a.example").await, ask("b.example:3000").await), (200, 200));
    assert_eq!(ask("c.example").await, 421);
    assert_eq!(log_in(program.address, "susan", PASSWORD).await.status, 200);
    let lines = program.logged("request", 4).await;
    let refused = lines.iter().find(|line| line["status"] == 421).expect("a line");
    assert!(refused["reason"].as_str().unwrap().contains("hosts"), "{refused}");
}
