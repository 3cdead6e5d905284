use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use twilio_openapi::products;

use super::source::Origin;
use crate::workspace::{Workspace, write_if_changed};

const BEGIN: &str = "# products: begin (written by cargo xtask gen)";
const END: &str = "# products: end";
const HEADER: &str = "// Written by cargo xtask gen from the product table; do not edit.";

/// A file with content that follows from the product table.
pub(super) struct Derived {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Derived {
    /// Writes the file if it differs; its name if it was written.
    pub(super) fn write(&self, workspace: &Workspace) -> Result<Option<String>> {
        let written = write_if_changed(&self.path, &self.text)?;
        Ok(written.then(|| workspace.show(&self.path)))
    }

    pub(super) fn is_stale(&self) -> bool {
        !std::fs::read_to_string(&self.path).is_ok_and(|current| current == self.text)
    }
}

/// What the derived files must hold.
pub(super) fn wanted(workspace: &Workspace, origin: &Origin, operations: usize) -> Result<Vec<Derived>> {
    let manifest = workspace.root().join("twilio-sdk/Cargo.toml");
    let shown = workspace.show(&manifest);
    let current = std::fs::read_to_string(&manifest).with_context(|| format!("cannot read {shown}"))?;
    let text = with_features(&current).with_context(|| format!("{shown} cannot be regenerated"))?;
    Ok(vec![
        Derived { path: manifest, text },
        Derived {
            path: workspace.root().join("twilio-sdk/src/products.rs"),
            text: products_rs(origin, operations),
        },
    ])
}

/// The manifest with its features block rewritten, everything else untouched.
fn with_features(manifest: &str) -> Result<String> {
    let missing = "put the two lines into its [features] section";
    let Some((before, rest)) = split_at_line(manifest, BEGIN) else {
        bail!("the marker line `{BEGIN}` is missing; {missing}");
    };
    let Some((_, after)) = split_at_line(rest, END) else {
        bail!("the marker line `{END}` is missing after the other; {missing}");
    };
    let mut block = String::new();
    for product in products() {
        block.push_str(&format!("{} = []\n", product.feature()));
    }
    block.push_str("all-products = [\n");
    for product in products() {
        block.push_str(&format!("    \"{}\",\n", product.feature()));
    }
    block.push_str("]\n");
    Ok(format!("{before}{BEGIN}\n{block}{END}\n{after}"))
}

/// What stands before and after the line that has only `marker` in it.
fn split_at_line<'a>(text: &'a str, marker: &str) -> Option<(&'a str, &'a str)> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.trim() == marker {
            return Some((&text[..start], &text[start + line.len()..]));
        }
        start += line.len();
    }
    None
}

fn products_rs(origin: &Origin, operations: usize) -> String {
    let source = match origin {
        Origin::Npm { package, version, .. } => format!("{package} {version}"),
        Origin::Github { repository, reference } => format!("{repository} {reference}"),
        Origin::Dir { .. } => "local files".to_owned(),
    };
    let mut text = format!(
        "{HEADER}\n\n/// The release of Twilio's OpenAPI files that this version is generated from: package and \
         version.\npub const SPEC_VERSION: &str = {source:?};\n\n/// The number of operations in those files, of all \
         products.\npub const OPERATIONS: usize = {operations};\n\n"
    );
    text.push_str("crate::client::products! {\n");
    for product in products() {
        text.push_str(&format!(
            "    {} = \"{}\", \"{}\";\n",
            product.module(),
            product.feature(),
            product.host
        ));
    }
    text.push_str("}\n");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_the_block_between_the_markers_is_rewritten() {
        let manifest =
            format!("[features]\ndefault = []\n{BEGIN}\nold-v1 = []\n{END}\n\n[lints]\nworkspace = true\n");
        let text = with_features(&manifest).unwrap();
        assert!(
            text.starts_with(&format!("[features]\ndefault = []\n{BEGIN}\naccounts-v1 = []\n")),
            "{text}"
        );
        assert!(
            text.ends_with(&format!("    \"wireless-v1\",\n]\n{END}\n\n[lints]\nworkspace = true\n")),
            "{text}"
        );
        assert!(!text.contains("old-v1"), "{text}");
        assert_eq!(with_features(&text).unwrap(), text);
        let parsed: toml::Table = toml::from_str(&text).unwrap();
        let all = parsed["features"]["all-products"].as_array().unwrap();
        assert_eq!(all.len(), products().len());
        assert!(all.iter().all(|name| parsed["features"].get(name.as_str().unwrap()).is_some()));
    }

    #[test]
    fn a_missing_marker_is_named() {
        for (manifest, marker) in
            [("[features]\n", BEGIN), (&*format!("{BEGIN}\n"), END), (&*format!("{END}\n{BEGIN}\n"), END)]
        {
            let error = with_features(manifest).unwrap_err().to_string();
            assert!(error.contains(marker), "{error}");
        }
    }

    #[test]
    fn products_rs_has_a_row_per_product() {
        let origin = Origin::Npm { package: "p".into(), version: "1.2.3".into(), integrity: String::new() };
        let text = products_rs(&origin, 3);
        assert!(text.starts_with(HEADER));
        assert!(
            text.contains("SPEC_VERSION: &str = \"p 1.2.3\";") && text.contains("OPERATIONS: usize = 3;")
        );
        assert!(text.contains("    api_v2010 = \"api-v2010\", \"api.twilio.com\";\n"));
        assert_eq!(
            text.lines().filter(|line| line.ends_with(';') && line.starts_with("    ")).count(),
            products().len()
        );
    }
}
