//! The state that all commands share.

use std::future::Future;
use std::path::PathBuf;

use tokio::runtime::Handle;

use crate::options::GlobalOptions;
use crate::output::Output;
use crate::places::Places;
use crate::secret_input::SecretInput;

/// The state that all commands share.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) output: Output,
    pub(crate) input: SecretInput,
    pub(crate) places: Places,
    pub(crate) no_users_db: bool,
    pub(crate) key_file: Option<PathBuf>,
    runtime: Handle,
}

impl Session {
    pub(crate) fn new(options: &GlobalOptions, runtime: Handle) -> Self {
        Self {
            output: Output::new(options.json),
            input: SecretInput::new(options.stdin),
            places: Places::new(options),
            no_users_db: options.no_users_db,
            key_file: options.key_file.clone(),
            runtime,
        }
    }

    /// Waits for a future.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Runs work that needs a runtime's context, and does not wait.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.runtime.enter();
        work()
    }
}
