use std::sync::Arc;
use std::time::{Duration, Instant};

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapResult, Scope, SearchEntry, SearchOptions};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::LdapConfig;
use super::trouble::Trouble;
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::HttpVersion;
use twilio_sdk_types::SecretString;

/// Result codes (RFC 4511, appendix A).
const SUCCESS: u32 = 0;
const SIZE_LIMIT: u32 = 4;
const NO_SUCH_OBJECT: u32 = 32;
const REFERRAL: u32 = 10;

/// Opens connections.
pub(super) struct Connector {
    url: String,
    settings: LdapConnSettings,
    connection_timeout: Duration,
    read_timeout: Duration,
}

impl Connector {
    pub(super) fn new(config: &LdapConfig) -> Result<Self, ConfigError> {
        let mut settings = LdapConnSettings::new().set_conn_timeout(config.connection_timeout);
        if config.start_tls || !config.url.to_ascii_lowercase().starts_with("ldap://") {
            let mut tls =
                twilio_sdk_http::internal::tls::client_config(&config.tls, true, HttpVersion::Auto)?;
            tls.alpn_protocols.clear();
            settings = settings.set_config(Arc::new(tls)).set_starttls(config.start_tls);
        }
        Ok(Self {
            url: config.url.clone(),
            settings,
            connection_timeout: config.connection_timeout,
            read_timeout: config.read_timeout,
        })
    }

    pub(super) async fn open(&self) -> Result<Connection, Trouble> {
        let opened = LdapConnAsync::with_settings(self.settings.clone(), &self.url);
        // The client library has this timeout too; this one does not depend on what the library covers.
        let opened = timeout(self.connection_timeout, opened).await;
        let (connection, ldap) = opened.map_err(|_| Trouble::Lost("connecting timed out".into()))??;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                let error = Trouble::from(error);
                tracing::debug!(target: "twilio_sdk::inbound_auth", ?error, "a connection to a directory ended");
            }
        });
        let now = Instant::now();
        Ok(Connection {
            ldap,
            driver: driver.abort_handle(),
            read_timeout: self.read_timeout,
            opened: now,
            used: now,
        })
    }
}

/// A connection, closed on drop.
pub(super) struct Connection {
    ldap: Ldap,
    driver: AbortHandle,
    read_timeout: Duration,
    opened: Instant,
    used: Instant,
}

impl Connection {
    /// Returns the time since the connection was opened, and since it was last used.
    pub(super) fn ages(&self) -> (Duration, Duration) {
        (self.opened.elapsed(), self.used.elapsed())
    }

    pub(super) fn is_closed(&mut self) -> bool {
        self.ldap.is_closed()
    }

    /// Binds with a DN and a password, and returns the result code. Never sends an empty password.
    pub(super) async fn bind(&mut self, dn: &str, password: &SecretString) -> Result<u32, Trouble> {
        if password.is_empty() || dn.is_empty() {
            return Err(Trouble::Response("a bind needs a DN and a password".into()));
        }
        let response = timeout(self.read_timeout, self.ldap.simple_bind(dn, password.expose_secret())).await;
        let response = response.map_err(|_| late())??;
        self.used = Instant::now();
        if response.rc == REFERRAL || !response.refs.is_empty() {
            return Err(referral());
        }
        Ok(response.rc)
    }

    /// Returns whether the server still responds, even if only to deny the search.
    pub(super) async fn is_healthy(&mut self) -> bool {
        let response = self.search("", Scope::Base, "(objectClass=*)", &["1.1"], 1).await;
        !matches!(response, Err(Trouble::Lost(_)))
    }

    /// Returns whether an entry with this DN exists and is visible.
    pub(super) async fn exists(&mut self, dn: &str) -> Result<bool, Trouble> {
        let search = self.ldap.search(dn, Scope::Base, "(objectClass=*)", vec!["1.1"]);
        let found = timeout(self.read_timeout, search).await.map_err(|_| late())??;
        self.used = Instant::now();
        match found.1.rc {
            SUCCESS => Ok(!found.0.is_empty()),
            NO_SUCH_OBJECT => Ok(false),
            code => {
                Err(Trouble::Response(format!("the server returned result code {code} for a search").into()))
            }
        }
    }

    pub(super) async fn search(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: &[&str],
        max: i32,
    ) -> Result<Vec<SearchEntry>, Trouble> {
        let options = SearchOptions::new().sizelimit(max);
        let search = self.ldap.with_search_options(options).search(base, scope, filter, attributes.to_vec());
        let found = timeout(self.read_timeout, search).await.map_err(|_| late())??;
        self.used = Instant::now();
        let (entries, LdapResult { rc, refs, .. }) = (found.0, found.1);
        if rc == REFERRAL || !refs.is_empty() {
            return Err(referral());
        }
        match rc {
            SUCCESS if i32::try_from(entries.len()).is_ok_and(|count| count <= max) => {
                Ok(entries.into_iter().map(SearchEntry::construct).collect())
            }
            SUCCESS | SIZE_LIMIT => Err(Trouble::TooMany),
            code => {
                Err(Trouble::Response(format!("the server returned result code {code} for a search").into()))
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

fn late() -> Trouble {
    Trouble::Lost("the response timed out".into())
}

fn referral() -> Trouble {
    Trouble::Response("the server returned a referral, which is not followed".into())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// A server that responds to each message with an operation of this kind and result code, or closes the connection.
    fn server(answer: Option<(u8, u8)>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        // It ends with its only connection.
        std::thread::spawn(move || {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut bytes = [0; 1024];
            while let (Ok(1..), Some((kind, code))) = (stream.read(&mut bytes), answer) {
                // The ID of the message follows the lengths and the tag.
                let message = [0x30, 12, 2, 1, bytes[4], kind, 7, 0x0a, 1, code, 4, 0, 4, 0];
                if stream.write_all(&message).is_err() {
                    return;
                }
            }
        });
        port
    }

    #[tokio::test]
    async fn weakness_16_a_connection_is_healthy_while_the_server_responds_whatever_the_code() {
        const SEARCH_DONE: u8 = 0x65;
        // success, sizeLimitExceeded, referral, noSuchObject, insufficientAccessRights, busy; no response at all; and the
        // response to another operation.
        let codes = [0, 4, 10, 32, 50, 51].map(|code| (Some((SEARCH_DONE, code)), true));
        for (answer, healthy) in codes.into_iter().chain([(None, false), (Some((0x61, 0)), false)]) {
            let url = format!("ldap://127.0.0.1:{}", server(answer));
            let mut config = LdapConfig::new(url, "cn=admin", "x", ["dc=x"]);
            config.read_timeout = Duration::from_secs(1);
            let connector = Connector::new(&config).expect("a good configuration");
            let mut connection = connector.open().await.expect("a connection");
            assert_eq!(connection.is_healthy().await, healthy, "{answer:?}");
        }
    }
}
