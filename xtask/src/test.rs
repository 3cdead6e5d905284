use std::path::Path;

use anyhow::{Result, bail};

use crate::generate::{Asked, Fetched, Lock, place_verbatim};
use crate::packages::System;
use crate::workspace::{Workspace, spec_files};

/// What `cargo xtask test` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fetch and install nothing; tests that need Twilio's verbatim files, the system's TLS, OpenLDAP, PostgreSQL or a
    /// browser are not run where those are absent.
    #[arg(long)]
    offline: bool,
    /// Serves the archives in place of GitHub.
    #[arg(long, env = "TWILIO_OAI_BASE_URL", hide = true, default_value = "https://codeload.github.com")]
    github_base: String,
    /// Passed on to `cargo test`, for instance a part of a test's name.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The SDK's features beside products.
const FEATURES: &str = "access-postgres,access-token,admin,audit,auth-layer,axum,blocking,bulk,compression,\
                        config-file,hashicorp-vault,ldap,media,mock,oauth,payload,rate-limit,serialize,\
                        stream,token-server,validation,vault-import";
/// Products that the SDK's own tests call beside the default ones.
const PRODUCTS: &str = "conversations-v1,iam-organizations,lookups-v1,memory-v1,numbers-v1,serverless-v1";

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    let mut skipped = match ensure_verbatim(workspace, &args) {
        Ok(()) => Vec::new(),
        Err(error) => {
            println!("Twilio's verbatim files cannot be had: {error:#}");
            let names = tests_on_verbatim_files(workspace.root())?;
            names.into_iter().map(|name| format!("for want of Twilio's verbatim files: {name}")).collect()
        }
    };
    let mut features = format!("{PRODUCTS},{FEATURES}");
    let system = System::here();
    system.ensure_keys(args.offline)?;
    if let Err(error) = system.ensure_openldap(args.offline) {
        let cases = "the tests that start it, in twilio-sdk/tests/ldap, tests/auth_layer and tests/service";
        skipped.push(format!("for want of OpenLDAP; {error:#}: {cases}"));
    }
    if let Err(error) = system.ensure_postgresql(args.offline) {
        let cases = "the tests in twilio-sdk/tests/access that start it";
        skipped.push(format!("for want of PostgreSQL; {error:#}: {cases}"));
    }
    match system.ensure_openssl(args.offline) {
        Ok(()) => features.push_str(",native-tls"),
        Err(error) => {
            let cases =
                "the cases of the system's own TLS in tls and http_version of twilio-sdk/tests/transport";
            skipped.push(format!("for want of OpenSSL's headers; {error:#}: {cases}"));
        }
    }
    // Its manifest keeps this test from being run without being named.
    let mut browser: Vec<&[&str]> = Vec::new();
    let run = ["test", "-p", "twilio-sdk", "--features", &features, "--test", "browser"];
    match system.ensure_browser(args.offline) {
        Ok(()) => browser.push(&run),
        Err(error) => {
            skipped.push(format!("for want of a browser; {error:#}: the tests in twilio-sdk/tests/browser"));
        }
    }
    tell(&skipped);
    // One after the other: together they would build every product into every test.
    let runs: [&[&str]; 3] = [
        &["test", "-p", "twilio-sdk-openapi", "-p", "twilio-sdk-codegen", "-p", "xtask"],
        &["test", "-p", "twilio-sdk", "--features", &features],
        &["test", "-p", "twilio-tests"],
    ];
    for run in runs.into_iter().chain(browser) {
        workspace.cargo(run.iter().copied().chain(args.arguments.iter().map(String::as_str)))?;
    }
    tell(&skipped);
    Ok(())
}

fn tell(skipped: &[String]) {
    for name in skipped {
        println!("not run, {name}");
    }
}

/// Has the pinned files in place, from the pinned source or else from Twilio's repository. Only what hashes to
/// what the lock pins is kept, wherever it came from.
fn ensure_verbatim(workspace: &Workspace, args: &Args) -> Result<()> {
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

/// Tests that need the verbatim files get them from a function `verbatim` to which they give their name.
fn tests_on_verbatim_files(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in crate::tidy::rust_files(root)? {
        for rest in file.text.split("verbatim(\"").skip(1) {
            if let Some((name, _)) = rest.split_once('"')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            {
                names.push(format!("{} in {}", name, file.path));
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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
        Args { offline, github_base, arguments: Vec::new() }
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
        let error = ensure_verbatim(&workspace, &args(base, false)).unwrap_err();
        server.join().unwrap();
        assert!(format!("{error:#}").contains("twilio_x.json: sha256 0b6b"), "{error:#}");
        assert!(!workspace.upstream().exists(), "files that are not pinned were kept");

        pin(&workspace);
        assert!(ensure_verbatim(&workspace, &args(String::new(), true)).is_err());
        let (base, server) = serve(sized(&body));
        ensure_verbatim(&workspace, &args(base, false)).unwrap();
        server.join().unwrap();
        assert_eq!(std::fs::read_to_string(workspace.upstream().join("twilio_x.json")).unwrap(), FILE);
        ensure_verbatim(&workspace, &args(String::new(), true)).unwrap();
    }

    #[test]
    fn tests_that_need_the_files_are_found_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("a.rs"),
            "for x in verbatim(\"examples_decode\") {}\nverbatim(name);",
        )
        .unwrap();
        assert_eq!(tests_on_verbatim_files(folder.path()).unwrap(), ["examples_decode in a.rs"]);
    }
}
