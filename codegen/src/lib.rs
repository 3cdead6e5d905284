//! Generates the typed operations of `twilio-sdk` from Twilio's OpenAPI files.
//!
//! [`generate`] is the pipeline: named [passes](pass) change the spec, [analysis](mod@analyze) reads it into plain
//! facts, a [lock](mod@lock) fixes the names that callers compile against, and emission turns the facts into Rust. It
//! is pure: the same spec, lock and options give the same bytes.

mod check;
mod emit;
mod error;
mod format;
mod order;

pub mod analyze;
pub mod lock;
pub mod pass;
#[cfg(feature = "plain")]
pub mod plain;
/// Names of values that are secrets.
pub mod secret_names;

pub use error::{Error, Result};

use analyze::Api;
use lock::Lock;
use twilio_openapi::Spec;

/// Options of generated code.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Models that only responses contain implement `Serialize` too.
    pub serialize: bool,
    /// Generates the table that requests are checked against.
    pub validation: bool,
}

impl Options {
    /// With `Serialize` for every model, or only where a request needs it.
    pub fn serialize(mut self, yes: bool) -> Self {
        self.serialize = yes;
        self
    }

    /// With the table of what requests are checked against.
    pub fn validation(mut self, yes: bool) -> Self {
        self.validation = yes;
        self
    }
}

/// A product's module.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The source, to be included into a module; formatted with the feature `pretty`.
    pub source: String,
    /// The operations as a table in Markdown, with links as rustdoc reads them.
    pub operations: String,
    /// The changes of each pass.
    pub applied: pass::Applied,
}

/// Generates a product's module under the names that the spec alone suggests.
pub fn generate(spec: &Spec, options: Options) -> Result<Generated> {
    generate_locked(spec, None, options)
}

/// Generates a product's module under the names of a lock.
pub fn generate_locked(spec: &Spec, lock: Option<&Lock>, options: Options) -> Result<Generated> {
    let (api, applied) = analyze_locked(spec, lock)?;
    emit::shared::check(spec, &api)?;
    let source = format::source(spec, emit::module(&api, options)?)?;
    let operations = emit::operations_table(&api);
    Ok(Generated { source, operations, applied })
}

/// The stem of the spec from which [`shared_enums`] generates.
pub const SHARED_SPEC: &str = emit::shared::SPEC;

/// Generates the enums that the SDK has once for the API and for webhooks, from the spec [`SHARED_SPEC`] and its lock.
pub fn shared_enums(spec: &Spec, lock: Option<&Lock>) -> Result<String> {
    emit::shared::definitions(spec, lock)
}

/// Runs the passes and the analysis, without emission.
pub fn analyze(spec: &Spec) -> Result<(Api, pass::Applied)> {
    analyze_locked(spec, None)
}

/// Runs the passes and the analysis, and gives everything the name that a lock has for it.
pub fn analyze_locked(spec: &Spec, lock: Option<&Lock>) -> Result<(Api, pass::Applied)> {
    check::references(spec)?;
    check::understood(spec)?;
    let mut spec = spec.clone();
    check::shapes(&mut spec)?;
    order::sort(&mut spec);
    let pii = analyze::personal(&spec);
    if let Some(lock) = lock {
        lock.pin_items(&mut spec)?;
    }
    let applied = pass::run(&mut spec)?;
    order::sort(&mut spec);
    let api = analyze::run(&spec, pii)?;
    Ok((lock.map(|lock| lock.apply(&api)).unwrap_or(api), applied))
}

/// The generated code of one operation, or `None` where the spec has no operation of that name.
///
/// The name is the `operationId` in any letter case, or the Rust method's.
pub fn show(spec: &Spec, lock: Option<&Lock>, operation: &str) -> Result<Option<String>> {
    let (api, _) = analyze_locked(spec, lock)?;
    let folded = |name: &str| name.replace('_', "").to_lowercase();
    let found = api
        .operations
        .iter()
        .find(|o| [&o.id, &o.method_name].iter().any(|n| folded(n) == folded(operation)));
    found.map(|operation| emit::one(&api, operation)).transpose()
}

/// One row of the list of operations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationSummary {
    /// The `operationId`.
    pub id: String,
    /// The method as in a request line.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The client's method.
    pub rust_name: String,
    /// A sentence that describes it.
    pub summary: String,
    /// Its name in Twilio's own libraries, such as `client.messages.create`.
    pub library: String,
    /// The page of Twilio's reference for its resource.
    pub reference: String,
    /// The required values: name and Rust type.
    pub arguments: Vec<(String, String)>,
    /// The struct that takes the required values, where there are two or more.
    pub params_struct: Option<String>,
}

/// Every operation of a spec with its Rust name.
pub fn operations(spec: &Spec, lock: Option<&Lock>) -> Result<Vec<OperationSummary>> {
    let (api, _) = analyze_locked(spec, lock)?;
    Ok(api.operations.iter().map(emit::summary).collect())
}
