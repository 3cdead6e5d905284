//! Hosts, credentials, rejections, reflection, stubs and the server itself.

use serde_json::json;

use super::*;

const MESSAGES: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json";

fn message(form: &[(&str, &str)]) -> Request {
    let mut request = Request::get("api.twilio.com", MESSAGES);
    request.method = "POST".into();
    request.content_type = Some("application/x-www-form-urlencoded".into());
    request.form = form.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    request
}

async fn setup() -> (Emulator, reqwest::Client) {
    (Emulator::start().await.unwrap(), super::http())
}

#[tokio::test]
async fn the_host_comes_from_path_header_or_path_alone() {
    let (emulator, client) = setup().await;
    for (host, prefix) in [
        ("", "/api.twilio.com"),
        ("", "/api.dublin.ie1.twilio.com"),
        ("api.twilio.com", ""),
        ("api.ie1.twilio.com", ""),
        ("API.Dublin.IE1.twilio.com:443", ""),
        ("", ""),
    ] {
        let request = Request::get(host, &format!("{prefix}{MESSAGES}"));
        let response = request.send(&client, &emulator).await;
        assert_eq!(response.status, 200, "{host} {prefix}: {response:?}");
        let recorded = emulator.requests().pop().unwrap();
        assert_eq!((recorded.host.as_str(), recorded.path.as_str()), ("api.twilio.com", MESSAGES));
        let body = response.json();
        let next = body["next_page_uri"].as_str().unwrap();
        assert!(next.starts_with(&format!("{prefix}{MESSAGES}?")), "{next}");
        let next = Request::get(host, next).send(&client, &emulator).await;
        assert_eq!(next.json()["page"], 1);
    }
    let mut request = Request::get("", MESSAGES);
    request.headers.push(("Host".into(), "api.sydney.au1.twilio.com".into()));
    assert_eq!(request.send(&client, &emulator).await.status, 200);
    // The path beats the header.
    let request = Request::get("verify.twilio.com", &format!("/api.twilio.com{MESSAGES}"));
    assert_eq!(request.send(&client, &emulator).await.status, 200);
    let ambiguous = Request::get("", "/v1/Credentials").send(&client, &emulator).await;
    assert_eq!(ambiguous.status, 404);
    assert!(
        ambiguous.message().contains("X-Forwarded-Host") && ambiguous.message().contains("chat.twilio.com")
    );
}

#[tokio::test]
async fn credentials_are_checked() {
    let (emulator, client) = setup().await;
    let mut request = Request::get("api.twilio.com", MESSAGES);
    for user in ["", "AC123", "XX00000000000000000000000000000000", "nobody"] {
        request.user = Some(user.to_owned());
        assert_eq!(request.send(&client, &emulator).await.status, 401, "{user}");
    }
    request.user = None;
    let response = request.send(&client, &emulator).await;
    let more_info = "https://www.twilio.com/docs/errors/20003";
    assert_eq!(
        response.json(),
        json!({ "code": 20003, "message": "Authenticate", "more_info": more_info, "status": 401 })
    );
    assert_eq!(response.headers["www-authenticate"], "Basic realm=\"Twilio API\"");
    request.headers.push(("Authorization".into(), "Bearer token".into()));
    assert_eq!(request.send(&client, &emulator).await.status, 401);
    request.headers[0].1 = "Basic %%%".into();
    assert_eq!(request.send(&client, &emulator).await.status, 401);

    let listed =
        Emulator::builder().accept_basic("SKone", "secret").accept_bearer("token").start().await.unwrap();
    assert_eq!(Request::get("api.twilio.com", MESSAGES).send(&client, &listed).await.status, 401);
    request.headers[0].1 = "bearer token".into();
    assert_eq!(request.send(&client, &listed).await.status, 200);
    request.headers.clear();
    request.user = Some("SKone".into());
    assert_eq!(request.send(&client, &listed).await.status, 200);

    let recorded = listed.requests().pop().unwrap();
    assert_eq!(recorded.authorization(), Some("Basic U0tvbmU6c2VjcmV0"));
    let debug = format!("{recorded:?} {listed:?}");
    assert!(
        !debug.contains("U0tvbmU6") && !debug.contains("secret") && debug.contains("[redacted]"),
        "{debug}"
    );

    let mut public = Request::get("oauth.twilio.com", "/v2/token");
    public.user = None;
    public.method = "POST".into();
    assert_eq!(public.send(&client, &emulator).await.status, 400);
}

