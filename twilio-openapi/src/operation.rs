use std::fmt;

use serde_json::Value;

use crate::{Result, Spec, escape_pointer};

/// The HTTP methods that Twilio's files use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// All of them, in the order in which operations are listed.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The key in a path item.
    pub fn key(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }
}

/// The method as it stands in a request line.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key().to_ascii_uppercase())
    }
}

/// The place of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Location {
    Path,
    Query,
    Header,
}

/// One parameter, references resolved.
#[derive(Clone, Debug)]
pub struct Parameter<'a> {
    /// The wire name.
    pub name: &'a str,
    /// Its place.
    pub location: Location,
    /// Requests without it are rejected.
    pub required: bool,
    /// Its schema; may still be a `$ref`.
    pub schema: &'a Value,
    /// The whole parameter object.
    pub value: &'a Value,
    /// JSON pointer of the parameter object.
    pub pointer: String,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Body<'a> {
    /// The media type; where a spec offers several, `application/json` is preferred.
    pub content_type: &'a str,
    /// Its schema; may still be a `$ref`.
    pub schema: &'a Value,
    /// Requests without it are rejected. Form bodies are required when a field of theirs is.
    pub required: bool,
    /// JSON pointer of the schema.
    pub pointer: String,
}

/// One response of an operation.
#[derive(Clone, Debug)]
pub struct Response<'a> {
    /// The status key (`200`, `default`).
    pub status: &'a str,
    /// Schema of its first media type, if it has one; may still be a `$ref`.
    pub schema: Option<&'a Value>,
    /// The media type of that schema.
    pub content_type: Option<&'a str>,
    /// The whole response object.
    pub value: &'a Value,
    /// JSON pointer of the schema, or of the response where there is none.
    pub pointer: String,
}

/// One operation with references to parameters, bodies and responses resolved.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// The `operationId`.
    pub id: &'a str,
    /// The path template, `{Name}` for each path parameter.
    pub path: &'a str,
    /// The method.
    pub method: Method,
    /// Path-level and operation-level parameters, the latter winning.
    pub parameters: Vec<Parameter<'a>>,
    /// The body, if there is one.
    pub body: Option<Body<'a>>,
    /// All responses in the order of the document.
    pub responses: Vec<Response<'a>>,
    /// The path item.
    pub item: &'a Value,
    /// The operation object.
    pub value: &'a Value,
    /// JSON pointer of the operation object.
    pub pointer: String,
}

impl<'a> Operation<'a> {
    /// The response that a successful call gets: the lowest 2xx, else the lowest 3xx (a few operations
    /// return a redirect that has the result as its body).
    pub fn success(&self) -> Option<&Response<'a>> {
        let lowest = |class: char| {
            self.responses
                .iter()
                .filter(|r| r.status.starts_with(class) && r.status != "304")
                .min_by_key(|r| (r.schema.is_none(), r.status))
        };
        lowest('2').or_else(|| lowest('3'))
    }

    /// Returns whether the specification marks the operation as deprecated.
    pub fn deprecated(&self) -> bool {
        self.value.get("deprecated").and_then(Value::as_bool).unwrap_or(false)
    }
}

pub(crate) fn all(spec: &Spec) -> Result<Vec<Operation<'_>>> {
    let paths = spec
        .document()
        .get("paths")
        .and_then(Value::as_object)
        .ok_or_else(|| spec.error("/paths", "an object with paths is expected"))?;
    let mut operations = Vec::new();
    for (path, item) in paths {
        for method in Method::ALL {
            if let Some(value) = item.get(method.key()) {
                let pointer = format!("/paths/{}/{}", escape_pointer(path), method.key());
                operations.push(one(spec, path, item, method, value, pointer)?);
            }
        }
    }
    Ok(operations)
}

