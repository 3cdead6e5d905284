//! `cargo xtask test`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::members::{Member, features, members};
use crate::packages::System;
use crate::wants_help;
use crate::workspace::Workspace;

const HELP: &str = "\
Usage: cargo xtask test [--offline] [-- ARGUMENTS]

  --offline  Fetches and installs nothing. Tests that need Twilio's verbatim files, the system's TLS, OpenLDAP,
             PostgreSQL or a browser are skipped where those are absent.
  ARGUMENTS  Passed on to `cargo test`, for instance a part of a test's name";

/// The member whose tests use every product.
const ALL_PRODUCTS: &str = "twilio-tests";

/// Runs all tests; fetches the pinned verbatim specs first when they are missing.
///
/// # Errors
///
/// An argument is unknown, a manifest cannot be read, or a test fails.
pub fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    if wants_help(arguments, HELP) {
        return Ok(());
    }
    let (offline, passed) = parse(arguments)?;
    let mut skipped = verbatim(workspace, offline)?;
    let system = System::here();
    system.ensure_keys(offline)?;
    if let Err(error) = system.ensure_openldap(offline) {
        skipped.push(format!("for want of OpenLDAP; {error:#}: the tests that start slapd"));
    }
    if let Err(error) = system.ensure_postgresql(offline) {
        skipped.push(format!("for want of PostgreSQL; {error:#}: the tests that start it"));
    }
    let mut without = Vec::new();
    if let Err(error) = system.ensure_openssl(offline) {
        skipped.push(format!("for want of OpenSSL's headers; {error:#}: the tests of the system's own TLS"));
        without.push("native-tls");
    }
    let members = members(workspace.root())?;
    let browser = members.iter().any(|member| member.has_test("browser"));
    let browser = browser && {
        let there = system.ensure_browser(offline);
        if let Err(error) = &there {
            skipped.push(format!("for want of a browser; {error:#}: the tests named browser"));
        }
        there.is_ok()
    };
    report(&skipped);
    for run in runs(&members, &without, browser) {
        workspace.cargo(run.iter().map(String::as_str).chain(passed.iter().copied()))?;
    }
    report(&skipped);
    Ok(())
}

/// What cargo is started with, one run after the other: in one run every product would be built into every test.
///
/// The runs of the same members have the same features, so that nothing is built twice.
fn runs(members: &[Member], without: &[&str], browser: bool) -> Vec<Vec<String>> {
    let is_tested = |member: &&Member| member.name != ALL_PRODUCTS && !member.folder.starts_with("bench");
    let tested: Vec<&Member> = members.iter().filter(is_tested).collect();
    let mut first = vec!["test".to_owned()];
    first.extend(tested.iter().flat_map(|member| ["-p".to_owned(), member.name.clone()]));
    first.extend(["--features".to_owned(), features(&tested, without)]);
    // Its manifest keeps this test from running unless it is named.
    let named = [first.clone(), vec!["--test".to_owned(), "browser".to_owned()]].concat();
    let last = ["test", "-p", ALL_PRODUCTS].map(str::to_owned).to_vec();
    let mut runs = vec![first, last];
    if browser {
        runs.push(named);
    }
    runs
}

/// Returns whether `--offline` was given, and what cargo gets.
fn parse<'a>(arguments: &[&'a str]) -> Result<(bool, Vec<&'a str>)> {
    let mut offline = false;
    for (at, argument) in arguments.iter().enumerate() {
        match *argument {
            "--offline" => offline = true,
            "--" => return Ok((offline, arguments.iter().skip(at + 1).copied().collect())),
            option if option.starts_with('-') => bail!("test: unknown option `{option}`\n{HELP}"),
            _ => return Ok((offline, arguments.iter().skip(at).copied().collect())),
        }
    }
    Ok((offline, Vec::new()))
}

/// Has the pinned verbatim files in place. Returns the tests that are skipped without them.
fn verbatim(workspace: &Workspace, offline: bool) -> Result<Vec<String>> {
    let stamp = std::fs::read(workspace.verbatim_stamp());
    if stamp.is_ok_and(|stamp| std::fs::read(workspace.lock()).is_ok_and(|lock| lock == stamp)) {
        return Ok(Vec::new());
    }
    let arguments: &[&str] = if offline { &["verbatim", "--offline"] } else { &["verbatim"] };
    if workspace.tools(arguments)?.success() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    on_verbatim_files(workspace.root(), &mut names)?;
    Ok(names.into_iter().map(|name| format!("for want of Twilio's verbatim files: {name}")).collect())
}

/// Finds the tests that need the verbatim files: they get them from a function `verbatim` to which they give their name.
fn on_verbatim_files(folder: &Path, names: &mut Vec<String>) -> Result<()> {
    let unreadable = || format!("cannot read {}", folder.display());
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !name.starts_with('.') && !["target", "upstream", "specs", "node_modules"].contains(&&*name) {
                on_verbatim_files(&path, names)?;
            }
        } else if name.ends_with(".rs") {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            for rest in text.split("verbatim(\"").skip(1) {
                if let Some((test, _)) = rest.split_once('"')
                    && test.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                {
                    names.push(format!("{test} in {name}"));
                }
            }
        }
    }
    Ok(())
}

fn report(skipped: &[String]) {
    for name in skipped {
        println!("not run, {name}");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn options_come_before_what_cargo_gets() {
        assert_eq!(parse(&[]).unwrap(), (false, vec![]));
        assert_eq!(parse(&["--offline"]).unwrap(), (true, vec![]));
        assert_eq!(parse(&["--offline", "--", "--test", "x"]).unwrap(), (true, vec!["--test", "x"]));
        assert_eq!(parse(&["name", "--offline"]).unwrap(), (false, vec!["name", "--offline"]));
        assert!(parse(&["--ofline"]).unwrap_err().to_string().contains("--offline"));
    }

    #[test]
    fn every_member_is_tested_in_some_run() {
        let members = members(Workspace::here().root()).unwrap();
        let runs = runs(&members, &["native-tls"], true);
        for member in members.iter().filter(|member| !member.folder.starts_with("bench")) {
            assert!(runs.iter().flatten().any(|word| *word == member.name), "{}", member.name);
        }
        assert_eq!(runs.len(), 3);
        assert!(runs[0].iter().all(|word| !word.contains("native-tls") && !word.contains("video-v1")));
        assert_eq!(runs[2][..runs[0].len()], runs[0][..], "the same members with the same features");
    }

    #[test]
    fn tests_that_need_the_files_are_found_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let text = "for x in verbatim(\"examples_decode\") {}\nverbatim(name);";
        std::fs::write(folder.path().join("a.rs"), text).unwrap();
        let mut names = Vec::new();
        on_verbatim_files(folder.path(), &mut names).unwrap();
        assert_eq!(names, ["examples_decode in a.rs"]);
    }
}
