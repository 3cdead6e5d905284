//! Facts of the specifications that requests must keep to, on the wire.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use twilio_sdk::api_v2010::builder::CreateParticipantParams;
#[cfg(feature = "iam-organizations")]
use twilio_sdk::iam_organizations::builder::FetchOrganizationUserParams;
#[cfg(feature = "memory-v1")]
use twilio_sdk::memory_v1::{
    builder::{CreateProfileObservationParams, ListProfileObservationsParams},
    types::ObservationCreateRequest,
};
use twilio_sdk::{BearerConfig, Client};

use crate::server::{Answer, Server};
use crate::transport::{build, client, config};

const ORGANIZATION: &str = "OR00000000000000000000000000000001";

fn pages(bodies: &[Value]) -> Vec<Answer> {
    bodies.iter().map(|body| Answer::status(200, &[], body.to_string())).collect()
}

/// The decoded query pairs of a request.
fn query(target: &str) -> Vec<(String, String)> {
    let url = query_of(target);
    url.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn query_of(target: &str) -> &str {
    target.split_once('?').map(|(_, query)| query).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[cfg(feature = "numbers-v1")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_24_the_token_of_the_next_page_goes_into_the_operations_own_parameter() {
    let first = json!({"meta": {"key": "port_in_requests", "nextToken": "a b&c"}, "port_in_requests": [{}]});
    let last = json!({"meta": {"key": "port_in_requests"}, "port_in_requests": [{}, {}]});
    let server = Server::start(pages(&[first.clone(), last.clone(), first, last])).await;
    let twilio = client(&server);
    let list = twilio.numbers_v1().list_port_in_requests().size(2);
    assert_eq!(list.clone().items().collect().await.unwrap().len(), 3);
    #[cfg(feature = "blocking")]
    {
        let items =
            tokio::task::spawn_blocking(move || list.items_blocking().collect::<Vec<_>>()).await.unwrap();
        assert_eq!(items.len(), 3);
    }
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for two in server.requests().chunks(2) {
        assert_eq!(query(&two[0].target), [pair("Size", "2")]);
        assert_eq!(query(&two[1].target), [pair("Size", "2"), pair("Token", "a b&c")]);
    }
}

/// The emulator accepts the parameter of the specification and no other.
#[cfg(feature = "numbers-v1")]
#[tokio::test]
async fn review_24_the_mock_pages_by_the_operations_own_parameter_only() {
    let mock = twilio_emulator::Emulator::builder().items_per_list(5).start().await.unwrap();
    let twilio = build(config(&mock.base_url()));
    let items = twilio.numbers_v1().list_port_in_requests().size(2).items().collect().await.unwrap();
    assert_eq!(items.len(), 5);
    let names = |request: &twilio_emulator::RecordedRequest| -> Vec<String> {
        request.query.iter().map(|(name, _)| name.clone()).collect()
    };
    let requests = mock.requests();
    assert_eq!(
        requests.iter().map(names).collect::<Vec<_>>(),
        [
            vec!["Size".to_owned()],
            vec!["Size".to_owned(), "Token".to_owned()],
            vec!["Size".to_owned(), "Token".to_owned()],
        ]
    );
    let token = requests[1].query_value("Token").unwrap().to_owned();
    let url = format!("{}/v1/Porting/PortIn/PortInRequests?Size=2", mock.base_url());
    for name in ["Token", "PageToken", "pageToken", "page_token"] {
        let body: Value =
            serde_json::from_str(&get(&format!("{url}&{name}={token}"), &requests[0]).await).unwrap();
        match name {
            "Token" => assert_eq!(body["port_in_requests"].as_array().unwrap().len(), 2, "{body}"),
            _ => assert!(
                body["code"].is_number() && body["message"].as_str().unwrap().contains(name),
                "{body}"
            ),
        }
    }
}

/// A GET by hand, with the credentials of another request.
async fn get(url: &str, like: &twilio_emulator::RecordedRequest) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let authorization = like.header("authorization").unwrap();
    let forwarded = like.header("x-forwarded-host").unwrap();
    let head = format!(
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: {forwarded}\r\n\
         Authorization: {authorization}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[cfg(feature = "iam-organizations")]
fn user() -> FetchOrganizationUserParams<&'static str, &'static str> {
    FetchOrganizationUserParams { organization_sid: ORGANIZATION, user_sid: "US1" }
}

#[cfg(feature = "iam-organizations")]
fn organizations(server: &Server) -> Client {
    let config = twilio_sdk::ConnectionConfig::new(BearerConfig::new("token")).base_url(server.url());
    build(config.proxy(twilio_sdk::Proxy::Direct))
}

#[cfg(feature = "iam-organizations")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_25_the_users_of_an_organization_come_in_pages() {
    let page = |start: u64, users: &[&str]| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 3,
            "itemsPerPage": 2,
            "startIndex": start,
            "Resources": users.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
        })
    };
    let both = [page(1, &["US1", "US2"]), page(3, &["US3"])];
    let scim =
        |body: &Value| Answer::status(200, &[("Content-Type", "application/scim+json")], body.to_string());
    let server = Server::start(both.iter().chain(&both).map(scim)).await;
    let list =
        organizations(&server).iam_organizations().list_organization_users(ORGANIZATION).filter("x eq 1");
    let users = list.clone().items().collect().await.unwrap();
    let ids: Vec<_> = users.iter().filter_map(|user| user.id.as_ref()).map(ToString::to_string).collect();
    assert_eq!(ids, ["US1", "US2", "US3"]);
    #[cfg(feature = "blocking")]
    {
        let pages =
            tokio::task::spawn_blocking(move || list.pages_blocking().collect::<Vec<_>>()).await.unwrap();
        let sizes: Vec<_> = pages.into_iter().map(|page| page.unwrap().items.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }
    for two in server.requests().chunks(2) {
        let names = |target: &str| query(target).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&two[0].target), ["filter"]);
        assert_eq!(query(&two[1].target)[1], ("startIndex".to_owned(), "3".to_owned()));
    }
}

