use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{Beyond, MAX_DEPTH, Repaired, repair};

fn mended(text: impl AsRef<[u8]>) -> Value {
    let text = text.as_ref();
    let Repaired { text: mended, .. } = repair(text).unwrap_or_else(|e| panic!("{e:?}: {text:?}"));
    serde_json::from_str(&mended).unwrap_or_else(|e| panic!("{e}: {mended}"))
}

/// The example responses of Twilio's own files; nothing where those are absent.
fn examples() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../twilio-openapi/upstream");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("the examples need Twilio's verbatim specs; run cargo xtask gen");
        return Vec::new();
    };
    let mut found = Vec::new();
    for file in files.filter_map(Result::ok) {
        let Ok(spec) = serde_json::from_slice::<Value>(&std::fs::read(file.path()).expect("a file")) else {
            continue;
        };
        let paths = spec["paths"].as_object().into_iter().flat_map(|paths| paths.values());
        for operation in paths.filter_map(Value::as_object).flat_map(|item| item.values()) {
            let responses = operation["responses"].as_object().into_iter().flat_map(|map| map.values());
            for media in responses.filter_map(|r| r["content"].as_object()).flat_map(|map| map.values()) {
                let examples = media["examples"].as_object().into_iter().flat_map(|map| map.values());
                found.extend(examples.map(|example| example["value"].clone()).filter(|v| !v.is_null()));
            }
        }
    }
    assert!(found.len() > 1500, "only {} examples", found.len());
    found
}

/// Lists of at least three different items, made of the examples that are lists.
fn pages() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for mut example in examples() {
        let Some(map) = example.as_object_mut() else { continue };
        let named = map.get("meta").and_then(|meta| meta["key"].as_str()).map(str::to_owned);
        let first = named.or_else(|| {
            let lists = map.iter().find(|(_, value)| value.as_array().is_some_and(|list| !list.is_empty()));
            lists.map(|(name, _)| name.clone())
        });
        let Some((name, items)) = first.and_then(|name| Some((name.clone(), map.get_mut(&name)?))) else {
            continue;
        };
        let Some(item @ Value::Object(_)) = items.get(0).cloned() else { continue };
        let copies = (0..3).map(|index| {
            let mut copy = item.clone();
            copy["copy"] = json!(format!("C{index}"));
            copy
        });
        *items = copies.collect();
        found.push((name, example));
    }
    found
}

#[test]
fn what_is_well_formed_stays_as_it_is() {
    let mut all = examples();
    all.extend([
        json!(null),
        json!([]),
        json!({}),
        json!("a\"\\\u{7}é\u{10ffff}"),
        json!([[], {"": [1, -0.5, 1e300]}]),
    ]);
    for example in all {
        for text in [example.to_string(), serde_json::to_string_pretty(&example).unwrap()] {
            let repaired = repair(text.as_bytes()).expect(&text);
            assert_eq!(repaired.damage.places, 0, "{text}");
            assert_eq!(serde_json::from_str::<Value>(&repaired.text).expect("JSON"), example);
        }
    }
}

