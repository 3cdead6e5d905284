//! Requests that Twilio signed for another URL, and URLs with credentials.

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Request};
use proptest::prelude::*;
use tower_service::Service as _;
use twilio_sdk_webhook::{PublicUrl, WebhookError, WebhookRequest, sign};

use crate::http::{exchange, serve};
use crate::layer::app;
use crate::{FORM_TYPE, SMS, TOKEN, pairs, verifier};

fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

/// Posts a form that is signed for one URL to `/sms` of another, and returns the status.
async fn post(base: &str, signed: &str, credentials: Option<&str>) -> u16 {
    let address = serve(app(PublicUrl::Fixed(base.into()))).await;
    let signature = sign(TOKEN, signed, pairs(SMS.as_bytes()).iter());
    let mut head = format!("POST /sms HTTP/1.1\r\nHost: x\r\n{FORM_TYPE}\r\nX-Twilio-Signature: {signature}");
    if let Some(credentials) = credentials {
        head += &format!("\r\nAuthorization: {}", basic(credentials));
    }
    exchange(&address, &head, SMS.as_bytes()).await.0
}

#[tokio::test]
async fn review_01_credentials_of_the_header_lead_to_no_other_url() {
    let bank = "https://bank.example";
    // Twilio signs the attacker's URL. With the form in its query it equals the bank's URL, up to the credentials.
    for user in [
        "evil.example/tw?",
        "evil.example/tw?:",
        "evil.example/tw?:x",
        "u:evil.example/tw?",
        "evil.example?",
        "evil.example#",
        "evil.example#:",
        "evil.example:443/",
        "evil.example\\",
        "evil.example\\:",
        "evil.example%2Ftw:",
        "evil.example@x:",
        "x:y@evil.example/",
        "evil.example\t:",
        "evil.example\r\n:",
        "evil.example\u{0}:",
        "evil.example\u{7f}:",
        "evil.example :",
        "[evil.example]:",
    ] {
        for signed in [format!("https://{user}@bank.example/sms"), format!("https://{user}bank.example/sms")]
        {
            assert_eq!(post(bank, &signed, Some(user)).await, 403, "{signed}");
            assert_eq!(post(bank, &signed, None).await, 403, "{signed}");
        }
    }
    // Configured credentials take precedence over the header.
    let own = "https://u:p@bank.example";
    for header in ["evil.example/tw?", "x:y", "evil.example/tw?:"] {
        let signed = format!("https://{header}@bank.example/sms");
        assert_eq!(post(own, &signed, Some(header)).await, 403, "{signed}");
        assert_eq!(post(own, "https://bank.example/sms", Some(header)).await, 403);
        assert_eq!(post(own, "https://u:p@bank.example/sms", Some(header)).await, 200);
    }
}

#[tokio::test]
async fn review_40_genuine_urls_with_credentials_are_accepted() {
    for (signed, header) in [
        ("user@", "user:"),
        ("user:@", "user:"),
        ("user:pass@", "user:pass"),
        ("us%40er:p%3Ass@", "us@er:p:ss"),
        ("us%40er:p:ss@", "us@er:p:ss"),
        ("user:p!s$s*;=@", "user:p!s$s*;="),
        ("user:p%21s%24s%2A%3B%3D@", "user:p!s$s*;="),
        ("us%2Fer%3F%23:%25%5C@", "us/er?#:%\\"),
        ("%C3%A9:%E2%98%8E@", "é:☎"),
        (":pass@", ":pass"),
    ] {
        for (public, urls) in [
            ("bank.example", ["bank.example/sms", "bank.example:443/sms"]),
            ("bank.example:443", ["bank.example/sms", "bank.example:443/sms"]),
            ("bank.example:8443/in", ["bank.example/in/sms", "bank.example:8443/in/sms"]),
        ] {
            for url in urls {
                let signed_url = format!("https://{signed}{url}");
                let bare = format!("https://{public}");
                assert_eq!(post(&bare, &signed_url, Some(header)).await, 200, "{signed_url} at {bare}");
                let configured = format!("https://{signed}{public}");
                assert_eq!(post(&configured, &signed_url, Some(header)).await, 200, "{configured}");
                assert_eq!(post(&configured, &signed_url, None).await, 200, "the proxy keeps the header");
                // The signature covers the credentials.
                assert_eq!(post(&bare, &signed_url, None).await, 403, "{signed_url}");
                assert_eq!(post(&bare, &signed_url, Some("user:another")).await, 403, "{signed_url}");
            }
        }
        let unsigned = "https://bank.example/sms";
        assert_eq!(
            post("https://bank.example", unsigned, Some(header)).await,
            200,
            "a header that a proxy added"
        );
    }
}

