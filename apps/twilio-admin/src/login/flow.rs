use twilio_sdk::oauth::{OAuthClient, OAuthClientConfig, Tokens};

use super::redirect::Redirect;
use crate::exit::{Done, Failure};
use crate::output::{shown, tell};

/// Logs in by a code that the user enters on another device.
pub(super) async fn device(config: OAuthClientConfig) -> Done<Tokens> {
    let login = OAuthClient::new(config)?.start_device_login().await?;
    tell(&format!("Open {} and enter {}", shown(login.verification_uri()), shown(login.user_code())));
    if let Some(uri) = login.verification_uri_complete() {
        tell(&format!("or open {}", shown(uri)));
    }
    Ok(login.wait_for_tokens().await?)
}

/// Logs in with a browser on this machine, which is redirected to a port of this program.
pub(super) async fn browser(config: OAuthClientConfig, port: u16, open: bool) -> Done<Tokens> {
    let bound = Redirect::bind(port).await;
    let redirect =
        bound.map_err(|error| Failure::failed(format!("cannot open a port for the redirect: {error}")))?;
    let client = OAuthClient::new(config.redirect_uri(redirect.uri()))?;
    let login = client.start_login()?;
    tell(&format!("Log in at\n{}", login.url()));
    if open && !super::browser::open(login.url()) {
        tell("Cannot open a browser; open the URL yourself, on this machine.");
    }
    let query = redirect.receive(login.state()).await?;
    Ok(login.exchange(query.expose_secret()).await?)
}
