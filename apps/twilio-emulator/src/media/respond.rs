//! Responses of endpoints for files.

use serde_json::{Value, json};
use twilio_sdk_types::internal::is_sid;

use super::Place;
use super::files::{Files, Stored};
use super::place::FILES;
use crate::pattern::{Rng, seed};
use crate::record::RecordedRequest;
use crate::rejection::Rejection;
use crate::reply::Reply;

/// The query parameter of links to uploaded files, which Twilio signs.
const SIGNATURE: &str = "signature";

/// Returns the response of a place other than a file, for an authenticated request.
pub(crate) fn respond(
    files: &Files,
    place: &Place,
    record: &RecordedRequest,
    user: Option<String>,
    serial: u64,
) -> Result<Reply, Rejection> {
    let known = |sids: &[(&[&str], &str)]| match sids.iter().all(|(prefixes, sid)| is_sid(sid, prefixes)) {
        true => Ok(()),
        false => Err(Rejection::not_found(&record.path)),
    };
    let account =
        user.filter(|user| user.starts_with("AC")).unwrap_or_else(|| format!("AC{}", Rng(0).hex(32)));
    let fresh = Rng(seed(&[&record.path, &serial.to_string()])).hex(32);
    match place {
        Place::Recording { sid, mp3 } => {
            known(&[(&["RE"], sid)])?;
            match record.query_value("RequestedChannels") {
                None | Some("1" | "2") => {}
                Some(_) => return Err(Rejection::parameter("RequestedChannels", "1 or 2 is expected")),
            }
            Ok(pattern(files, if *mp3 { "audio/mpeg" } else { "audio/x-wav" }))
        }
        Place::MessageMedia { message, sid } => {
            known(&[(&["MM", "SM"], message), (&["ME"], sid)])?;
            let location = format!("{}/{FILES}/message/{sid}", files.host);
            let mut reply = Reply::json(307, &json!({}));
            reply.headers.push(("Location".to_owned(), location));
            Ok(reply)
        }
        Place::Version { service, sid, function } => {
            known(&[(&["ZS"], service), (&["ZH"], sid)])?;
            version(record, &account, &fresh, (service, sid, *function))
        }
        Place::ConversationUpload { service } => {
            known(&[(&["IS"], service)])?;
            let file = record.file.clone().ok_or_else(|| Rejection::missing("body"))?;
            if file.content_type.is_none() {
                return Err(Rejection::missing("Content-Type"));
            }
            let content = (record.body.len() as u64 == file.size).then(|| record.body.clone().into());
            let stored = Stored { sid: format!("ME{fresh}"), service: service.clone(), file, content };
            let body = conversation(files, &account, &stored, false);
            files.store(stored);
            Ok(Reply::json(201, &body))
        }
        Place::Conversation { service, sid } => {
            let stored = files.find(sid).filter(|stored| stored.service == *service);
            let stored = stored.ok_or_else(|| Rejection::not_found(&record.path))?;
            Ok(Reply::json(200, &conversation(files, &account, &stored, true)))
        }
        Place::File { .. } => Err(Rejection::not_found(&record.path)),
    }
}

/// Returns a file. Like hosts with signed links, it rejects requests with credentials.
pub(crate) fn file(
    files: &Files,
    record: &RecordedRequest,
    sid: &str,
    uploaded: bool,
) -> Result<Reply, Rejection> {
    if record.authorization().is_some() {
        let body = b"<?xml version=\"1.0\"?><Error><Code>InvalidArgument</Code>\
            <Message>Only one auth mechanism allowed</Message></Error>";
        return Ok(Reply {
            status: 400,
            headers: typed("application/xml"),
            body: Some(body.to_vec()),
            ..Reply::default()
        });
    }
    if !uploaded {
        return Ok(pattern(files, "image/jpeg"));
    }
    let signed = record.query_value(SIGNATURE) == Some(signature(files, sid).as_str());
    let stored = files.find(sid).filter(|_| signed);
    let (file, content) = stored
        .and_then(|stored| Some((stored.file, stored.content?)))
        .ok_or_else(|| Rejection::not_found(&record.path))?;
    let headers = typed(file.content_type.as_deref().unwrap_or("application/octet-stream"));
    Ok(Reply { status: 200, headers, body: Some(content.to_vec()), ..Reply::default() })
}

fn pattern(files: &Files, content_type: &str) -> Reply {
    let settings = &files.settings;
    let headers = typed(settings.content_type.as_deref().unwrap_or(content_type));
    Reply { status: 200, headers, body: None, pattern: Some(settings.size) }
}

fn typed(content_type: &str) -> Vec<(String, String)> {
    vec![("Content-Type".to_owned(), content_type.to_owned())]
}

fn version(
    record: &RecordedRequest,
    account: &str,
    fresh: &str,
    (service, sid, function): (&str, &str, bool),
) -> Result<Reply, Rejection> {
    let field = |name| record.form_value(name).filter(|value| !value.is_empty());
    let path = field("Path").ok_or_else(|| Rejection::missing("Path"))?;
    let visibility = field("Visibility").ok_or_else(|| Rejection::missing("Visibility"))?;
    if !["public", "protected", "private"].contains(&visibility) {
        return Err(Rejection::parameter("Visibility", "public, protected or private is expected"));
    }
    let (kind, name) = if function { ("Functions", "function_sid") } else { ("Assets", "asset_sid") };
    let version = format!("ZN{fresh}");
    Ok(Reply::json(
        201,
        &json!({
            "sid": version,
            "account_sid": account,
            "service_sid": service,
            name: sid,
            "path": path,
            "visibility": visibility,
            "date_created": "2026-01-31T08:30:00Z",
            "url": format!("https://serverless.twilio.com/v1/Services/{service}/{kind}/{sid}/Versions/{version}"),
        }),
    ))
}

fn conversation(files: &Files, account: &str, stored: &Stored, linked: bool) -> Value {
    let Stored { sid, service, file, .. } = stored;
    let own = format!("/v1/Services/{service}/Media/{sid}");
    let mut links = json!({ "content": format!("{own}/Content") });
    if linked {
        let signature = signature(files, sid);
        let link = format!("{}/{FILES}/upload/{sid}?{SIGNATURE}={signature}", files.host);
        links["content_direct_temporary"] = json!(link);
    }
    json!({
        "sid": sid,
        "account_sid": account,
        "service_sid": service,
        "filename": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "category": "media",
        "date_created": "2026-01-31T08:30:00Z",
        "date_updated": "2026-01-31T08:30:00Z",
        "url": own,
        "links": links,
    })
}

fn signature(files: &Files, sid: &str) -> String {
    Rng(seed(&[&files.host, sid, SIGNATURE])).hex(32)
}
