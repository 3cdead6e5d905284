//! Real specs with random damage: whatever is broken, the generator returns code or an error.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value, json};
use twilio_codegen::{Error, Options, generate};
use twilio_openapi::{Spec, find, specs_dir};

const SPECS: &[&str] =
    &["api_v2010", "content_v1", "conversations_v2", "iam_organizations", "intelligence_v3", "memory_v1"];
const SLICES: usize = 8;
const MUTATIONS_OF_EACH: usize = 20;

/// SplitMix64: the same damage in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}

/// A few paths of a document and the components that they reach, so that one run takes milliseconds.
fn slice(document: &Value, random: &mut Random) -> Value {
    let paths = document["paths"].as_object().unwrap();
    let mut kept = Map::new();
    for _ in 0..2 {
        let (path, item) = paths.iter().nth(random.below(paths.len())).unwrap();
        kept.insert(path.clone(), item.clone());
    }
    let (mut reached, mut open) = (BTreeSet::new(), vec![Value::Object(kept.clone())]);
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if text.starts_with("#/") && reached.insert(text.clone()) => {
                open.extend(document.pointer(&text[1..]).cloned());
            }
            Value::Array(list) => open.extend(list),
            Value::Object(map) => open.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    let mut small = document.clone();
    small["paths"] = Value::Object(kept);
    for (section, map) in small["components"].as_object_mut().unwrap() {
        // Requirements name their schemes without a reference.
        if let Some(map) = map.as_object_mut().filter(|_| section != "securitySchemes") {
            map.retain(|name, _| reached.contains(&format!("#/components/{section}/{name}")));
        }
    }
    small
}

fn nodes(value: &Value, pointer: &str, out: &mut Vec<String>) {
    out.push(pointer.to_owned());
    match value {
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(index, child)| nodes(child, &format!("{pointer}/{index}"), out));
        }
        Value::Object(map) => map.iter().for_each(|(key, child)| {
            nodes(child, &format!("{pointer}/{}", twilio_openapi::escape_pointer(key)), out);
        }),
        _ => {}
    }
}

/// Replaces, wraps, renames or removes one node, and says what was done.
fn damage(document: &mut Value, random: &mut Random) -> String {
    let mut all = Vec::new();
    nodes(document, "", &mut all);
    let pointer = all[random.below(all.len())].clone();
    let (other, kind) = (all[random.below(all.len())].clone(), random.below(14));
    let node = document.pointer_mut(&pointer).unwrap();
    let old = node.take();
    *node = match kind {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!("\u{202e} `fn*/\r\n{x"),
        3 => json!(""),
        4 => json!([]),
        5 => json!({}),
        6 => json!([old]),
        7 => json!({ "x": old }),
        8 => json!({ "$ref": format!("#{other}") }),
        9 => json!({ "$ref": format!("#{pointer}") }),
        10 => json!({ "allOf": [old.clone(), old], "oneOf": [{ "$ref": format!("#{other}") }] }),
        11 => json!(true),
        12 => match old {
            Value::Object(map) => map
                .into_iter()
                .enumerate()
                .map(|(index, (key, value))| (if index == 0 { "self".to_owned() } else { key }, value))
                .collect(),
            other => json!({ "type": "object", "properties": { "type": other } }),
        },
        _ => match old {
            Value::Object(mut map) => {
                let count = map.len().max(1);
                let key = map.keys().nth(random.below(count)).cloned();
                key.and_then(|key| map.remove(&key));
                Value::Object(map)
            }
            Value::Array(mut list) => {
                list.pop();
                Value::Array(list)
            }
            _ => json!(1e300),
        },
    };
    format!("{pointer} kind {kind} other {other}")
}

#[test]
fn no_damage_makes_the_generator_panic() {
    let (mut sound, mut refused) = (0, 0);
    for (index, stem) in SPECS.iter().enumerate() {
        let spec = Spec::load(&specs_dir(), find(stem).unwrap()).unwrap();
        let mut random = Random(index as u64);
        for _ in 0..SLICES {
            let whole = slice(spec.document(), &mut random);
            for _ in 0..MUTATIONS_OF_EACH {
                let mut document = whole.clone();
                let mut what = Vec::new();
                for _ in 0..=random.below(2) {
                    what.push(damage(&mut document, &mut random));
                }
                let damaged = Spec::from_document(stem, document);
                let run = || generate(&damaged, Options::default().serialize(true));
                match catch_unwind(AssertUnwindSafe(run)) {
                    Ok(Ok(generated)) => {
                        syn::parse_file(&generated.source)
                            .unwrap_or_else(|e| panic!("{stem}: {what:?}: {e}"));
                        sound += 1;
                    }
                    Ok(Err(error)) => {
                        refused += 1;
                        let text = error.to_string();
                        assert!(text.starts_with(stem), "{what:?}: {text}");
                        assert!(
                            !matches!(error, Error::Output { .. } | Error::Types { .. }),
                            "refused too late: {what:?}: {text}"
                        );
                    }
                    Err(_) => panic!("{stem}: {what:?} made it panic"),
                }
            }
        }
    }
    assert!(
        sound > 100 && refused > 100,
        "{sound} sound, {refused} refused: the damage is too small or too great"
    );
}
