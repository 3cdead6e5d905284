use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Dispatch, Extras, Forward, Operation, Output, Param, Place, Raw, Response};
use crate::Result;
use crate::config::RetryConfig;

/// A request that is being put together, and what its answer becomes.
pub struct RequestBuilder<T> {
    pub(crate) client: Arc<dyn Dispatch>,
    pub(crate) parts: Parts,
    output: PhantomData<fn() -> T>,
}

/// What a request consists of, before it has a URL.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) operation: &'static Operation,
    pub(crate) account: Option<Box<str>>,
    pub(crate) path: Vec<(&'static str, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) json: Map<String, Value>,
    /// The whole body, of the operations that do not take it in pieces.
    pub(crate) body: Option<Value>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Box<RetryConfig>>,
    pub(crate) idempotent: Option<bool>,
    #[cfg(feature = "request-validation")]
    pub(crate) validation: Option<bool>,
    /// Path and query that the server gave for this page, or that a caller gave, instead of what the values above make.
    pub(crate) link: Option<String>,
    /// What the specification does not know, set at the end over what it does.
    pub(crate) extra: Extras,
    /// Which host a gateway is told.
    pub(crate) forward: Forward,
    /// Why the request cannot be sent.
    pub(crate) refused: Option<Box<str>>,
}

impl<T> RequestBuilder<T> {
    pub(crate) fn new<C: Dispatch + Clone + 'static>(client: &C, operation: &'static Operation) -> Self {
        let parts = Parts {
            operation,
            account: None,
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            form: Vec::new(),
            json: Map::new(),
            body: None,
            timeout: None,
            retry: None,
            idempotent: None,
            #[cfg(feature = "request-validation")]
            validation: None,
            link: None,
            extra: Extras::default(),
            forward: Forward::Product,
            refused: None,
        };
        Self { client: Arc::new(client.clone()), parts, output: PhantomData }
    }

    pub(crate) fn put<V: Param>(&mut self, place: Place, name: &'static str, value: V) {
        self.parts.put(place, name, &value);
    }

    /// Puts a value, or takes back the one that is there.
    pub(crate) fn set<V: Param>(&mut self, place: Place, name: &'static str, value: Option<V>) {
        match value {
            Some(value) => self.parts.put(place, name, &value),
            None => self.parts.clear(place, name),
        }
    }

    /// Puts the items of a list, or takes back those that are there.
    pub(crate) fn set_list<V: Param>(&mut self, place: Place, name: &'static str, values: Option<Vec<V>>) {
        match values {
            Some(values) => self.put_list::<V>(place, name, values),
            None => self.parts.clear(place, name),
        }
    }

    /// Puts `null` into a JSON body.
    pub(crate) fn put_null(&mut self, name: &'static str) {
        self.parts.json.insert(name.to_owned(), Value::Null);
    }

    pub(crate) fn put_list<V: Param>(
        &mut self,
        place: Place,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<V>>,
    ) {
        let values: Vec<V> = values.into_iter().map(Into::into).collect();
        match place {
            Place::Json | Place::Body => self.parts.put(place, name, &values),
            _ => {
                self.parts.clear(place, name);
                values.iter().for_each(|value| self.parts.append(place, name, value));
            }
        }
    }

    pub(crate) fn put_map<V: Param>(
        &mut self,
        place: Place,
        name: &'static str,
        values: impl IntoIterator<Item = (impl Into<String>, impl Into<V>)>,
    ) {
        let map: std::collections::BTreeMap<String, V> =
            values.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        self.parts.put(place, name, &map);
    }

    /// A map whose keys are appended to a prefix, nested ones joined with dots: `AddOns.some_key=value`.
    ///
    /// What is no map has no keys and is not sent, as in Twilio's own libraries.
    pub(crate) fn put_prefixed(&mut self, place: Place, prefix: &'static str, value: Value) {
        fn flatten(prefix: &str, value: &Value, into: &mut Vec<(String, String)>) {
            match value {
                Value::Object(map) => {
                    for (key, value) in map {
                        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                        flatten(&key, value, into);
                    }
                }
                Value::Null => {}
                Value::Array(list) => {
                    let scalar = |value: &&Value| !value.is_null();
                    into.extend(
                        list.iter().filter(scalar).map(|v| (prefix.to_owned(), v.text().into_owned())),
                    );
                }
                other => into.push((prefix.to_owned(), other.text().into_owned())),
            }
        }
        let mut pairs = Vec::new();
        if value.is_object() {
            flatten("", &value, &mut pairs);
        }
        self.parts.put_pairs(place, prefix, pairs.into_iter());
    }

    pub(crate) fn param(&mut self, name: String, value: Value) {
        self.parts.extra.params.retain(|(have, _)| *have != name);
        self.parts.extra.params.push((name, value));
    }

    pub(crate) fn header(&mut self, name: String, value: String) {
        self.parts.extra.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(&name));
        self.parts.extra.headers.push((name, value));
    }

    pub(crate) fn account(&mut self, account: Box<str>) {
        self.parts.account = Some(account);
    }

    pub(crate) fn timeout(&mut self, timeout: Duration) {
        self.parts.timeout = Some(timeout);
    }

    pub(crate) fn retry(&mut self, retry: RetryConfig) {
        self.parts.retry = Some(Box::new(retry));
    }

    pub(crate) fn idempotent(&mut self, idempotent: bool) {
        self.parts.idempotent = Some(idempotent);
    }

    #[cfg(feature = "request-validation")]
    pub(crate) fn validation(&mut self, validation: bool) {
        self.parts.validation = Some(validation);
    }
}

