//! Lists that crates without a build script have in common with the generator.

use twilio_codegen::analyze::sid::SIDS;
use twilio_codegen::{SHARED_SPEC, shared_enums};
use twilio_openapi::{Spec, find, specs_dir, surface_dir};
use twilio_sdk_types::internal::KINDS;

#[test]
fn the_kinds_of_sids_are_those_of_the_generator() {
    let generated: Vec<_> = SIDS.iter().map(|kind| (kind.name, kind.prefixes)).collect();
    assert_eq!(generated, KINDS);
}

/// The names and the values of the enums in a source: `CallStatus Queued="queued" …`.
fn enums(source: &str) -> Vec<String> {
    let code =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join(" ");
    let docs = regex_lite::Regex::new(r#"#\[doc\s*=\s*"[^"]*"\]"#).unwrap();
    let code = docs.replace_all(&code, "");
    let definition = regex_lite::Regex::new(r"(\w+Status)\s*\{([^}]*)\}").unwrap();
    definition
        .captures_iter(&code)
        .map(|found| {
            let values = found[2].split(',').map(|value| value.split_whitespace().collect::<String>());
            let values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
            format!("{} {}", &found[1], values.join(" "))
        })
        .collect()
}

#[test]
fn the_statuses_of_webhooks_have_the_values_of_the_specification() {
    let product = find(SHARED_SPEC).unwrap();
    let text = std::fs::read_to_string(surface_dir().join(product.file_name())).unwrap();
    let lock = twilio_codegen::lock::Lock::parse("surface", &text).unwrap();
    let spec = Spec::load(&specs_dir(), product).unwrap();
    let generated = enums(&shared_enums(&spec, Some(&lock)).unwrap());
    let written = include_str!("../../../crates/types/src/status.rs");
    assert_eq!(generated.len(), 3);
    assert_eq!(enums(written), generated);
}
