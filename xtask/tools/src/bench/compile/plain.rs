use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use super::super::measure::{Cost, cost};
use super::super::verdict;
use super::show;
use crate::workspace::Workspace;

/// Features that are measured, and the most CPU seconds that they may take.
const FEATURES: &[(&str, f64)] = &[("messaging-v1", 2.5), ("api-v2010", 10.0), ("all-products", 75.0)];
/// The most memory for all products, in GB.
const FULL_PEAK: f64 = 3.2;
/// The most that all products may cost of what progenitor's own output costs.
const FULL_RATIO: f64 = 0.3;
/// Compares `cargo check` of products with progenitor's own output for them.
pub(super) fn table(workspace: &Workspace, folder: &Path) -> Result<()> {
    println!("\nGenerating all products, ours and progenitor's own (builder style), in release ...");
    let plain = plain_crate(workspace, &folder.join("plain"))?;
    println!("\nuser CPU seconds and peak memory of `cargo check`, not incremental, without dependencies");
    println!("{:<14} {:>16} {:>22} {:>8}   target", "feature", "twilio-sdk", "plain progenitor", "ratio");
    for (feature, most) in FEATURES {
        let ours = products(workspace, folder, feature)?;
        let theirs = check(&plain, folder, feature, "")?;
        let ratio = ours.user / theirs.user;
        let mut target = format!("{most} s: {}", verdict(ours.user <= *most));
        if *feature == "all-products" {
            target += &format!(", {FULL_PEAK} GB: {}", verdict(ours.peak <= FULL_PEAK));
            target += &format!(", ratio {FULL_RATIO}: {}", verdict(ratio <= FULL_RATIO));
        }
        println!("{feature:<14} {:>16} {:>22} {ratio:>8.2}   {target}", show(ours), show(theirs));
    }
    Ok(())
}

/// Measures `cargo check` of the SDK with a feature, without dependencies; its build script generates the product.
pub(super) fn products(workspace: &Workspace, folder: &Path, feature: &str) -> Result<Cost> {
    check(&workspace.root().join("twilio-sdk"), folder, feature, feature)
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
    for product in twilio_openapi::products() {
        let (module, feature) = (product.module(), product.feature());
        library += &format!("#[cfg(feature = \"{feature}\")]\npub mod {module};\n");
        features += &format!("{feature} = []\n");
        full.push(format!("\"{feature}\""));
    }
    let manifest = format!(
        "[package]\nname = \"plain-progenitor\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[features]\n\
         {features}all-products = [{}]\n\n[dependencies]\nbytes = \"1\"\nchrono = {{ version = \"0.4\", default-features \
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

/// Checks a crate with nothing but itself to do: `warm` are the features with which all else is done before.
fn check(package: &Path, folder: &Path, feature: &str, warm: &str) -> Result<Cost> {
    let command = |feature: &str| {
        let mut command = Command::new("cargo");
        command
            .current_dir(package)
            .args(["check", "--lib", "--no-default-features", "--features", feature])
            .arg("--target-dir")
            .arg(folder.join("target"))
            .env("CARGO_INCREMENTAL", "0");
        command
    };
    cost(&mut command(warm))?;
    let library = package.join("src/lib.rs");
    fs::File::options()
        .append(true)
        .open(&library)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .with_context(|| format!("cannot touch {}", library.display()))?;
    cost(&mut command(feature))
}
