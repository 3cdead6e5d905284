//! `login`: gets tokens from an authorization server into the vault.

mod browser;
mod flow;
mod redirect;

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::caller::Caller;
use crate::exit::{Done, Failure};
use crate::output::{shown, timestamp};
use crate::session::Session;
use crate::timestamps::duration;
use crate::vault::VaultArgs;
use twilio_sdk::SecretSource as _;
use twilio_sdk::access_control::Permission;
use twilio_sdk::audit::{AuditEvent, AuditEventKind, AuditSink as _, EventOutcome};
use twilio_sdk::oauth::{ClientAuthMethod, OAuthClientConfig, TokenStore as _, Tokens};
use twilio_sdk::vault::{Vault, VaultTokenStore};

/// Logs in at an authorization server and stores the tokens in the vault; needs the permission manage_credentials
///
/// Uses the authorization code flow with PKCE (RFC 7636) in a browser on this machine, or with --device-authorization-url the
/// device flow (RFC 8628). The tokens are the entry oauth/NAME, which VaultTokenStore of the SDK loads and refreshes.
///
/// JSON: {"name": NAME, "entry": NAME, "scope": STRING or null, "expires_at": TIMESTAMP, "refresh_token": BOOL}
#[derive(Args, Debug)]
pub(crate) struct Login {
    /// The name of the tokens in the vault
    name: String,
    /// The client ID
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// The token endpoint
    #[arg(long, value_name = "URL")]
    token_url: String,
    /// The authorization endpoint, for a login in a browser
    #[arg(
        long,
        value_name = "URL",
        required_unless_present = "device_authorization_url",
        conflicts_with = "device_authorization_url"
    )]
    authorization_url: Option<String>,
    /// The device authorization endpoint, for a login on another device
    #[arg(long, value_name = "URL")]
    device_authorization_url: Option<String>,
    /// A scope to request; may be repeated
    #[arg(long)]
    scope: Vec<String>,
    /// An additional parameter, such as audience=https://api.example.com; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    param: Vec<(String, String)>,
    /// Prompts for the client secret; most native programs have none
    #[arg(long, group = "secret")]
    client_secret: bool,
    /// The vault entry with the client secret, or NAME#FIELD of one that is JSON
    #[arg(long, value_name = "NAME", group = "secret")]
    client_secret_entry: Option<String>,
    /// How the client authenticates (RFC 7591)
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = AuthMethod::ClientSecretBasic, requires = "secret")]
    client_auth_method: AuthMethod,
    /// Prints the URL instead of opening a browser
    #[arg(long, conflicts_with = "device_authorization_url")]
    no_browser: bool,
    /// The port of 127.0.0.1 for the redirect, if the server accepts only one [default: a free one]
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true,
        conflicts_with = "device_authorization_url"
    )]
    redirect_port: u16,
    /// How long to wait for the login
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    vault: VaultArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AuthMethod {
    /// HTTP Basic authentication
    #[value(name = "client_secret_basic")]
    ClientSecretBasic,
    /// In the request body
    #[value(name = "client_secret_post")]
    ClientSecretPost,
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or("expected NAME=VALUE")
}

impl Login {
    pub(crate) fn run(&self, session: &Session) -> Done {
        let caller = session.allow(Permission::ManageCredentials)?;
        // Opened before the login, which would be in vain without it.
        let vault = self.vault.open(session, &caller)?;
        let config = self.config(session, &vault, &caller)?;
        let logged_in = session.wait(self.in_time(config));
        let tokens = self.recorded(&caller, logged_in)?;
        self.keep(session, vault, &tokens)
    }

    fn config(&self, session: &Session, vault: &Vault, caller: &Caller) -> Done<OAuthClientConfig> {
        let mut config = OAuthClientConfig::new(&self.client_id, &self.token_url).client_auth_method(
            match self.client_auth_method {
                AuthMethod::ClientSecretBasic => ClientAuthMethod::ClientSecretBasic,
                AuthMethod::ClientSecretPost => ClientAuthMethod::ClientSecretPost,
            },
        );
        if let Some(url) = &self.authorization_url {
            config = config.authorization_url(url);
        }
        if let Some(url) = &self.device_authorization_url {
            config = config.device_authorization_url(url);
        }
        for scope in &self.scope {
            config = config.add_scope(scope);
        }
        for (name, value) in &self.param {
            config = config.add_parameter(name, value);
        }
        if self.client_secret {
            let secret = session.input.prompt("Client secret")?;
            caller.audit.redact_secret(&secret);
            config = config.client_secret(secret);
        }
        if let Some(name) = &self.client_secret_entry {
            let found = vault.resolve(name);
            let secret =
                found.map_err(|error| Failure::name(error.to_string()).at("--client-secret-entry"))?;
            config = config.client_secret(secret);
        }
        Ok(config)
    }

    async fn in_time(&self, config: OAuthClientConfig) -> Done<Tokens> {
        tokio::time::timeout(self.timeout, self.flow(config)).await.unwrap_or_else(|_| {
            let time = humantime::format_duration(self.timeout);
            Err(Failure::failed(format!("no login within {time}; give a longer --timeout")))
        })
    }

    async fn flow(&self, config: OAuthClientConfig) -> Done<Tokens> {
        match self.device_authorization_url {
            Some(_) => flow::device(config).await,
            None => flow::browser(config, self.redirect_port, !self.no_browser).await,
        }
    }

    /// Records the outcome of the login. Tokens that cannot be recorded are not stored.
    fn recorded(&self, caller: &Caller, logged_in: Done<Tokens>) -> Done<Tokens> {
        let (outcome, reason) = match &logged_in {
            Ok(_) => (EventOutcome::Ok, None),
            Err(failure) if failure.code == crate::exit::Code::Credential => {
                (EventOutcome::Denied, Some(failure.to_string()))
            }
            Err(failure) => (EventOutcome::Failed, Some(failure.to_string())),
        };
        if let Ok(tokens) = &logged_in {
            caller.audit.redact_secret(&tokens.access_token);
            tokens.refresh_token.iter().for_each(|token| caller.audit.redact_secret(token));
        }
        let mut event = AuditEvent::new(AuditEventKind::TokenIssue, outcome)
            .actor(&caller.name)
            .action("login")
            .resource(format!("oauth/{}", self.name))
            .source(&self.token_url);
        if let Some(reason) = reason {
            event = event.reason(reason);
        }
        caller.audit.record(&event)?;
        logged_in
    }

    fn keep(&self, session: &Session, vault: Vault, tokens: &Tokens) -> Done {
        let tokens_of = VaultTokenStore::new(Arc::new(vault));
        let saved = session.wait(tokens_of.save(&self.name, tokens));
        saved.map_err(|error| Failure::failed(format!("cannot store the tokens: {error}")))?;
        let entry = format!("oauth/{}", self.name);
        let json = json!({
            "name": self.name,
            "entry": entry,
            "scope": tokens.scope,
            "expires_at": timestamp(tokens.expires_at.into()),
            "refresh_token": tokens.refresh_token.is_some(),
        });
        let refresh = match tokens.refresh_token {
            Some(_) => "they are refreshed automatically",
            None => "without a refresh token",
        };
        let until = timestamp(tokens.expires_at.into());
        let text = format!("The tokens are the entry {}, until {until}; {refresh}.", shown(&entry));
        session.output.line(&json, &text)
    }
}
