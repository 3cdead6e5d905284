//! The same facts give the same code.
#![allow(clippy::unwrap_used)]

use crate::common;

use quote::ToTokens;
use serde_json::{Map, Value};
use twilio_codegen::{Options, generate};
use twilio_openapi::{Spec, find, specs_dir, upstream_dir};

const SPECS: &[&str] = &["api_v2010", "iam_organizations", "intelligence_v3", "memory_v1", "messaging_v1"];

fn source(folder: &std::path::Path, stem: &str) -> String {
    let spec = Spec::load(folder, find(stem).unwrap()).unwrap();
    generate(&spec, Options::default()).unwrap().source
}

#[test]
fn a_spec_gives_the_same_bytes_every_time() {
    for stem in SPECS {
        assert!(source(&specs_dir(), stem) == source(&specs_dir(), stem), "{stem} differs");
    }
}

#[test]
fn only_what_the_header_says_depends_on_the_name() {
    let text = std::fs::read_to_string(specs_dir().join("twilio_iam_v1.json")).unwrap();
    let of = |name: &str| generate(&Spec::parse(name, &text).unwrap(), Options::default()).unwrap().source;
    // The docs name it too, as do links and paths: the product in Twilio's own libraries, the page of its reference.
    let rest = |text: String| {
        let lines = text.lines().filter(|line| !line.contains("///") && !line.contains("iam"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rest(of("iam_v1")), rest(of("iam_v0")));
}

#[test]
fn the_order_of_keys_does_not_matter() {
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Array(list) => list.iter().map(reversed).collect(),
            Value::Object(map) => map
                .iter()
                .rev()
                .map(|(key, value)| (key.clone(), reversed(value)))
                .collect::<Map<_, _>>()
                .into(),
            scalar => scalar.clone(),
        }
    }
    for stem in SPECS {
        let spec = Spec::load(&specs_dir(), find(stem).unwrap()).unwrap();
        let other = Spec::from_document(stem, reversed(spec.document()));
        let of = |spec: &Spec| generate(spec, Options::default()).unwrap().source;
        assert!(of(&spec) == of(&other), "{stem} differs");
    }
}

#[test]
fn verbatim_and_distilled_specs_differ_in_docs_only() {
    if !common::verbatim("verbatim_and_distilled_specs_differ_in_docs_only") {
        return;
    }
    let mut documented = 0;
    for stem in SPECS {
        let (facts, words) = (source(&specs_dir(), stem), source(&upstream_dir(), stem));
        documented += usize::from(words.len() > facts.len());
        let (facts, words) = (without_docs(&facts), without_docs(&words));
        let same = facts.bytes().zip(words.bytes()).take_while(|(a, b)| a == b).count();
        let around = facts.get(same.saturating_sub(200)..same).unwrap_or_default();
        assert!(facts == words, "{stem} differs after: {around}");
    }
    assert_eq!(documented, SPECS.len(), "Twilio's words are in none of the docs");
}

/// The tokens without doc attributes, those in macros included.
fn without_docs(source: &str) -> String {
    fn strip(tokens: proc_macro2::TokenStream, out: &mut String) {
        use proc_macro2::TokenTree;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match (&token, tokens.peek()) {
                (TokenTree::Punct(sign), Some(TokenTree::Group(group)))
                    if sign.as_char() == '#' && is_doc(group) =>
                {
                    tokens.next();
                }
                (TokenTree::Group(group), _) => {
                    out.push_str(&format!("{:?}", group.delimiter()));
                    strip(group.stream(), out);
                    out.push_str("end ");
                }
                _ => out.push_str(&format!("{token} ")),
            }
        }
    }
    fn is_doc(group: &proc_macro2::Group) -> bool {
        group.stream().into_iter().next().is_some_and(|first| first.to_string() == "doc")
    }
    let file = syn::parse_file(source).unwrap();
    let mut out = String::new();
    strip(file.to_token_stream(), &mut out);
    out
}
