//! Reads a spec that the passes have normalised into the facts that emission needs.

mod input;
mod model;
pub(crate) mod names;
mod operation;
mod pii;
mod rules;
pub mod sid;
mod summary;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};

use twilio_openapi::{Method, Spec};

pub use input::Constraints;
pub(crate) use model::variants;
pub(crate) use pii::names as personal;
pub use rules::Check;

use crate::Result;

/// A product version: everything that its module will hold.
#[derive(Clone, Debug)]
pub struct Api {
    /// The spec's name, for instance `api_v2010`.
    pub name: String,
    /// `info.version`.
    pub version: String,
    /// The host of every operation.
    pub host: String,
    /// The structs that operations use, by Rust name.
    pub models: BTreeMap<String, Model>,
    /// The enums that operations and models use, by Rust name.
    pub enums: BTreeMap<String, Enum>,
    /// The operations, by Rust name.
    pub operations: Vec<Operation>,
    /// The wire names of what the spec marks as personal data.
    pub pii: BTreeSet<String>,
}

/// A Rust type for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `String`.
    Text,
    /// `i64`.
    Integer,
    /// `bool`.
    Boolean,
    /// `types::Decimal`: a number that is not an integer.
    Decimal,
    /// `types::Date`.
    Date,
    /// `types::Timestamp`, RFC 3339 or RFC 2822.
    Timestamp,
    /// A SID newtype.
    Sid(&'static str),
    /// `types::HttpMethod`.
    HttpMethod,
    /// `serde_json::Value`.
    Json,
    /// A credential: redacted and zeroized.
    Secret(Box<Type>),
    /// An open enum of this module.
    Enum(String),
    /// A struct of this module.
    Model(String),
    /// A list.
    List(Box<Type>),
    /// A map with string keys.
    Map(Box<Type>),
}

/// A struct.
#[derive(Clone, Debug)]
pub struct Model {
    /// The component's name in the spec.
    pub component: String,
    /// Twilio's description, if the spec carries it.
    pub description: Option<String>,
    /// Fields by Rust name.
    pub fields: BTreeMap<String, Field>,
    /// A response contains it.
    pub in_response: bool,
    /// A request body contains it.
    pub in_request: bool,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in JSON.
    pub wire: String,
    /// Its type; every field is optional.
    pub ty: Type,
    /// The constraints of its values.
    pub constraints: Constraints,
    /// The constraints that can be checked.
    pub checks: Vec<Check>,
    /// Twilio's description, if the spec carries it.
    pub description: Option<String>,
}

/// An open enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// The component's name in the spec.
    pub component: String,
    /// Twilio's description, if the spec carries it.
    pub description: Option<String>,
    /// Variant and value, in the order of the spec.
    pub variants: Vec<(String, String)>,
}

/// The place of a parameter in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// A field of the form.
    Form,
    /// A property of the JSON body.
    Json,
    /// The whole JSON body.
    Body,
}

/// A value that an operation takes.
#[derive(Clone, Debug)]
pub struct Input {
    /// The name on the wire.
    pub wire: String,
    /// The Rust argument or setter.
    pub rust: String,
    /// Its place in the request.
    pub place: Place,
    /// Its type.
    pub ty: Type,
    /// The prefix of the map's keys, if each key is a separate parameter (`AddOns.some_key`).
    pub map_prefix: Option<String>,
    /// The constraints of its values.
    pub constraints: Constraints,
    /// The constraints that can be checked.
    pub checks: Vec<Check>,
    /// Twilio's description, if the spec carries it.
    pub description: Option<String>,
}

/// The format of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body.
    None,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`.
    Json,
    /// `application/scim+json`.
    Scim,
}

/// The result of a successful request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Nothing (204).
    Empty,
    /// One value.
    Value(Type),
    /// A page of a list.
    Page {
        /// The property that holds the items.
        key: String,
        /// The type of the items.
        item: Type,
        /// The query parameter that takes a page token, where the operation has one.
        token: Option<String>,
    },
}

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The client's method.
    pub method_name: String,
    /// The builder struct.
    pub builder: String,
    /// The HTTP method.
    pub method: Method,
    /// The path template.
    pub path: String,
    /// The resource that groups it with others: its first tag, or its path.
    pub group: String,
    /// The format of the body.
    pub body: BodyKind,
    /// Required values in the order of the spec: path, query, header, body.
    pub required: Vec<Input>,
    /// Optional values.
    pub optional: Vec<Input>,
    /// The path starts with the credentials' account.
    pub account_path: bool,
    /// The checks of that account.
    pub account_checks: Vec<Check>,
    /// The operation requires the client's credentials.
    pub authenticated: bool,
    /// It accepts OAuth credentials only.
    pub oauth_only: bool,
    /// The result.
    pub output: Output,
    /// The status of its success, where that is a redirect.
    pub redirect: Option<u16>,
    /// The spec marks it as deprecated.
    pub deprecated: bool,
    /// `GA`, `Beta`, `Preview`, where the spec says so.
    pub maturity: Option<String>,
    /// A sentence that describes it, made from its verb and its path.
    pub summary: String,
    /// Its name in Twilio's own libraries, such as `client.messages.create`.
    pub library: String,
    /// The page of Twilio's reference for its resource.
    pub reference: String,
    /// Twilio's description, if the spec carries it.
    pub description: Option<String>,
}

impl Operation {
    /// Returns whether the required values are the fields of a struct: arguments of one type could be swapped unnoticed.
    pub fn takes_struct(&self) -> bool {
        self.required.len() > 1
    }

    /// The name of the struct of required values.
    pub fn params_struct(&self) -> String {
        format!("{}Params", self.builder)
    }

    /// All values, required first.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.required.iter().chain(&self.optional)
    }
}

/// Reads the whole spec, of which the names of personal data are known from before the passes moved schemas.
pub(crate) fn run(spec: &Spec, pii: BTreeSet<String>) -> Result<Api> {
    let mut types = model::Types::new(spec);
    let mut operations = operation::all(spec, &mut types)?;
    let (mut models, enums) = types.finish();
    let checked = rules::checked(&models);
    for operation in &mut operations {
        let inputs = operation.required.iter_mut().chain(&mut operation.optional);
        inputs.for_each(|input| rules::prune(&mut input.checks, &checked));
    }
    let fields = models.values_mut().flat_map(|model| model.fields.values_mut());
    fields.for_each(|field| rules::prune(&mut field.checks, &checked));
    let host = spec.host().unwrap_or_default().to_owned();
    Ok(Api {
        name: spec.name().to_owned(),
        version: spec.version().to_owned(),
        host,
        models,
        enums,
        operations,
        pii,
    })
}
