//! TwiML responses, above all that of the documented example.

use http::{Request, StatusCode, header};
use tower_service::Service as _;
use twilio_sdk_webhook::{Twiml, sign};

use crate::{SMS, TOKEN, pairs};

/// The documented example, as a string and as code.
mod example {
    macro_rules! documented {
        ($name:ident: $($code:tt)*) => {
            pub(super) const $name: &str = stringify!($($code)*);
            $($code)*
        };
    }

    documented! { HANDLER:
        async fn sms(Webhook(message): Webhook<IncomingMessage>) -> Twiml {
            println!("{:?} wrote {:?}", message.from, message.body);
            Twiml::new("<Response><Message>Thank you!</Message></Response>")
        }
    }

    documented! { IMPORTS:
        use axum::{Router, routing::post};
        use twilio_sdk_webhook::{IncomingMessage, PublicUrl, SignatureVerifier, Twiml, Webhook, WebhookLayer};
    }

    documented! { APP:
        fn app(auth_token: String) -> Router {
            let verifier = SignatureVerifier::from_auth_token(auth_token);
            let public_url = PublicUrl::Fixed("https://example.com".into());
            Router::new().route("/sms", post(sms)).layer(WebhookLayer::new(verifier, public_url))
        }
    }

    pub(super) fn router(auth_token: String) -> Router {
        app(auth_token)
    }
}

/// Returns the code without white space and doc comment markers.
fn squeezed(text: &str) -> String {
    let lines =
        text.lines().map(|line| line.trim_start().trim_start_matches("//").trim_start_matches(['/', '!']));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

#[tokio::test]
async fn review_56_the_documented_handler_sends_xml() {
    let layer = include_str!("../../src/layer.rs");
    for (place, text, code) in [
        ("WebhookLayer", layer, example::IMPORTS),
        ("WebhookLayer", layer, example::HANDLER),
        ("WebhookLayer", layer, example::APP),
        ("the module", include_str!("../../src/lib.rs"), example::IMPORTS),
        ("the module", include_str!("../../src/lib.rs"), example::HANDLER),
    ] {
        assert!(
            squeezed(text).contains(&squeezed(code)),
            "{place} shows other code than this test runs: {code}"
        );
    }
    let request = Request::post("/sms")
        .header("x-twilio-signature", sign(TOKEN, "https://example.com/sms", pairs(SMS.as_bytes()).iter()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(SMS));
    let response = example::router(TOKEN.to_owned()).call(request.unwrap()).await.unwrap();
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