#[tokio::test]
async fn wrong_requests_are_refused() {
    let (emulator, client) = setup().await;
    let response = Request::get("api.twilio.com", "/2010-04-01/Nothing.json").send(&client, &emulator).await;
    assert_eq!(response.status, 404);
    assert_eq!(response.json()["code"], 20404);
    assert_eq!(response.message(), "The requested resource /2010-04-01/Nothing.json was not found");
    assert_eq!(response.headers["content-type"], "application/json");
    for path in ["", "/", "//", "/%ff/%00", "/api.twilio.com", "/api.twilio.com/"] {
        assert_eq!(Request::get("", path).send(&client, &emulator).await.status, 404, "{path}");
    }
    let mut request = Request::get("api.twilio.com", MESSAGES);
    request.method = "PATCH".into();
    let response = request.send(&client, &emulator).await;
    assert_eq!((response.status, response.headers["allow"].as_str()), (405, "GET, POST"));

    let valid = message(&[("To", "+15558675310"), ("From", "+15558675311"), ("Body", "Hi")]);
    let mut request = valid.clone();
    request.content_type = Some("application/json".into());
    assert_eq!(request.send(&client, &emulator).await.status, 415);
    let mut request = Request::get("conversations.twilio.com", "/v2/ControlPlane/Configurations");
    request.method = "POST".into();
    request.content_type = Some("application/json".into());
    request.form = vec![("{".into(), "}".into())];
    let response = request.send(&client, &emulator).await;
    assert!(response.status == 400 && response.message().contains("not JSON"), "{response:?}");

    for (name, value) in [
        ("ValidityPeriod", "soon"),
        ("ProvideFeedback", "maybe"),
        ("ScheduleType", "never"),
        ("SendAt", "2026-13-01T00:00:00Z"),
        ("MessagingServiceSid", "MG1"),
        ("To", "+15558675310"),
    ] {
        let mut request = valid.clone();
        request.form.push((name.into(), value.into()));
        let response = request.send(&client, &emulator).await;
        assert!(response.status == 400 && response.message().contains(name), "{name}: {response:?}");
    }
    let bad_path = Request::get("api.twilio.com", "/2010-04-01/Accounts/AC1/Messages.json");
    let response = bad_path.send(&client, &emulator).await;
    assert!(response.status == 400 && response.message().contains("AccountSid"), "{response:?}");
}

#[tokio::test]
async fn large_bodies_are_refused() {
    let emulator = Emulator::builder().max_body_bytes(1000).start().await.unwrap();
    let response = message(&[("Body", &"x".repeat(2000))]).send(&super::http(), &emulator).await;
    assert_eq!(response.status, 413);
    assert_eq!(emulator.requests()[0].status, 413);
    // Of an upload that holds for everything but the file.
    let path =
        "/v1/Services/ZS00000000000000000000000000000001/Assets/ZH00000000000000000000000000000001/Versions";
    for (name, status) in [("Content", 400), ("Path", 413)] {
        let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        let builder =
            super::http().post(format!("{}{path}", emulator.base_url())).basic_auth(USER, Some("secret"));
        let builder = builder.header("Content-Type", "multipart/form-data; boundary=x");
        let response = builder.body(format!("{part}{}\r\n--x--\r\n", "x".repeat(2000))).send().await.unwrap();
        assert_eq!(response.status(), status, "{name}");
    }
}

