//! The parts that all operations share. Only this folder sends HTTP requests.

mod attempt;
mod breaker;
mod dispatch;
mod extras;
mod gate;
mod handle;
mod limit;
mod operation;
mod output;
mod raw;
mod repair;
mod request;
mod request_builder;
mod response;
mod retry;
#[cfg(feature = "request-validation")]
mod rules;
#[cfg(feature = "serialize")]
mod saved;
mod send;
mod token;
mod trace;
#[cfg(feature = "media")]
pub(crate) mod transfer;
pub(crate) mod transport;
mod url;
#[cfg(feature = "access-token")]
mod validation_token;

pub use crate::types::wire::{
    Decode, Decoded, FieldReader, FieldWriter, Param, ReadFields, Unread, WriteFields,
};
pub use attempt::Attempt;
pub(crate) use request_builder::Parts;
pub use request_builder::{RequestBuilder, SendFuture};
pub(crate) use request_builder::{account_operation, list_operation, operation, sending};

pub use dispatch::{Dispatch, Dispatching, through_hooks};
pub(crate) use extras::{Extras, Forward};
pub(crate) use gate::Gate;
pub use handle::Handle;
pub use operation::{BodyKind, Method, Operation, Place};
pub use output::Output;
pub use raw::{RawBody, RawRequest};
pub(crate) use repair::{read as read_json, repair, value as json_value};
pub use request::OperationRequest;
pub(crate) use reqwest::{Error as HttpError, Request as HttpRequest};
pub(crate) use response::Raw;
pub use response::Response;
#[cfg(feature = "request-validation")]
pub use rules::{Check, Fields, Rule, Rules};
#[cfg(feature = "serialize")]
pub use saved::RequestData;
pub(crate) use token::{TokenRequest, request_token};
pub(crate) use twilio_sdk_http::internal::{chain, retry_after};
#[cfg(fuzzing)]
pub(crate) use url::request;
