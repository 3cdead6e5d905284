//! Opens the user's browser.

use std::process::Stdio;

/// Opens a URL. Returns whether a program for that was started, without waiting for it.
pub(super) fn open(url: &str) -> bool {
    open::commands(url).into_iter().any(|mut command| {
        // Keeps the key from the browser and its child processes.
        command
            .env_remove("TWILIO_ADMIN_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Keeps Ctrl-C in the terminal from the browser.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        match command.spawn() {
            Ok(mut child) => {
                std::thread::spawn(move || child.wait());
                true
            }
            Err(_) => false,
        }
    })
}
