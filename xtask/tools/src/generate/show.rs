use anyhow::{Context, Result, bail};
use twilio_openapi::{Product, Spec, find, products};

use super::names;
use crate::output::print;
use crate::workspace::Workspace;

/// `gen --show`: prints what the generator makes of one operation, wherever products have it.
pub(super) fn run(workspace: &Workspace, operation: &str) -> Result<()> {
    let (candidates, name) = parse(operation)?;
    let mut shown = 0;
    let locks = names::read(workspace)?;
    for product in candidates {
        let spec = Spec::load(&workspace.specs(), product)?;
        let code = twilio_codegen::show(&spec, locks.get(product.stem), name)
            .with_context(|| product.file_name())?;
        if let Some(code) = code {
            print(&format!("// {}\n{code}\n", product.stem))?;
            shown += 1;
        }
    }
    if shown == 0 {
        bail!(
            "no operation is called {operation}; `cargo xtask ops {name}` lists those whose name has it in it"
        );
    }
    Ok(())
}

fn parse(operation: &str) -> Result<(Vec<&'static Product>, &str)> {
    match operation.split_once(':') {
        Some((stem, name)) => {
            let folded = stem.replace('-', "_");
            let product = find(&folded).with_context(|| {
                format!("no product is called {stem}; their names are those of the files in specs/")
            })?;
            Ok((vec![product], name))
        }
        None => Ok((products().iter().collect(), operation)),
    }
}
