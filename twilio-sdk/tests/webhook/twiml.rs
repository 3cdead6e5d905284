//! TwiML as Twilio reads it: what the documented example sends.

use http::{Request, StatusCode, header};
use tower_service::Service as _;
use twilio_sdk::webhook::{Twiml, sign};

use crate::{SMS, TOKEN, pairs};

/// The example of the README and of `WebhookLayer`, as text and as code.
mod example {
    /// The example reads the auth token from the environment, which tests cannot change.
    mod std {
        pub(super) mod env {
            pub(in super::super) fn var(name: &str) -> Result<String, ()> {
                (name == "TWILIO_AUTH_TOKEN").then(|| crate::TOKEN.to_owned()).ok_or(())
            }
        }
    }

    macro_rules! documented {
        ($app:ident, $($code:tt)*) => {
            pub const CODE: &str = stringify!($($code)*);

            pub fn app() -> axum::Router {
                $($code)*
                $app
            }
        };
    }

    documented! { app,
        use axum::{Router, routing::post};
        use twilio_sdk::webhook::{IncomingMessage, PublicUrl, Twiml, Verifier, Webhook, WebhookLayer};

        async fn sms(Webhook(message): Webhook<IncomingMessage>) -> Twiml {
            println!("{:?} wrote {:?}", message.from, message.body);
            Twiml::new("<Response><Message>Thank you!</Message></Response>")
        }

        let verifier = Verifier::new(std::env::var("TWILIO_AUTH_TOKEN").unwrap_or_default());
        let public = PublicUrl::Base("https://example.com".into());
        let app = Router::new().route("/sms", post(sms)).layer(WebhookLayer::new(verifier, public));
    }
}

/// Without white space and the signs of doc comments.
fn squeezed(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches("///"));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

#[tokio::test]
async fn review_56_the_documented_handler_sends_xml() {
    let code = squeezed(example::CODE);
    for (place, text) in [
        ("README.md", include_str!("../../../README.md")),
        ("WebhookLayer", include_str!("../../src/webhook/layer.rs")),
    ] {
        assert!(squeezed(text).contains(&code), "{place} shows other code than this test runs");
    }
    let request = Request::post("/sms")
        .header("x-twilio-signature", sign(TOKEN, "https://example.com/sms", pairs(SMS.as_bytes()).iter()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(SMS));
    let response = example::app().call(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/xml; charset=utf-8");
    let body = axum::body::to_bytes(response.into_body(), 1 << 10).await.unwrap();
    assert_eq!(body, "<Response><Message>Thank you!</Message></Response>");
}

#[tokio::test]
async fn review_56_twiml_is_xml_whatever_it_holds() {
    let documents = ["<Response><Hangup/></Response>", "", "é <Response/>"];
    let mut responses: Vec<(String, Twiml)> =
        documents.into_iter().map(|text| (text.to_owned(), Twiml::new(text))).collect();
    responses.push(("<Response/>".to_owned(), Twiml::empty()));
    responses.push(("<Response/>".to_owned(), "<Response/>".into()));
    for (text, twiml) in responses {
        assert_eq!(twiml.as_str(), text);
        let response = axum::response::IntoResponse::into_response(twiml);
        assert_eq!(response.status(), StatusCode::OK);
        let types: Vec<_> = response.headers().get_all(header::CONTENT_TYPE).iter().collect();
        assert_eq!(types, ["text/xml; charset=utf-8"]);
        let body = axum::body::to_bytes(response.into_body(), 1 << 10).await.unwrap();
        assert_eq!(body, text.as_bytes());
    }
}
