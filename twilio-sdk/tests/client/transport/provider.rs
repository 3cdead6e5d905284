//! Other crates of the program that use reqwest too.

use std::process::Stdio;

const MODE: &str = "TWILIO_SDK_TEST_PROVIDER";

/// A default provider is set once for a process, so each case has a process.
async fn outcome(mode: &str) -> (bool, String) {
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "transport::provider::review_38_one_line_lets_other_crates_use_reqwest"])
        .env(MODE, mode)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `reqwest::Client::new()` without native TLS, which it would prefer.
fn theirs() -> reqwest::Client {
    reqwest::Client::builder().tls_backend_rustls().build().unwrap()
}

#[tokio::test]
async fn review_38_one_line_lets_other_crates_use_reqwest() {
    let ours = || crate::transport::build(crate::transport::config("https://127.0.0.1:1"));
    match std::env::var(MODE).as_deref() {
        Ok("none") => drop((ours(), theirs())),
        Ok("line") => {
            assert!(twilio_sdk::install_tls_provider());
            assert!(!twilio_sdk::install_tls_provider(), "there is one already");
            drop((ours(), theirs()));
        }
        Ok("own") => {
            rustls::crypto::ring::default_provider().install_default().unwrap();
            assert!(!twilio_sdk::install_tls_provider());
            drop((ours(), theirs()));
        }
        Ok(mode) => panic!("{mode}"),
        Err(_) => {
            for mode in ["line", "own"] {
                let (works, output) = outcome(mode).await;
                assert!(works, "{mode}: {output}");
            }
            // The line is needed: without it the other crate panics, for which this one's documentation has it.
            let (works, output) = outcome("none").await;
            assert!(!works && output.contains("No rustls crypto provider"), "{output}");
        }
    }
}
