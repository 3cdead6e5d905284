//! Validation of requests against Twilio's specification.

use serde_json::Value;

use super::{Dispatch, Parts, Place};
use crate::error::Violation;
use crate::{Error, Result};

/// The operations of a product that have rules, sorted by ID.
pub type Rules = &'static [(&'static str, &'static [Rule])];

/// The rules of a parameter.
#[derive(Debug)]
pub struct Rule {
    place: Place,
    name: &'static str,
    required: bool,
    checks: &'static [Check],
}

/// The rules of the fields of a JSON object.
#[derive(Debug)]
pub struct Fields(pub &'static [(&'static str, &'static [Check])]);

/// One rule of a value.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Check {
    Pattern(&'static str),
    MinLength(usize),
    MaxLength(usize),
    Minimum(f64),
    Maximum(f64),
    MinItems(usize),
    MaxItems(usize),
    /// For each item of a list, or each value of a map.
    Each(&'static [Check]),
    Fields(&'static Fields),
}

impl Rule {
    pub(crate) const fn required(place: Place, name: &'static str, checks: &'static [Check]) -> Self {
        Self { place, name, required: true, checks }
    }

    pub(crate) const fn optional(place: Place, name: &'static str, checks: &'static [Check]) -> Self {
        Self { place, name, required: false, checks }
    }
}

/// Objects nested deeper are not validated, so that no value can exhaust the stack.
const DEPTH: usize = 64;

/// Rejects a request that violates a rule, if validation is on.
pub(super) fn check(client: &dyn Dispatch, parts: &Parts) -> Result<()> {
    let on = parts.validation.unwrap_or(client.handle().settings().validation);
    // The link to a next page is Twilio's own.
    if !on || parts.link.is_some() {
        return Ok(());
    }
    let rules = client.rules();
    let Ok(place) = rules.binary_search_by(|(id, _)| (*id).cmp(parts.operation.id)) else { return Ok(()) };
    let mut broken = Vec::new();
    for rule in rules.get(place).into_iter().flat_map(|(_, rules)| *rules) {
        apply(client, parts, rule, &mut broken);
    }
    if broken.is_empty() { Ok(()) } else { Err(Error::invalid(parts.operation, broken)) }
}

fn apply(client: &dyn Dispatch, parts: &Parts, rule: &Rule, broken: &mut Vec<Violation>) {
    fn of<'a>(pairs: &'a [(String, String)], name: &str) -> Vec<&'a str> {
        pairs.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str()).collect()
    }
    let one = |pairs: &'_ [(&'static str, String)]| {
        pairs.iter().find(|(have, _)| *have == rule.name).map(|(_, value)| value.clone())
    };
    match rule.place {
        Place::Path => {
            let own = || client.handle().account_sid().map(|sid| sid.as_str().to_owned());
            // Without a value the URL cannot be built, whose error is clearer.
            if let Some(value) =
                one(&parts.path).or_else(|| parts.account.as_deref().map(str::to_owned)).or_else(own)
            {
                text(rule.checks, &value, rule.name, broken);
            }
        }
        Place::Header => {
            if let Some(value) = one(&parts.headers) {
                text(rule.checks, &value, rule.name, broken);
            }
        }
        Place::Query => repeated(rule, &of(&parts.query, rule.name), broken),
        Place::Form => repeated(rule, &of(&parts.form, rule.name), broken),
        Place::Json => {
            if let Some(value) = parts.json.get(rule.name) {
                json(rule.checks, value, rule.name, broken, 0);
            }
        }
        Place::Body => {
            if let Some(value) = &parts.body {
                json(rule.checks, value, "", broken, 0);
            }
        }
    }
}

