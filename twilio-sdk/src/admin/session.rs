//! What all commands share.

use std::future::Future;
use std::path::PathBuf;

use tokio::runtime::Handle;

use super::cli::Everywhere;
use super::output::Output;
use super::places::Places;
use super::secret_input::SecretInput;

/// What all commands share.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) output: Output,
    pub(super) input: SecretInput,
    pub(super) places: Places,
    pub(super) without_people: bool,
    pub(super) key_file: Option<PathBuf>,
    runtime: Handle,
}

impl Session {
    pub(super) fn new(everywhere: &Everywhere, runtime: Handle) -> Self {
        Self {
            output: Output::new(everywhere.json),
            input: SecretInput::new(everywhere.stdin),
            places: Places::of(everywhere),
            without_people: everywhere.without_people,
            key_file: everywhere.key_file.clone(),
            runtime,
        }
    }

    /// Waits for something that asynchronous code does.
    pub(super) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Does something that wants a runtime around it, though it waits for nothing.
    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.runtime.enter();
        work()
    }
}
