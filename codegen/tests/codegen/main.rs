//! The generator: what it makes of specs, of changed and damaged ones, and under a lock.

mod changes;
mod common;
mod damaged;
mod determinism;
mod lists;
mod lock;
mod mutation;
mod names;
mod passes;
mod personal;
mod rules;
mod secrets;
