use anyhow::{Context as _, Result, bail};

use crate::generate::{Asked, Fetched, Lock, place_verbatim};
use crate::workspace::{Workspace, spec_files};

/// Where GitHub serves archives.
const GITHUB: &str = "https://codeload.github.com";

/// What `cargo xtask verbatim` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fetch nothing; fail where the files are not those that the lock pins.
    #[arg(long)]
    offline: bool,
    /// Serves the archives in place of GitHub.
    #[arg(long, env = "TWILIO_OAI_BASE_URL", hide = true, default_value = GITHUB)]
    github_base: String,
}

/// Has the pinned files in place, and a copy of the lock with them as a mark that they were checked.
pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    ensure(workspace, &args).context("Twilio's verbatim files are unavailable")?;
    std::fs::copy(workspace.lock(), workspace.verbatim_stamp())
        .context("cannot mark the files as checked")?;
    Ok(())
}

/// Puts the pinned files into place, fetching them if they are missing.
pub(crate) fn fetch(workspace: &Workspace) -> Result<()> {
    run(workspace, Args { offline: false, github_base: GITHUB.to_owned() })
}

/// Has the pinned files in place, from the pinned source or else from Twilio's repository. Only what hashes to
/// what the lock pins is kept, wherever it came from.
fn ensure(workspace: &Workspace, args: &Args) -> Result<()> {
    let Some(lock) = Lock::read(workspace)? else {
        bail!("{} is missing; `cargo xtask gen` writes it", workspace.show(&workspace.lock()));
    };
    let present = spec_files(&workspace.upstream())?.unwrap_or_default();
    if lock.pins(&present) {
        return Ok(());
    }
    if args.offline {
        let folder = workspace.show(&workspace.upstream());
        bail!("{folder} does not hold what the lock pins, and --offline was given");
    }
    let fetched = Asked::pinned(Some(&lock)).fetch(&args.github_base).or_else(|error| {
        println!("{error:#}");
        Asked::github("main").fetch(&args.github_base)
    })?;
    let fetched = Fetched { origin: lock.source.clone(), ..fetched };
    lock.accepts(&fetched, false)?;
    place_verbatim(workspace, &fetched.files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;
    use crate::generate::loopback::{archive, serve, sized};
    use crate::workspace::Files;

    const FILE: &str = "{\"text\": \"verbatim\"}";

    /// A repository whose lock pins one file of a folder that is gone.
    fn workspace(root: &Path) -> Workspace {
        let workspace = Workspace::at(root);
        std::fs::create_dir_all(workspace.specs()).unwrap();
        let hash = "0b6b5e0f4b0e5ee6ed1a4bc2bcc5bbdd7e3b95ae2e1c4a9bd8a4a1f4b8e9a0c1";
        let lock = format!(
            "[source]\nkind = \"dir\"\npath = \"{}\"\n[files]\n\"twilio_x.json\" = \"{hash}\"\n[specs]\n",
            root.join("gone").display()
        );
        std::fs::write(workspace.lock(), lock).unwrap();
        workspace
    }

    fn args(github_base: String, offline: bool) -> Args {
        Args { offline, github_base }
    }

    fn pin(workspace: &Workspace) {
        let mut lock = Lock::read(workspace).unwrap().unwrap();
        let files = Files::from([("twilio_x.json".to_owned(), FILE.as_bytes().to_vec())]);
        lock.files = Lock::of(&Fetched { origin: lock.source.clone(), files }, &Files::new()).files;
        lock.write(workspace).unwrap();
    }

    #[test]
    fn pinned_files_come_from_the_repository_where_the_first_source_fails() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(folder.path());
        let body = archive([("oai-1/spec/json/twilio_x.json", FILE)]);

        let (base, server) = serve(sized(&body));
        let error = ensure(&workspace, &args(base, false)).unwrap_err();
        server.join().unwrap();
        assert!(format!("{error:#}").contains("twilio_x.json: sha256 0b6b"), "{error:#}");
        assert!(!workspace.upstream().exists(), "files that are not pinned were kept");

        pin(&workspace);
        assert!(ensure(&workspace, &args(String::new(), true)).is_err());
        let (base, server) = serve(sized(&body));
        ensure(&workspace, &args(base, false)).unwrap();
        server.join().unwrap();
        assert_eq!(std::fs::read_to_string(workspace.upstream().join("twilio_x.json")).unwrap(), FILE);
        ensure(&workspace, &args(String::new(), true)).unwrap();
    }
}
