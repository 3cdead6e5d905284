use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use twilio_openapi::Spec;

use super::{Model, Type};
use crate::Result;

/// A constraint that a value must satisfy.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// A regular expression that the text must match.
    Pattern(String),
    /// Least number of characters.
    MinLength(u64),
    /// Greatest number of characters.
    MaxLength(u64),
    /// Least value.
    Minimum(f64),
    /// Greatest value.
    Maximum(f64),
    /// Least number of a list's items or of a map's entries.
    MinItems(u64),
    /// Greatest number of a list's items or of a map's entries.
    MaxItems(u64),
    /// Constraints of each item of a list or each value of a map.
    Each(Vec<Check>),
    /// The fields of a struct have their own checks.
    Fields(String),
}

/// Reads the checks of a value from its schema.
pub(crate) fn of(spec: &Spec, schema: &Value, ty: &Type) -> Result<Vec<Check>> {
    let schema = spec.resolve(schema)?;
    let number = |key: &str| schema.get(key).and_then(Value::as_u64);
    let float = |key: &str| schema.get(key).and_then(Value::as_f64);
    let mut checks = Vec::new();
    let size = |checks: &mut Vec<Check>, least: &str, most: &str| {
        checks.extend(number(least).filter(|least| *least > 0).map(Check::MinItems));
        checks.extend(number(most).map(Check::MaxItems));
    };
    match ty {
        Type::Integer | Type::Decimal => {
            checks.extend(float("minimum").map(Check::Minimum));
            checks.extend(float("maximum").map(Check::Maximum));
        }
        Type::List(item) => {
            size(&mut checks, "minItems", "maxItems");
            checks.extend(each(spec, schema.get("items"), item)?);
        }
        Type::Map(value) => {
            size(&mut checks, "minProperties", "maxProperties");
            checks.extend(each(spec, schema.get("additionalProperties"), value)?);
        }
        Type::Model(name) => checks.push(Check::Fields(name.clone())),
        Type::Secret(inner) => return of(spec, schema, inner),
        Type::Boolean | Type::Json => {}
        Type::Text
        | Type::Sid(_)
        | Type::Date
        | Type::Timestamp
        | Type::HttpMethod
        // Twilio adds values to its enums, so that only their form can be checked.
        | Type::Enum(_) => {
            let pattern = schema.get("pattern").and_then(Value::as_str);
            checks.extend(pattern.map(|text| Check::Pattern(text.to_owned())));
            // The pattern of a SID says its length too.
            let whole = pattern.is_some_and(|text| text.starts_with('^') && text.ends_with('$'));
            if !(whole && matches!(ty, Type::Sid(_))) {
                checks.extend(number("minLength").filter(|least| *least > 0).map(Check::MinLength));
                checks.extend(number("maxLength").map(Check::MaxLength));
            }
        }
    }
    Ok(checks)
}

fn each(spec: &Spec, schema: Option<&Value>, ty: &Type) -> Result<Option<Check>> {
    let Some(schema) = schema.filter(|schema| schema.is_object()) else { return Ok(None) };
    let checks = of(spec, schema, ty)?;
    Ok((!checks.is_empty()).then_some(Check::Each(checks)))
}

/// Removes the references to structs of whose fields nothing is to be checked.
pub(crate) fn prune(checks: &mut Vec<Check>, checked: &BTreeSet<String>) {
    checks.retain_mut(|check| match check {
        Check::Fields(name) => checked.contains(name),
        Check::Each(inner) => {
            prune(inner, checked);
            !inner.is_empty()
        }
        _ => true,
    });
}

/// The structs with fields to check, their own or those of a struct that they hold.
pub(crate) fn checked(models: &BTreeMap<String, Model>) -> BTreeSet<String> {
    fn any(checks: &[Check], checked: &BTreeSet<String>) -> bool {
        checks.iter().any(|check| match check {
            Check::Fields(name) => checked.contains(name),
            Check::Each(inner) => any(inner, checked),
            _ => true,
        })
    }
    let mut checked = BTreeSet::new();
    // A struct may hold itself; each round finds what the one before made known, until there is nothing more.
    loop {
        let more = models.iter().filter(|(name, model)| {
            !checked.contains(*name) && model.fields.values().any(|field| any(&field.checks, &checked))
        });
        let more: Vec<String> = more.map(|(name, _)| name.clone()).collect();
        if more.is_empty() {
            return checked;
        }
        checked.extend(more);
    }
}
