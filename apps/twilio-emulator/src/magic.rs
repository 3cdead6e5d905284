//! Twilio's magic numbers, which provoke errors with test credentials.

use super::record::RecordedRequest;
use super::rejection::Rejection;

/// The start of every magic number; four digits follow.
const PREFIX: &str = "+1500555";

/// Operation, parameter, last four digits, code, message.
const TABLE: &[(&str, &str, &str, u32, &str)] = &[
    ("CreateMessage", "From", "0001", 21212, "The 'From' number is not a valid phone number or short code"),
    (
        "CreateMessage",
        "From",
        "0007",
        21606,
        "The 'From' phone number is not a valid, SMS-capable number of yours",
    ),
    (
        "CreateMessage",
        "From",
        "0008",
        21611,
        "This 'From' number has exceeded the maximum number of queued messages",
    ),
    ("CreateMessage", "To", "0001", 21211, "The 'To' number is not a valid phone number"),
    ("CreateMessage", "To", "0002", 21612, "The 'To' phone number is not reachable with this 'From' number"),
    (
        "CreateMessage",
        "To",
        "0003",
        21408,
        "Permission to send an SMS has not been enabled for the region of 'To'",
    ),
    ("CreateMessage", "To", "0004", 21610, "Attempt to send to unsubscribed recipient"),
    ("CreateMessage", "To", "0009", 21614, "The 'To' number is not a valid mobile number"),
    ("CreateCall", "From", "0001", 21212, "The 'From' number is not a valid phone number"),
    ("CreateCall", "To", "0001", 21217, "The 'To' phone number does not appear to be valid"),
    ("CreateCall", "To", "0002", 21214, "The 'To' phone number cannot be reached"),
    ("CreateCall", "To", "0003", 21215, "The account is not authorized to call the region of 'To'"),
    ("CreateCall", "To", "0004", 21216, "The account is not allowed to call the 'To' number"),
    ("CreateIncomingPhoneNumber", "PhoneNumber", "0000", 21422, "The phone number is not available"),
    ("CreateIncomingPhoneNumber", "PhoneNumber", "0001", 21421, "The phone number is invalid"),
];

/// Returns the error that a magic number in the request provokes.
pub(super) fn rejection(request: &RecordedRequest) -> Option<Rejection> {
    let (Some("api_v2010"), Some(operation)) = (request.product, request.operation_id) else { return None };
    let digits = |name: &str| request.form_value(name).and_then(|value| value.strip_prefix(PREFIX));
    let row = TABLE.iter().find(|(id, name, last, ..)| *id == operation && digits(name) == Some(last));
    if let Some((.., code, message)) = row {
        return Some(Rejection::new(400, *code, *message));
    }
    // 0006 is the only magic number that can make calls.
    let caller = digits("From").filter(|last| operation == "CreateCall" && *last != "0006");
    caller.map(|_| Rejection::new(400, 21210, "The 'From' phone number is not verified for your account"))
}
