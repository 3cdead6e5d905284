use super::family::*;
use super::published::manifests_are_complete;
use super::tests::{places, tree};

const ROOT: (&str, &str) = (
    "Cargo.toml",
    "[workspace.package]\nversion = \"0.1.0\"\n[workspace.dependencies]\n\
     twilio-sdk-types = { path = \"crates/types\", version = \"=0.1.0\" }\n",
);
const TYPES: (&str, &str) =
    ("crates/types/Cargo.toml", "[package]\nname = \"twilio-sdk-types\"\nversion.workspace = true\n");
const HTTP: (&str, &str) =
    ("crates/http/Cargo.toml", "[package]\nname = \"twilio-sdk-http\"\nversion.workspace = true\n");

fn member(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion.workspace = true\n{rest}")
}

#[test]
fn a_member_depends_on_what_the_table_allows() {
    let check =
        |text: &str| places(dependencies_are_allowed, &[ROOT, TYPES, HTTP, ("crates/x/Cargo.toml", text)]);
    let on = |name: &str, sister: &str| check(&member(name, &format!("[dependencies]\n{sister}\n")));
    assert!(on("twilio-sdk-webhook", "twilio-sdk-types.workspace = true").is_empty());
    assert_eq!(on("twilio-sdk-webhook", "twilio-sdk-http.workspace = true"), ["crates/x/Cargo.toml"]);
    assert_eq!(on("twilio-sdk-vault", "twilio-sdk-http.workspace = true"), ["crates/x/Cargo.toml"]);
    assert!(
        on("twilio-sdk-vault", "twilio-sdk-types.workspace = true").is_empty(),
        "by audit, without a feature"
    );
    assert!(on("twilio-sdk-vault", "twilio-sdk-http = { workspace = true, optional = true }").is_empty());
    assert!(on("twilio-sdk-oauth", "twilio-sdk-types.workspace = true").is_empty(), "http depends on types");
    assert_eq!(on("twilio-sdk-unknown", "serde = \"1\""), ["crates/x/Cargo.toml"]);
    let build = member("twilio-sdk-webhook", "[build-dependencies]\ntwilio-sdk-http.workspace = true\n");
    assert_eq!(check(&build), ["crates/x/Cargo.toml"]);
    let dev = member("twilio-sdk-webhook", "[dev-dependencies]\ntwilio-sdk-http = { path = \"../http\" }\n");
    assert!(check(&dev).is_empty());
    let unix =
        member("twilio-sdk-webhook", "[target.'cfg(unix)'.dependencies]\ntwilio-sdk-http.workspace = true\n");
    assert_eq!(check(&unix), ["crates/x/Cargo.toml"]);
}

#[test]
fn sisters_have_one_exact_version() {
    let check = |text: &str| places(sisters_are_pinned, &[ROOT, TYPES, ("crates/x/Cargo.toml", text)]);
    let on = |text: &str| check(&member("twilio-sdk-webhook", text));
    assert!(on("[dependencies]\ntwilio-sdk-types.workspace = true\n").is_empty());
    let versioned = "[dependencies]\ntwilio-sdk-types = { path = \"../types\", version = \"0.1\" }\n";
    assert_eq!(on(versioned), ["crates/x/Cargo.toml"]);
    assert!(on("[dev-dependencies]\ntwilio-sdk-types = { path = \"../types\" }\n").is_empty());
    assert_eq!(on("[dev-dependencies]\ntwilio-sdk-types.workspace = true\n"), ["crates/x/Cargo.toml"]);
    assert_eq!(
        check("[package]\nname = \"twilio-sdk-webhook\"\nversion = \"0.1.0\"\n"),
        ["crates/x/Cargo.toml"]
    );
    let loose = ROOT.1.replace("=0.1.0", "0.1.0");
    assert_eq!(places(sisters_are_pinned, &[("Cargo.toml", &loose), TYPES]), ["Cargo.toml"]);
}

#[test]
fn only_a_dependency_is_named() {
    let manifest = member("twilio-sdk-webhook", "");
    let rule = only_dependencies_are_named;
    let files = [ROOT, TYPES, ("crates/x/Cargo.toml", manifest.as_str())];
    let with =
        |line: &'static str| places(rule, &[files.as_slice(), &[("crates/x/src/a.rs", line)]].concat());
    assert_eq!(with("use twilio_sdk_types::Sid;\n"), ["crates/x/src/a.rs:1"]);
    assert!(with("// twilio_sdk_types\nuse twilio_sdk_webhook::x;\n").is_empty());
}

#[test]
fn the_table_shows_what_is_used_and_what_is_allowed() {
    let webhook = member("twilio-sdk-webhook", "[dependencies]\ntwilio-sdk-types.workspace = true\n");
    let text = table(&tree(&[ROOT, TYPES, ("crates/x/Cargo.toml", &webhook)]));
    let row = text.lines().find(|line| line.starts_with("twilio-sdk-webhook")).unwrap_or_default();
    assert!(row.ends_with(" types"), "{text}");
}

#[test]
fn a_published_manifest_describes_the_package() {
    let check = |text: &str| places(manifests_are_complete, &[("crates/x/Cargo.toml", text)]);
    assert_eq!(check(&member("twilio-sdk-webhook", "")), ["crates/x/Cargo.toml"]);
    assert!(check("[package]\nname = \"x\"\npublish = false\n").is_empty());
}
