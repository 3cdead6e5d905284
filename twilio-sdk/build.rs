//! Generates the modules of the enabled products. It reads the specs and writes to OUT_DIR, and nothing else:
//! no network, no formatter.

use std::path::PathBuf;

use twilio_codegen::{Options, lock::Lock};
use twilio_openapi::Spec;

fn main() {
    if let Err(message) = run() {
        // Cargo prints this, and the user's build stops here with it.
        println!("cargo::error={}", message.replace('\n', " "));
    }
}

fn run() -> Result<(), String> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; build with cargo")?);
    let enabled = |feature: &str| {
        let name = format!("CARGO_FEATURE_{}", feature.replace('-', "_").to_uppercase());
        std::env::var_os(name).is_some()
    };
    let write = |name: &str, text: &str| {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
    };
    println!("cargo::rerun-if-changed=build.rs");
    let (specs, upstream) = (twilio_openapi::specs_dir(), twilio_openapi::upstream_dir());
    let mut operations = String::new();
    let options =
        Options::default().serialize(enabled("serialize")).validation(enabled("request-validation"));
    for product in twilio_openapi::products().iter().filter(|p| enabled(&p.feature())) {
        // Twilio's own words make better docs, where they are at hand; the facts are the same.
        let verbatim = upstream.join(product.file_name());
        let folder = if verbatim.is_file() { &upstream } else { &specs };
        println!("cargo::rerun-if-changed={}", folder.join(product.file_name()).display());
        let lock = lock(product)?;
        let generated = Spec::load(folder, product)
            .map_err(twilio_codegen::Error::from)
            .and_then(|spec| twilio_codegen::generate_locked(&spec, Some(&lock), options))
            .map_err(|e| format!("feature `{}`: {e}; run `cargo xtask gen` if specs are missing or damaged, or leave the feature out", product.feature()))?;
        write(&format!("{}.rs", product.module()), &generated.source)?;
        operations.push_str(&generated.operations);
    }
    write("operations.md", &operations)?;
    Ok(())
}

/// The names that callers compile against.
fn lock(product: &twilio_openapi::Product) -> Result<Lock, String> {
    let path = twilio_openapi::surface_dir().join(product.file_name());
    println!("cargo::rerun-if-changed={}", path.display());
    let text = std::fs::read_to_string(&path)
        .map_err(|e| format!("cannot read {}: {e}; run `cargo xtask gen`", path.display()))?;
    Lock::parse(&path.display().to_string(), &text).map_err(|e| e.to_string())
}
