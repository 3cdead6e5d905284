//! Twilio's own libraries, and others that do the same as a part of the SDK, installed below `target/` to compare with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// A library, installed.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    program: &'static str,
    script: PathBuf,
    /// What the script is told beside the case.
    mode: Option<&'static str>,
    /// The variable by which the program finds the library, and its value.
    path: (&'static str, PathBuf),
}

impl Peer {
    /// The command that measures it; its arguments are still to come.
    pub(crate) fn command(&self) -> Command {
        let mut command = local(Path::new(self.program));
        command.arg(&self.script).args(self.mode).env(self.path.0, &self.path.1);
        command
    }
}

/// A library, how one sees whether it is there, and how it is installed.
struct Known {
    peer: Peer,
    probe: [&'static str; 2],
    install: Vec<String>,
}

/// Which scripts of `bench/peers` are run with the libraries.
#[derive(Clone, Copy)]
pub(crate) enum Scripts {
    /// Those that make calls.
    Calls,
    /// Those that sign and verify.
    Signatures,
    /// Those that check users; they are not Twilio's.
    Auth,
}

fn known(workspace: &Workspace, scripts: Scripts) -> Vec<Known> {
    let folder = workspace.root().join("target/bench/peers");
    let script = |name: &str| workspace.root().join("bench/peers").join(name);
    let (in_python, in_node) = match scripts {
        Scripts::Calls => (script("twilio_python.py"), script("twilio_node.js")),
        Scripts::Signatures => (script("interop.py"), script("interop.js")),
        Scripts::Auth => (script("auth.py"), script("auth.js")),
    };
    let (python, node) = (folder.join("python"), folder.join("node"));
    let words = |words: &str, folder: &Path, packages: &str| -> Vec<String> {
        let folder = folder.display().to_string();
        words.split(' ').chain([folder.as_str()]).chain(packages.split(' ')).map(str::to_owned).collect()
    };
    let pip = |packages| words("python3 -m pip install --quiet --target", &python, packages);
    let npm = |packages| words("npm install --silent --prefix", &node, packages);
    let of_python = |name, mode, probe: &'static str, packages| Known {
        peer: Peer {
            name,
            program: "python3",
            script: in_python.clone(),
            mode,
            path: ("PYTHONPATH", python.clone()),
        },
        probe: ["-c", probe],
        install: pip(packages),
    };
    let of_node = |name, probe: &'static str, packages| Known {
        peer: Peer {
            name,
            program: "node",
            script: in_node.clone(),
            mode: None,
            path: ("NODE_PATH", node.join("node_modules")),
        },
        probe: ["-e", probe],
        install: npm(packages),
    };
    let twilio_python = |name, mode| of_python(name, mode, "import twilio, aiohttp", "twilio==9.*");
    let twilio_node = || of_node("twilio-node", "require('twilio')", "twilio@6");
    match scripts {
        Scripts::Calls => vec![
            twilio_python("twilio-python", Some("threads")),
            twilio_python("python, async", Some("async")),
            twilio_node(),
        ],
        Scripts::Signatures => vec![twilio_python("twilio-python", None), twilio_node()],
        Scripts::Auth => vec![
            of_python(
                "argon2-cffi, ldap3 (Python)",
                None,
                "import argon2, ldap3",
                "argon2-cffi==25.* ldap3==2.*",
            ),
            of_node(
                "basic-auth, argon2 (Node)",
                "require('argon2'), require('basic-auth')",
                "argon2@0.44 basic-auth@2",
            ),
        ],
    }
}

/// The libraries that are installed; tells how the others are.
pub(crate) fn all(workspace: &Workspace, scripts: Scripts, install: bool) -> Result<Vec<Peer>> {
    let mut installed = Vec::new();
    for Known { peer, probe, install: words } in known(workspace, scripts) {
        let is_there = |peer: &Peer| {
            let mut command = local(Path::new(peer.program));
            command.args(probe).env(peer.path.0, &peer.path.1).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        if install && !is_there(&peer) {
            let (program, arguments) = words.split_first().context("an installer has a name")?;
            let mut command = Command::new(program);
            command.args(arguments);
            workspace.run(command).with_context(|| format!("{} cannot be installed", peer.name))?;
        }
        if is_there(&peer) {
            installed.push(peer);
        } else {
            println!("{} is left out: `--install` installs it, as `{}` does", peer.name, words.join(" "));
        }
    }
    Ok(installed)
}

/// A program for this machine alone, whatever proxies the environment names.
pub(crate) fn local(program: &Path) -> Command {
    let mut command = Command::new(program);
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
}
