//! Requests for all operations.

use serde_json::Value;

use super::super::check::check_json;
use super::super::schema::{Shape, kind};
use super::*;

fn label(route: &Route, operation: &Operation<'_>) -> String {
    format!("{}/{}", route.product.stem, operation.id)
}

#[tokio::test]
async fn every_operation_answers_as_documented() {
    let emulator = Emulator::builder().items_per_list(3).start().await.unwrap();
    let client = super::http();
    let mut count = 0;
    for (route, operation) in operations() {
        for all in [false, true] {
            emulator.clear_requests();
            let request = Request::for_operation(route, operation, all);
            let response = request.send(&client, &emulator).await;
            let label = label(route, operation);
            let success = operation.success().unwrap();
            assert_eq!(response.status.to_string(), success.status, "{label}: {response:?} {request:?}");
            let recorded = emulator.requests().pop().unwrap();
            assert_eq!(recorded.product, Some(route.product.stem), "{label}");
            assert_eq!(recorded.operation_id, Some(operation.id), "{label}");
            assert_eq!(recorded.status, response.status, "{label}");
            assert_eq!(recorded.request_id, response.headers["twilio-request-id"], "{label}");
            assert!(recorded.request_id.starts_with("RQ") && recorded.request_id.len() == 34);
            let Some(schema) = success.schema else {
                assert!(
                    response.text.is_empty() && !response.headers.contains_key("content-type"),
                    "{label}"
                );
                continue;
            };
            assert_eq!(response.headers["content-type"], success.content_type.unwrap(), "{label}");
            check_answer(route, schema, &response.json(), &label);
        }
        count += 1;
    }
    assert_eq!(count, 1589);
}

fn check_answer(route: &Route, schema: &'static Value, body: &Value, label: &str) {
    assert!(body.is_object(), "{label}: {body}");
    let shape = Shape::concrete(route.spec, schema);
    for (name, schema) in shape.properties {
        let value = body.get(name).unwrap_or_else(|| panic!("{label}: no {name}"));
        if value.is_null() {
            continue;
        }
        // Paging cursors are null at the ends, whatever the schema says.
        if name == "meta" {
            assert!(value.is_object(), "{label}");
            continue;
        }
        if let Err(fault) = check_json(route.spec, schema, name, value) {
            panic!("{label}: {fault:?} {value}");
        }
    }
}

