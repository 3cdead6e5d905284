//! The configuration decides which URL was signed.

use twilio_sdk_webhook::{PublicUrl, sign};

use crate::http::{exchange, serve};
use crate::layer::app;
use crate::{FORM_TYPE, SMS, TOKEN, pairs};

/// Posts a form that is signed for a URL to `/sms` with these header lines, and returns the status.
async fn post(public: PublicUrl, signed: &str, lines: &str) -> u16 {
    post_to("/sms", public, signed, lines).await
}

async fn post_to(target: &str, public: PublicUrl, signed: &str, lines: &str) -> u16 {
    let address = serve(app(public)).await;
    let signature = sign(TOKEN, signed, pairs(SMS.as_bytes()).iter());
    let head = format!("POST {target} HTTP/1.1\r\n{lines}\r\n{FORM_TYPE}\r\nX-Twilio-Signature: {signature}");
    exchange(&address, &head, SMS.as_bytes()).await.0
}

fn hosts() -> Vec<String> {
    ["https://a.example.com/prefix", "b.example.com:8443", "http://u:p@c.example.com", "https://[::1]:9443"]
        .map(str::to_owned)
        .to_vec()
}

#[tokio::test]
async fn review_13_a_base_is_the_url_whatever_the_request_says() {
    let base = || PublicUrl::Fixed("https://example.com/prefix/".into());
    let signed = "https://example.com/prefix/sms";
    let forged = "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example";
    for lines in ["Host: inner:8080", "Host: evil.example", forged] {
        assert_eq!(post(base(), signed, lines).await, 200, "{lines}");
        for other in ["https://evil.example/sms", "https://evil.example/prefix/sms", "https://inner:8080/sms"]
        {
            assert_eq!(post(base(), other, lines).await, 403, "{other} {lines}");
        }
    }
    assert_eq!(post_to("http://evil.example/sms", base(), signed, "Host: evil.example").await, 200);
    assert_eq!(post_to("http://evil.example/sms", base(), "https://evil.example/sms", "Host: x").await, 403);
    let user = PublicUrl::Fixed("https://u:p@example.com".into());
    assert_eq!(post(user, "https://u:p@example.com/sms", "Host: inner").await, 200);
}

#[tokio::test]
async fn review_13_of_several_hosts_only_configured_ones_are_served() {
    for (lines, signed) in [
        ("Host: a.example.com", "https://a.example.com/prefix/sms"),
        ("Host: A.Example.com:443", "https://a.example.com/prefix/sms"),
        ("Host: b.example.com:8443", "https://b.example.com:8443/sms"),
        ("Host: b.example.com", "https://b.example.com:8443/sms"),
        ("Host: c.example.com", "http://u:p@c.example.com/sms"),
        ("Host: c.example.com:80", "http://u:p@c.example.com/sms"),
        ("Host: [::1]:9443", "https://[::1]:9443/sms"),
    ] {
        assert_eq!(post(PublicUrl::HostHeader(hosts()), signed, lines).await, 200, "{lines}");
        let forwarded = lines.replace("Host: ", "Host: inner\r\nX-Forwarded-Host: ");
        assert_eq!(post(PublicUrl::ForwardedHeaders(hosts()), signed, &forwarded).await, 200, "{forwarded}");
        assert_eq!(
            post(PublicUrl::ForwardedHeaders(hosts()), signed, lines).await,
            200,
            "without a proxy, {lines}"
        );
        assert_eq!(
            post(PublicUrl::HostHeader(hosts()), signed, &forwarded).await,
            403,
            "forwarded headers are not trusted by default"
        );
    }
    // Signed for the host in the request, which is not one of the service.
    for (lines, signed, status) in [
        ("Host: evil.example", "https://evil.example/sms", 403),
        ("Host: a.example.com", "http://a.example.com/prefix/sms", 403),
        ("Host: a.example.com", "https://b.example.com:8443/sms", 403),
        ("Host: a.example.com:8443", "https://a.example.com:8443/prefix/sms", 403),
        ("Host: b.example.com:443", "https://b.example.com/sms", 403),
        ("Host: u:p@c.example.com", "http://u:p@c.example.com/sms", 400),
        ("Host: a.example.com\r\nHost: evil.example", "https://evil.example/sms", 400),
        ("Host: a.example.com/x?y=", "https://a.example.com/x?y=/sms", 400),
        ("Host: a.example.com:+443", "https://a.example.com/prefix/sms", 400),
        ("X-Nothing: 1", "https://a.example.com/prefix/sms", 400),
    ] {
        assert_eq!(post(PublicUrl::HostHeader(hosts()), signed, lines).await, status, "{lines}");
        let found = post(PublicUrl::ForwardedHeaders(hosts()), signed, lines).await;
        assert_eq!(found, status, "{lines}");
        if lines.matches("Host").count() == 1 {
            let forwarded = lines.replace("Host: ", "Host: inner\r\nX-Forwarded-Host: ");
            assert_eq!(
                post(PublicUrl::ForwardedHeaders(hosts()), signed, &forwarded).await,
                status,
                "{forwarded}"
            );
        }
    }
    // The request target takes precedence over the headers (RFC 9112, section 3.2.2).
    let absolute = post_to(
        "http://evil.example/sms",
        PublicUrl::HostHeader(hosts()),
        "https://evil.example/sms",
        "Host: x",
    );
    assert_eq!(absolute.await, 403);
}

#[tokio::test]
async fn the_last_forwarded_entry_selects_the_url() {
    let public = || PublicUrl::ForwardedHeaders(hosts());
    let signed = "https://b.example.com:8443/sms";
    for (lines, status) in [
        ("X-Forwarded-Host: evil.com, b.example.com\r\nX-Forwarded-Port: 8443", 200),
        ("X-Forwarded-Host: b.example.com\r\nX-Forwarded-Port: 443", 403),
        ("X-Forwarded-Host: b.example.com\r\nX-Forwarded-Port: x", 400),
        ("X-Forwarded-Host: b.example.com, evil.com", 403),
        ("X-Forwarded-Host: b.example.com\r\nX-Forwarded-Host: evil.com", 403),
        ("Forwarded: for=1.2.3.4;host=evil.com, for=x;proto=http;host=\"b.example.com:8443\"", 200),
        ("Forwarded: host=evil.com\r\nX-Forwarded-Host: b.example.com", 403),
        ("Forwarded: for=1.2.3.4\r\nX-Forwarded-Host: b.example.com", 403),
    ] {
        assert_eq!(post(public(), signed, &format!("Host: inner\r\n{lines}")).await, status, "{lines}");
    }
}

#[tokio::test]
async fn an_invalid_public_url_responds_500() {
    for public in [
        PublicUrl::Fixed("https://example.com/?x=".into()),
        PublicUrl::Fixed(String::new()),
        PublicUrl::HostHeader(Vec::new()),
        PublicUrl::HostHeader(vec!["https://example.com".into(), "http://example.com".into()]),
    ] {
        assert_eq!(post(public, "https://example.com/sms", "Host: example.com").await, 500);
    }
}
