use serde_json::Value;

use super::{Pass, walk};

pub(super) const PASS: Pass = Pass {
    name: "authorization-header",
    reason: "some operations list Authorization as a parameter, although the client's credentials make it",
    apply: |spec| {
        let mut count = 0;
        walk::for_each_operation(spec.document_mut(), &mut |value, _| {
            if let Some(list) = value.get_mut("parameters").and_then(Value::as_array_mut) {
                let before = list.len();
                list.retain(|p| {
                    let text = |key| p.get(key).and_then(Value::as_str).unwrap_or_default();
                    !(text("in") == "header" && text("name").eq_ignore_ascii_case("authorization"))
                });
                count += before - list.len();
            }
            Ok(())
        })?;
        Ok(count)
    },
};
