use serde_json::Value;

/// Returns where two JSON values differ. `null` equals absent, and a number equals its string.
pub fn differences(left: &Value, right: &Value) -> Option<String> {
    at(left, right, String::new())
}

fn at(left: &Value, right: &Value, path: String) -> Option<String> {
    match (left, right) {
        (Value::Object(left_map), Value::Object(right_map)) => {
            let names = left_map.keys().chain(right_map.keys());
            let get =
                |map: &serde_json::Map<String, Value>, name: &str| map.get(name).cloned().unwrap_or_default();
            names
                .into_iter()
                .find_map(|name| at(&get(left_map, name), &get(right_map, name), format!("{path}/{name}")))
        }
        (Value::Array(left_list), Value::Array(right_list)) if left_list.len() == right_list.len() => {
            let pairs = left_list.iter().zip(right_list).enumerate();
            pairs.into_iter().find_map(|(index, (left, right))| at(left, right, format!("{path}/{index}")))
        }
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            let same = text.parse::<f64>().ok() == number.as_f64();
            (!same).then(|| format!("{path}: {number} and {text:?}"))
        }
        (left, right) => (left != right).then(|| format!("{path}: {left} and {right}")),
    }
}

/// Returns whether an object has a duplicate key, which has no defined meaning.
pub fn has_twins(json: &[u8]) -> bool {
    use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

    struct Twins(bool);
    struct TwinsVisitor;
    impl<'de> Deserialize<'de> for Twins {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(TwinsVisitor)
        }
    }
    macro_rules! scalars {
        ($($name:ident($ty:ty))*) => {
            $(fn $name<E>(self, _: $ty) -> Result<Twins, E> {
                Ok(Twins(false))
            })*
        };
    }
    impl<'de> Visitor<'de> for TwinsVisitor {
        type Value = Twins;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("JSON")
        }
        scalars!(visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str));
        fn visit_unit<E>(self) -> Result<Twins, E> {
            Ok(Twins(false))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Twins, A::Error> {
            let mut found = false;
            while let Some(item) = list.next_element::<Twins>()? {
                found |= item.0;
            }
            Ok(Twins(found))
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Twins, A::Error> {
            let (mut names, mut found) = (std::collections::BTreeSet::new(), false);
            while let Some((name, value)) = map.next_entry::<String, Twins>()? {
                found |= value.0 | !names.insert(name);
            }
            Ok(Twins(found))
        }
    }
    serde_json::from_slice::<Twins>(json).is_ok_and(|twins| twins.0)
}
