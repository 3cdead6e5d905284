//! Secret names: every property and parameter of every spec that looks like one is decided.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use std::collections::{BTreeMap, BTreeSet};

use common::distilled;
use serde_json::Value;
use twilio_codegen::secret_names::{fold, is_secret};

/// Parts of names that make one look like a secret.
const LOOKS: &[&str] = &[
    "assertion",
    "auth",
    "bearer",
    "cert",
    "cookie",
    "credential",
    "jwt",
    "key",
    "nonce",
    "otp",
    "passport",
    "pass",
    "psk",
    "pwd",
    "salt",
    "secret",
    "signature",
    "token",
    "verifier",
];

/// Strings that look like secrets and are left out, folded, with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("authcontext", "tells how a user logged in"),
    ("authenticatordata", "flags and a counter, signed by `signature`"),
    ("author", "a person or an authority"),
    ("authorizationdetails", "tells what is asked for"),
    ("authorizedrepresentative", "a person or an authority"),
    ("authorizedrepresentativekatakana", "a person or an authority"),
    ("authorizedrepresentative1dateofbirth", "a person or an authority"),
    ("authorizedrepresentative1email", "a person or an authority"),
    ("authorizedrepresentative1firstname", "a person or an authority"),
    ("authorizedrepresentative1lastname", "a person or an authority"),
    ("authorizedrepresentative1phone", "a person or an authority"),
    ("authtype", "a word"),
    ("binding.publickey", "the public half"),
    ("businessregistrationauthority", "a person or an authority"),
    ("certificate", "without a private key; Apple's is beside it, as `private_key`"),
    ("counterkey", "names a counter"),
    ("csrftokensessionstate", "the state that the secret `csrf_token` belongs to"),
    ("customerkey", "the customer's own identifier"),
    ("idempotencykey", "names a request"),
    ("imagekey", "names a picture"),
    ("key", "names a field, a variable or an item; the key of an API key is its `secret`"),
    ("keytype", "a word"),
    ("keyword", "a word of a message"),
    ("keywordmessage", "a word of a message"),
    ("keywordtype", "a word"),
    ("listkey", "names a list"),
    ("nextpagetoken", "where a list goes on"),
    ("nexttoken", "where a list goes on"),
    ("nonce", "public: it stands in the URL of a login"),
    ("notportabilityreason", "\"not portable\""),
    ("notportablereason", "\"not portable\""),
    ("pagetoken", "where a list goes on"),
    ("passkeys.authenticatorattachment", "a word"),
    ("passkeys.discoverablecredentials", "a word"),
    ("passkeys.relyingparty.id", "public"),
    ("passkeys.relyingparty.name", "public"),
    ("passkeys.relyingparty.origins", "public"),
    ("passkeys.userverification", "a word"),
    ("passports", "an attestation that travels with the call (RFC 8225)"),
    ("previouspagetoken", "where a list goes on"),
    ("previoustoken", "where a list goes on"),
    ("publickey", "the public half"),
    ("sipauthusername", "a name; the password is beside it"),
    ("tokentype", "a word"),
    ("totp.issuer", "public"),
];

/// Name and what it is, of every property and parameter.
fn names() -> BTreeMap<(String, &'static str), String> {
    let mut found = BTreeMap::new();
    for (product, spec) in distilled() {
        walk(spec.document(), &mut |name, schema| {
            found.entry((name.to_owned(), kind(schema))).or_insert_with(|| product.stem.to_owned());
        });
    }
    found
}

fn walk(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(map) => {
            for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if property.is_object() {
                    see(name, property);
                }
            }
            if let (Some(name), Some(schema), true) =
                (map.get("name").and_then(Value::as_str), map.get("schema"), map.contains_key("in"))
            {
                see(name, schema);
            }
            map.values().for_each(|value| walk(value, see));
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

/// Why a value of this schema holds no secret by itself, or `string`.
fn kind(schema: &Value) -> &'static str {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    if schema.get("enum").is_some() {
        return "one of some words";
    }
    match (text("type"), text("format")) {
        ("string", "" | "password" | "byte") => "string",
        ("string", "uri") => "a URL",
        ("string", _) => "of a format of its own",
        ("boolean", _) => "a truth value",
        ("integer" | "number", _) => "a number",
        _ => "judged by its own properties",
    }
}

#[test]
fn review_33_every_name_that_looks_secret_is_secret_or_left_out_for_a_reason() {
    let (mut undecided, mut used) = (Vec::new(), BTreeSet::new());
    for ((name, kind), product) in names() {
        let folded = fold(&name);
        let looks = LOOKS.iter().any(|part| folded.contains(part)) || folded.ends_with("pin");
        if !looks || kind != "string" || is_secret(&folded) {
            continue;
        }
        // A SID names a thing and opens nothing.
        let sid = folded.ends_with("sid") || folded.ends_with("sids");
        match LEFT_OUT.iter().find(|(left, _)| *left == folded) {
            Some((left, _)) => drop(used.insert(*left)),
            None if sid => {}
            None => undecided.push(format!("{name} ({product})")),
        }
    }
    assert!(undecided.is_empty(), "decide about these: {undecided:#?}");
    let stale: Vec<_> = LEFT_OUT.iter().filter(|(name, _)| !used.contains(name)).collect();
    assert!(stale.is_empty(), "no spec has these any more: {stale:?}");
    assert!(LEFT_OUT.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn review_33_what_is_secret_is_secret_in_the_types() {
    let mut checked = 0;
    for (product, spec) in distilled() {
        let (api, _) = twilio_codegen::analyze(&spec).unwrap();
        let debug = format!("{api:?}");
        let mut secrets = BTreeSet::new();
        walk(spec.document(), &mut |name, schema| {
            if is_secret(&fold(name)) && kind(schema) == "string" && schema.get("format").is_none() {
                secrets.insert(name.to_owned());
            }
        });
        for name in secrets {
            // Parameters of queries and headers are shown by the redaction only.
            let field = format!("wire: {name:?}");
            for found in debug.match_indices(&field) {
                let rest: String = debug[found.0..].chars().take(400).collect();
                let parameter = rest.contains("place: Query") || rest.contains("place: Header");
                let (secret, plain) = (rest.find("Secret("), rest.find("ty: Text"));
                let is_secret = secret.is_some() && plain.is_none_or(|plain| secret.unwrap() < plain);
                assert!(parameter || is_secret, "{}: {name}: {rest}", product.stem);
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "only {checked}");
}

#[test]
fn logs_know_the_same_secret_names() {
    let read = |path: &str| {
        let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        text.split_once("\n\n").map(|(_, rest)| rest.replace("pub(crate) fn", "pub fn")).unwrap_or_default()
    };
    assert_eq!(read("src/secret_names.rs"), read("../crates/redact/src/secret_names.rs"));
}
