use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// Who asks for tokens.
pub(super) const USER: (&str, &str) = ("susan", "a password of the bench");

/// The program, running, with one user; it ends when it is dropped.
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Server {
    pub(super) fn start(program: &Path, remember: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let config = configure(program, folder.path(), remember)?;
        let mut child = Command::new(program)
            .arg("--config")
            .arg(config)
            .stdout(Stdio::piped())
            // The log is written as it always is, and nobody reads it.
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = child.stdout.take();
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), _folder: folder };
        let mut line = String::new();
        BufReader::new(output.context("the server has no output")?).read_line(&mut line)?;
        let Some(address) = line.trim().strip_prefix("listening on ") else {
            bail!("the server does not start: {line}");
        };
        server.address = address.parse()?;
        Ok(server)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its memory in use, in bytes.
    pub(super) fn resident(&self) -> Result<f64> {
        let arguments = ["-o", "rss=", "-p", &self.child.id().to_string()];
        let output = Command::new("ps").args(arguments).output().context("cannot start ps")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let kilobytes: f64 = text.trim().parse().context("ps does not tell the server's memory")?;
        Ok(kilobytes * 1024.0)
    }
}

/// Writes the server's files, with limits that the bench does not reach.
fn configure(program: &Path, folder: &Path, remember: &str) -> Result<PathBuf> {
    let (name, password) = USER;
    let mut hasher = Command::new(program);
    hasher.arg("--hash-password").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut hasher = hasher.spawn().with_context(|| format!("cannot start {}", program.display()))?;
    writeln!(hasher.stdin.take().context("no input")?, "{password}")?;
    let hash = String::from_utf8(hasher.wait_with_output()?.stdout)?;
    let hash = hash.trim();
    std::fs::write(
        folder.join("users.toml"),
        format!("[[auth.users]]\nusername = \"{name}\"\npassword_hash = \"{hash}\"\n"),
    )?;
    let (zeros, most) = ("0".repeat(32), u32::MAX);
    let path = folder.join("token-server.toml");
    std::fs::write(
        &path,
        format!(
            "listen = \"127.0.0.1:0\"\n[twilio]\naccount_sid = \"AC{zeros}\"\napi_key = \"SK{zeros}\"\napi_secret = \
             \"{zeros}\"\n[users]\nfile = \"users.toml\"\npassword_cache_ttl = \"{remember}\"\n[limits]\nattempts_per_minute_per_user = \
             {most}\nattempts_per_minute_per_address = {most}\nconnections_per_address = {most}\n[[rules]]\nvideo = {{ room = \"room-of-{{username}}\" }}\n"
        ),
    )?;
    Ok(path)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by now, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
