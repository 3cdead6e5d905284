//! `login`: tokens of an authorization server, into the vault.

mod browser;
mod flow;
mod redirect;

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::exit::{Done, Failure};
use super::moments::duration;
use super::output::{moment, shown};
use super::person::Person;
use super::session::Session;
use super::vault::VaultArgs;
use crate::SecretSource as _;
use crate::access::Permission;
use crate::audit::{AuditEvent, AuditEventKind, AuditSink as _, EventOutcome};
use crate::oauth::{ClientAuthMethod, OAuthClientConfig, TokenStore as _, Tokens};
use crate::vault::{Vault, VaultTokenStore};

/// Logs in at an authorization server and keeps the tokens in the vault; needs the permission manage_credentials
///
/// In a browser by authorization code with PKCE (RFC 7636), whose redirect comes to this machine; with --device-url
/// on any other device by a code (RFC 8628). The tokens are the entry oauth/NAME, which VaultTokenStore of the SDK reads and
/// renews.
///
/// JSON: {"name": NAME, "entry": NAME, "scope": TEXT or null, "expires_at": MOMENT, "refresh_token": BOOL}
#[derive(Args, Debug)]
pub(super) struct Login {
    /// Whose tokens they are: the key under which they are kept
    name: String,
    /// The client's ID at the server
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Where tokens are had
    #[arg(long, value_name = "URL")]
    token_url: String,
    /// Where users log in, for a login in a browser
    #[arg(long, value_name = "URL", required_unless_present = "device_url", conflicts_with = "device_url")]
    authorization_url: Option<String>,
    /// Where a login on another device begins; then no browser of this machine is needed
    #[arg(long, value_name = "URL")]
    device_url: Option<String>,
    /// A scope to ask for; may be given several times
    #[arg(long)]
    scope: Vec<String>,
    /// A parameter that the server wants beside, such as audience=https://api.example.com; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    parameter: Vec<(String, String)>,
    /// Asks for the client's secret; programs of users mostly have none
    #[arg(long, group = "secret")]
    client_secret: bool,
    /// The vault's entry that holds the client's secret, or NAME#FIELD of one that is JSON
    #[arg(long, value_name = "NAME", group = "secret")]
    client_secret_entry: Option<String>,
    /// How the secret is shown to the server
    #[arg(long, value_name = "PLACE", value_enum, default_value_t = SecretPlace::Header, requires = "secret")]
    client_secret_in: SecretPlace,
    /// Prints the address to open instead of opening a browser
    #[arg(long, conflicts_with = "device_url")]
    no_browser: bool,
    /// The port of 127.0.0.1 to which the browser is sent back, where the server knows only one; a free one unless given
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true,
        conflicts_with = "device_url"
    )]
    redirect_port: u16,
    /// How long to wait for the login
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    vault: VaultArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SecretPlace {
    /// As Basic authentication
    Header,
    /// In the request's body
    Body,
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or("NAME=VALUE is expected")
}

impl Login {
    pub(super) fn run(&self, session: &Session) -> Done {
        let person = session.allow(Permission::ManageCredentials)?;
        // First of all, so that nobody logs in for nothing.
        let vault = self.vault.open(session, &person)?;
        let config = self.config(session, &vault, &person)?;
        let logged_in = session.wait(self.in_time(config));
        let tokens = self.recorded(&person, logged_in)?;
        self.keep(session, vault, &tokens)
    }

    fn config(&self, session: &Session, vault: &Vault, person: &Person) -> Done<OAuthClientConfig> {
        let mut config = OAuthClientConfig::new(&self.client_id, &self.token_url).client_auth_method(
            match self.client_secret_in {
                SecretPlace::Header => ClientAuthMethod::ClientSecretBasic,
                SecretPlace::Body => ClientAuthMethod::ClientSecretPost,
            },
        );
        if let Some(url) = &self.authorization_url {
            config = config.authorization_url(url);
        }
        if let Some(url) = &self.device_url {
            config = config.device_authorization_url(url);
        }
        for scope in &self.scope {
            config = config.add_scope(scope);
        }
        for (name, value) in &self.parameter {
            config = config.add_parameter(name, value);
        }
        if self.client_secret {
            let secret = session.input.ask("Secret of the client")?;
            person.audit.redact_secret(&secret);
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
            Err(Failure::failed(format!("nobody has logged in within {time}; --timeout waits for longer")))
        })
    }

    async fn flow(&self, config: OAuthClientConfig) -> Done<Tokens> {
        match self.device_url {
            Some(_) => flow::device(config).await,
            None => flow::browser(config, self.redirect_port, !self.no_browser).await,
        }
    }

    /// Puts on the record how the login ended; what cannot be recorded is not kept.
    fn recorded(&self, person: &Person, logged_in: Done<Tokens>) -> Done<Tokens> {
        let (outcome, reason) = match &logged_in {
            Ok(_) => (EventOutcome::Ok, None),
            Err(failure) if failure.code == super::exit::Code::Credential => {
                (EventOutcome::Denied, Some(failure.to_string()))
            }
            Err(failure) => (EventOutcome::Failed, Some(failure.to_string())),
        };
        if let Ok(tokens) = &logged_in {
            person.audit.redact_secret(&tokens.access_token);
            tokens.refresh_token.iter().for_each(|token| person.audit.redact_secret(token));
        }
        let mut event = AuditEvent::new(AuditEventKind::TokenIssue, outcome)
            .actor(&person.name)
            .action("login")
            .resource(format!("oauth/{}", self.name))
            .source(&self.token_url);
        if let Some(reason) = reason {
            event = event.reason(reason);
        }
        person.audit.record(&event)?;
        logged_in
    }

    fn keep(&self, session: &Session, vault: Vault, tokens: &Tokens) -> Done {
        let tokens_of = VaultTokenStore::new(Arc::new(vault));
        let saved = session.wait(tokens_of.save(&self.name, tokens));
        saved.map_err(|error| Failure::failed(format!("the tokens cannot be kept: {error}")))?;
        let entry = format!("oauth/{}", self.name);
        let json = json!({
            "name": self.name,
            "entry": entry,
            "scope": tokens.scope,
            "expires_at": moment(tokens.expires_at.into()),
            "refresh_token": tokens.refresh_token.is_some(),
        });
        let renewed = match tokens.refresh_token {
            Some(_) => "they renew themselves",
            None => "the server gave no refresh token",
        };
        let until = moment(tokens.expires_at.into());
        let text = format!("The tokens are the entry {}, until {until}; {renewed}.", shown(&entry));
        session.output.line(&json, &text)
    }
}
