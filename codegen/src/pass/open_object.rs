use serde_json::{Value, json};

use super::{Pass, walk};

pub(super) const PASS: Pass = Pass {
    name: "open-object",
    reason: "an object without properties says nothing of its content: it is a map of text where its \
             format says so, and free JSON otherwise",
    apply: |spec| {
        let mut count = 0;
        walk::schemas(spec, &mut |schema, _| {
            let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
            let has_properties =
                schema.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty());
            let has_values = schema.get("additionalProperties").is_some_and(Value::is_object);
            if is_object && !has_properties && !has_values {
                count += 1;
                if let Some(map) = schema.as_object_mut() {
                    if map.get("format").and_then(Value::as_str) == Some("uri-map") {
                        map.insert("additionalProperties".to_owned(), json!({ "type": "string" }));
                    } else {
                        map.remove("type");
                    }
                    map.remove("properties");
                }
            }
            Ok(())
        })?;
        Ok(count)
    },
};