impl Parts {
    fn put<V: Param>(&mut self, place: Place, name: &'static str, value: &V) {
        match place {
            Place::Json => {
                self.json.insert(name.to_owned(), value.json());
            }
            Place::Body => self.body = Some(value.json()),
            _ => {
                self.clear(place, name);
                self.append(place, name, value);
            }
        }
    }

    /// A setter called twice replaces what it set first.
    fn clear(&mut self, place: Place, name: &str) {
        match place {
            Place::Path => self.path.retain(|(have, _)| *have != name),
            Place::Header => self.headers.retain(|(have, _)| *have != name),
            Place::Query => self.query.retain(|(have, _)| have != name),
            Place::Form => self.form.retain(|(have, _)| have != name),
            Place::Json => {
                self.json.remove(name);
            }
            Place::Body => self.body = None,
        }
    }

    fn append<V: Param>(&mut self, place: Place, name: &'static str, value: &V) {
        let text = value.text().into_owned();
        match place {
            Place::Path => self.path.push((name, text)),
            Place::Header => self.headers.push((name, text)),
            Place::Query => self.query.push((name.to_owned(), text)),
            Place::Form => self.form.push((name.to_owned(), text)),
            Place::Json | Place::Body => {}
        }
    }

    fn put_pairs(&mut self, place: Place, name: &str, pairs: impl Iterator<Item = (String, String)>) {
        let into = if place == Place::Form { &mut self.form } else { &mut self.query };
        let prefix = format!("{name}.");
        into.retain(|(have, _)| !have.starts_with(&prefix));
        into.extend(pairs.map(|(key, value)| (format!("{prefix}{key}"), value)));
    }

    /// Whether sending the request twice does no more than sending it once: by its method, or because Twilio tells two
    /// requests with one key (`Idempotency-Key`) from two requests.
    pub(crate) fn is_idempotent(&self) -> bool {
        let has_key = |(name, value): &(&str, String)| {
            name.eq_ignore_ascii_case("idempotency-key") && !value.is_empty()
        };
        super::retry::is_idempotent(self.operation.method) || self.headers.iter().any(has_key)
    }

    /// Sets a query parameter, as paging does.
    pub(crate) fn set_query(&mut self, name: &str, value: String) {
        self.query.retain(|(have, _)| have != name);
        self.query.push((name.to_owned(), value));
    }
}

