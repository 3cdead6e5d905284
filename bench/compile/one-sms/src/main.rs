#[tokio::main(flavor = "current_thread")]
async fn main() -> twilio_sdk::Result<()> {
    let twilio = twilio_sdk::Client::from_env()?;
    let request = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi");
    println!("{:?}", request.send().await?.sid);
    Ok(())
}
