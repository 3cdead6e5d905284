use serde_json::Value;

use super::{Pass, walk};

pub(super) const PASS: Pass = Pass {
    name: "http-method",
    reason: "hundreds of fields repeat the enum of HTTP methods inline; they share one type",
    apply: |spec| {
        let mut count = 0;
        walk::schemas(spec, &mut |schema, _| {
            if schema.get("format").and_then(Value::as_str) == Some("http-method")
                && let Some(map) = schema.as_object_mut()
                && map.remove("enum").is_some()
            {
                count += 1;
            }
            Ok(())
        })?;
        Ok(count)
    },
};
