use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::local;
use crate::workspace::Workspace;

/// One of Twilio's own libraries, installed.
pub(super) struct Peer {
    pub(super) name: &'static str,
    program: &'static str,
    script: PathBuf,
    /// What the script is told beside the case.
    mode: Option<&'static str>,
    /// The variable by which the program finds the library, and its value.
    path: (&'static str, PathBuf),
}

impl Peer {
    /// The command that measures it; its arguments are still to come.
    pub(super) fn command(&self) -> Command {
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

fn known(workspace: &Workspace) -> Vec<Known> {
    let folder = workspace.root().join("target/bench/peers");
    let scripts = workspace.root().join("bench/peers");
    let (python, node) = (folder.join("python"), folder.join("node"));
    let words = |words: &str, folder: &Path, package: &str| -> Vec<String> {
        let folder = folder.display().to_string();
        words.split(' ').chain([folder.as_str(), package]).map(str::to_owned).collect()
    };
    let of_python = |name, mode| Known {
        peer: Peer {
            name,
            program: "python3",
            script: scripts.join("twilio_python.py"),
            mode: Some(mode),
            path: ("PYTHONPATH", python.clone()),
        },
        probe: ["-c", "import twilio, aiohttp"],
        install: words("python3 -m pip install --quiet --target", &python, "twilio==9.*"),
    };
    let of_node = Known {
        peer: Peer {
            name: "twilio-node",
            program: "node",
            script: scripts.join("twilio_node.js"),
            mode: None,
            path: ("NODE_PATH", node.join("node_modules")),
        },
        probe: ["-e", "require('twilio')"],
        install: words("npm install --silent --prefix", &node, "twilio@5"),
    };
    vec![of_python("twilio-python", "threads"), of_python("python, async", "async"), of_node]
}

/// The libraries that are installed; tells how the others are.
pub(super) fn all(workspace: &Workspace, install: bool) -> Result<Vec<Peer>> {
    let mut installed = Vec::new();
    for Known { peer, probe, install: words } in known(workspace) {
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
            println!("{} is not measured: `--install` installs it, as `{}` does", peer.name, words.join(" "));
        }
    }
    Ok(installed)
}
