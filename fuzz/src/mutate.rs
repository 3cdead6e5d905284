use serde_json::{Map, Value, json};

use super::damage::damage;

/// Mutates or damages the JSON that stands behind a head; what is no JSON, and every other input, is left to libFuzzer.
pub fn mutate_behind(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    behind: fn(&[u8]) -> usize,
) -> usize {
    let head = data.get(..size).map_or(0, behind).min(size);
    let body = data.get(head..size).unwrap_or_default();
    let changed = match seed % 4 {
        0 | 2 => mutate(body, seed / 4),
        1 => damage(body, &mut Rng::new(seed / 4)),
        _ => None,
    };
    if let Some(changed) = changed
        && let Some(place) = data.get_mut(head..head + changed.len())
    {
        place.copy_from_slice(&changed);
        return head + changed.len();
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
}

/// The JSON with one value changed, taken out or put in twice; `None` where it is no JSON.
pub fn mutate(json: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(json).ok()?;
    let mut rng = Rng::new(seed);
    let mut at = rng.below(count(&value));
    change(&mut value, &mut at, &mut rng);
    let mut text = value.to_string();
    // A map holds no key twice, but JSON can.
    if rng.below(16) == 0
        && let Value::Object(map) = &value
        && let Some(name) = map.keys().nth(rng.below(map.len().max(1)))
        && let Some(rest) = text.strip_prefix('{')
    {
        text = format!("{{{}:{},{rest}", json!(name), scalar(&mut rng));
    }
    Some(text.into_bytes())
}

pub(crate) fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum::<usize>(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// Changes the value that is reached after `at` others.
fn change(value: &mut Value, at: &mut usize, rng: &mut Rng) -> bool {
    if *at == 0 {
        let old = value.take();
        *value = other(old, rng);
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|item| change(item, at, rng)),
        Value::Object(map) => map.values_mut().any(|item| change(item, at, rng)),
        _ => false,
    }
}

fn other(old: Value, rng: &mut Rng) -> Value {
    match (rng.below(8), old) {
        (0, old) => Value::Array(vec![old.clone(), old]),
        (1, old) => Value::Object(Map::from_iter([("key".to_owned(), old)])),
        (2, Value::Object(mut map)) => {
            let name = map.keys().nth(rng.below(map.len().max(1))).cloned().unwrap_or_default();
            let value = map.remove(&name).unwrap_or_default();
            map.insert(name + "x", value);
            Value::Object(map)
        }
        (2, Value::Array(mut list)) => {
            list.push(scalar(rng));
            Value::Array(list)
        }
        (3, Value::Number(number)) => number.to_string().into(),
        (3, Value::Bool(value)) => value.to_string().into(),
        (4, Value::String(text)) => Value::String(text.chars().rev().collect()),
        (5, Value::String(text)) => Value::String(text.chars().skip(rng.below(8)).collect()),
        _ => scalar(rng),
    }
}

fn scalar(rng: &mut Rng) -> Value {
    let scalars = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_007_199_254_740_993_i64),
        json!(0.1),
        json!(-0.0),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{fffd}é✓"),
        json!("2026-02-30T25:61:61Z"),
        json!("Fri, 02 Jan 2026 03:04:05 +0000"),
        json!("+99999-12-31T23:59:59.999999999999-23:59"),
        json!("1e400"),
        json!("-0.00000000000000000000000000000000000000001"),
        json!("https://api.twilio.com/2010-04-01/Accounts.json?Page=1"),
        json!("//elsewhere/x"),
        json!("/\\elsewhere/@x?#"),
        json!({}),
        json!([]),
        json!([null, {"a": [1.5]}]),
    ];
    scalars.get(rng.below(scalars.len())).cloned().unwrap_or_default()
}

/// xorshift: the same seed makes the same change, which libFuzzer relies on.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u32) -> Self {
        Self(u64::from(seed) | 1 << 32)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}
