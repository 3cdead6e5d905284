//! A lock keeps names in place, whatever is added to a spec.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use common::{api, document, spec, with_form};
use serde_json::{Value, json};
use twilio_codegen::analyze::{Api, Operation};
use twilio_codegen::lock::Lock;
use twilio_codegen::{Options, analyze, analyze_locked, generate_locked};
use twilio_openapi::{Spec, find, specs_dir};

/// The analysis of a document under a lock, with code that must be Rust.
fn locked(document: Value, lock: &Lock) -> Api {
    let spec = spec(document);
    generate_locked(&spec, Some(lock), Options::default().serialize(true)).unwrap_or_else(|e| panic!("{e}"));
    analyze_locked(&spec, Some(lock)).unwrap().0
}

/// The lock of a document, through the text that is committed.
fn lock(document: Value) -> Lock {
    Lock::parse("test", &Lock::of(&api(document)).to_text()).unwrap()
}

fn operation<'a>(api: &'a Api, id: &str) -> &'a Operation {
    api.operations.iter().find(|operation| operation.id == id).unwrap()
}

fn arguments(operation: &Operation) -> Vec<&str> {
    operation.required.iter().map(|input| input.rust.as_str()).collect()
}

fn real(stem: &str) -> Spec {
    Spec::load(&specs_dir(), find(stem).unwrap()).unwrap()
}

#[test]
fn review_51_reversed_required_values_keep_their_order() {
    for stem in ["api_v2010", "iam_organizations", "trusthub_v1", "verify_v2"] {
        let old = real(stem);
        let lock = Lock::of(&analyze(&old).unwrap().0);
        let mut document = old.document().clone();
        reverse_required(&mut document);
        let new = Spec::from_document(stem, document);
        let moved = analyze(&new).unwrap().0;
        let kept = analyze_locked(&new, Some(&lock)).unwrap().0;
        let was = analyze(&old).unwrap().0;
        let order = |api: &Api| -> Vec<(String, Vec<String>)> {
            let of = |o: &Operation| arguments(o).iter().map(|name| (*name).to_owned()).collect();
            api.operations.iter().map(|o| (o.id.clone(), of(o))).collect()
        };
        assert_ne!(order(&moved), order(&was), "{stem}: nothing to keep");
        assert_eq!(order(&kept), order(&was), "{stem}");
        let source = |spec: &Spec| generate_locked(spec, Some(&lock), Options::default()).unwrap().source;
        assert!(source(&new) == source(&old), "{stem}: the code differs");
    }
}

fn reverse_required(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(reverse_required),
        Value::Object(map) => {
            if let Some(list) = map.get_mut("required").and_then(Value::as_array_mut) {
                list.reverse();
            }
            map.values_mut().for_each(reverse_required);
        }
        _ => {}
    }
}

#[test]
fn review_51_new_required_values_come_last_and_old_ones_return_to_their_place() {
    let with = |required: Value| {
        let text = json!({ "type": "string" });
        let properties = json!({ "A": text, "B": text, "C": text });
        let form = json!({ "type": "object", "required": required, "properties": properties });
        document(json!({ "/v1/Things": { "post": common::operation("CreateThing", form) } }), json!({}))
    };
    let first = lock(with(json!(["B", "C"])));
    let api = locked(with(json!(["A", "C", "B"])), &first);
    assert_eq!(arguments(&api.operations[0]), ["b", "c", "a"]);
    let second = first.extended(&api);
    let api = locked(with(json!(["A", "C"])), &second);
    assert_eq!(arguments(&api.operations[0]), ["c", "a"]);
    assert_eq!(second.extended(&api), second, "nothing is taken out");
    let api = locked(with(json!(["A", "B", "C"])), &second);
    assert_eq!(arguments(&api.operations[0]), ["b", "c", "a"]);
}

/// `api.v2010.account.message` and whatever else ends in `message`.
fn with_components(names: &[&str]) -> Value {
    let model = |field: &str| json!({ "type": "object", "properties": { field: { "type": "string" } } });
    let schemas: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), model(name))).collect();
    let paths: serde_json::Map<_, _> = names
        .iter()
        .map(|name| {
            let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
            let operation = json!({
                "operationId": format!("Fetch{}", twilio_name(name)),
                "responses": { "200": { "content": { "application/json": { "schema": schema } } } },
            });
            (format!("/v1/{name}"), json!({ "get": operation }))
        })
        .collect();
    document(json!(paths), json!(schemas))
}

