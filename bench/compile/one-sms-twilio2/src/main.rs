use twilio2::{CreateMessageRequest, TwilioAuth, TwilioClient};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = TwilioClient::from_config(Default::default())?;
    let auth = TwilioAuth::auth_token("ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "secret");
    let request = CreateMessageRequest::new("+15558675310").from("+15017122661").body("Hi");
    println!("{:?}", client.account(&auth).messages().create(request).await?.sid);
    Ok(())
}
