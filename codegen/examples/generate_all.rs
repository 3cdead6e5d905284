//! Generates every product and prints how long it took: `generate_all [--plain] [FOLDER]`.
//!
//! With `--plain` it is progenitor's own output instead; with a folder, each module is written there.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use twilio_codegen::{Options, generate, plain};
use twilio_openapi::Spec;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_plain = arguments.first().is_some_and(|first| first == "--plain");
    if is_plain {
        arguments.remove(0);
    }
    let folder = arguments.first().map(PathBuf::from);
    let (mut lines, mut spent) = (0, Duration::ZERO);
    for product in twilio_openapi::products() {
        let spec = Spec::load(&twilio_openapi::specs_dir(), product)?;
        let start = Instant::now();
        let source =
            if is_plain { plain::generate(&spec)? } else { generate(&spec, Options::default())?.source };
        spent += start.elapsed();
        lines += source.lines().count();
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{}.rs", product.module())), source)?;
        }
    }
    let products = twilio_openapi::products().len();
    println!("{products} products, {lines} lines, {:.2} s", spent.as_secs_f64());
    Ok(())
}
