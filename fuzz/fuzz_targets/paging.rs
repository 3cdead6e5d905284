//! Pages in every envelope: the request after one goes where the first one went, whatever its links say.
#![no_main]

use std::sync::LazyLock;

use http::Uri;
use libfuzzer_sys::{Corpus, fuzz_target};
use twilio_fuzz::{client, keep, with_emulator};
use twilio_sdk::fuzzing::{Decode, page};
use twilio_sdk::{Client, Pages};

/// One that talks to Twilio, one with a gateway in front.
static CLIENTS: LazyLock<[Client; 2]> =
    LazyLock::new(|| [client(None), client(Some("https://gateway.example:8443/twilio"))]);

type Next = fn(&Client, &[u8]) -> Option<(Option<String>, String)>;

/// The link of a page, and the URL that is requested next.
fn next<T: Decode + Send + 'static>(pages: Pages<T>, body: &[u8]) -> Option<(Option<String>, String)> {
    let (page, next) = page(pages, body).ok()?;
    let link = page.next_page_token().map(|position| position.to_string());
    assert!(page.repaired_items().iter().all(|index| *index < page.items.len()));
    match next {
        Ok(url) => Some((link, url?)),
        Err(error) => {
            assert!((error.is_pagination() || error.is_invalid_request()) && link.is_some(), "{error:?}");
            None
        }
    }
}

const NEXT: [(&str, Next); 4] = [
    ("api.twilio.com", |client, body| next(client.api_v2010().list_message().pages(), body)),
    ("verify.twilio.com", |client, body| next(client.verify_v2().list_service().pages(), body)),
    ("conversations.twilio.com", |client, body| {
        next(client.conversations_v2().list_conversation_by_account().pages(), body)
    }),
    ("preview-iam.twilio.com", |client, body| {
        next(client.iam_organizations().list_role_assignments(format!("OR{:032x}", 1)).pages(), body)
    }),
];

fn seeds() {
    with_emulator(|_, _| async {
        let links = [
            "/2010-04-01/Accounts/AC1/Messages.json?PageSize=50&Page=1&PageToken=PASM1",
            "https://HOST/v2/Services?PageSize=50&Page=1&PageToken=PA",
            "https://gateway.example:8443/twilio/v2/Services?Page=1",
            "https://HOST:443/x",
            "https://user@HOST/x",
            "http://HOST/x",
            "//HOST/x",
            "https://HOST.elsewhere.example/x",
        ];
        for (list, (host, _)) in NEXT.iter().enumerate() {
            for client in 0..2_u8 {
                let keep = |name: &str, body: &str| {
                    let seed = [&[client, list as u8], body.replace("HOST", host).as_bytes()].concat();
                    keep(&format!("{name}.{list}.{client}"), &seed);
                };
                for (index, link) in links.iter().enumerate() {
                    keep(&format!("uri{index}"), &format!(r#"{{"messages":[],"next_page_uri":"{link}"}}"#));
                    let meta = format!(
                        r#"{{"meta":{{"key":"services","next_page_url":"{link}"}},"services":[{{}}]}}"#
                    );
                    keep(&format!("meta{index}"), &meta);
                }
                keep("token", r#"{"meta":{"nextToken":"a b&c=#"},"conversations":[]}"#);
                keep("number", r#"{"has_next":true,"current_page":18446744073709551615,"content":[]}"#);
                keep("scim", r#"{"totalResults":20,"startIndex":1,"Resources":[{}],"messages":[{}]}"#);
            }
        }
    });
}

twilio_fuzz::json_mutator!(|_| 2);

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    let [which, list, body @ ..] = data else { return Corpus::Reject };
    let Some((host, next)) = NEXT.get(usize::from(*list) % NEXT.len()) else { return Corpus::Reject };
    let which = usize::from(*which) % CLIENTS.len();
    let Some((link, url)) = CLIENTS.get(which).and_then(|client| next(client, body)) else { return Corpus::Keep };
    assert!(link.is_some(), "a next request without a link");
    let uri: Uri = url.parse().expect("what was requested is a URL");
    let authority = if which == 0 { *host } else { "gateway.example:8443" };
    assert_eq!(uri.scheme_str(), Some("https"), "{url}");
    assert_eq!(uri.authority().map(|authority| authority.as_str()), Some(authority), "{url}");
    Corpus::Keep
});
