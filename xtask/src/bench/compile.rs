use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};
use twilio_openapi::products;

use super::measure::{Cost, cost};
use crate::workspace::Workspace;

/// What `cargo xtask bench compile` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leaves out progenitor's output for all products, which takes about 9 GB of memory.
    #[arg(long)]
    small: bool,
    /// Leaves out the program that sends one SMS, which is built with all its dependencies.
    #[arg(long)]
    no_program: bool,
}

/// Features that are measured, and the most CPU seconds that they may take.
const FEATURES: &[(&str, f64)] = &[("messaging-v1", 2.5), ("api-v2010", 10.0), ("full", 75.0)];
/// The most memory for all products, in GB.
const FULL_PEAK: f64 = 3.2;
/// The most that all products may cost of what progenitor's own output costs.
const FULL_RATIO: f64 = 0.3;
/// The most CPU seconds for a clean build of the program that sends one SMS.
const PROGRAM: f64 = 131.0;

pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let folder = workspace.root().join("target/bench");
    println!("Generating all products, ours and progenitor's own (builder style), in release ...");
    let plain = plain_crate(workspace, &folder.join("plain"))?;
    println!("\nuser CPU seconds and peak memory of `cargo check`, not incremental, without dependencies");
    println!("{:<14} {:>16} {:>22} {:>8}   bar", "feature", "twilio-sdk", "plain progenitor", "ratio");
    let sdk = workspace.root().join("twilio-sdk");
    for (feature, bar) in FEATURES {
        let ours = check(&sdk, &folder, feature)?;
        let theirs = match args.small && *feature == "full" {
            true => None,
            false => Some(check(&plain, &folder, feature)?),
        };
        let ratio = theirs.map(|theirs| ours.user / theirs.user);
        let mut bar = format!("{bar} s: {}", verdict(ours.user <= *bar));
        if *feature == "full" {
            bar += &format!(", {FULL_PEAK} GB: {}", verdict(ours.peak <= FULL_PEAK));
            if let Some(ratio) = ratio {
                bar += &format!(", ratio {FULL_RATIO}: {}", verdict(ratio <= FULL_RATIO));
            }
        }
        println!(
            "{feature:<14} {:>16} {:>22} {:>8}   {bar}",
            show(ours),
            theirs.map_or("not measured".to_owned(), show),
            ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")),
        );
    }
    if !args.no_program {
        let program = program(workspace, &folder.join("sms"))?;
        let verdict = verdict(program.user <= PROGRAM);
        println!("\nclean build of a program that sends one SMS, default features, all dependencies:");
        println!("{:.1} user CPU s, peak {:.2} GB   {PROGRAM} s: {verdict}", program.user, program.peak);
    }
    Ok(())
}

fn show(cost: Cost) -> String {
    format!("{:.1} s {:.2} GB", cost.user, cost.peak)
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}

/// Writes a crate of progenitor's own output, with the SDK's feature names, and tells how long either took.
fn plain_crate(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let source = folder.join("src");
    fs::create_dir_all(&source).with_context(|| format!("cannot make {}", source.display()))?;
    let example = ["run", "--quiet", "--release", "-p", "twilio-sdk-codegen", "--features", "plain"];
    let example = example.iter().copied().chain(["--example", "generate_all", "--"]);
    println!("ours:");
    workspace.cargo(example.clone())?;
    println!("progenitor's:");
    workspace.cargo(example.chain(["--plain", &source.display().to_string()]))?;
    let mut library = String::from("#![allow(warnings)]\n");
    let (mut features, mut full) = (String::new(), Vec::new());
    for product in products() {
        let (module, feature) = (product.module(), product.feature());
        library += &format!("#[cfg(feature = \"{feature}\")]\npub mod {module};\n");
        features += &format!("{feature} = []\n");
        full.push(format!("\"{feature}\""));
    }
    let manifest = format!(
        "[package]\nname = \"plain-progenitor\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[features]\n\
         {features}full = [{}]\n\n[dependencies]\nbytes = \"1\"\nchrono = {{ version = \"0.4\", default-features \
         = false, features = [\"serde\"] }}\nfutures = \"0.3\"\nprogenitor-client = \"0.15.1\"\nregress = \
         \"0.11\"\nreqwest = {{ version = \"0.13\", default-features = false, features = [\"json\", \"query\", \
         \"form\", \"stream\"] }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\
         serde_urlencoded = \"0.7\"\nuuid = {{ version = \"1\", features = [\"serde\"] }}\n\n[workspace]\n",
        full.join(", ")
    );
    write(&source.join("lib.rs"), &library)?;
    write(&folder.join("Cargo.toml"), &manifest)?;
    Ok(folder.to_owned())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Checks a crate twice, the second time with nothing but itself to do.
fn check(package: &Path, folder: &Path, feature: &str) -> Result<Cost> {
    let command = || {
        let mut command = Command::new("cargo");
        command
            .current_dir(package)
            .args(["check", "--lib", "--no-default-features", "--features", feature])
            .arg("--target-dir")
            .arg(folder.join("target"))
            .env("CARGO_INCREMENTAL", "0");
        command
    };
    cost(&mut command())?;
    let library = package.join("src/lib.rs");
    fs::File::options()
        .append(true)
        .open(&library)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .with_context(|| format!("cannot touch {}", library.display()))?;
    cost(&mut command())
}

/// Builds a program that sends one SMS, from nothing.
fn program(workspace: &Workspace, folder: &Path) -> Result<Cost> {
    let source = folder.join("src");
    fs::create_dir_all(&source).with_context(|| format!("cannot make {}", source.display()))?;
    let sdk = workspace.root().join("twilio-sdk");
    let manifest = format!(
        "[package]\nname = \"one-sms\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ntwilio-sdk = \
         {{ path = {:?} }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n[workspace]\n",
        sdk.display().to_string()
    );
    write(&folder.join("Cargo.toml"), &manifest)?;
    let main = "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> twilio_sdk::Result<()> {\n    \
                let twilio = twilio_sdk::Client::from_env()?;\n    let call = \
                twilio.api_v2010().create_message(\"+15558675310\").from(\"+15017122661\").body(\"Hi\");\n    \
                println!(\"{:?}\", call.send().await?.sid);\n    Ok(())\n}\n";
    write(&source.join("main.rs"), main)?;
    fs::copy(workspace.root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let target = folder.join("target");
    if target.exists() {
        fs::remove_dir_all(&target).with_context(|| format!("cannot remove {}", target.display()))?;
    }
    let mut command = Command::new("cargo");
    command.current_dir(folder).args(["build", "--target-dir"]).arg(&target);
    command.env("CARGO_INCREMENTAL", "0");
    let built = cost(&mut command)?;
    fs::remove_dir_all(&target)?;
    Ok(built)
}