#[tokio::test]
async fn answers_reflect_the_request() {
    let (emulator, client) = setup().await;
    let request = message(&[("To", "+15558675310"), ("From", "+15558675311"), ("Body", "Grüße & mehr")]);
    let first = request.send(&client, &emulator).await;
    assert_eq!(first.status, 201);
    let body = first.json();
    assert_eq!(body["to"], "+15558675310");
    assert_eq!(body["body"], "Grüße & mehr");
    assert_eq!(body["account_sid"], USER);
    assert_eq!(body["error_code"], Value::Null);
    assert_eq!(body["price"], "0.0075");
    let sid = body["sid"].as_str().unwrap();
    assert_eq!((sid.len(), &sid[..2]), (34, "SM"));
    assert_eq!(body["uri"], MESSAGES.replace(".json", &format!("/{sid}.json")));
    assert_ne!(request.send(&client, &emulator).await.json()["sid"], sid);
    let recorded = &emulator.requests()[0];
    assert_eq!(recorded.form_value("Body"), Some("Grüße & mehr"));

    let path = format!("/v1/Services/MG{:032}", 1);
    let mut update = Request::get("messaging.twilio.com", &path);
    update.method = "POST".into();
    update.content_type = Some("application/x-www-form-urlencoded".into());
    update.form = vec![("FriendlyName".into(), "New".into()), ("StickySender".into(), "true".into())];
    let body = update.send(&client, &emulator).await.json();
    assert_eq!(body["sid"], path[13..]);
    assert_eq!((&body["friendly_name"], &body["sticky_sender"]), (&json!("New"), &json!(true)));
    assert_eq!(body["url"], format!("{}/messaging.twilio.com{path}", emulator.base_url()));

    let real = Emulator::builder().link_to_twilio_hosts(true).start().await.unwrap();
    let body = Request::get("messaging.twilio.com", "/v1/Services").send(&client, &real).await.json();
    let next = body["meta"]["next_page_url"].as_str().unwrap();
    assert!(
        next.starts_with("https://messaging.twilio.com/v1/Services?PageSize=50&Page=1&PageToken=PA"),
        "{next}"
    );
}

#[tokio::test]
async fn prefixed_maps_and_odd_names_are_known() {
    let (emulator, client) = setup().await;
    let mut request = Request::get("lookups.twilio.com", "/v1/PhoneNumbers/+15558675310");
    request.query = vec![("AddOns.whitepages.x".into(), "1".into()), ("AddOns".into(), "whitepages".into())];
    assert_eq!(request.send(&client, &emulator).await.status, 200);
    let mut request = Request::get("api.twilio.com", MESSAGES);
    request.query = vec![("DateSent<".into(), "2026-01-01".into()), ("DateSent>".into(), "x".into())];
    let response = request.send(&client, &emulator).await;
    assert!(response.status == 400 && response.message().contains("DateSent>"), "{response:?}");
}

