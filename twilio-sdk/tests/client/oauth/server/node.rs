//! Starts a real OAuth server: the npm package `oidc-provider`, which is certified by the OpenID Foundation.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

const PACKAGE: &str = "oidc-provider@9.13.3";

/// The running server; it stops when dropped.
pub struct Server {
    pub url: String,
    child: Child,
}

impl Server {
    /// Starts one, or says why there is none.
    pub fn start() -> Option<Self> {
        static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let started =
            FOLDER.get_or_init(install).as_ref().map_err(String::clone).and_then(|folder| run(folder));
        started.map_err(|why| eprintln!("NOT RUN: there is no OAuth server to test against: {why}")).ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the package is, after it was installed if need be.
fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oauth-server");
    if folder.join("node_modules/oidc-provider/package.json").exists() {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .arg(PACKAGE);
    let output = npm.output().map_err(|e| format!("npm cannot be run: {e}"))?;
    match output.status.success() {
        true => Ok(folder),
        false => Err(format!("npm cannot install {PACKAGE}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

fn run(folder: &Path) -> Result<Server, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client/oauth/server/server.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = node.spawn().map_err(|e| format!("node cannot be run: {e}"))?;
    let out = child.stdout.take().ok_or("node has no output")?;
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    let url = lines.find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
    // The rest is read, so that the server never waits for a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    match url {
        Some(url) => Ok(Server { url, child }),
        None => {
            let _ = child.kill();
            let _ = child.wait();
            Err("the server ended before it listened".to_owned())
        }
    }
}
