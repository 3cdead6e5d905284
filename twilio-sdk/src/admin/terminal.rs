//! Signals: what ends the program, and leaves the terminal as it was.

#[cfg(unix)]
pub(super) use unix::{restored, watch};

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use tokio::signal::unix::{SignalKind, signal};

    /// The terminal on which a secret is being asked for, as it was before.
    static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    /// A terminal is left as it was until this is dropped, whatever ends the program.
    pub(in crate::admin) struct Restored;

    pub(in crate::admin) fn restored() -> Restored {
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

    /// From now on signals end the program with 128 and their number, as shells do.
    pub(in crate::admin) fn watch(runtime: &tokio::runtime::Runtime) -> std::io::Result<()> {
        let _entered = runtime.enter();
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        runtime.spawn(async move {
            let kind = tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
            };
            restore();
            crate::admin::output::tell("");
            std::process::exit(128 + kind.as_raw_value());
        });
        Ok(())
    }
}

#[cfg(not(unix))]
pub(super) fn restored() {}

/// From now on Ctrl-C ends the program with the code for that.
#[cfg(not(unix))]
pub(super) fn watch(runtime: &tokio::runtime::Runtime) -> std::io::Result<()> {
    runtime.spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(super::exit::Code::Interrupted as i32);
        }
    });
    Ok(())
}