#[cfg(feature = "iam-organizations")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_39_an_operation_of_oauths_is_not_sent_with_an_auth_token_or_an_api_key() {
    let server = Server::start([]).await;
    let token =
        twilio_sdk::AuthTokenConfig::new(crate::transport::ACCOUNT, "0123456789abcdef0123456789abcdef");
    let by_token = build(twilio_sdk::ConnectionConfig::new(token).base_url(server.url()));
    for (twilio, given) in [(client(&server), "an API key"), (by_token, "an auth token")] {
        let organizations = twilio.iam_organizations();
        let fetch = organizations.fetch_organization_user(user());
        let error = fetch.clone().send().await.unwrap_err();
        assert!(error.is_invalid_request() && !error.may_have_executed(), "{error:?}");
        assert_eq!(error.attempts(), 0);
        let text = error.to_string();
        assert!(text.contains("FetchOrganizationUser: takes OAuth credentials only"), "{text}");
        assert!(text.contains(given) && text.contains("OAuthConfig"), "{text}");
        assert!(
            organizations.list_organization_accounts(ORGANIZATION).items().next().await.unwrap().is_err()
        );
        #[cfg(feature = "blocking")]
        {
            let fetch = fetch.clone();
            let error =
                tokio::task::spawn_blocking(move || fetch.send_blocking()).await.unwrap().unwrap_err();
            assert!(error.is_invalid_request(), "{error}");
        }
        assert_eq!(server.requests().len(), 0);
    }
    let twilio = client(&server).with_auth(BearerConfig::new("token")).unwrap();
    twilio.iam_organizations().fetch_organization_user(user()).send().await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer token"));
}

#[cfg(feature = "lookups-v1")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_41_the_keys_of_a_prefixed_map_follow_the_formats_prefix() {
    let cases: [(Value, &[(&str, &str)]); 9] = [
        (
            json!({"whitepages_pro_caller_id": {"name": "A & B", "deep": {"er": true}}, "other": 1.5}),
            &[
                ("AddOns.other", "1.5"),
                ("AddOns.whitepages_pro_caller_id.deep.er", "true"),
                ("AddOns.whitepages_pro_caller_id.name", "A & B"),
            ],
        ),
        (json!({"a": {"b": null}, "c": null, "d": ""}), &[("AddOns.d", "")]),
        (json!({"a": ["x", null, 2]}), &[("AddOns.a", "x"), ("AddOns.a", "2")]),
        (json!({}), &[]),
        (json!(null), &[]),
        (json!("text"), &[]),
        (json!(["a", {"b": 1}]), &[]),
        (json!(5), &[]),
        (json!(true), &[]),
    ];
    for (value, expected) in cases {
        let server = Server::start([]).await;
        let call =
            client(&server).lookups_v1().fetch_phone_number("+15558675310").add_ons_data(value.clone());
        call.clone().send().await.unwrap();
        #[cfg(feature = "blocking")]
        tokio::task::spawn_blocking(move || call.send_blocking()).await.unwrap().unwrap();
        for request in server.requests() {
            let pairs = query(&request.target);
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(pairs, expected, "{value}");
        }
    }
    // Names of add-ons precede their data, and a later map replaces an earlier one.
    let server = Server::start([]).await;
    let call = client(&server).lookups_v1().fetch_phone_number("+15558675310").add_ons(["x"]);
    call.add_ons_data(json!({"a": 1})).add_ons_data(json!({"b": 2})).send().await.unwrap();
    let pairs = query(&server.requests()[0].target);
    assert_eq!(pairs, [("AddOns".to_owned(), "x".to_owned()), ("AddOns.b".to_owned(), "2".to_owned())]);
}

