//! Rejects what the generator does not understand, with its place, instead of guessing.

use serde_json::{Map, Value};
use twilio_openapi::{Method, Spec, escape_pointer};

use super::{security, style};
use crate::Result;
use crate::error::unsupported;

/// Keys of a path item beside its operations.
const ITEM: &[&str] = &["description", "parameters", "servers", "summary"];

/// Keys of an operation. Callbacks describe requests that Twilio makes.
const OPERATION: &[&str] = &[
    "callbacks",
    "deprecated",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "servers",
    "summary",
    "tags",
];

/// Checks everything around the schemas: methods, servers, security, parameters and media types.
pub(crate) fn understood(spec: &Spec) -> Result<()> {
    let at = Place { spec };
    let document = spec.document();
    if let Some(version) = document.get("openapi").and_then(Value::as_str)
        && !version.starts_with("3.0.")
    {
        return at.error("/openapi", format!("OpenAPI {version} is not supported; 3.0 is"));
    }
    at.servers(document, "")?;
    at.security(document, "")?;
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let pointer = format!("/paths/{}", escape_pointer(path));
        let Some(item) = item.as_object() else {
            return at.error(&pointer, "a path is not an object".to_owned());
        };
        for key in item.keys().filter(|key| !ITEM.contains(&key.as_str()) && !key.starts_with("x-")) {
            if !Method::ALL.iter().any(|method| method.key() == key) {
                let message = match key.as_str() {
                    "head" | "options" | "trace" => {
                        format!("operations of the method {} are not supported", key.to_uppercase())
                    }
                    _ => format!("`{key}` of a path is not supported"),
                };
                return at.error(&format!("{pointer}/{}", escape_pointer(key)), message);
            }
        }
        at.servers(&Value::Object(item.clone()), &pointer)?;
        at.parameters(item.get("parameters"), &pointer)?;
        for method in Method::ALL {
            if let Some(operation) = item.get(method.key()) {
                at.operation(operation, &format!("{pointer}/{}", method.key()))?;
            }
        }
    }
    Ok(())
}

struct Place<'a> {
    spec: &'a Spec,
}

impl Place<'_> {
    fn error<T>(&self, pointer: &str, message: String) -> Result<T> {
        Err(unsupported(self.spec.name(), pointer, message))
    }

    fn operation(&self, operation: &Value, pointer: &str) -> Result<()> {
        for key in operation.as_object().into_iter().flat_map(Map::keys) {
            if !OPERATION.contains(&key.as_str()) && !key.starts_with("x-") {
                let pointer = format!("{pointer}/{}", escape_pointer(key));
                return self.error(&pointer, format!("`{key}` of an operation is not supported"));
            }
        }
        self.servers(operation, pointer)?;
        self.security(operation, pointer)?;
        self.parameters(operation.get("parameters"), pointer)?;
        if let Some(body) = operation.get("requestBody") {
            self.body(self.spec.resolve(body)?, &format!("{pointer}/requestBody"))?;
        }
        for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten()
        {
            if status.starts_with(['2', '3']) {
                let pointer = format!("{pointer}/responses/{status}");
                self.response(self.spec.resolve(response)?, &pointer)?;
            }
        }
        Ok(())
    }

    /// Every request of a product goes to one host; a server elsewhere would be overlooked.
    fn servers(&self, owner: &Value, pointer: &str) -> Result<()> {
        let own = |value: &Value| value.get("servers").and_then(Value::as_array).cloned().unwrap_or_default();
        let product =
            own(self.spec.document()).first().and_then(|s| s.get("url")?.as_str().map(str::to_owned));
        for (index, server) in own(owner).iter().enumerate() {
            let pointer = format!("{pointer}/servers/{index}/url");
            let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
            let host = url.strip_prefix("https://").map(|rest| rest.trim_end_matches('/'));
            if host.is_none_or(|host| host.is_empty() || host.contains(['/', '{', '?', '#', '@'])) {
                return self.error(&pointer, format!("`{url}` is not https:// and a host alone"));
            }
            let same = product.as_deref().map(|product| product.trim_end_matches('/'));
            if same != Some(url.trim_end_matches('/')) {
                let product = product.unwrap_or_default();
                let message = format!("`{url}` is another server than `{product}`, where all requests go");
                return self.error(&pointer, message);
            }
        }
        Ok(())
    }

    fn security(&self, owner: &Value, pointer: &str) -> Result<()> {
        match owner.get("security") {
            None => Ok(()),
            Some(list) => security::requirements(self.spec, list, &format!("{pointer}/security")),
        }
    }

    fn parameters(&self, list: Option<&Value>, pointer: &str) -> Result<()> {
        for (index, parameter) in list.and_then(Value::as_array).into_iter().flatten().enumerate() {
            let parameter = self.spec.resolve(parameter)?;
            style::parameter(self.spec, parameter, &format!("{pointer}/parameters/{index}"))?;
        }
        Ok(())
    }

    fn body(&self, body: &Value, pointer: &str) -> Result<()> {
        let content = body.get("content").and_then(Value::as_object);
        let pointer = format!("{pointer}/content");
        let medias: Vec<&str> = content.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        // The pass `scim-media-type` decides between these two.
        let is_decided = |medias: &[&str]| medias.iter().all(|media| is_json(media));
        if medias.len() > 1 && !is_decided(&medias) {
            let message = format!("the body may be {}, and nothing says which is sent", medias.join(" or "));
            return self.error(&pointer, message);
        }
        for (media, value) in content.into_iter().flatten() {
            style::encoding(self.spec, media, value, &format!("{pointer}/{}", escape_pointer(media)))?;
        }
        self.one_schema(content, &pointer)
    }

    fn response(&self, response: &Value, pointer: &str) -> Result<()> {
        let content = response.get("content").and_then(Value::as_object);
        let pointer = format!("{pointer}/content");
        // Requests accept JSON where it is offered; other offered types are never returned.
        let has_json = content.is_some_and(|content| content.contains_key("application/json"));
        for (media, value) in content.into_iter().flatten() {
            let pointer = format!("{pointer}/{}", escape_pointer(media));
            if !is_json(media) && !has_json {
                return self.error(&pointer, format!("responses of type `{media}` are not supported"));
            }
            if is_json(media) && value.get("schema").is_none() {
                return self.error(&pointer, "the response has no schema".to_owned());
            }
        }
        self.one_schema(content, &pointer)
    }

    /// Several JSON media types are one where their schemas are.
    fn one_schema(&self, content: Option<&Map<String, Value>>, pointer: &str) -> Result<()> {
        let json =
            |(media, value): (&String, &'_ Value)| is_json(media).then(|| value.get("schema").cloned());
        let schemas: Vec<_> = content.into_iter().flatten().filter_map(json).collect();
        if schemas.windows(2).any(|pair| pair[0] != pair[1]) {
            let message = "the JSON media types have different schemas, and nothing says which is meant";
            return self.error(pointer, message.to_owned());
        }
        Ok(())
    }
}

/// Whether a media type is JSON by name, by suffix (RFC 6839), with or without parameters.
pub(crate) fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
