//! What the program's log says, and what it never does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client::{JSON, basic, credentials, log_in, request, send};
use crate::fixture::{Folder, NO_LIMITS, RULES};
use crate::program::Program;
use crate::{KEY, PASSWORD, SECRET, WRONG};

#[tokio::test]
async fn every_line_is_json_and_none_holds_a_secret() {
    let folder = Folder::new();
    let program =
        Program::start(&folder.config("trust_x_forwarded_for = true", &[RULES, NO_LIMITS].concat()));
    let address = program.address;
    let mut tokens = Vec::new();
    for name in ["susan", "bob"] {
        tokens.push(log_in(address, name, PASSWORD).await.json()["token"].as_str().unwrap().to_owned());
    }
    let susan = basic("susan", PASSWORD);
    let forwarded = [("Authorization", susan.as_str()), ("X-Forwarded-For", "192.0.2.9")];
    let answer = send(address, &request("POST", "/token", &forwarded, b"")).await;
    tokens.push(answer.json()["token"].as_str().unwrap().to_owned());
    assert_eq!(log_in(address, "susan", WRONG).await.status, 401);
    // Some people type their password as their name.
    assert_eq!(log_in(address, PASSWORD, WRONG).await.status, 401);
    assert_eq!(log_in(address, "carol", PASSWORD).await.status, 403);
    let path = format!("/{PASSWORD}?password={PASSWORD}");
    assert_eq!(send(address, &request("GET", &path, &[], b"")).await.status, 404);
    let path = format!("/token?password={PASSWORD}");
    let query = request("POST", &path, &[JSON], &credentials("susan", PASSWORD));
    tokens.push(send(address, &query).await.json()["token"].as_str().unwrap().to_owned());
    assert_eq!(send(address, &request("GET", "/healthz", &[], b"")).await.status, 200);
    program.signal("-TERM");
    let (status, log) = program.end().await;
    assert!(status.success());

    for line in &log {
        for field in ["timestamp", "level", "target", "message"] {
            assert!(line[field].is_string(), "{field}: {line}");
        }
    }
    let all = log.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let mut secrets: Vec<&str> = tokens.iter().flat_map(|token| token.split('.')).collect();
    let encoded = [PASSWORD, WRONG].map(|password| STANDARD.encode(format!("susan:{password}")));
    secrets.extend([PASSWORD, WRONG, SECRET, "argon2id"]);
    secrets.extend(encoded.each_ref().map(String::as_str));
    for secret in secrets {
        assert!(!all.contains(secret), "{secret} is in the log");
    }

    let issued: Vec<_> = log.iter().filter(|line| line["event"] == "token_issue").collect();
    assert_eq!(issued.len(), tokens.len());
    for (line, (actor, identity, grants, ttl, from)) in issued.iter().zip([
        ("susan", "susan", "video", 600, "127.0.0.1"),
        ("bob", "agent_bob", "voice", 3600, "127.0.0.1"),
        ("susan", "susan", "video", 600, "192.0.2.9"),
        ("susan", "susan", "video", 600, "127.0.0.1"),
    ]) {
        assert_eq!(line["target"], "twilio_token_server");
        assert_eq!((&line["outcome"], &line["actor"]), (&"success".into(), &actor.into()), "{line}");
        assert_eq!((&line["identity"], &line["grants"]), (&identity.into(), &grants.into()), "{line}");
        assert_eq!((&line["ttl_s"], &line["address"]), (&ttl.into(), &from.into()), "{line}");
        assert!(!line.to_string().contains(KEY));
    }
    let failed: Vec<_> = log.iter().filter(|line| line["event"] == "authn").collect();
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|line| line["outcome"] == "failure" && line["level"] == "WARN"), "{failed:?}");

    let access: Vec<_> = log.iter().filter(|line| line["target"] == "twilio_token_server::access").collect();
    let seen: Vec<_> = access
        .iter()
        .map(|line| {
            assert!(line["path"] == "other" || line["duration_ms"].is_number(), "{line}");
            (line["path"].as_str().unwrap(), line["status"].as_u64().unwrap(), line["user"].as_str())
        })
        .collect();
    let token = "/token";
    let expected = [
        (token, 200, Some("susan")),
        (token, 200, Some("bob")),
        (token, 200, Some("susan")),
        (token, 401, None),
        (token, 401, None),
        (token, 403, Some("carol")),
        ("other", 404, None),
        (token, 200, Some("susan")),
    ];
    assert_eq!(seen, expected);
    assert!(access[5]["reason"].as_str().unwrap().contains("no rule"), "{}", access[5]);
}
