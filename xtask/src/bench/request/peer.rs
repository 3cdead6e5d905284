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
    /// The variable by which the program finds the library, and its value.
    path: (&'static str, PathBuf),
}

impl Peer {
    /// The command that measures it; its arguments are still to come.
    pub(super) fn command(&self) -> Command {
        let mut command = local(Path::new(self.program));
        command.arg(&self.script).env(self.path.0, &self.path.1);
        command
    }
}

/// The libraries that are installed; tells how the others are.
pub(super) fn all(workspace: &Workspace, install: bool) -> Result<Vec<Peer>> {
    let folder = workspace.root().join("target/bench/peers");
    let scripts = workspace.root().join("bench/peers");
    let (python, node) = (folder.join("python"), folder.join("node"));
    let modules = node.join("node_modules");
    let known = [
        (
            Peer {
                name: "twilio-python",
                program: "python3",
                script: scripts.join("twilio_python.py"),
                path: ("PYTHONPATH", python.clone()),
            },
            &["-c", "import twilio, aiohttp"][..],
            ["python3", "-m", "pip", "install", "--quiet", "--target"].map(str::to_owned).to_vec(),
            vec![python.display().to_string(), "twilio==9.*".to_owned()],
        ),
        (
            Peer {
                name: "twilio-node",
                program: "node",
                script: scripts.join("twilio_node.js"),
                path: ("NODE_PATH", modules),
            },
            &["-e", "require('twilio')"],
            ["npm", "install", "--silent", "--prefix"].map(str::to_owned).to_vec(),
            vec![node.display().to_string(), "twilio@5".to_owned()],
        ),
    ];
    let mut installed = Vec::new();
    for (peer, probe, installer, target) in known {
        let is_there = |peer: &Peer| {
            let mut command = local(Path::new(peer.program));
            command.args(probe).env(peer.path.0, &peer.path.1).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let words: Vec<String> = installer.into_iter().chain(target).collect();
        if install && !is_there(&peer) {
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            let mut words = words.iter();
            let mut command = Command::new(words.next().context("an installer has a name")?);
            command.args(words);
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
