//! Opens the user's browser.

use std::process::Stdio;

/// Opens an address, and tells whether there is a program for that. How it fares is not waited for.
pub(super) fn open(url: &str) -> bool {
    open::commands(url).into_iter().any(|mut command| {
        // The browser, and all that it starts, need not know the key.
        command
            .env_remove("TWILIO_ADMIN_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Ctrl-C in the terminal is not for the browser.
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
