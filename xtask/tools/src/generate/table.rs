use anyhow::{Context, Result, bail};
use twilio_openapi::distil::{distil, to_text};
use twilio_openapi::{RETIRED, Spec, find, products};

use super::source::Fetched;
use crate::workspace::{Files, stem};

/// Where products are listed.
pub(super) const TABLE: &str = "twilio-openapi/src/product.rs";

/// The distilled file of every product. Files and table must agree: a file that the table does not know, a
/// product without a file and a product of another host are all errors, told together.
pub(super) fn distilled(fetched: &Fetched) -> Result<Files> {
    let mut complaints = Vec::new();
    let mut specs = Files::new();
    for (name, bytes) in &fetched.files {
        let stem = stem(name).unwrap_or(name);
        if RETIRED.iter().any(|retired| retired.stem == stem) {
            continue;
        }
        let spec =
            parse(name, bytes).with_context(|| format!("in {}; nothing was changed", fetched.origin))?;
        let host = spec.host().unwrap_or("(its server has no url)");
        match find(stem) {
            None => complaints.push(unknown(name, stem, host)),
            Some(product) if product.host != host => complaints.push(format!(
                "{name}: its server is {host}, but {TABLE} says {}; put the right host into the table",
                product.host
            )),
            Some(_) => {
                spec.operations().with_context(|| format!("in {}; nothing was changed", fetched.origin))?;
                specs.insert(name.clone(), to_text(&distil(spec.document())).into_bytes());
            }
        }
    }
    for product in products() {
        let name = product.file_name();
        if !fetched.files.contains_key(&name) {
            complaints.push(format!(
                "{name} is missing, but {TABLE} lists {}; move its row to RETIRED with the reason",
                product.stem
            ));
        }
    }
    if !complaints.is_empty() {
        bail!(
            "{} and the product table do not agree; nothing was changed:\n  {}",
            fetched.origin,
            complaints.join("\n  ")
        );
    }
    Ok(specs)
}

fn unknown(name: &str, stem: &str, host: &str) -> String {
    format!(
        "{name} is not in the product table; add to PRODUCTS in {TABLE}, in alphabetical order, the line\n      \
         \"{stem}\" \"{host}\";\n    \
         or, if the SDK is to leave it out, add to RETIRED the line\n      \
         Retired {{ stem: \"{stem}\", reason: \"...\" }},"
    )
}

/// A spec file read under its own name.
pub(super) fn parse(name: &str, bytes: &[u8]) -> Result<Spec> {
    let text = std::str::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))?;
    Ok(Spec::parse(stem(name).unwrap_or(name), text)?)
}