/// Returns the values of a name in a query or form: the items of a list, or a single value.
fn repeated(rule: &Rule, values: &[&str], broken: &mut Vec<Violation>) {
    // An empty string clears an optional value, whatever its rules are.
    if values.is_empty() || (values == [""] && !rule.required) {
        return;
    }
    for check in rule.checks {
        match check {
            Check::MinItems(least) if values.len() < *least => {
                add(broken, rule.name, at_least(*least, "items"))
            }
            Check::MaxItems(most) if values.len() > *most => add(broken, rule.name, at_most(*most, "items")),
            Check::MinItems(_) | Check::MaxItems(_) => {}
            Check::Each(checks) => {
                for (index, value) in values.iter().enumerate() {
                    text(checks, value, &format!("{}[{index}]", rule.name), broken);
                }
            }
            check => {
                let one = std::slice::from_ref(check);
                values.iter().for_each(|value| text(one, value, rule.name, broken));
            }
        }
    }
}

fn text(checks: &[Check], value: &str, name: &str, broken: &mut Vec<Violation>) {
    for check in checks {
        match check {
            Check::Pattern(pattern) => match crate::pattern::matches(pattern, value) {
                Some(true) => {}
                Some(false) => add(broken, name, format!("must match `{pattern}`")),
                None => add(broken, name, format!("cannot be checked against `{pattern}`")),
            },
            Check::MinLength(least) if value.chars().count() < *least => {
                add(broken, name, at_least(*least, "characters"));
            }
            Check::MaxLength(most) if value.chars().count() > *most => {
                add(broken, name, at_most(*most, "characters"));
            }
            Check::MinLength(_) | Check::MaxLength(_) => {}
            Check::Minimum(_) | Check::Maximum(_) => range(check, value.parse().ok(), name, broken),
            // An object or list in a string is JSON.
            Check::MinItems(_) | Check::MaxItems(_) | Check::Each(_) | Check::Fields(_) => {
                if let Ok(value @ (Value::Array(_) | Value::Object(_))) = serde_json::from_str(value) {
                    json(std::slice::from_ref(check), &value, name, broken, 0);
                }
            }
        }
    }
}

fn range(check: &Check, value: Option<f64>, name: &str, broken: &mut Vec<Violation>) {
    let value = value.unwrap_or(f64::NAN);
    match check {
        Check::Minimum(least) if value.is_nan() || value < *least => {
            add(broken, name, format!("must be at least {least}"));
        }
        Check::Maximum(most) if value.is_nan() || value > *most => {
            add(broken, name, format!("must be at most {most}"));
        }
        _ => {}
    }
}

fn json(checks: &[Check], value: &Value, name: &str, broken: &mut Vec<Violation>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::String(value) => text(checks, value, name, broken),
        Value::Number(number) => checks.iter().for_each(|check| range(check, number.as_f64(), name, broken)),
        Value::Array(items) => {
            for check in checks {
                size(check, items.len(), name, broken);
                if let Check::Each(checks) = check {
                    for (index, item) in items.iter().enumerate() {
                        json(checks, item, &format!("{name}[{index}]"), broken, depth + 1);
                    }
                }
            }
        }
        Value::Object(map) => {
            for check in checks {
                size(check, map.len(), name, broken);
                match check {
                    // The keys of a map come from the caller and may be personal.
                    Check::Each(checks) => {
                        map.values()
                            .for_each(|value| json(checks, value, &inner(name, "*"), broken, depth + 1));
                    }
                    Check::Fields(Fields(fields)) => {
                        for (field, checks) in *fields {
                            if let Some(value) = map.get(*field) {
                                json(checks, value, &inner(name, field), broken, depth + 1);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

fn size(check: &Check, size: usize, name: &str, broken: &mut Vec<Violation>) {
    match check {
        Check::MinItems(least) if size < *least => add(broken, name, at_least(*least, "items")),
        Check::MaxItems(most) if size > *most => add(broken, name, at_most(*most, "items")),
        _ => {}
    }
}

fn inner(name: &str, field: &str) -> String {
    if name.is_empty() { field.to_owned() } else { format!("{name}.{field}") }
}

fn at_least(least: usize, what: &str) -> String {
    format!("must have at least {least} {what}")
}

fn at_most(most: usize, what: &str) -> String {
    format!("must have at most {most} {what}")
}

fn add(broken: &mut Vec<Violation>, name: &str, rule: String) {
    broken.push(Violation::new(name, rule));
}