#[test]
fn each_kind_of_damage_keeps_the_rest() {
    let cases: [(&[u8], Value); 33] = [
        (b"\xef\xbb\xbf{\"a\":1}", json!({"a": 1})),
        (b"{\"a\":\"x\xffy\",\"b\":1}", json!({"a": "x\u{fffd}y", "b": 1})),
        (
            br#"{"a":"\ud800","b":"\ud83d\ude00","c":"\udc00\ud800x"}"#,
            json!({"a": "\u{fffd}", "b": "😀", "c": "\u{fffd}\u{fffd}x"}),
        ),
        (br#"{"a":"\ud800\u0041"}"#, json!({"a": "\u{fffd}A"})),
        (br#"{"\ud800":1}"#, json!({"\u{fffd}": 1})),
        (b"{\"a\":\"x\ny\0z\",\"b\":1}", json!({"a": "x\ny\0z", "b": 1})),
        (br#"{"a":"\x\u12","b":1}"#, json!({"a": "\\x\\u12", "b": 1})),
        (br#"{"a":1e400,"b":-1e400,"c":1}"#, json!({"a": "1e400", "b": "-1e400", "c": 1})),
        (br#"{"a":0.12345678901234567890}"#, json!({"a": "0.12345678901234567890"})),
        (
            br#"[123456789012345678901234567890,18446744073709551615]"#,
            json!(["123456789012345678901234567890", u64::MAX]),
        ),
        (
            br#"{"a":NaN,"b":-Infinity,"c":01,"d":+1,"e":.5,"f":None,"g":1}"#,
            json!({"a": "NaN", "b": "-Infinity", "c": "01", "d": "+1", "e": ".5", "f": "None", "g": 1}),
        ),
        (br#"{"a":1}{"b":2}"#, json!({"a": 1})),
        (b"{\"a\":1}\n<!-- x -->", json!({"a": 1})),
        (b"{\"a\":1,}", json!({"a": 1})),
        (b"{,\"a\":[1,,2,],}", json!({"a": [1, 2]})),
        (b"{\0\"a\"\x0b:\xc2\xa01\xe2\x80\xa8}", json!({"a": 1})),
        // One byte of the structure is another one.
        (br#"{"aX:"xy","b":1}"#, json!({"aX": "xy", "b": 1})),
        (br#"{"aX:5,"b":1}"#, json!({"aX:5": null, "b": 1})),
        (br#"{Xa":"x","b":1}"#, json!({"Xa\"": "x", "b": 1})),
        (br#"{"a":Xx","b":1}"#, json!({"a": "Xx", "b": 1})),
        (br#"{"a":"xX,"b":1}"#, json!({"a": "xX", "b": 1})),
        (br#"{"a":"x\,"b":1}"#, json!({"a": "x\\", "b": 1})),
        (br#"{"a"X"x","b":1}"#, json!({"a": "x", "b": 1})),
        (br#"{"a":"x"X"b":1}"#, json!({"a": "x", "b": 1})),
        (br#"{"a":"x""b":1}"#, json!({"a": "x", "b": 1})),
        (br#"{"a":"say "hi" now","b":1}"#, json!({"a": "say \"hi\" now", "b": 1})),
        (br#"{"l":[{"a":1X,{"a":2}],"b":1}"#, json!({"l": [{"a": "1X"}, {"a": 2}], "b": 1})),
        (br#"{"l":[{"a":"x"X,{"a":2}],"b":1}"#, json!({"l": [{"a": "x"}, {"a": 2}], "b": 1})),
        (br#"{"l":[{"a":1},X"a":2},{"a":3}],"b":1}"#, json!({"l": [{"a": 1}, {"a": 2}, {"a": 3}], "b": 1})),
        (br#"{"l":[{"a":1}X{"a":2}],"b":1}"#, json!({"l": [{"a": 1}, {"a": 2}], "b": 1})),
        (br#"{"l":X{"a":1},{"a":2}],"b":1}"#, json!({"l": [{"a": 1}, {"a": 2}], "b": 1})),
        (br#"{"l":[{"a":1},{"a":2}X,"b":1}"#, json!({"l": [{"a": 1}, {"a": 2}], "b": 1})),
        (br#"X"a":1,"b":2}"#, json!({"a": 1, "b": 2})),
    ];
    for (damaged, expected) in cases {
        let shown = String::from_utf8_lossy(damaged);
        assert_eq!(mended(damaged), expected, "{shown}");
        assert!(repair(damaged).unwrap().damage.places > 0, "{shown}");
    }
}

#[test]
fn what_is_truncated_or_no_json_is_not_repaired() {
    let page = json!({"l": [{"a": "x\u{7}é", "b": [1.5, true, null]}], "m": {"k": "l"}}).to_string();
    for end in 0..page.len() {
        assert_eq!(repair(&page.as_bytes()[..end]).err(), Some(Beyond::Truncated), "{}", &page[..end]);
    }
    for body in
        ["<html>\"a\": 1</html>", "<!DOCTYPE html PUBLIC \"-//W3C\">", "}", "]", "Bad Gateway", ":", "nul"]
    {
        assert_eq!(repair(body.as_bytes()).err(), Some(Beyond::NotJson), "{body}");
    }
}

#[test]
fn nesting_beyond_the_bound_is_kept_as_text() {
    for depth in [MAX_DEPTH, MAX_DEPTH + 1, 5_000, 500_000] {
        for (open, close) in [("[", "]"), ("{\"k\":", "}")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let mut at = &mended(format!("{{\"a\":{deep},\"b\":[2]}}"));
            assert_eq!(at["b"], json!([2]));
            at = &at["a"];
            for _ in 1..MAX_DEPTH {
                at = if open == "[" { &at[0] } else { &at["k"] };
            }
            let rest = depth + 1 - MAX_DEPTH;
            assert_eq!(at, &json!(format!("{}1{}", open.repeat(rest), close.repeat(rest))));
        }
    }
    assert_eq!(repair("[".repeat(1_000_000).as_bytes()).err(), Some(Beyond::Truncated));
}

#[test]
fn a_damaged_item_of_a_page_is_named_and_its_neighbours_are_whole() {
    let repaired = repair(br#"{"l":[{"a":1},{"a":1e400},{"a":"\ud800"},{"a":2}],"m":[1e400]}"#).unwrap();
    assert_eq!((repaired.damage.items("l"), repaired.damage.items("m")), (vec![1, 2], vec![0]));
    assert!(repaired.damage.items("k").is_empty());
}

/// Whether these stand in the list, in this order.
fn holds(list: &Value, expected: &[&Value]) -> bool {
    let mut list = list.as_array().into_iter().flatten();
    expected.iter().all(|expected| list.any(|item| item == *expected))
}

#[test]
fn review_27_one_wrong_byte_in_an_item_leaves_the_others_whole() {
    let (mut tried, mut lost, mut seen) = (0_usize, 0_usize, std::collections::BTreeSet::new());
    for (name, page) in pages() {
        let items = page[&name].as_array().unwrap();
        // Of each kind of item one: the structure is what counts.
        let names: Vec<_> = items[0].as_object().unwrap().keys().cloned().collect();
        if !seen.insert(names) || seen.len() % 24 != 0 {
            continue;
        }
        let text = page.to_string();
        let item = items[1].to_string();
        let start = text.find(&item).unwrap();
        for at in start..start + item.len() {
            for byte in *b"X\"{}[],:\\ \x00\xff0" {
                let mut body = text.clone().into_bytes();
                body[at] = byte;
                tried += 1;
                let kept = repair(&body).ok().and_then(|repaired| {
                    let value: Value = serde_json::from_str(&repaired.text).expect("well-formed");
                    holds(&value[&name], &[&items[0], &items[2]]).then_some(())
                });
                lost += usize::from(kept.is_none());
            }
        }
    }
    println!("{tried} tried, {lost} lost");
    // What is left are bytes that turned into a bracket, where nothing says which bracket is the wrong one.
    assert!(lost * 200 < tried || tried == 0, "{lost} of {tried} lost");
}

#[test]
fn review_27_what_stands_around_a_damaged_value_is_as_it_was() {
    let pages = pages();
    if pages.is_empty() {
        return;
    }
    let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
    let damages = prop::sample::select(vec![
        "\"a\\ud800b\"",
        "1e400",
        "-1E+999",
        "\"tab\there\"",
        "\"nul\0\"",
        "NaN",
        "undefined",
        "\"\\x\"",
        "0.1234567890123456789012345",
    ]);
    runner
        .run(
            &(0..pages.len(), any::<prop::sample::Index>(), damages, any::<bool>()),
            |(page, place, damage, pretty)| {
                let (_, page) = &pages[page];
                let pointers = pointers(page, String::new());
                let pointer = place.get(&pointers);
                let mut marked = page.clone();
                *marked.pointer_mut(pointer).unwrap() = json!("DAMAGE");
                let text = if pretty {
                    serde_json::to_string_pretty(&marked)
                } else {
                    serde_json::to_string(&marked)
                };
                let mut found = mended(text.unwrap().replace("\"DAMAGE\"", damage));
                let at = found.pointer_mut(pointer).unwrap();
                prop_assert!(at.is_string(), "{at}");
                *at = json!("DAMAGE");
                prop_assert_eq!(found, marked);
                Ok(())
            },
        )
        .unwrap();
}

/// The JSON pointers of all values below the outermost.
fn pointers(value: &Value, at: String) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect(),
        _ => Vec::new(),
    };
    inner
        .into_iter()
        .flat_map(|(name, value)| {
            let pointer = format!("{at}/{name}");
            let mut all = pointers(value, pointer.clone());
            all.push(pointer);
            all
        })
        .collect()
}

#[test]
fn no_bytes_make_it_panic_or_write_what_is_no_json() {
    let mut runner = TestRunner::new(Config { cases: 4_000, failure_persistence: None, ..Config::default() });
    let part = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\":", "\"b\"", "1", "1e999", "X", " ", "\n", "null",
        "\u{feff}", "\\ud800", "é", "\u{0}",
    ]);
    runner
        .run(&prop::collection::vec(part, 0..24), |parts| {
            for start in ["", "{\"a\":", "{\"l\":[{\"a\":"] {
                let body = format!("{start}{}", parts.concat());
                if let Ok(repaired) = repair(body.as_bytes()) {
                    let read = serde_json::from_str::<Value>(&repaired.text);
                    prop_assert!(read.is_ok(), "{body} became {}", repaired.text);
                }
            }
            Ok(())
        })
        .unwrap();
}
