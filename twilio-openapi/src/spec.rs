use std::path::Path;

use serde_json::Value;

use crate::{Error, Operation, Product, Result};

/// One OpenAPI document with the name that errors and generated headers give it.
#[derive(Clone, Debug)]
pub struct Spec {
    name: String,
    document: Value,
}

impl Spec {
    /// Reads a document; `name` is what errors call it (a file stem such as `api_v2010`).
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let document =
            serde_json::from_str(text).map_err(|source| Error::Json { spec: name.to_owned(), source })?;
        Ok(Self::from_document(name, document))
    }

    /// Takes a document that is already parsed.
    pub fn from_document(name: &str, document: Value) -> Self {
        Self { name: name.to_owned(), document }
    }

    /// Reads a product's file from a folder.
    pub fn load(folder: &Path, product: &Product) -> Result<Self> {
        let path = folder.join(product.file_name());
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Read { path, source })?;
        Self::parse(product.stem, &text)
    }

    /// The name given at construction.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole document.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The whole document, to be changed by a pass.
    pub fn document_mut(&mut self) -> &mut Value {
        &mut self.document
    }

    /// `info.version`, or an empty string.
    pub fn version(&self) -> &str {
        self.document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default()
    }

    /// The host of the document's first server, without scheme.
    pub fn host(&self) -> Option<&str> {
        let url = self.document.pointer("/servers/0/url")?.as_str()?;
        url.split_once("://").map(|(_, rest)| rest.trim_end_matches('/'))
    }

    /// An error at a place of this document.
    pub fn error(&self, pointer: &str, message: impl Into<String>) -> Error {
        Error::Shape { spec: self.name.clone(), pointer: pointer.to_owned(), message: message.into() }
    }

    /// Follows `$ref` (chains included) to the object it names, or returns `value` itself.
    ///
    /// Only references within the document exist in Twilio's files; another file, a missing target and a
    /// circle of references are errors.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> Result<&'a Value> {
        let mut current = value;
        for _ in 0..32 {
            let Some(reference) = current.get("$ref") else { return Ok(current) };
            let Some(text) = reference.as_str() else {
                return Err(self.error("", format!("$ref is not a string: {reference}")));
            };
            let Some(pointer) = text.strip_prefix('#') else {
                return Err(self.error("", format!("$ref to another document: {text}")));
            };
            current = self
                .document
                .pointer(pointer)
                .ok_or_else(|| self.error(pointer, "$ref names something that is not in the document"))?;
        }
        Err(self.error("", format!("$ref goes in a circle: {value}")))
    }

    /// Every operation in the order of paths and methods in the document.
    pub fn operations(&self) -> Result<Vec<Operation<'_>>> {
        crate::operation::all(self)
    }
}

/// Escapes a key for use in a JSON pointer (RFC 6901, section 3).
pub fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
