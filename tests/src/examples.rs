//! The example responses in Twilio's own files.

use std::path::PathBuf;

use serde_json::Value;
use twilio_openapi::{Error, Spec, products, upstream_dir};

/// An example response.
#[derive(Clone, Debug)]
pub struct Example {
    /// Product, operation, status and name.
    pub id: String,
    /// The product's stem.
    pub product: &'static str,
    /// The `operationId`.
    pub operation: String,
    /// The documented status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// The folder of Twilio's verbatim files, for a test that needs them; says that the test is not run where the
/// folder is absent.
pub fn verbatim(test: &str) -> Option<PathBuf> {
    let folder = upstream_dir();
    let complete = products().iter().all(|product| folder.join(product.file_name()).is_file());
    if !complete {
        println!("not run: {test} (needs Twilio's verbatim specs; run cargo xtask gen)");
    }
    complete.then_some(folder)
}

/// Every example of a success in the files of a folder.
pub fn examples(folder: &std::path::Path) -> Result<Vec<Example>, Error> {
    let mut all = Vec::new();
    for product in products() {
        let spec = Spec::load(folder, product)?;
        for operation in spec.operations()? {
            for response in &operation.responses {
                let Ok(status) = response.status.parse::<u16>() else { continue };
                if !(200..400).contains(&status) {
                    continue;
                }
                let media = response.value.get("content").and_then(Value::as_object);
                for (kind, media) in media.into_iter().flatten() {
                    for (name, body) in of_media(&spec, media)? {
                        let id = format!("{}/{}/{status}/{kind}/{name}", product.stem, operation.id);
                        let operation = operation.id.to_owned();
                        all.push(Example { id, product: product.stem, operation, status, body });
                    }
                }
            }
        }
    }
    Ok(all)
}

fn of_media(spec: &Spec, media: &Value) -> Result<Vec<(String, Value)>, Error> {
    let mut found = Vec::new();
    if let Some(example) = media.get("example") {
        found.push(("example".to_owned(), example.clone()));
    }
    for (name, example) in media.get("examples").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = spec.resolve(example)?.get("value") {
            found.push((name.clone(), value.clone()));
        }
    }
    Ok(found)
}
