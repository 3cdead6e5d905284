//! Parameters and headers that are not in the specification.

use http::header::{self, HeaderName, HeaderValue};
use serde_json::Value;

use super::{BodyKind, Method, Param, Parts};
use crate::{Error, Result};

/// Parameters and headers that the caller adds to those of the operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    pub(crate) params: Vec<(String, Value)>,
    pub(crate) headers: Vec<(String, String)>,
}

/// The host in `X-Forwarded-Host` for a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Forward {
    /// The host of the product, with region and edge.
    Product,
    /// This host.
    Host(Box<str>),
    /// No host.
    Nothing,
}

/// Headers that the client sets, or that belong to the connection.
const OWN: [HeaderName; 13] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::HOST,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::ACCEPT_ENCODING,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::EXPECT,
];

/// Such headers without a name in `http`.
const OWN_NAMES: [&str; 4] =
    ["x-forwarded-host", "twilio-client-validation", "keep-alive", "proxy-connection"];

impl Extras {
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let params = self.params.iter().map(|(name, _)| name.as_str());
        params.chain(self.headers.iter().map(|(name, _)| name.as_str()))
    }

    /// Sets the headers of a request; `carrier` is the header of the client's credentials.
    pub(super) fn set_headers(
        &self,
        request: &mut reqwest::Request,
        carrier: &str,
    ) -> std::result::Result<(), String> {
        for (text, value) in &self.headers {
            let name = HeaderName::from_bytes(text.as_bytes())
                .map_err(|_| format!("with_header: {text:?} is not a valid header name"))?;
            let own = OWN.contains(&name)
                || OWN_NAMES.contains(&name.as_str())
                || name.as_str().starts_with("x-twilio-sdk-")
                || name.as_str().eq_ignore_ascii_case(carrier);
            if own {
                return Err(format!("with_header: `{name}` is set by the client; it cannot be changed"));
            }
            let value = HeaderValue::from_str(value)
                .map_err(|_| format!("`{name}` contains a character that a header cannot carry"))?;
            request.headers_mut().insert(name, value);
        }
        Ok(())
    }
}

impl Parts {
    /// Returns the parts with the additional parameters in their places.
    pub(super) fn merged(&self) -> Result<Self> {
        let mut parts = self.clone();
        for (name, value) in std::mem::take(&mut parts.extra.params) {
            let fits = match parts.operation.body {
                BodyKind::None if matches!(parts.operation.method, Method::Get | Method::Delete) => {
                    parts.merge_query(&name, &value)
                }
                BodyKind::None | BodyKind::Form => replace(&mut parts.form, &name, &value),
                BodyKind::Json | BodyKind::Scim => match &mut parts.body {
                    None => {
                        parts.json.insert(name.clone(), value);
                        Ok(())
                    }
                    Some(Value::Object(map)) => {
                        map.insert(name.clone(), value);
                        Ok(())
                    }
                    Some(_) => Err("needs a JSON object as body"),
                },
            };
            fits.map_err(|why| Error::request(parts.operation, format!("with_param: `{name}` {why}")))?;
        }
        Ok(parts)
    }

    /// A link to a next page repeats the parameters that the server knows.
    fn merge_query(&mut self, name: &str, value: &Value) -> std::result::Result<(), &'static str> {
        let repeats = |link: &String| {
            let query = link.split_once('?').map_or("", |(_, query)| query);
            form_urlencoded::parse(query.as_bytes()).any(|(have, _)| have == name)
        };
        match &mut self.link {
            Some(link) if self.forward == Forward::Product => {
                if !repeats(link) {
                    let mut pairs = Vec::new();
                    replace(&mut pairs, name, value)?;
                    for (name, value) in pairs {
                        link.push(if link.contains('?') { '&' } else { '?' });
                        let mut pair = form_urlencoded::Serializer::new(String::new());
                        link.push_str(&pair.append_pair(&name, &value).finish());
                    }
                }
                Ok(())
            }
            _ => replace(&mut self.query, name, value),
        }
    }
}

/// Appends a value, or one for each item of an array.
fn replace(
    pairs: &mut Vec<(String, String)>,
    name: &str,
    value: &Value,
) -> std::result::Result<(), &'static str> {
    let text = |value: &Value| match value {
        Value::Array(_) | Value::Object(_) => {
            Err("is an object or a list of lists, which only JSON can hold")
        }
        value => Ok((name.to_owned(), value.text().into_owned())),
    };
    let new = match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(text).collect::<std::result::Result<_, _>>()?,
        value => vec![text(value)?],
    };
    pairs.retain(|(have, _)| have != name);
    pairs.extend(new);
    Ok(())
}
