//! A page that logs in, fetches an access token and shows what it says and how long it lives.
//!
//! `cargo run -p twilio-token-server --example browser`; with `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY` and
//! `TWILIO_API_SECRET` set, the tokens are ones that Twilio accepts.

mod app;

#[tokio::main]
async fn main() -> app::Outcome<()> {
    let app = app::start().await?;
    let (name, password) = app::USER;
    println!("Open http://{} and log in as {name} with: {password}", app.page);
    println!("The token server listens on {}.", app.token_server);
    println!("At http://{} the same page is refused, because its origin is not listed.", app.stranger);
    std::future::pending().await
}
