//! Responses of the size and shape of Twilio's.

use serde_json::{Value, json};

/// The account of all requests and answers.
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
/// The user of all requests.
pub(crate) const KEY: &str = "SK00000000000000000000000000000001";
/// How many messages a page holds.
pub(crate) const PAGE: usize = 1000;

/// A message with every field that the specification knows.
pub(crate) fn message(index: usize) -> Value {
    let sid = format!("SM{index:032x}");
    let uri = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}");
    json!({
        "body": "Your table for four is booked for Friday at 19:30. Reply C to cancel, or call us; see you then!",
        "num_segments": "1",
        "direction": "outbound-api",
        "from": "+15017122661",
        "date_updated": "Fri, 24 May 2026 17:18:28 +0000",
        "price": "-0.00750",
        "error_message": null,
        "uri": format!("{uri}.json"),
        "account_sid": ACCOUNT,
        "num_media": "0",
        "to": "+15558675310",
        "date_created": "Fri, 24 May 2026 17:18:27 +0000",
        "status": "delivered",
        "sid": sid,
        "date_sent": "Fri, 24 May 2026 17:18:28 +0000",
        "messaging_service_sid": format!("MG{index:032x}"),
        "error_code": null,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "subresource_uris": {
            "media": format!("{uri}/Media.json"),
            "feedback": format!("{uri}/Feedback.json"),
        },
    })
}

/// The last page of a list.
pub(crate) fn page() -> Value {
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize={PAGE}&Page=0");
    json!({
        "end": PAGE - 1,
        "first_page_uri": path,
        "messages": (0..PAGE).map(message).collect::<Vec<_>>(),
        "next_page_uri": null,
        "page": 0,
        "page_size": PAGE,
        "previous_page_uri": null,
        "start": 0,
        "uri": path,
    })
}
