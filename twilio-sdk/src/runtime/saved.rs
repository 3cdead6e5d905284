//! Requests as data.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::{Operation, Parts, Place};
use crate::types::internal::wipe;
use crate::{Error, Result};

/// A request as data, to be stored or sent by another process: product, operation and parameters.
///
/// [`OperationRequest::to_data`](crate::OperationRequest::to_data) creates it, and
/// [`OperationRequest::from_data`](crate::OperationRequest::from_data) turns it into a request again. It implements
/// serde's traits.
///
/// * It contains no credentials. It contains the account if the request has one by `with_account_sid`; otherwise the request
///   is for the account of the client that sends it.
/// * **It contains every parameter as sent**, including passwords, tokens and personal data: store it as safely as those.
///   `Debug` shows names only, and the values are zeroized on drop.
/// * Of the options it contains `with_idempotent`, which does not depend on the process. Timeout, retries and validation are
///   those of the client that sends it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestData {
    product: String,
    operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idempotent: Option<bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    path: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    form: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    json: Map<String, Value>,
    /// `Some(Null)` is a body too.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    body: Option<Value>,
    /// Parameters that are not in the specification.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    params: Vec<(String, Value)>,
    /// Headers that are not in the specification.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    more_headers: Vec<(String, String)>,
}

fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl RequestData {
    pub(super) fn new(product: &str, operation: &str, parts: &Parts) -> Self {
        let owned = |pairs: &[(&'static str, String)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        Self {
            product: product.to_owned(),
            operation: operation.to_owned(),
            account: parts.account.as_deref().map(str::to_owned),
            idempotent: parts.idempotent,
            path: owned(&parts.path),
            query: parts.query.clone(),
            headers: owned(&parts.headers),
            form: parts.form.clone(),
            json: parts.json.clone(),
            body: parts.body.clone(),
            params: parts.extra.params.clone(),
            more_headers: parts.extra.headers.clone(),
        }
    }

    /// Returns the product's module, such as `api_v2010`.
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Returns the `operationId`, such as `CreateMessage`, by which a program with several operations selects the type.
    pub fn operation_id(&self) -> &str {
        &self.operation
    }

    /// Sets the parts of a request of the operation, after checking that all of them belong to it.
    pub(super) fn fill(mut self, product: &str, parts: &mut Parts) -> Result<()> {
        let operation = parts.operation;
        let wrong = |message: String| Err(Error::request(operation, message));
        if self.product != product {
            return wrong(format!("the data is of a request to `{}` and not to `{product}`", self.product));
        }
        if self.operation != operation.id {
            return wrong(format!("the data is of a request of the operation `{}`", self.operation));
        }
        if self.account.is_some() && !operation.takes_account() {
            return wrong("the data has an account, which the operation does not take".to_owned());
        }
        let unknown = self.names().find(|(place, name)| operation.input(*place, name).is_none());
        if let Some((place, name)) = unknown {
            return wrong(format!("the data has `{name}`, which is not {}", place.described()));
        }
        let needed = operation.names(Place::Path);
        if let Some(missing) = needed.iter().find(|name| !self.path.contains_key(**name)) {
            return wrong(format!("the data lacks `{missing}`, which the path needs"));
        }
        let known = |place: Place, pairs: BTreeMap<String, String>| -> Vec<(&'static str, String)> {
            let pairs = pairs.into_iter();
            pairs.filter_map(|(name, value)| Some((operation.input(place, &name)?, value))).collect()
        };
        parts.account = self.account.take().map(String::into_boxed_str);
        parts.idempotent = self.idempotent;
        parts.path = known(Place::Path, std::mem::take(&mut self.path));
        parts.query = std::mem::take(&mut self.query);
        parts.headers = known(Place::Header, std::mem::take(&mut self.headers));
        parts.form = std::mem::take(&mut self.form);
        parts.json = std::mem::take(&mut self.json);
        parts.body = self.body.take();
        self.restore_extras(parts);
        Ok(())
    }

    /// Sets what needs no specification.
    fn restore_extras(&mut self, parts: &mut Parts) {
        parts.extra.params = std::mem::take(&mut self.params);
        parts.extra.headers = std::mem::take(&mut self.more_headers);
    }

    /// Returns a value of the path.
    pub(super) fn path_value(&self, name: &str) -> Option<&str> {
        self.path.get(name).map(String::as_str)
    }

    /// Returns the body, if it does not consist of fields.
    pub(super) fn whole_body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    /// Sets the parts of a request without a specification, in addition to its URL and body.
    pub(super) fn restore_free(mut self, parts: &mut Parts) {
        parts.idempotent = self.idempotent;
        parts.query = std::mem::take(&mut self.query);
        self.restore_extras(parts);
    }

    /// Returns place and name of every parameter.
    fn names(&self) -> impl Iterator<Item = (Place, &str)> {
        fn first(pair: &(String, String)) -> &str {
            &pair.0
        }
        let path = self.path.keys().map(|name| (Place::Path, name.as_str()));
        let query = self.query.iter().map(|pair| (Place::Query, first(pair)));
        let headers = self.headers.keys().map(|name| (Place::Header, name.as_str()));
        let form = self.form.iter().map(|pair| (Place::Form, first(pair)));
        let json = self.json.keys().map(|name| (Place::Json, name.as_str()));
        let body = self.body.iter().map(|_| (Place::Body, "body"));
        path.chain(query).chain(headers).chain(form).chain(json).chain(body)
    }
}

/// Shows names only: values may be secret or personal.
impl fmt::Debug for RequestData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let further = self.params.iter().map(|(name, _)| name.as_str());
        let further = further.chain(self.more_headers.iter().map(|(name, _)| name.as_str()));
        let names: Vec<&str> = self.names().map(|(_, name)| name).chain(further).collect();
        f.debug_struct("RequestData")
            .field("product", &self.product)
            .field("operation", &self.operation)
            .field("sets", &names)
            .finish_non_exhaustive()
    }
}

impl Drop for RequestData {
    fn drop(&mut self) {
        self.path.values_mut().chain(self.headers.values_mut()).for_each(Zeroize::zeroize);
        self.params.iter_mut().for_each(|(_, value)| wipe(value));
        let pairs = self.query.iter_mut().chain(&mut self.form).chain(&mut self.more_headers);
        pairs.for_each(|(_, value)| value.zeroize());
        self.json.values_mut().chain(&mut self.body).for_each(wipe);
    }
}

impl Operation {
    /// Returns the wire names of a place.
    fn names(&self, place: Place) -> &'static [&'static str] {
        self.inputs.iter().find(|(have, _)| *have == place).map_or(&[], |(_, names)| names)
    }

    /// Returns the operation's own string for a name, if it has such a parameter there. A name of the form `AddOns.` stands
    /// for all names that start with it.
    fn input(&self, place: Place, name: &str) -> Option<&'static str> {
        let is = |known: &str| {
            let inside = known.ends_with('.') && name.len() > known.len() && name.starts_with(known);
            known == name || inside
        };
        self.names(place).iter().copied().find(|known| is(known))
    }

    /// Returns whether the path starts with an account that the caller may set.
    fn takes_account(&self) -> bool {
        self.path.contains("{AccountSid}") && !self.names(Place::Path).contains(&"AccountSid")
    }
}

impl Place {
    fn described(self) -> &'static str {
        match self {
            Self::Path => "in the operation's path",
            Self::Query => "a query parameter of the operation",
            Self::Header => "a header of the operation",
            Self::Form | Self::Json | Self::Body => "in the operation's body",
        }
    }
}
