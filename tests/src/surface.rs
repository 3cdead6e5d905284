//! The products: each specification, and what the generator reads from it.

use std::collections::HashMap;
use std::sync::OnceLock;

use twilio_codegen::analyze::{Api, Operation};
use twilio_codegen::lock::Lock;
use twilio_openapi::{Product, Spec, products, specs_dir, surface_dir};

use crate::sample::request_case;
use crate::values::Values;

/// The account of the credentials that the driver's client has.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

/// A product's specification and the types that the SDK has for it.
#[derive(Debug)]
pub struct Surface {
    /// The specification, as it is.
    pub spec: Spec,
    /// The generator's view.
    pub api: Api,
    required: OnceLock<HashMap<String, Values>>,
}

/// Returns a product, read on first use. Fails if its file is missing or damaged.
pub fn surface(stem: &str) -> Result<&'static Surface, String> {
    static TABLE: OnceLock<Vec<OnceLock<Result<Surface, String>>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| products().iter().map(|_| OnceLock::new()).collect());
    let found = products().iter().zip(table).find(|(product, _)| product.stem == stem);
    let (product, cell) = found.ok_or_else(|| format!("there is no product {stem}"))?;
    cell.get_or_init(|| load(product)).as_ref().map_err(Clone::clone)
}

fn load(product: &Product) -> Result<Surface, String> {
    let spec = Spec::load(&specs_dir(), product).map_err(|e| e.to_string())?;
    let lock = lock(product)?;
    let (api, _) = twilio_codegen::analyze_locked(&spec, Some(&lock)).map_err(|e| e.to_string())?;
    Ok(Surface { spec, api, required: OnceLock::new() })
}

/// The lock of a product's names.
pub fn lock(product: &Product) -> Result<Lock, String> {
    let path = surface_dir().join(product.file_name());
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Lock::parse(&product.file_name(), &text).map_err(|e| e.to_string())
}

impl Surface {
    /// The generator's view of an operation: by its exact name, else in any letter case.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        let all = &self.api.operations;
        all.iter().find(|o| o.id == id).or_else(|| all.iter().find(|o| o.id.eq_ignore_ascii_case(id)))
    }

    /// Samples of the values without which an operation cannot be called.
    pub fn required(&self, id: &str) -> Option<Values> {
        let table = self.required.get_or_init(|| {
            let all = self.spec.operations().unwrap_or_default();
            let of = |o| request_case(&self.spec, &o, false, ACCOUNT).values;
            all.into_iter().map(|o| (o.id.to_owned(), of(o))).collect()
        });
        table.get(id).cloned()
    }
}
