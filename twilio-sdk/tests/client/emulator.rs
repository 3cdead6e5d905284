//! The glue between the client and the emulator.

use twilio_sdk::emulator::{Emulator, Fault, RequestMatcher};
use twilio_sdk::{Client, ConnectionConfig};

#[tokio::test]
async fn a_client_is_configured_from_an_emulator() {
    let emulator = Emulator::builder().accept_basic("SKone", "secret").start().await.unwrap();
    let twilio = Client::new(ConnectionConfig::from(&emulator)).unwrap();
    let message = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi");
    let message = message.send().await.unwrap();
    assert_eq!(message.account_sid, Some(emulator.credentials().account_sid));
    assert_eq!(message.body.as_deref(), Some("Hi"));
}

#[tokio::test]
async fn an_error_of_the_emulator_is_one_of_the_client() {
    let emulator = Emulator::start().await.unwrap();
    let inject = || -> twilio_sdk::Result<()> {
        emulator.inject_fault(RequestMatcher::operation("CreateMesage"), Fault::status(503))?;
        Ok(())
    };
    let error = inject().unwrap_err();
    assert!(error.is_config() && error.to_string().contains("did you mean \"CreateMessage\"?"), "{error}");
}