/// Returns whether a string is a valid `userinfo` (RFC 3986), so that the host follows its `@`.
fn is_userinfo(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:%".contains(&b))
}

fn verify(url: &str, signed: &str, header: &str) -> Result<(), WebhookError> {
    let mut headers = HeaderMap::new();
    let signature = sign(TOKEN, signed, []);
    headers.insert("x-twilio-signature", HeaderValue::from_str(&signature).unwrap());
    headers.insert("authorization", HeaderValue::from_str(&basic(header)).unwrap());
    verifier().verify(&WebhookRequest::from_parts(url, &headers, b"").unwrap()).map(drop)
}

/// Returns the status of a request with these headers, signed for a URL.
fn status(
    runtime: &tokio::runtime::Runtime,
    public: PublicUrl,
    signed: &str,
    headers: &[(&str, String)],
) -> u16 {
    let mut request = Request::get("/call?CallSid=CA1&AccountSid=AC1")
        .header("x-twilio-signature", sign(TOKEN, signed, []));
    for (name, value) in headers {
        // Values that HTTP does not allow cannot arrive.
        if let Ok(value) = HeaderValue::from_str(value) {
            request = request.header(*name, value);
        }
    }
    let mut app: Router = app(public);
    let request = request.body(Body::empty()).unwrap();
    runtime.block_on(async { app.call(request).await.unwrap().status().as_u16() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn review_01_no_credentials_make_another_url_valid(
        before in "[a-z0-9./?#@%:\\\\\\[\\] !'&=~\\x00\\x7fé-]{0,24}",
        header in prop::option::of("[a-z0-9./?#@%:\\\\\\[\\] !'&=~\\x00\\x7fé-]{0,24}"),
        at in prop_oneof![Just("@"), Just("")],
    ) {
        let signed = format!("https://{before}{at}bank.example/sms");
        let header = header.unwrap_or_else(|| before.clone());
        if verify("https://bank.example/sms", &signed, &header).is_ok() {
            prop_assert!(before.is_empty() || (at == "@" && is_userinfo(&before)), "{signed} by {header:?}");
        }
        // A configured URL with credentials must be signed exactly as it is configured.
        let own = verify("https://u:p@bank.example/sms", &signed, &header);
        prop_assert_eq!(own.is_ok(), signed == "https://u:p@bank.example/sms");
    }

    #[test]
    fn review_40_what_twilio_takes_from_a_url_is_accepted(user in "[^:\\x00-\\x1f]{1,12}", password in "\\PC{0,12}") {
        use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
        const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
        let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
        let signed = format!("https://{}:{}@bank.example/sms", encode(&user), encode(&password));
        prop_assert_eq!(verify("https://bank.example/sms", &signed, &format!("{user}:{password}")), Ok(()));
    }

    #[test]
    fn review_13_no_header_makes_a_request_for_another_host_valid(
        host in prop_oneof![Just("evil.example".to_owned()), "[a-z0-9.:@/?#\\[\\],;=\" -]{0,24}"],
        forwarded in prop_oneof![Just("evil.example".to_owned()), "[a-z0-9.:@/?#\\[\\],;=\" -]{0,24}"],
        port in "[0-9]{0,6}",
        credentials in "[a-z0-9./?#@%: -]{0,16}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let headers = [
            ("host", host),
            ("x-forwarded-host", forwarded.clone()),
            ("forwarded", format!("for=1.2.3.4;host={forwarded};proto=https")),
            ("x-forwarded-port", port),
            ("x-forwarded-proto", "http".to_owned()),
            ("authorization", basic(&credentials)),
        ];
        let bank = || vec!["https://bank.example".to_owned(), "https://bank.example:8443".to_owned()];
        for signed in [
            "https://evil.example/call?CallSid=CA1&AccountSid=AC1".to_owned(),
            format!("https://{credentials}evil.example/call?CallSid=CA1&AccountSid=AC1"),
            format!("http://{forwarded}/call?CallSid=CA1&AccountSid=AC1"),
        ] {
            // URLs of the service itself may be signed.
            prop_assume!(!signed.contains("bank.example"));
            for public in [PublicUrl::Fixed(bank().remove(0)), PublicUrl::HostHeader(bank()), PublicUrl::ForwardedHeaders(bank())] {
                let found = status(&runtime, public.clone(), &signed, &headers);
                prop_assert!(matches!(found, 400 | 403), "{found} {public:?} {signed} {headers:?}");
            }
        }
    }
}