#[cfg(feature = "memory-v1")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_36_no_parameter_says_how_a_body_is_encoded() {
    let server = Server::start([]).await;
    let memory = client(&server).memory_v1();
    // Both operations that had the parameters; `accept_encoding` and `content_encoding` do not compile any more.
    let create = memory.create_profile_observation(CreateProfileObservationParams {
        store_id: "store",
        profile_id: "profile",
        observations: [ObservationCreateRequest::default()],
    });
    create.clone().send().await.unwrap();
    memory
        .list_profile_observations(ListProfileObservationsParams { store_id: "store", profile_id: "profile" })
        .send()
        .await
        .unwrap();
    #[cfg(feature = "blocking")]
    tokio::task::spawn_blocking(move || create.send_blocking()).await.unwrap().unwrap();
    for request in server.requests() {
        assert_eq!(request.header("content-encoding"), None);
        let accepted = request.header("accept-encoding").unwrap_or_default();
        assert_eq!(accepted.contains("gzip"), cfg!(feature = "gzip"), "{accepted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_34_times_are_sent_in_whole_seconds() {
    let time = OffsetDateTime::parse("2026-06-01T12:00:45.123456789+02:00", &Rfc3339).unwrap();
    let system = std::time::SystemTime::from(time);
    let server = Server::start([]).await;
    let twilio = client(&server);
    let message = twilio.api_v2010().create_message("+15558675310");
    let (by_time, by_system) = (message.clone().send_at(time), message.send_at(system));
    by_time.send().await.unwrap();
    by_system.clone().send().await.unwrap();
    #[cfg(feature = "blocking")]
    tokio::task::spawn_blocking(move || by_system.send_blocking()).await.unwrap().unwrap();
    twilio.api_v2010().list_call().start_time_after(time).send().await.unwrap();
    for request in server.requests() {
        let form = if request.body.is_empty() { query_of(&request.target) } else { &request.body };
        let sent = query(&format!("?{form}")).into_iter().find(|(name, _)| name.starts_with("S")).unwrap();
        assert!(["2026-06-01T10:00:45Z", "2026-06-01"].contains(&sent.1.as_str()), "{sent:?}");
    }
}

#[test]
fn review_33_no_debug_shows_a_secret_whatever_it_is_called() {
    let secret = "5ecret-value-1234";
    let read = |json: Value| json.to_string().replace("SECRET", secret);
    #[cfg(feature = "numbers-v1")]
    {
        use twilio_sdk::numbers_v1::types as numbers;
        let phone = numbers::PortingPortInCreatePhoneNumbers::default().pin(secret);
        assert!(!format!("{phone:?}").contains(secret), "{phone:?}");
        let session = read(json!({"session_token": "SECRET", "sessionToken": "SECRET"}));
        let session: numbers::EmbeddedSession = serde_json::from_str(&session).unwrap();
        assert!(!format!("{session:?}").contains(secret), "{session:?}");
        assert_eq!(session.session_token.as_ref().map(|token| token.expose_secret()), Some(secret));
        let phone: numbers::PortingPortInPhoneNumber =
            serde_json::from_str(r#"{"port_out_pin":987654}"#).unwrap();
        assert!(!format!("{phone:?}").contains("987654"), "{phone:?}");
    }
    #[cfg(feature = "conversations-v1")]
    {
        let key =
            build(config("http://127.0.0.1:1")).conversations_v1().create_credential("gcm").api_key(secret);
        assert!(!format!("{key:?}").contains(secret), "{key:?}");
    }
    let twilio = build(config("http://127.0.0.1:1"));
    let call = twilio.api_v2010().create_participant(CreateParticipantParams {
        conference_sid: "CF1",
        from: "+15558675310",
        to: "+15558675311",
    });
    let call = call.sip_auth_password(secret).call_token(secret);
    assert!(!format!("{call:?}").contains(secret), "{call:?}");
}
