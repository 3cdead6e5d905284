//! `twilio-admin`: people, keys, secrets, the audit log and logins from the command line.

fn main() -> std::process::ExitCode {
    twilio_sdk::admin::run()
}
