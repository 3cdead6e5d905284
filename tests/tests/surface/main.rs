//! Tests of every operation of every product, in one program: each would link the whole SDK.

#![cfg(feature = "surface")]

mod auth;
mod conformance;
mod requests;
mod responses;
mod validation;