fn twilio_name(component: &str) -> String {
    component.split('.').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

#[test]
fn review_52_a_component_that_shortens_to_a_name_in_use_takes_another() {
    let first = lock(with_components(&["api.account.message"]));
    assert!(first.types.contains_key("Message"));
    let api = locked(with_components(&["api.account.message", "api.aaa.message"]), &first);
    let component = |name: &str| api.models.get(name).map(|model| model.component.as_str());
    assert_eq!(component("Message"), Some("api.account.message"));
    assert_eq!(component("AaaMessage"), Some("api.aaa.message"));
    // A removed name is not given to another, and goes back to whom it belonged.
    let second = first.extended(&api);
    let api = locked(with_components(&["other.aaa.message"]), &second);
    assert_eq!(api.models.keys().collect::<Vec<_>>(), ["Message2"]);
    let third = second.extended(&api);
    let api = locked(with_components(&["api.account.message", "other.aaa.message"]), &third);
    let component = |name: &str| api.models.get(name).map(|model| model.component.as_str());
    assert_eq!(
        (component("Message"), component("Message2")),
        (Some("api.account.message"), Some("other.aaa.message"))
    );
    assert_eq!(third.extended(&api), third);
}

/// Operations with one enum each, under the property `State`.
fn with_enums(operations: &[(&str, Value)]) -> Value {
    let paths: serde_json::Map<_, _> = operations
        .iter()
        .map(|(id, values)| {
            let form =
                json!({ "type": "object", "properties": { "State": { "type": "string", "enum": values } } });
            (format!("/v1/{id}"), json!({ "post": common::operation(id, form) }))
        })
        .collect();
    document(json!(paths), json!({}))
}

fn state(api: &Api, id: &str) -> String {
    let input = &operation(api, id).optional[0];
    format!("{:?}", input.ty)
}

#[test]
fn review_52_an_earlier_operation_that_shares_an_enum_does_not_rename_it() {
    let values = json!(["on", "off"]);
    let first = lock(with_enums(&[("CreateThing", values.clone())]));
    let both = with_enums(&[("CreateAardvark", values.clone()), ("CreateThing", values.clone())]);
    let unlocked = analyze(&spec(both.clone())).unwrap().0;
    assert_eq!(state(&unlocked, "CreateThing"), "Enum(\"AardvarkState\")", "nothing to keep");
    let api = locked(both, &first);
    assert_eq!(state(&api, "CreateThing"), "Enum(\"ThingState\")");
    assert_eq!(state(&api, "CreateAardvark"), "Enum(\"ThingState\")");
    // Where one of them gets a value more, both keep the type that callers name.
    let second = first.extended(&api);
    let apart =
        with_enums(&[("CreateAardvark", json!(["on", "off", "dim"])), ("CreateThing", values.clone())]);
    let api = locked(apart, &second);
    assert_eq!([state(&api, "CreateThing"), state(&api, "CreateAardvark")], ["Enum(\"ThingState\")"; 2]);
    let variants: Vec<_> = api.enums["ThingState"].variants.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(variants.len(), 3, "{variants:?}");
    // Where two become equal, each keeps its own.
    let apart = lock(with_enums(&[("CreateAardvark", json!(["a"])), ("CreateThing", json!(["b"]))]));
    let api = locked(with_enums(&[("CreateAardvark", json!(["b"])), ("CreateThing", json!(["b"]))]), &apart);
    assert_eq!(state(&api, "CreateAardvark"), "Enum(\"AardvarkState\")");
    assert_eq!(state(&api, "CreateThing"), "Enum(\"ThingState\")");
}

#[test]
fn review_52_wire_names_that_read_alike_do_not_swap_setters() {
    let text = json!({ "type": "string" });
    for (old, new) in [("body", "Body"), ("Body", "body"), ("page_size", "PageSize")] {
        let first = lock(with_form(json!({ old: text })));
        let api = locked(with_form(json!({ old: text, new: text })), &first);
        let rust = |wire: &str| common::input(common::only(&api), wire).rust.clone();
        let name = first.operations["CreateThing"].inputs[&format!("form {old}")].rust.clone();
        assert_eq!(rust(old), name);
        assert_ne!(rust(new), name);
        // Without the old one, the new one keeps what it got.
        let second = first.extended(&api);
        let alone = locked(with_form(json!({ new: text })), &second);
        assert_eq!(common::input(common::only(&alone), new).rust, rust(new));
    }
}

#[test]
fn review_52_values_and_fields_that_read_alike_keep_theirs() {
    let values = |list: Value| with_enums(&[("CreateThing", list)]);
    let first = lock(values(json!(["in-progress"])));
    let api = locked(values(json!(["IN_PROGRESS", "in-progress"])), &first);
    let variants: Vec<_> =
        api.enums["ThingState"].variants.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(variants, [("InProgress2", "IN_PROGRESS"), ("InProgress", "in-progress")]);

    let text = json!({ "type": "string" });
    let model =
        |fields: Value| common::with_answer(json!({ "type": "object", "properties": fields }), json!({}));
    let first = lock(model(json!({ "fooBar": text })));
    let api = locked(model(json!({ "FooBar": text, "fooBar": text })), &first);
    let fields = &api.models["FetchThingResponse"].fields;
    assert_eq!((fields["foo_bar"].wire.as_str(), fields["foo_bar_2"].wire.as_str()), ("fooBar", "FooBar"));
}

#[test]
fn review_52_an_operation_with_another_id_at_the_same_route_keeps_its_names() {
    let form = json!({ "type": "object" });
    let with = |ids: &[(&str, &str)]| {
        let paths: serde_json::Map<_, _> = ids
            .iter()
            .map(|(path, id)| ((*path).to_owned(), json!({ "post": common::operation(id, form.clone()) })))
            .collect();
        document(json!(paths), json!({}))
    };
    let first = lock(with(&[("/v1/a", "CreateThing")]));
    let api = locked(with(&[("/v1/a", "CreateThings"), ("/v1/b", "CreateThing_")]), &first);
    let names = |id: &str| (operation(&api, id).method_name.clone(), operation(&api, id).builder.clone());
    assert_eq!(names("CreateThings"), ("create_thing".to_owned(), "CreateThing".to_owned()));
    assert_eq!(names("CreateThing_"), ("create_thing_2".to_owned(), "CreateThing2".to_owned()));
}

#[test]
fn every_committed_lock_covers_its_spec_and_changes_nothing() {
    for (product, spec) in common::distilled() {
        let path = twilio_openapi::surface_dir().join(product.file_name());
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let lock = Lock::parse(product.stem, &text).unwrap();
        let api = analyze_locked(&spec, Some(&lock)).unwrap().0;
        let fresh = lock.extended(&api);
        assert!(fresh == lock, "{}: run `cargo xtask gen`", product.stem);
        assert_eq!(lock.to_text(), text, "{}", product.stem);
    }
}

#[test]
fn an_own_lock_changes_nothing() {
    for stem in ["api_v2010", "conversations_v2", "memory_v1", "verify_v2"] {
        let spec = real(stem);
        let lock = Lock::of(&analyze(&spec).unwrap().0);
        let source = |lock: Option<&Lock>| generate_locked(&spec, lock, Options::default()).unwrap().source;
        assert!(source(None) == source(Some(&lock)), "{stem}");
        assert!(source(None) == source(Some(&Lock::default())), "{stem}");
    }
}

#[test]
fn a_damaged_lock_is_an_error_with_its_place() {
    let sound = lock(with_enums(&[("CreateThing", json!(["on"]))])).to_text();
    for (from, to, words) in [
        ("{", "", "not JSON"),
        ("\"operations\"", "\"operation\"", "`operations` is not an object"),
        ("\"create_thing\"", "\"create thing\"", "operations.CreateThing: `create thing` is not a Rust name"),
        ("\"create_thing\"", "\"fn\"", "`fn` is not a Rust name"),
        ("\"state ThingState\"", "7", "`form State` is not a string"),
        ("\"required\": []", "\"required\": [\"form To\"]", "`form To` is in `required` and not in `inputs`"),
        ("\"On\"", "\"\"", "types.ThingState"),
    ] {
        let error = Lock::parse("surface/x.json", &sound.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.starts_with("surface/x.json: ") && error.contains(words), "{words}: {error}");
    }
}

#[test]
fn review_52_enums_of_webhooks_keep_their_variants() {
    let old = real(twilio_codegen::SHARED_SPEC);
    let lock = Lock::of(&analyze(&old).unwrap().0);
    let before = twilio_codegen::shared_enums(&old, Some(&lock)).unwrap();
    let mut document = old.document().clone();
    let values = document.pointer_mut("/components/schemas/call_enum_status/enum").unwrap();
    // Both are `InProgress`; the first one in the list takes the name where there is no lock.
    values.as_array_mut().unwrap().insert(0, json!("in_progress"));
    let new = Spec::from_document(twilio_codegen::SHARED_SPEC, document);
    let moved = twilio_codegen::shared_enums(&new, None).unwrap();
    assert!(moved.contains(r#"InProgress = "in_progress""#), "nothing to keep: {moved}");
    let kept = twilio_codegen::shared_enums(&new, Some(&lock)).unwrap();
    assert!(kept.contains(r#"InProgress = "in-progress""#), "{kept}");
    assert!(kept.contains(r#"InProgress2 = "in_progress""#), "{kept}");
    assert!(before.contains(r#"Initiated = "initiated""#), "{before}");
}
