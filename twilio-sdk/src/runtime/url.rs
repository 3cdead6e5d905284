//! Builds requests from their parts.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{BodyKind, Dispatch, Forward, Parts};
use crate::auth::ANONYMOUS;
use crate::types::AccountSid;
use crate::{Error, Result};

/// All characters but RFC 3986's unreserved ones.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) fn request(client: &dyn Dispatch, parts: &Parts) -> Result<reqwest::Request> {
    if let Some(why) = &parts.refused {
        return Err(Error::request(parts.operation, why.as_ref()));
    }
    match parts.extra.params.is_empty() {
        true => build(client, parts),
        false => build(client, &parts.merged()?),
    }
}

fn build(client: &dyn Dispatch, parts: &Parts) -> Result<reqwest::Request> {
    let operation = parts.operation;
    let mut url = String::with_capacity(client.base_url().len() + 160);
    url.push_str(client.base_url());
    match &parts.link {
        Some(link) => {
            url.push_str(link);
            // A caller's URL was split into its parts; Twilio's own link has its query.
            if parts.forward != Forward::Product {
                query(&mut url, &parts.query);
            }
        }
        None => {
            path(&mut url, client, parts)?;
            query(&mut url, &parts.query);
        }
    }
    let url = reqwest::Url::parse(&url)
        .map_err(|e| Error::request(operation, format!("the URL cannot be built: {e}")))?;
    let mut request = reqwest::Request::new(operation.method.into(), url);
    let headers = request.headers_mut();
    headers.insert(
        ACCEPT,
        HeaderValue::from_static(if operation.body == BodyKind::Scim {
            "application/scim+json, application/json"
        } else {
            "application/json"
        }),
    );
    if !operation.authenticated {
        headers.insert(ANONYMOUS, HeaderValue::from_static(""));
    }
    let forwarded = match &parts.forward {
        Forward::Product => client.handle().endpoint().forwarded_host(client.host()),
        Forward::Host(host) => HeaderValue::from_str(host).ok(),
        Forward::Nothing => None,
    };
    if let Some(host) = forwarded {
        headers.insert(HeaderName::from_static("x-forwarded-host"), host);
    }
    for (name, value) in &parts.headers {
        let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
        let Some((header, value)) = header else {
            let message = format!("`{name}` contains a character that a header cannot carry");
            return Err(Error::request(operation, message));
        };
        headers.insert(header, value);
    }
    let carrier = client.handle().auth().carrier();
    parts.extra.set_headers(&mut request, carrier).map_err(|why| Error::request(operation, why))?;
    let kind = match operation.body {
        // A parameter that is not in the specification may be the first one of a POST.
        BodyKind::None if !parts.form.is_empty() => BodyKind::Form,
        kind => kind,
    };
    let body = match kind {
        BodyKind::None => None,
        BodyKind::Form => Some(form(&parts.form)),
        BodyKind::Json | BodyKind::Scim => json(parts),
    };
    if let (Some(body), Some(content_type)) = (body, kind.content_type()) {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}

fn path(url: &mut String, client: &dyn Dispatch, parts: &Parts) -> Result<()> {
    let operation = parts.operation;
    let mut rest = operation.path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        url.push_str(before);
        let value = parts.path.iter().find(|(have, _)| *have == name).map(|(_, value)| value.as_str());
        let own = || client.handle().account_sid().map(AccountSid::as_str);
        let Some(value) = value.or(parts.account.as_deref()).or_else(own) else {
            let message = format!(
                "`{name}` is missing: the credentials have no account; set it with `with_account_sid(..)`"
            );
            return Err(Error::request(operation, message));
        };
        // An empty segment would address another resource, usually the whole list; dots would climb.
        if value.is_empty() || value == "." || value == ".." {
            let message = format!("`{name}` is {value:?}, which is invalid in the path {}", operation.path);
            return Err(Error::request(operation, message));
        }
        encode(url, value);
        rest = after;
    }
    url.push_str(rest);
    Ok(())
}

fn query(url: &mut String, pairs: &[(String, String)]) {
    for (index, (name, value)) in pairs.iter().enumerate() {
        let separator = if index == 0 { '?' } else { '&' };
        url.push(separator);
        encode(url, name);
        url.push('=');
        encode(url, value);
    }
}

/// Most values in URLs are SIDs and numbers, which need no encoding.
fn encode(url: &mut String, text: &str) {
    let stays = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    if text.bytes().all(stays) {
        url.push_str(text);
    } else {
        url.extend(utf8_percent_encode(text, ENCODED));
    }
}

fn form(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn json(parts: &Parts) -> Option<String> {
    match &parts.body {
        Some(body) => Some(body.to_string()),
        // Without values there is no body, unless the operation's body consists of fields.
        None if parts.json.is_empty() => None,
        None => Some(serde_json::Value::Object(parts.json.clone()).to_string()),
    }
}
