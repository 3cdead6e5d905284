use serde_json::Value;
use twilio_openapi::{Spec, escape_pointer};

use crate::Result;
use crate::error::unsupported;

/// Checks that every way to authenticate is one that the client's credentials can go.
pub(super) fn requirements(spec: &Spec, list: &Value, pointer: &str) -> Result<()> {
    let Some(ways) = list.as_array() else {
        return Err(unsupported(spec.name(), pointer, "`security` is not a list"));
    };
    for (index, way) in ways.iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        let Some(schemes) = way.as_object() else {
            return Err(unsupported(spec.name(), &pointer, "a security requirement is not an object"));
        };
        if schemes.len() > 1 {
            let names: Vec<&str> = schemes.keys().map(String::as_str).collect();
            let message =
                format!("{} together are not supported: a request has one credential", names.join(" and "));
            return Err(unsupported(spec.name(), &pointer, message));
        }
        for name in schemes.keys() {
            scheme(spec, name, &format!("{pointer}/{}", escape_pointer(name)))?;
        }
    }
    Ok(())
}

fn scheme(spec: &Spec, name: &str, used: &str) -> Result<()> {
    let pointer = format!("/components/securitySchemes/{}", escape_pointer(name));
    let Some(scheme) = spec.document().pointer(&pointer) else {
        return Err(unsupported(
            spec.name(),
            used,
            format!("the security scheme `{name}` is not in the document"),
        ));
    };
    let scheme = spec.resolve(scheme)?;
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = (text("type"), text("scheme").to_ascii_lowercase());
    let flows: Vec<&str> = scheme
        .get("flows")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(flow, _)| flow.as_str())
        .collect();
    match (kind.0, kind.1.as_str(), flows.as_slice()) {
        ("http", "basic" | "bearer", _) | ("oauth2", _, ["clientCredentials"]) => Ok(()),
        (ty, scheme, _) => {
            let what = format!("{ty} {scheme} {}", flows.join(" "));
            let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
            let message = format!("the security scheme `{name}` ({what}) is not supported");
            Err(unsupported(spec.name(), &pointer, message))
        }
    }
}
