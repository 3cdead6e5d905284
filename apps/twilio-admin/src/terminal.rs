//! Signals: they end the program and restore the terminal.

#[cfg(unix)]
pub(crate) use unix::{restored, watch};

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use tokio::signal::unix::{SignalKind, signal};

    /// The terminal of a prompt, and its mode before.
    static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    /// Restores the terminal when dropped, or when a signal ends the program.
    pub(crate) struct Restored;

    pub(crate) fn restored() -> Restored {
        let before = File::open("/dev/tty").ok().and_then(|tty| tcgetattr(&tty).ok().map(|now| (tty, now)));
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = before;
        Restored
    }

    impl Drop for Restored {
        fn drop(&mut self) {
            restore();
        }
    }

    fn restore() {
        if let Some((tty, before)) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = tcsetattr(tty, OptionalActions::Now, &before);
        }
    }

    /// Makes signals exit with 128 plus their number, as shells do.
    pub(crate) fn watch(runtime: &tokio::runtime::Runtime) -> std::io::Result<()> {
        let _entered = runtime.enter();
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        runtime.spawn(async move {
            let kind = tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
            };
            restore();
            crate::output::tell("");
            std::process::exit(128 + kind.as_raw_value());
        });
        Ok(())
    }
}

#[cfg(not(unix))]
pub(crate) fn restored() {}

/// Makes Ctrl-C exit with its code.
#[cfg(not(unix))]
pub(crate) fn watch(runtime: &tokio::runtime::Runtime) -> std::io::Result<()> {
    runtime.spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(crate::exit::Code::Interrupted as i32);
        }
    });
    Ok(())
}
