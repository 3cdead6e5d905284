use twilio_sdk_config::{ConfigFormat, MemorySecretSource};
use twilio_sdk_vault::Vault;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a vault")?;
    println!("{:?} {:?}", ConfigFormat::from_path(&path), MemorySecretSource::default());
    let vault = Vault::open(&path, &"correct horse battery staple".into())?;
    println!("{:?}", vault.get("twilio")?.string()?);
    Ok(())
}