#[tokio::test]
async fn a_required_value_that_is_missing_is_named() {
    let emulator = Emulator::start().await.unwrap();
    let client = super::http();
    let mut count = 0;
    for (route, operation) in operations() {
        let whole = Request::for_operation(route, operation, false);
        let mut cases = Vec::new();
        for parameter in operation.parameters.iter().filter(|p| p.required && p.location != Location::Path) {
            let mut request = whole.clone();
            request.query.retain(|(n, _)| n != parameter.name);
            request.headers.retain(|(n, _)| n != parameter.name);
            cases.push((parameter.name, request));
        }
        let shape =
            operation.body.as_ref().map(|b| Shape::concrete(route.spec, b.schema)).unwrap_or_default();
        let whole_body = operation.body.as_ref().map(|b| Shape::of(route.spec, b.schema)).unwrap_or_default();
        for name in &shape.required {
            // Where another variant does without the value, a request without it is a request of that kind.
            if whole_body.variants.iter().any(|v| !Shape::of(route.spec, v).required.contains(name)) {
                continue;
            }
            let mut request = whole.clone();
            request.form.retain(|(n, _)| n != name);
            if let Some(map) = request.json.as_mut().and_then(Value::as_object_mut) {
                map.remove(*name);
            }
            cases.push((name, request));
        }
        for (name, request) in cases {
            let response = request.send(&client, &emulator).await;
            let label = label(route, operation);
            assert_eq!(response.status, 400, "{label} without {name}: {response:?}");
            assert!(
                response.message().contains(&format!("'{name}'")),
                "{label} without {name}: {response:?}"
            );
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
}

#[tokio::test]
async fn an_unknown_parameter_is_named() {
    let emulator = Emulator::start().await.unwrap();
    let client = super::http();
    for (route, operation) in operations() {
        let mut request = Request::for_operation(route, operation, false);
        let open =
            operation.body.as_ref().is_some_and(|b| super::super::validate::is_open(route.spec, b.schema));
        let bogus = ("Bogus".to_owned(), "1".to_owned());
        match request.json.as_mut().and_then(Value::as_object_mut) {
            Some(map) if !open => {
                map.insert(bogus.0, Value::Null);
            }
            None if request.content_type.is_some() => request.form.push(bogus),
            _ => request.query.push(bogus),
        }
        let response = request.send(&client, &emulator).await;
        assert_eq!(response.status, 400, "{}: {response:?}", label(route, operation));
        assert!(response.message().contains("'Bogus'"), "{}: {response:?}", label(route, operation));
    }
}

#[tokio::test]
async fn every_typed_text_refuses_another_type() {
    let emulator = Emulator::start().await.unwrap();
    let client = super::http();
    let mut count = 0;
    for (route, operation) in operations() {
        let whole = Request::for_operation(route, operation, false);
        let shape =
            operation.body.as_ref().map(|b| Shape::concrete(route.spec, b.schema)).unwrap_or_default();
        let form = !whole.json.is_some_and(|_| true);
        let query = operation.parameters.iter().filter(|p| p.location == Location::Query);
        let query = query.map(|p| (p.name, p.schema, false));
        let body = shape.properties.iter().filter(|_| form).map(|(n, s)| (*n, *s, true));
        for (name, schema, in_body) in query.chain(body) {
            let schema = resolve(route.spec, schema);
            let typed = matches!(kind(route.spec, schema), "integer" | "number" | "boolean" | "object")
                || schema.get("enum").is_some()
                || matches!(super::super::schema::text(schema, "format"), "date" | "date-time");
            if !typed || map_prefix(route.spec, schema).is_some() {
                continue;
            }
            let mut request = Request::for_operation(route, operation, false);
            let pairs = if in_body { &mut request.form } else { &mut request.query };
            pairs.retain(|(n, _)| n != name);
            pairs.push((name.to_owned(), "no such thing".to_owned()));
            let response = request.send(&client, &emulator).await;
            assert_eq!(response.status, 400, "{} {name}: {response:?}", label(route, operation));
            assert!(response.message().contains(&format!("'{name}'")), "{} {name}", label(route, operation));
            count += 1;
        }
    }
    assert!(count > 1500, "{count}");
}

#[tokio::test]
async fn hostile_values_are_answered_too() {
    let emulator = Emulator::builder().items_per_list(2).max_recorded_requests(1).start().await.unwrap();
    let client = super::http();
    let texts = ["", "\0", "Gr\u{fc}\u{df}e \u{1f600}", "-9223372036854775809", "1e999", "{", "[[]]", "PA+"];
    let deep = serde_json::from_str(&format!("{}{}", "[".repeat(100), "]".repeat(100))).unwrap();
    let values =
        [Value::Null, true.into(), (-1).into(), 1e300.into(), "".into(), deep, serde_json::json!({"": {}})];
    for (index, (route, operation)) in operations().enumerate() {
        let whole = Request::for_operation(route, operation, true);
        let mut cases = Vec::new();
        for offset in 0..2 {
            let mut request = whole.clone();
            let text = texts[(index + offset) % texts.len()];
            for (_, value) in request.query.iter_mut().chain(&mut request.form) {
                text.clone_into(value);
            }
            cases.push(request);
        }
        let mut names: Vec<String> = Vec::new();
        names.extend(whole.json.iter().filter_map(Value::as_object).flat_map(|map| map.keys().cloned()));
        for (offset, name) in names.into_iter().enumerate() {
            let mut request = whole.clone();
            request.json.as_mut().unwrap()[&name] = values[(index + offset) % values.len()].clone();
            cases.push(request);
        }
        for request in cases {
            let response = request.send(&client, &emulator).await;
            let expected = operation.success().unwrap().status;
            let fine = response.status == 400 || response.status.to_string() == expected;
            assert!(fine, "{}: {response:?} {request:?}", label(route, operation));
        }
    }
}
