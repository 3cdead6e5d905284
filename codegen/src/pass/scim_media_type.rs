use super::{Pass, walk};

pub(super) const PASS: Pass = Pass {
    name: "scim-media-type",
    reason: "SCIM operations take application/json and application/scim+json; RFC 7644 names the latter",
    apply: |spec| {
        let mut count = 0;
        walk::for_each_operation(spec.document_mut(), &mut |value, _| {
            let content = value.get_mut("requestBody").and_then(|b| walk::object_at(b, &["content"]));
            if let Some(content) = content
                && content.len() > 1
                && let Some(scim) = content.get("application/scim+json").cloned()
            {
                content.clear();
                content.insert("application/scim+json".to_owned(), scim);
                count += 1;
            }
            Ok::<(), crate::Error>(())
        })?;
        Ok(count)
    },
};