fn one<'a>(
    spec: &'a Spec,
    path: &'a str,
    item: &'a Value,
    method: Method,
    value: &'a Value,
    pointer: String,
) -> Result<Operation<'a>> {
    let id = value
        .get("operationId")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| spec.error(&pointer, "the operation has no operationId"))?;
    let item_pointer = format!("/paths/{}", escape_pointer(path));
    let mut parameters = Vec::new();
    collect_parameters(spec, item, &item_pointer, &mut parameters)?;
    collect_parameters(spec, value, &pointer, &mut parameters)?;
    Ok(Operation {
        id,
        path,
        method,
        parameters,
        body: body(spec, value, &pointer)?,
        responses: responses(spec, value, &pointer)?,
        item,
        value,
        pointer,
    })
}

fn collect_parameters<'a>(
    spec: &'a Spec,
    owner: &'a Value,
    pointer: &str,
    into: &mut Vec<Parameter<'a>>,
) -> Result<()> {
    let Some(list) = owner.get("parameters") else { return Ok(()) };
    let pointer = format!("{pointer}/parameters");
    let list = list.as_array().ok_or_else(|| spec.error(&pointer, "a list of parameters is expected"))?;
    for (index, entry) in list.iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        let value = spec.resolve(entry)?;
        let text = |key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .ok_or_else(|| spec.error(&pointer, format!("the parameter has no `{key}`")))
        };
        let name = text("name")?;
        let location = match text("in")? {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" => Location::Header,
            other => return Err(spec.error(&pointer, format!("parameters in `{other}` are not supported"))),
        };
        let schema = value
            .get("schema")
            .ok_or_else(|| spec.error(&pointer, format!("the parameter `{name}` has no schema")))?;
        let required = value.get("required").and_then(Value::as_bool).unwrap_or(false);
        into.retain(|p| (p.name, p.location) != (name, location));
        into.push(Parameter { name, location, required, schema, value, pointer });
    }
    Ok(())
}

fn body<'a>(spec: &'a Spec, operation: &'a Value, pointer: &str) -> Result<Option<Body<'a>>> {
    let Some(entry) = operation.get("requestBody") else { return Ok(None) };
    let value = spec.resolve(entry)?;
    let pointer = format!("{pointer}/requestBody/content");
    let content = value
        .get("content")
        .and_then(Value::as_object)
        .ok_or_else(|| spec.error(&pointer, "the request body has no content"))?;
    let (content_type, media) = content
        .get_key_value("application/json")
        .or_else(|| content.iter().next())
        .ok_or_else(|| spec.error(&pointer, "the request body has no media type"))?;
    let pointer = format!("{pointer}/{}/schema", escape_pointer(content_type));
    let schema = media.get("schema").ok_or_else(|| spec.error(&pointer, "the request body has no schema"))?;
    let fields_required =
        spec.resolve(schema)?.get("required").and_then(Value::as_array).is_some_and(|r| !r.is_empty());
    let required = value.get("required").and_then(Value::as_bool).unwrap_or(fields_required);
    Ok(Some(Body { content_type, schema, required, pointer }))
}

fn responses<'a>(spec: &'a Spec, operation: &'a Value, pointer: &str) -> Result<Vec<Response<'a>>> {
    let pointer = format!("{pointer}/responses");
    let map = operation
        .get("responses")
        .and_then(Value::as_object)
        .ok_or_else(|| spec.error(&pointer, "the operation has no responses"))?;
    map.iter()
        .map(|(status, entry)| {
            let value = spec.resolve(entry)?;
            let pointer = format!("{pointer}/{status}");
            let media = value.get("content").and_then(Value::as_object).and_then(|content| {
                let json = || content.iter().find(|(media, _)| media.contains("json"));
                content.get_key_value("application/json").or_else(json).or_else(|| content.iter().next())
            });
            let (content_type, schema) = match media {
                Some((name, media)) => (Some(name.as_str()), media.get("schema")),
                None => (None, None),
            };
            let pointer = match content_type {
                Some(name) => format!("{pointer}/content/{}/schema", escape_pointer(name)),
                None => pointer,
            };
            Ok(Response { status, schema, content_type, value, pointer })
        })
        .collect()
}
