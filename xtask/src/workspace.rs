//! The repository: its folders, and how commands are run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail};

/// The folders and files of the repository that the tasks read and write.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The repository that cargo runs this program in, which need not be the one it was built in where several share a
    /// target folder.
    pub fn here() -> Self {
        let manifest =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let manifest = Path::new(&manifest);
        let root = manifest.ancestors().find(|folder| folder.join(".ci/run").is_file());
        Self::at(root.unwrap_or(manifest))
    }

    /// The repository in this folder.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the package `twilio-sdk-openapi`.
    pub fn openapi(&self) -> PathBuf {
        self.root.join("twilio-openapi")
    }

    /// The committed specs: facts only.
    pub fn specs(&self) -> PathBuf {
        self.openapi().join("specs")
    }

    /// Twilio's verbatim files, which are not committed.
    pub fn upstream(&self) -> PathBuf {
        self.openapi().join("upstream")
    }

    /// The locks of the public surface.
    pub fn surface(&self) -> PathBuf {
        self.openapi().join("surface")
    }

    /// The lock that pins the verbatim files.
    pub fn lock(&self) -> PathBuf {
        self.openapi().join("upstream.lock.toml")
    }

    /// A copy of the lock beside the verbatim files that were checked against it.
    pub fn verbatim_stamp(&self) -> PathBuf {
        self.upstream().join("upstream.lock.toml")
    }

    /// A path as messages show it: relative to the repository.
    pub fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// Runs cargo in the repository with the terminal's output.
    ///
    /// # Errors
    ///
    /// It cannot be started, or it fails.
    pub fn cargo<I, S>(&self, arguments: I) -> Result<()>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = self.cargo_command();
        command.args(arguments);
        self.run(command)
    }

    /// The cargo that runs this program, in the repository.
    pub fn cargo_command(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        command
    }

    /// Runs a task of the package `xtask-tools`, after building it.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn tools<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<ExitStatus> {
        let mut command = self.cargo_command();
        command.args(["run", "--quiet", "--package", "xtask-tools", "--"]).args(arguments);
        command.status().context("cannot start cargo")
    }

    /// Builds a program of a package for release, and returns its path.
    ///
    /// # Errors
    ///
    /// It cannot be built.
    pub fn release(&self, package: &str, program: &str, features: &[&str]) -> Result<PathBuf> {
        let build = ["build", "--quiet", "--release", "-p", package, "--bin", program];
        self.cargo(build.iter().chain(features))?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or(self.root.join("target"), PathBuf::from);
        Ok(target.join("release").join(program))
    }

    /// Runs a command, after printing it.
    ///
    /// # Errors
    ///
    /// It cannot be started or fails; the error holds the command.
    pub fn run(&self, mut command: Command) -> Result<()> {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let name =
            Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let shown = format!("{name} {}", words.join(" "));
        println!("$ {shown}");
        let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
        if !status.success() {
            bail!("`{shown}` failed ({status})");
        }
        Ok(())
    }
}