#[tokio::test]
async fn scripted_and_magic_answers() {
    let (emulator, client) = setup().await;
    let good = [("To", "+15558675310"), ("From", "+15005550006"), ("Body", "Hi")];
    emulator.stub_next(503, &[("Retry-After", "1"), ("Content-Type", "text/html")], "<html>");
    emulator.stub_operation("api_v2010/CreateMessage", 429, &json!({ "code": 20429 })).unwrap();
    let response = message(&good).send(&client, &emulator).await;
    assert_eq!((response.status, response.text.as_str()), (503, "<html>"));
    assert_eq!(
        (response.headers["retry-after"].as_str(), response.headers["content-type"].as_str()),
        ("1", "text/html")
    );
    assert_eq!(message(&good).send(&client, &emulator).await.json()["code"], 20429);
    for status in [0, 100, 204, 304, 1000] {
        emulator.stub_next(status, &[("Bad Name", "x"), ("X-Bad", "a\nb")], "{}");
        let expected = if [204, 304].contains(&status) { status } else { 500 };
        assert_eq!(message(&good).send(&client, &emulator).await.status, expected);
        assert_eq!(emulator.requests().last().unwrap().status, expected);
    }
    emulator.clear_stubs();
    assert_eq!(message(&good).send(&client, &emulator).await.status, 201);
    for (name, number, code) in [("To", "0001", 21211), ("To", "0009", 21614), ("From", "0007", 21606)] {
        let number = format!("+1500555{number}");
        let mut request = message(&good);
        request.form.retain(|(n, _)| n != name);
        request.form.push((name.into(), number));
        let response = request.send(&client, &emulator).await;
        assert_eq!((response.status, response.json()["code"].as_i64()), (400, Some(code)), "{response:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_then_stop() {
    let emulator = std::sync::Arc::new(Emulator::builder().max_recorded_requests(150).start().await.unwrap());
    let client = super::http();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (emulator, client) = (std::sync::Arc::clone(&emulator), client.clone());
        tasks.spawn(async move {
            let request = message(&[("To", "+15558675310"), ("From", "+15558675311"), ("Body", "Hi")]);
            request.send(&client, &emulator).await.json()["sid"].as_str().unwrap().to_owned()
        });
    }
    let sids: std::collections::BTreeSet<String> = tasks.join_all().await.into_iter().collect();
    assert_eq!(sids.len(), 200);
    assert_eq!(emulator.requests().len(), 150);
    let emulator = std::sync::Arc::into_inner(emulator).unwrap();
    let (url, address) = (emulator.base_url(), emulator.local_addr());
    emulator.shutdown().await;
    assert!(client.get(url).send().await.is_err());
    drop(Emulator::builder().listen(address).start().await.unwrap());
}

/// Clients of other languages request an absolute link as it is, without the header of the request before.
#[tokio::test]
async fn review_69_links_keep_the_host_of_the_product_for_every_client() {
    let (emulator, client) = setup().await;
    let port = emulator.local_addr().port();
    let next = |response: &Response| response.json()["meta"]["next_page_url"].as_str().unwrap().to_owned();
    let (own, path) = (emulator.base_url(), "/v1/Credentials/AWS");
    let localhost = format!("localhost:{port}");
    for (host, prefix, headers, start) in [
        ("chat.twilio.com", "", vec![], format!("{own}/chat.twilio.com")),
        ("Chat.Dublin.IE1.twilio.com:443", "", vec![], format!("{own}/chat.dublin.ie1.twilio.com")),
        ("", "/chat.twilio.com", vec![], format!("{own}/chat.twilio.com")),
        (
            "chat.twilio.com",
            "",
            vec![("Host", localhost.as_str())],
            format!("http://{localhost}/chat.twilio.com"),
        ),
        (
            "chat.twilio.com",
            "",
            vec![("Host", "emulator.example"), ("X-Forwarded-Proto", "https")],
            "https://emulator.example/chat.twilio.com".to_owned(),
        ),
        ("", "", vec![("Host", "chat.twilio.com")], "http://chat.twilio.com".to_owned()),
    ] {
        let mut request = Request::get(host, &format!("{prefix}/v2/Services"));
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        request.headers.extend(headers.iter().copied().map(pair));
        request.query.push(("PageSize".into(), "50".into()));
        let first = request.send(&client, &emulator).await;
        let link = next(&first);
        assert!(link.starts_with(&format!("{start}/v2/Services?")), "{link}");
        if !link.starts_with(&own) {
            continue;
        }
        let second = receive(client.get(&link).basic_auth(USER, Some("secret"))).await;
        assert_eq!((second.status, &second.json()["meta"]["page"]), (200, &json!(1)), "{link}");
        let recorded = emulator.requests().pop().unwrap();
        assert_eq!((recorded.host.as_str(), recorded.path.as_str()), ("chat.twilio.com", "/v2/Services"));
        let third = receive(client.get(next(&second)).basic_auth(USER, Some("secret"))).await;
        assert_eq!(third.json()["meta"]["page"], 2);
    }
    // Without its host the path would be any product's.
    assert_eq!(Request::get("", path).send(&client, &emulator).await.status, 404);
    // A relative link behind a base URL that has the host.
    let list = Request::get("", &format!("/api.twilio.com{MESSAGES}")).send(&client, &emulator).await;
    let link = format!("{own}/api.twilio.com{}", list.json()["next_page_uri"].as_str().unwrap());
    let second = receive(client.get(&link).basic_auth(USER, Some("secret"))).await;
    assert_eq!((second.status, &second.json()["page"]), (200, &json!(1)), "{link}");
}
