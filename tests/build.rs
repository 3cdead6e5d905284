//! Writes the driver: one function for every operation of the SDK.

#[path = "build/driver.rs"]
mod driver;

use std::error::Error;
use std::path::PathBuf;

use twilio_codegen::lock::Lock;
use twilio_openapi::{Spec, products, specs_dir, surface_dir};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    if std::env::var_os("CARGO_FEATURE_SURFACE").is_none() {
        return Ok(());
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; build with cargo")?);
    let folder = specs_dir();
    let mut text = String::new();
    for product in products() {
        println!("cargo::rerun-if-changed={}", folder.join(product.file_name()).display());
        let locked = surface_dir().join(product.file_name());
        println!("cargo::rerun-if-changed={}", locked.display());
        let lock = Lock::parse(&product.file_name(), &std::fs::read_to_string(&locked)?)?;
        let (api, _) = twilio_codegen::analyze_locked(&Spec::load(&folder, product)?, Some(&lock))?;
        driver::product(&api, &mut text);
    }
    driver::table(&mut text);
    std::fs::write(out.join("driver.rs"), text)?;
    Ok(())
}