impl<T: Output> RequestBuilder<T> {
    pub(crate) fn send(self) -> SendFuture<T> {
        let Self { client, parts, .. } = self;
        SendFuture(Box::pin(async move {
            let operation = parts.operation;
            let raw = fetch(client, parts).await?;
            T::decode(&raw, operation).map_err(|error| error.with_raw(&raw))
        }))
    }

    pub(crate) fn send_with_response(self) -> SendFuture<Response<T>> {
        let Self { client, parts, .. } = self;
        SendFuture(Box::pin(async move {
            let operation = parts.operation;
            let raw = fetch(client, parts).await?;
            let value = T::decode(&raw, operation).map_err(|error| error.with_raw(&raw))?;
            Ok(Response::new(value, raw))
        }))
    }
}

/// Sends a request and gives its answer, if Twilio calls it a success.
pub(crate) async fn fetch(client: Arc<dyn Dispatch>, parts: Parts) -> Result<Raw> {
    if parts.timeout.is_some_and(|timeout| timeout.is_zero()) {
        return Err(crate::Error::config("timeout is zero, in which nothing can be answered"));
    }
    if let Some(retry) = &parts.retry {
        retry.check()?;
    }
    #[cfg(feature = "request-validation")]
    super::rules::check(&*client, &parts)?;
    let raw = super::send::send(&*client, &parts).await?;
    raw.into_success(parts.operation)
}

/// Names and not values: those may be secret or personal.
impl<T> fmt::Debug for RequestBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.parts;
        let mut names: Vec<&str> = parts.path.iter().map(|(name, _)| *name).collect();
        names.extend(parts.query.iter().map(|(name, _)| name.as_str()));
        names.extend(parts.headers.iter().map(|(name, _)| *name));
        names.extend(parts.form.iter().map(|(name, _)| name.as_str()));
        names.extend(parts.json.keys().map(String::as_str));
        names.extend(parts.extra.names());
        f.debug_struct("RequestBuilder")
            .field("operation", &parts.operation.id)
            .field("sets", &names)
            .finish_non_exhaustive()
    }
}

impl<T> Clone for RequestBuilder<T> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), parts: self.parts.clone(), output: PhantomData }
    }
}

/// A call on its way; dropping it cancels the call.
#[must_use = "a call does nothing until it is awaited"]
pub struct SendFuture<T>(pub(crate) Pin<Box<dyn Future<Output = Result<T>> + Send>>);

impl<T> Future for SendFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for SendFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendFuture")
    }
}

/// What every call has beside its setters.
///
/// `#[inline]` so that a program compiles the requests that it uses: without, every response type of every operation would
/// be compiled into the SDK's own crate, with three readers each.
macro_rules! operation {
    ($name:ident => $output:ty, $facts:expr) => {
        // Hidden, because the trait's page would list every operation.
        #[doc(hidden)]
        impl crate::runtime::OperationRequest for $name {
            type Client = super::Client;
            type Output = $output;
            const OPERATION: &'static crate::runtime::Operation = &$facts;
            #[inline]
            fn from_builder(call: crate::runtime::RequestBuilder<$output>) -> Self {
                Self(call)
            }
            #[inline]
            fn builder(&self) -> &crate::runtime::RequestBuilder<$output> {
                &self.0
            }
            #[inline]
            fn into_builder(self) -> crate::runtime::RequestBuilder<$output> {
                self.0
            }
        }

        crate::runtime::sending!($name => $output);

        impl $name {
            /// Whether sending this call twice does no more than sending it once. It may then be tried again
            /// where nobody knows whether Twilio has carried it out. GET, PUT and DELETE are, unless this says
            /// otherwise; POST and PATCH are not.
            #[inline]
            pub fn with_idempotent(mut self, idempotent: bool) -> Self {
                self.0.idempotent(idempotent);
                self
            }

            /// Whether this call is checked before it is sent, whatever the client's setting says; see
            /// [`ConnectionConfig::validation`](crate::ConnectionConfig::validation).
            #[cfg(feature = "request-validation")]
            #[cfg_attr(docsrs, doc(cfg(feature = "request-validation")))]
            #[inline]
            pub fn with_request_validation(mut self, validation: bool) -> Self {
                self.0.validation(validation);
                self
            }
        }
    };
}
pub(crate) use operation;

