use std::fs;
use std::path::PathBuf;

use twilio_emulator::Emulator;
use twilio_sdk::{BearerConfig, Client, ConnectionConfig};

/// The folder for seeds; `None` where a single input is run again.
pub fn corpus() -> Option<PathBuf> {
    std::env::var_os("TWILIO_FUZZ_SEEDS").map(PathBuf::from)
}

/// Writes a seed. Seeds are made anew by every run, from the specifications that the SDK was built from.
pub fn keep(name: &str, seed: &[u8]) {
    let Some(folder) = corpus() else { return };
    fs::create_dir_all(&folder).expect("the folder for seeds");
    fs::write(folder.join(name), seed).expect("a seed");
}

/// A client that is not used to send anything, or of a emulator.
pub fn client(base_url: Option<&str>) -> Client {
    let mut auth = BearerConfig::new("secret");
    auth.account_sid = Some(format!("AC{:032x}", 1).into());
    let mut config = ConnectionConfig::new(auth);
    if let Some(base_url) = base_url {
        config = config.base_url(base_url);
    }
    Client::new(config).expect("a good configuration")
}

/// Runs something with a client of the emulator, only if seeds are wanted.
pub fn with_emulator<F: Future<Output = ()>>(run: impl FnOnce(Client, Emulator) -> F) {
    if corpus().is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let emulator = Emulator::start().await.expect("the emulator");
        run(client(Some(&emulator.base_url())), emulator).await;
    });
}
