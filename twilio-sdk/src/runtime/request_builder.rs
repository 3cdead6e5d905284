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

/// Builds a request whose response is a `T`.
pub struct RequestBuilder<T> {
    pub(crate) client: Arc<dyn Dispatch>,
    pub(crate) parts: Parts,
    output: PhantomData<fn() -> T>,
}

/// The parts of a request, before it has a URL.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) operation: &'static Operation,
    pub(crate) account: Option<Box<str>>,
    pub(crate) path: Vec<(&'static str, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) json: Map<String, Value>,
    /// The whole body, for operations whose body is a single value.
    pub(crate) body: Option<Value>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Box<RetryConfig>>,
    pub(crate) idempotent: Option<bool>,
    #[cfg(feature = "request-validation")]
    pub(crate) validation: Option<bool>,
    /// Path and query from the server or the caller, which replace those of the values above.
    pub(crate) link: Option<String>,
    /// Parameters and headers that are not in the specification. They are set last.
    pub(crate) extra: Extras,
    /// The host that a gateway is told.
    pub(crate) forward: Forward,
    /// The reason why the request cannot be sent.
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

    /// Sets a value, or removes it.
    pub(crate) fn set<V: Param>(&mut self, place: Place, name: &'static str, value: Option<V>) {
        match value {
            Some(value) => self.parts.put(place, name, &value),
            None => self.parts.clear(place, name),
        }
    }

    /// Sets the items of a list, or removes them.
    pub(crate) fn set_list<V: Param>(&mut self, place: Place, name: &'static str, values: Option<Vec<V>>) {
        match values {
            Some(values) => self.put_list::<V>(place, name, values),
            None => self.parts.clear(place, name),
        }
    }

    /// Sets a property of the JSON body to `null`.
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

    /// Sets a map whose keys are appended to a prefix, nested ones joined with dots: `AddOns.some_key=value`.
    ///
    /// A value that is not a map has no keys and is not sent, as in Twilio's own libraries.
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

    /// Removes a value, so that a setter called twice replaces it.
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

    /// Returns whether the request is idempotent: by its method, or because it has an `Idempotency-Key`.
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

/// Sends a request and returns the raw response, if its status is a success.
pub(crate) async fn fetch(client: Arc<dyn Dispatch>, parts: Parts) -> Result<Raw> {
    if parts.timeout.is_some_and(|timeout| timeout.is_zero()) {
        return Err(crate::Error::config("timeout is zero; set a positive timeout"));
    }
    if let Some(retry) = &parts.retry {
        retry.check()?;
    }
    #[cfg(feature = "request-validation")]
    super::rules::check(&*client, &parts)?;
    let raw = super::send::send(&*client, &parts).await?;
    raw.into_success(parts.operation)
}

/// Shows names only: values may be secret or personal.
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

/// Future of a sent request. Dropping it cancels the request.
#[must_use = "sends nothing until it is awaited"]
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

/// Defines the methods of every request besides its setters.
///
/// `#[inline]`, so that a program compiles only the requests that it uses: otherwise every response type of every operation
/// would be compiled into the SDK's own crate, with three readers each.
macro_rules! operation {
    ($name:ident => $output:ty, $facts:expr) => {
        #[doc(hidden)] // The trait's page would list every operation.
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
            /// Marks the request as idempotent, so that it is retried after a lost connection, a timeout or a 5xx.
            ///
            /// Default: `true` for GET, PUT and DELETE, `false` for POST and PATCH.
            #[inline]
            pub fn with_idempotent(mut self, idempotent: bool) -> Self {
                self.0.idempotent(idempotent);
                self
            }

            /// Validates this request before it is sent, or not, instead of the setting of the client; see
            /// [`ConnectionConfig::validate_requests`](crate::ConnectionConfig::validate_requests).
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

/// Defines the methods of every request, in the specification or not.
macro_rules! sending {
    ($name:ident => $output:ty) => {
        impl $name {
            /// Sets the timeout of this request, including retries and the body of the response. Default: that of the client.
            /// Zero is an [error](crate::Error::is_config).
            #[inline]
            pub fn with_timeout(mut self, timeout: std::time::Duration) -> Self {
                self.0.timeout(timeout);
                self
            }

            /// Sets when this request is retried. Default: the settings of the client.
            #[inline]
            pub fn with_retry(mut self, retry: crate::RetryConfig) -> Self {
                self.0.retry(retry);
                self
            }

            /// Sets a parameter that is not in Twilio's specification, replacing one of the same name.
            ///
            /// It is sent in the query of a GET or DELETE, and in the form or JSON body of other requests. In a form and a
            /// query an array is sent as repeated values, and `null` omits the parameter.
            #[inline]
            pub fn with_param(
                mut self,
                name: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                self.0.param(name.into(), value.into());
                self
            }

            /// Sets a header that is not in Twilio's specification.
            ///
            /// Headers of the credentials, the host, the body and the connection cannot be set: the request fails with
            /// [`is_invalid_request`](crate::Error::is_invalid_request), as it does for an invalid name or value.
            #[inline]
            pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.0.header(name.into(), value.into());
                self
            }

            /// Sends the request and returns the decoded response.
            #[inline]
            pub fn send(self) -> crate::SendFuture<$output> {
                self.0.send()
            }

            /// Sends the request and returns the decoded response with status, headers, request ID and raw body.
            #[inline]
            pub fn send_with_response(self) -> crate::SendFuture<crate::Response<$output>> {
                self.0.send_with_response()
            }

            /// Like [`send`](Self::send), for programs without an async runtime.
            #[cfg(feature = "blocking")]
            #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
            #[inline]
            pub fn send_blocking(self) -> crate::Result<$output> {
                crate::blocking::wait(self.0.send())?
            }

            /// Like [`send_with_response`](Self::send_with_response), for programs without an async runtime.
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

/// Defines the methods of every request for a list.
macro_rules! list_operation {
    ($name:ident => $item:ty, $facts:expr) => {
        crate::runtime::operation!($name => crate::Page<$item>, $facts);

        impl $name {
            /// Fetches the list item by item, one request per page.
            #[inline]
            pub fn items(self) -> crate::Items<$item> {
                crate::Items::new(self.0)
            }

            /// Fetches the list page by page.
            #[inline]
            pub fn pages(self) -> crate::Pages<$item> {
                crate::Pages::new(self.0)
            }

            /// Like [`items`](Self::items), for programs without an async runtime.
            #[cfg(feature = "blocking")]
            #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
            #[inline]
            pub fn items_blocking(self) -> crate::blocking::Items<$item> {
                crate::blocking::Items::new(self.items())
            }

            /// Like [`pages`](Self::pages), for programs without an async runtime.
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

/// Defines the method of every request whose path starts with an account.
macro_rules! account_operation {
    ($name:ident) => {
        impl $name {
            /// Sets the account in the path, such as a subaccount. Default: the account of the credentials.
            #[inline]
            pub fn with_account_sid(mut self, account: impl Into<crate::types::AccountSid>) -> Self {
                self.0.account(String::from(account.into()).into());
                self
            }
        }
    };
}
pub(crate) use account_operation;
