//! Every operation rejects what the specification rejects, and sends everything else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde_json::Value;
use twilio_openapi::{Location, Operation, Spec, products};
use twilio_tests::driver::{Driver, Failure, find};
use twilio_tests::recorder::Answer;
use twilio_tests::sample::request_case;
use twilio_tests::surface::{ACCOUNT, surface};
use twilio_tests::values::Values;

/// What the specification itself says of a request's values, read without the generator.
struct Judge<'a> {
    spec: &'a Spec,
    broken: BTreeSet<String>,
    /// Below a choice of schemas it depends on the choice.
    open: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    fn of(spec: &'a Spec, operation: &Operation<'a>, values: &Values) -> Self {
        let mut judge = Self { spec, broken: BTreeSet::new(), open: BTreeSet::new() };
        for parameter in &operation.parameters {
            let map = match parameter.location {
                Location::Path => &values.path,
                Location::Query => &values.query,
                Location::Header => &values.headers,
            };
            if let Some(value) = map.get(parameter.name) {
                judge.value(parameter.schema, value, parameter.name);
            }
        }
        if let Some(body) = &operation.body {
            let form: Value = values.form.clone().into_iter().collect::<serde_json::Map<_, _>>().into();
            judge.value(body.schema, values.body.as_ref().unwrap_or(&form), "");
        }
        judge
    }

    fn value(&mut self, schema: &'a Value, value: &Value, name: &str) {
        let schema = self.spec.resolve(schema).unwrap();
        if ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some()) {
            self.open.insert(name.to_owned());
            return;
        }
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let bad = match (schema.get("type").and_then(Value::as_str).unwrap_or_default(), value) {
            ("string", Value::String(text)) => {
                let length = text.chars().count() as f64;
                let pattern = schema.get("pattern").and_then(Value::as_str);
                pattern.is_some_and(|pattern| !Regex::new(pattern).unwrap().is_match(text))
                    || number("minLength").is_some_and(|least| length < least)
                    || number("maxLength").is_some_and(|most| length > most)
            }
            ("integer" | "number", value) => {
                let value = value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap();
                number("minimum").is_some_and(|least| value < least)
                    || number("maximum").is_some_and(|most| value > most)
            }
            ("array", Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(schema) = schema.get("items") {
                        self.value(schema, item, &format!("{name}[{index}]"));
                    }
                }
                number("minItems").is_some_and(|least| (items.len() as f64) < least)
                    || number("maxItems").is_some_and(|most| items.len() as f64 > most)
            }
            (_, Value::Object(map)) => self.object(schema, map, name),
            // What has structure may travel as text.
            ("object" | "array", Value::String(text)) => {
                let value: Value = serde_json::from_str(text).unwrap();
                if !value.is_string() {
                    self.value(schema, &value, name);
                }
                false
            }
            _ => false,
        };
        if bad {
            self.broken.insert(name.to_owned());
        }
    }

    fn object(&mut self, schema: &'a Value, map: &serde_json::Map<String, Value>, name: &str) -> bool {
        let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
        if let Some(properties) =
            schema.get("properties").and_then(Value::as_object).filter(|p| !p.is_empty())
        {
            for (key, property) in properties {
                if let Some(value) = map.get(key) {
                    self.value(property, value, &inner(key));
                }
            }
            return false;
        }
        let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) else {
            return false;
        };
        map.values().for_each(|value| self.value(values, value, &inner("*")));
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        bound("minProperties").is_some_and(|least| map.len() < least)
            || bound("maxProperties").is_some_and(|most| map.len() > most)
    }

    /// Whether what the SDK found is what is wrong, but for what is open.
    fn agrees(&self, found: &BTreeSet<String>) -> bool {
        let open =
            |name: &str| self.open.iter().any(|open| open.is_empty() || name.strip_prefix(open).is_some());
        let closed = |names: &BTreeSet<String>| -> BTreeSet<String> {
            names.iter().filter(|name| !open(name)).cloned().collect()
        };
        closed(&self.broken) == closed(found)
    }
}

/// Every text that no type refuses, made one that no pattern allows.
fn spoiled(value: &mut Value) {
    match value {
        Value::String(text) => {
            let typed = ["true", "false"].contains(&text.as_str())
                || text.starts_with(['{', '[', '-'])
                || text.starts_with(|c: char| c.is_ascii_digit());
            if !typed {
                *text = "\u{2713}".to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(spoiled),
        Value::Object(map) => map.values_mut().for_each(spoiled),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_what_the_specification_refuses_and_nothing_else() {
    let mut driver = Driver::checking().await.expect("a server");
    let (mut sent, mut refused, mut violations, mut open) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for product in products() {
        let spec = &surface(product.stem).expect("the specification is readable").spec;
        for operation in spec.operations().expect("operations") {
            let drive = find(product.stem, operation.id).expect("every operation has its function");
            for kind in ["minimal", "full", "spoiled"] {
                let mut values = request_case(spec, &operation, kind == "full", ACCOUNT).values;
                if kind == "spoiled" {
                    let maps = [&mut values.path, &mut values.query, &mut values.headers, &mut values.form];
                    maps.into_iter().flat_map(|map| map.values_mut()).for_each(spoiled);
                    values.body.iter_mut().for_each(spoiled);
                }
                // Headers carry no more than ASCII.
                values.headers.values_mut().for_each(|value| {
                    let ascii: String = value.as_str().unwrap().chars().filter(char::is_ascii).collect();
                    *value = if ascii.is_empty() { "~".into() } else { ascii.into() };
                });
                let judge = Judge::of(spec, &operation, &values);
                let outcome = driver.run(drive, values, Answer { status: 204, body: Vec::new() }).await;
                let found: BTreeSet<String> = match &outcome.result {
                    Ok(_) => BTreeSet::new(),
                    Err(Failure::Call(error)) if !error.violations().is_empty() => {
                        error.violations().iter().map(|violation| violation.parameter().to_owned()).collect()
                    }
                    Err(failure) => {
                        wrong.push(format!("{} {} {kind}: {failure}", product.stem, operation.id));
                        continue;
                    }
                };
                let requests = outcome.requests.len();
                if !judge.agrees(&found) || requests != usize::from(found.is_empty()) {
                    wrong.push(format!(
                        "{} {} {kind}: refused {found:?}, expected {:?}, open {:?}, {requests} sent",
                        product.stem, operation.id, judge.broken, judge.open
                    ));
                }
                sent += requests;
                refused += usize::from(!found.is_empty());
                violations += found.len();
                open += usize::from(!judge.open.is_empty());
            }
        }
    }
    println!("{sent} requests sent, {refused} refused for {violations} parameters, {open} partly open");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(sent > 1_000 && refused > 1_000 && violations > 1_500 && open < 100, "too little was tried");
}
