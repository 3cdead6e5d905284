//! Folders with configurations and users, and servers that run in this process.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use twilio_sdk_inbound_auth::PasswordHash;
use twilio_token_server::{TokenServer, TokenServerConfig};

use crate::{ACCOUNT, KEY, PASSWORD, SECRET};

/// A folder that is gone when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A folder with the users of [`users`].
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        #[cfg(unix)]
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        let folder = std::env::temp_dir().join(format!("twilio-token-server-{}-{next}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let folder = Self(folder);
        folder.write("users.toml", &users());
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Puts a file in place at once, so that nobody reads half of it.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let (path, draft) = (self.path(name), self.path("draft"));
        std::fs::write(&draft, text).unwrap();
        // A file with secrets that others can read is warned of.
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::rename(draft, &path).unwrap();
        path
    }

    /// A configuration with these lines at its root, and then tables.
    pub(crate) fn config(&self, root: &str, tables: &str) -> PathBuf {
        self.write("server.toml", &config(root, tables))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Limits that no test reaches by accident.
pub(crate) const NO_LIMITS: &str =
    "[limits]\nattempts_per_minute_per_user = 100000\nattempts_per_minute_per_address = 100000\n";

/// Rules for the users of [`users`]: carol gets nothing.
pub(crate) const RULES: &str = r#"
[[rules]]
users = ["susan"]
ttl = "10m"
video = { room = "room-of-{username}" }

[[rules]]
scopes = ["voice", "more"]
identity = "agent_{username}"
voice = { incoming = true, outgoing_application_sid = "AP00000000000000000000000000000003" }
"#;

pub(crate) fn config(root: &str, tables: &str) -> String {
    format!(
        "listen = \"127.0.0.1:0\"\n{root}\n\
         [twilio]\naccount_sid = \"{ACCOUNT}\"\napi_key = \"{KEY}\"\napi_secret = \"{SECRET}\"\n\
         [users]\nfile = \"users.toml\"\n{tables}\n"
    )
}

pub(crate) fn user(name: &str, scopes: &[&str]) -> String {
    static HASH: LazyLock<String> =
        LazyLock::new(|| PasswordHash::hash(&PASSWORD.into()).unwrap().as_str().to_owned());
    format!("[[auth.users]]\nusername = {name:?}\npassword_hash = {:?}\nscopes = {scopes:?}\n", &*HASH)
}

/// Susan, bob and carol, all with one password.
pub(crate) fn users() -> String {
    [user("susan", &[]), user("bob", &["voice"]), user("carol", &["other"])].concat()
}

/// A server in this process.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Runs with a configuration of the folder.
    pub(crate) async fn start(folder: &Folder, root: &str, tables: &str) -> Self {
        Self::run(&folder.config(root, tables)).await
    }

    pub(crate) async fn run(config: &Path) -> Self {
        let server = TokenServer::bind(TokenServerConfig::from_file(config).unwrap()).await.unwrap();
        Self::serve(server)
    }

    pub(crate) fn serve(server: TokenServer) -> Self {
        let address = server.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve_with_shutdown(async move {
            let _ = stopped.await;
        }));
        Self { address, stop: Some(stop), task }
    }

    /// Has it stop, and waits until it has.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        self.task.await.unwrap();
    }
}
