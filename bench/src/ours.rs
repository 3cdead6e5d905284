use std::time::Duration;

use anyhow::{Result, ensure};
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, PoolConfig};

use crate::canned::{ACCOUNT, KEY, PAGE};
use crate::scenario::Scenario;

/// Half a gigabyte of pages at once takes its time on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(600);

/// A client with the settings of [`crate::bare::Bare`].
pub(crate) fn client(base: &str) -> Result<Client> {
    let pool = PoolConfig::new().max_idle_per_host(1024);
    let config = ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "secret")).base_url(base);
    Ok(Client::new(config.pool(pool).timeout(TIMEOUT))?)
}

/// One call, as users write it.
pub(crate) async fn call(client: &Client, scenario: Scenario) -> Result<()> {
    let api = client.api_v2010();
    match scenario {
        Scenario::Create => {
            let message = api.create_message("+15558675310").from("+15017122661").body("Your code is 123456");
            ensure!(message.send().await?.sid.is_some(), "no SID");
        }
        Scenario::Fetch => {
            let message = api.fetch_message("SM00000000000000000000000000000001").send().await?;
            ensure!(message.sid.is_some(), "no SID");
        }
        Scenario::Page => {
            let page = api.list_message().page_size(PAGE as i64).send().await?;
            ensure!(
                page.items.len() == PAGE && page.next_page_token().is_none(),
                "another page than expected"
            );
        }
    }
    Ok(())
}
