use serde_json::{Value, json};

use super::mutate::Rng;

/// The JSON as a server or a proxy may spoil it: no longer well-formed. `None` where it is no JSON.
pub(crate) fn damage(body: &[u8], rng: &mut Rng) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let spoilt: &[&str] = &[
        "\"a\\ud800b\"",
        "\"\\udfff\"",
        "1e400",
        "-1E+99999",
        "123456789012345678901234567890.5",
        "\"tab\there\"",
        "\"nul\0\"",
        "\"\\x\\u12\"",
        "NaN",
        "undefined",
        "BYTES",
        "DEEP",
    ];
    match rng.below(6) {
        0 => Some([b"\xef\xbb\xbf", body].concat()),
        1 => Some([body, b"}\n<!-- proxy -->"].concat()),
        2 => body.get(..rng.below(body.len())).map(<[u8]>::to_vec),
        3 => {
            let mut body = body.to_vec();
            let at = rng.below(body.len());
            *body.get_mut(at)? ^= 1 << rng.below(8);
            Some(body)
        }
        _ => {
            let mut at = rng.below(super::mutate::count(&value));
            mark(&mut value, &mut at);
            let instead = match *spoilt.get(rng.below(spoilt.len()))? {
                "BYTES" => b"\"\xff\xc3\"".to_vec(),
                "DEEP" => {
                    let depth = [100, 126, 127, 128, 200, 5_000][rng.below(6)];
                    format!("{}1{}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
                }
                text => text.as_bytes().to_vec(),
            };
            let text = value.to_string();
            let (before, after) = text.split_once(MARK)?;
            Some([before.as_bytes(), &instead, after.as_bytes()].concat())
        }
    }
}

const MARK: &str = "\"\u{1f4a5}\"";

/// Puts a mark in the place of the value that is reached after `at` others.
fn mark(value: &mut Value, at: &mut usize) -> bool {
    if *at == 0 {
        *value = json!("\u{1f4a5}");
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|item| mark(item, at)),
        Value::Object(map) => map.values_mut().any(|item| mark(item, at)),
        _ => false,
    }
}
