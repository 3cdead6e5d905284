mod archive;
mod change;
mod check;
mod derived;
mod github;
mod lock;
#[cfg(test)]
pub(crate) mod loopback;
mod names;
mod npm;
mod place;
mod show;
mod source;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use check::problems;
pub(crate) use lock::Lock;
pub(crate) use names::read as locks;
pub(crate) use npm::Notice;
pub(crate) use source::{Asked, Fetched};

use anyhow::{Context, Result, bail};

use crate::output::{count, print};
use crate::workspace::{Files, Workspace, spec_files};
use change::Surface;
use names::Locks;

/// What `cargo xtask gen` understands.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Where the files come from: `npm[:VERSION]`, `github[:REF]` or a folder; by default what the lock names.
    #[arg(long, value_name = "npm[:VERSION]|github[:REF]|DIR")]
    source: Option<String>,
    /// Accept files that differ from those pinned for the same source.
    #[arg(long)]
    update: bool,
    /// Fetch nothing: start from the verbatim files in `twilio-openapi/upstream`.
    #[arg(long, conflicts_with_all = ["source", "update"])]
    offline: bool,
    /// Change nothing; fail when something is stale and say what.
    #[arg(long, conflicts_with_all = ["source", "update", "offline"])]
    check: bool,
    /// Write the locks of the public surface anew, from the specs alone: names and the order of arguments may move.
    #[arg(long, conflicts_with = "check")]
    relock: bool,
    /// Print the generated code of one operation: `CreateMessage`, `create_message`, `api_v2010:CreateMessage`.
    #[arg(long, value_name = "OPERATION", conflicts_with_all = ["source", "update", "offline", "check", "relock"])]
    show: Option<String>,
    /// Do not run the snapshot tests afterwards.
    #[arg(long)]
    no_tests: bool,
    /// Serves the archives in place of GitHub.
    #[arg(long, env = "TWILIO_OAI_BASE_URL", hide = true, default_value = github::BASE_URL)]
    github_base: String,
}

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    if let Some(operation) = &args.show {
        return show::run(workspace, operation);
    }
    if args.check {
        return check::run(workspace);
    }
    print(&generate(workspace, &args)?)?;
    passes_apply(workspace).context("the files are in place, but the generator does not accept them")?;
    if !args.no_tests {
        workspace.cargo(["test", "--package", "twilio-tests", "--test", "snapshots"]).context(
            "the files are in place, but the snapshot tests failed; review them as CONTRIBUTING.md says",
        )?;
    }
    Ok(())
}

/// Everything is fetched, checked and computed before the first file is replaced. Gives the report.
fn generate(workspace: &Workspace, args: &Args) -> Result<String> {
    let pinned = Lock::read(workspace)?;
    let fetched = obtain(workspace, args, pinned.as_ref())?;
    if let Some(pinned) = &pinned {
        pinned.accepts(&fetched, args.update)?;
    }
    let specs = table::distilled(&fetched)?;
    let lock = Lock::of(&fetched, &specs);
    let derived = derived::wanted(workspace, &lock.source, operations(&specs)?)?;
    let old = spec_files(&workspace.specs())?.unwrap_or_default();
    let locks = if args.relock { Locks::new() } else { names::read(workspace)? };
    let (mut was, mut is) = (Surface::read(&old)?, Surface::read(&specs)?);
    let apis = names::analyzed(&specs)
        .with_context(|| format!("nothing was changed; what is new:\n{}", change::report(&was, &is)))?;
    // What is committed was understood when it was written; where it no longer is, there is nothing to compare with.
    was.name(&names::analyzed(&old).unwrap_or_default(), &locks);
    is.name(&apis, &locks);
    let report = change::report(&was, &is);

    let mut changed = place::folders(workspace, &fetched.files, &specs)?;
    changed.extend(lock.write(workspace)?);
    let kept = names::locked(&apis, &locks);
    changed.extend(names::write(workspace, &names::extended(&kept, &locks))?);
    for file in derived {
        changed.extend(file.write(workspace)?);
    }
    Ok(format!("{report}{}", closing(&fetched, &specs, &changed)))
}

/// The number of operations of all products.
fn operations(specs: &Files) -> Result<usize> {
    specs.iter().map(|(name, bytes)| Ok(table::parse(name, bytes)?.operations()?.len())).sum()
}

fn obtain(workspace: &Workspace, args: &Args, pinned: Option<&Lock>) -> Result<Fetched> {
    if args.offline {
        let Some(pinned) = pinned else {
            bail!(
                "{} is missing; run `cargo xtask gen` without --offline",
                workspace.show(&workspace.lock())
            );
        };
        let Some(files) = spec_files(&workspace.upstream())? else {
            bail!(
                "{} is missing; run `cargo xtask gen` without --offline",
                workspace.show(&workspace.upstream())
            );
        };
        return Ok(Fetched { origin: pinned.source.clone(), files });
    }
    let asked = match &args.source {
        Some(text) => Asked::parse(text, pinned)?,
        None => Asked::pinned(pinned),
    };
    asked.fetch(&args.github_base)
}

/// A pass that mends nothing any more, over all specs together, is to go.
fn passes_apply(workspace: &Workspace) -> Result<()> {
    let mut applied = twilio_codegen::pass::Applied::default();
    for product in twilio_openapi::products() {
        let spec = twilio_openapi::Spec::load(&workspace.specs(), product)?;
        applied.add(&twilio_codegen::analyze(&spec)?.1);
    }
    Ok(applied.check()?)
}

/// Puts only the verbatim files into place.
pub(crate) fn place_verbatim(workspace: &Workspace, verbatim: &Files) -> Result<()> {
    let specs = spec_files(&workspace.specs())?.unwrap_or_default();
    place::folders(workspace, verbatim, &specs).map(|_| ())
}

fn closing(fetched: &Fetched, specs: &Files, changed: &[String]) -> String {
    let changed = match changed {
        [] => "nothing had to be written".to_owned(),
        list => format!("written: {}", list.join(", ")),
    };
    format!(
        "{} from {}, {} kept; {changed}\n",
        count(fetched.files.len(), "file"),
        fetched.origin,
        count(specs.len(), "spec")
    )
}