/// What every call has, in the specifications or not.
macro_rules! sending {
    ($name:ident => $output:ty) => {
        impl $name {
            /// Bounds this call in time, instead of the client's time-out: all attempts and the answer's body.
            /// Zero is an [error](crate::Error::is_config).
            #[inline]
            pub fn with_timeout(mut self, timeout: std::time::Duration) -> Self {
                self.0.timeout(timeout);
                self
            }

            /// When this call is tried again, instead of the client's own settings.
            #[inline]
            pub fn with_retry(mut self, retry: crate::RetryConfig) -> Self {
                self.0.retry(retry);
                self
            }

            /// Sets a parameter that Twilio's specification does not know yet: in the query of a GET or DELETE, in
            /// the form or JSON object that is the body of any other request. It replaces a parameter of the same name. In a form and
            /// a query an array is sent as repeated values, and `null` leaves the parameter out.
            #[inline]
            pub fn with_param(
                mut self,
                name: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                self.0.param(name.into(), value.into());
                self
            }

            /// Sets a header that Twilio's specification does not know. Headers that carry the credentials, name the host,
            /// describe the body or belong to the connection cannot be set: sending fails with
            /// [`is_invalid_request`](crate::Error::is_invalid_request), as it does for what is no name or value of a header.
            #[inline]
            pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.0.header(name.into(), value.into());
                self
            }

            /// Sends the call and gives the answer.
            #[inline]
            pub fn send(self) -> crate::SendFuture<$output> {
                self.0.send()
            }

            /// Sends the call and gives the answer with its status, headers, request id and raw body.
            #[inline]
            pub fn send_with_response(self) -> crate::SendFuture<crate::Response<$output>> {
                self.0.send_with_response()
            }

            /// [`send`](Self::send) for programs without an async runtime.
            #[cfg(feature = "blocking")]
            #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
            #[inline]
            pub fn send_blocking(self) -> crate::Result<$output> {
                crate::blocking::wait(self.0.send())?
            }

            /// [`send_with_response`](Self::send_with_response) for programs without an async runtime.
            #[cfg(feature = "blocking")]
            #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
            #[inline]
            pub fn send_with_response_blocking(self) -> crate::Result<crate::Response<$output>> {
                crate::blocking::wait(self.0.send_with_response())?
            }
        }
    };
}
pub(crate) use sending;

/// What a call has that lists.
macro_rules! list_operation {
    ($name:ident => $item:ty, $facts:expr) => {
        crate::runtime::operation!($name => crate::Page<$item>, $facts);

        impl $name {
            /// Every item, page after page as they are asked for.
            #[inline]
            pub fn items(self) -> crate::Items<$item> {
                crate::Items::new(self.0)
            }

            /// Every page.
            #[inline]
            pub fn pages(self) -> crate::Pages<$item> {
                crate::Pages::new(self.0)
            }

            /// Every item, for programs without an async runtime.
            #[cfg(feature = "blocking")]
            #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
            #[inline]
            pub fn items_blocking(self) -> crate::blocking::Items<$item> {
                crate::blocking::Items::new(self.items())
            }

            /// Every page, for programs without an async runtime.
            #[cfg(feature = "blocking")]
            #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
            #[inline]
            pub fn pages_blocking(self) -> crate::blocking::Pages<$item> {
                crate::blocking::Pages::new(self.pages())
            }
        }
    };
}
pub(crate) use list_operation;

/// What a call has whose path starts from an account.
macro_rules! account_operation {
    ($name:ident) => {
        impl $name {
            /// Sets the account in the request's path, such as a subaccount; by default the credentials' own.
            #[inline]
            pub fn with_account_sid(mut self, account: impl Into<crate::types::AccountSid>) -> Self {
                self.0.account(String::from(account.into()).into());
                self
            }
        }
    };
}
pub(crate) use account_operation;
