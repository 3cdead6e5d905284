use std::time::Duration;

use twilio_sdk_access_token::{AccessToken, AccessTokenError, ApiKeyConfig, VoiceGrant};

fn main() -> Result<(), AccessTokenError> {
    let secret = "0123456789abcdef0123456789abcdef";
    let key = ApiKeyConfig::new("AC15c1737bf14064d2278d616face3f17f", "SK21c17013f3face8fdc4e4623b0a9d2c1", secret);
    let token = AccessToken::new(&key, "susan")?.ttl(Duration::from_secs(600))?;
    println!("{}", token.grant(VoiceGrant::new().incoming_allow(true)).sign()?);
    Ok(())
}
