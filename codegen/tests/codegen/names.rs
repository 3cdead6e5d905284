//! Rust names of wire names.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use common::{api, document, input, only, operation, with_answer, with_form};
use serde_json::json;
use twilio_codegen::analyze::{Api, Type};
use twilio_codegen::{Options, generate};

#[test]
fn inputs_and_fields_are_snake_case_and_never_clash() {
    let table = [
        ("DateCreated<", "date_created_before"),
        ("DateCreated>", "date_created_after"),
        ("DateCreated", "date_created"),
        ("ChannelData.To", "channel_data_to"),
        ("type", "type_"),
        ("self", "self_"),
        ("async", "async_"),
        ("gen", "gen_"),
        ("2fa", "n2fa"),
        ("Twilio-Auth", "twilio_auth"),
        ("日本", "value"),
        ("AutoJSON2", "auto_json2"),
    ];
    let properties: serde_json::Map<_, _> =
        table.iter().map(|(wire, _)| ((*wire).to_owned(), json!({ "type": "string" }))).collect();
    let form = api(with_form(json!(properties)));
    let answer = api(with_answer(json!({ "type": "object", "properties": properties }), json!({})));
    let model = &answer.models["FetchThingResponse"];
    for (wire, rust) in table {
        assert_eq!(input(only(&form), wire).rust, rust);
        assert_eq!(model.fields[rust].wire, wire);
    }
}

#[test]
fn names_that_the_generated_code_uses_itself_get_an_underscore() {
    let text = json!({ "type": "string" });
    let wires = ["send", "call", "clone", "with_timeout", "send_with_response", "items"];
    let properties: serde_json::Map<_, _> =
        wires.iter().map(|wire| ((*wire).to_owned(), text.clone())).collect();
    let form = api(with_form(json!(properties)));
    let rust = |wire| input(only(&form), wire).rust.as_str();
    assert_eq!(
        wires.map(rust),
        ["send_", "call_", "clone_", "with_timeout_", "send_with_response_", "items"]
    );

    let fields = json!({ "extra": text, "new": text, "default": text, "clone": text, "send": text });
    let answer = api(with_answer(json!({ "type": "object", "properties": fields }), json!({})));
    let names: Vec<_> = answer.models["FetchThingResponse"].fields.keys().collect();
    assert_eq!(names, ["clone_", "default_", "extra_", "new_", "send"]);
}

#[test]
fn wire_names_that_read_alike_are_numbered() {
    let text = json!({ "type": "string" });
    let api = api(with_form(json!({ "PageSize": text, "page_size": text, "Page-Size": text })));
    let mut names: Vec<_> = only(&api).inputs().map(|i| i.rust.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["page_size", "page_size_", "page_size_2"]);
}

#[test]
fn enum_values_become_variants_and_keep_their_text() {
    let values =
        json!(["in-progress", "+", "-", "", "2fa", "Self", "unknown", "a", "A", "a&b", null, 7, true]);
    let api = api(with_form(json!({ "State": { "type": "string", "enum": values } })));
    let variants: Vec<_> =
        api.enums["ThingState"].variants.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let expected = [
        ("InProgress", "in-progress"),
        ("Plus", "+"),
        ("Empty", "-"),
        ("Empty2", ""),
        ("N2fa", "2fa"),
        ("Self_", "Self"),
        ("Unknown2", "unknown"),
        ("A", "a"),
        ("A2", "A"),
        ("AAndB", "a&b"),
        ("N7", "7"),
        ("True", "true"),
    ];
    assert_eq!(variants, expected);
}

/// The names of the models for components of these names.
fn models(components: &[&str]) -> Vec<String> {
    let schemas: serde_json::Map<_, _> = components
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let field =
                json!({ "type": "object", "properties": { format!("f{index}"): { "type": "string" } } });
            ((*name).to_owned(), field)
        })
        .collect();
    let properties: serde_json::Map<_, _> = components
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let pointer = name.replace('~', "~0").replace('/', "~1");
            (format!("p{index}"), json!({ "$ref": format!("#/components/schemas/{pointer}") }))
        })
        .collect();
    let api = api(with_answer(json!({ "type": "object", "properties": properties }), json!(schemas)));
    let root = &api.models["FetchThingResponse"];
    let name = |index: usize| match &root.fields[&format!("p{index}")].ty {
        Type::Model(name) => name.clone(),
        other => panic!("{other:?}"),
    };
    (0..components.len()).map(name).collect()
}

#[test]
fn components_lose_their_path() {
    assert_eq!(models(&["api.v2010.account.message", "verify.v2.service"]), ["Message", "Service"]);
}

#[test]
fn components_that_end_alike_take_one_more_word() {
    let names = models(&["api.v2010.account.call.recording", "api.v2010.account.conference.recording"]);
    assert_eq!(names, ["CallRecording", "ConferenceRecording"]);
}

#[test]
fn components_do_not_take_names_of_rust_or_of_the_sdk() {
    let names = models(&["string", "option", "into", "some", "self", "2fa", "日本", "a/b~c", "A 1B"]);
    assert_eq!(names, ["String2", "Option2", "Into2", "Some2", "Self2", "N2fa", "Empty", "Abc", "A1b"]);
}

#[test]
fn components_that_only_differ_in_signs_are_numbered() {
    assert_eq!(models(&["a-b", "a_b"]), ["Ab", "Ab2"]);
}

#[test]
fn words_that_only_repeat_the_parent_are_left_out() {
    let state = json!({ "type": "string", "enum": ["on"] });
    let other = json!({ "type": "string", "enum": ["off"] });
    let model = |fields| json!({ "type": "object", "properties": fields });
    let schemas = json!({
        "v1.build": model(json!({ "build_status": other, "status": state })),
        "v1.call.call_event": model(json!({ "x": { "type": "string" } })),
        "v1.task.call_event": model(json!({ "y": { "type": "string" } })),
        "v1.tone_status": model(json!({ "status": state })),
        "v1.tone": model(json!({ "status": state })),
    });
    let refs: serde_json::Map<_, _> =
        ["v1.build", "v1.call.call_event", "v1.task.call_event", "v1.tone_status"]
            .iter()
            .map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/schemas/{name}") })))
            .collect();
    let api: Api = api(with_answer(model(json!(refs)), schemas));
    let models: Vec<_> = api.models.keys().map(String::as_str).collect();
    assert_eq!(models, ["Build", "CallEvent", "FetchThingResponse", "TaskCallEvent", "ToneStatus"]);
    let enums: Vec<_> = api.enums.keys().map(String::as_str).collect();
    assert_eq!(
        enums,
        ["BuildBuildStatus", "BuildStatus"],
        "the doubled word stays where the short name is taken"
    );
}

#[test]
fn hoisted_types_are_their_parent_and_property() {
    let inner = json!({ "type": "object", "properties": { "deep": { "type": "object", "properties": { "x": { "type": "string" } } } } });
    let api = api(with_form(json!({ "Outer.Part": inner })));
    assert_eq!(api.models.keys().collect::<Vec<_>>(), ["CreateThingOuterPart", "CreateThingOuterPartDeep"]);
}

#[test]
fn methods_are_operation_ids_in_snake_case() {
    let form = json!({ "type": "object" });
    let ids = ["CreateSMSMessage", "Fetch2Fa", "new", "Into", "Move"];
    let paths: serde_json::Map<_, _> =
        ids.iter().map(|id| (format!("/v1/{id}"), json!({ "post": operation(id, form.clone()) }))).collect();
    let api = api(document(json!(paths), json!({})));
    let names: Vec<_> =
        api.operations.iter().map(|o| (o.id.as_str(), o.method_name.as_str(), o.builder.as_str())).collect();
    let expected = [
        ("CreateSMSMessage", "create_sms_message", "CreateSmsMessage"),
        ("Fetch2Fa", "fetch2_fa", "Fetch2Fa"),
        ("Into", "into", "IntoCall"),
        ("Move", "move_", "Move"),
        ("new", "new_", "New"),
    ];
    assert_eq!(names, expected);
}

#[test]
fn review_55_enums_are_named_for_their_resource_and_names_have_a_bound() {
    for (product, spec) in common::distilled() {
        let api = twilio_codegen::analyze(&spec).unwrap().0;
        let types = api.models.iter().map(|(name, model)| (name, &model.component));
        for (name, component) in types.chain(api.enums.iter().map(|(name, item)| (name, &item.component))) {
            let longest = if component.contains('|') { 48 } else { 53 };
            assert!(name.len() <= longest, "{}: {name} has {} letters", product.stem, name.len());
            assert!(!name.starts_with("Empty") || component.starts_with("empty"), "{}: {name}", product.stem);
        }
        for (name, item) in &api.enums {
            let is_first_user = name.starts_with("List") && !item.component.starts_with("list");
            assert!(!is_first_user || name == "ListBundleEndUserType", "{}: {name}", product.stem);
        }
    }
    let conversations = twilio_openapi::find("conversations_v2").unwrap();
    let spec = twilio_openapi::Spec::load(&twilio_openapi::specs_dir(), conversations).unwrap();
    let api = twilio_codegen::analyze(&spec).unwrap().0;
    assert!(api.enums.contains_key("ConversationStatus"), "{:?}", api.enums.keys());
}

#[test]
fn review_57_the_account_of_a_body_keeps_its_name() {
    let product = twilio_openapi::find("api_v2010").unwrap();
    let spec = twilio_openapi::Spec::load(&twilio_openapi::specs_dir(), product).unwrap();
    let api = twilio_codegen::analyze(&spec).unwrap().0;
    let update = api.operations.iter().find(|o| o.id == "UpdateIncomingPhoneNumber").unwrap();
    assert!(update.account_path);
    assert_eq!(input(update, "AccountSid").rust, "account_sid");
    let code = twilio_codegen::show(&spec, None, "UpdateIncomingPhoneNumber").unwrap().unwrap();
    assert!(code.contains("account_operation!") && !code.contains("account_sid_"), "{code}");
}

/// The parameters of a signature, without `&self`: commas between brackets separate none.
fn parameters(signature: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0_i32, vec![String::new()]);
    for c in signature.chars() {
        depth += match c {
            '<' | '(' | '[' => 1,
            '>' | ')' | ']' => -1,
            _ => 0,
        };
        match parts.last_mut() {
            Some(_) if c == ',' && depth == 0 => parts.push(String::new()),
            Some(part) => part.push(c),
            None => {}
        }
    }
    let parts = parts.into_iter().map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty() && part != "&self").collect()
}

#[test]
fn review_59_no_method_takes_two_values_by_position() {
    let (mut methods, mut structs) = (0, 0);
    for (product, spec) in common::distilled() {
        if !["api_v2010", "messaging_v1", "verify_v2", "iam_organizations"].contains(&product.stem) {
            continue;
        }
        let source = generate(&spec, Options::default()).unwrap().source;
        for method in source.split("pub fn ").skip(1).filter(|method| method.contains("-> builder::")) {
            let Some((name, rest)) = method.split_once('(') else { continue };
            let Some((signature, _)) = rest.split_once(") -> builder::") else { continue };
            if !signature.trim_start().starts_with("&self") {
                continue;
            }
            let parameters = parameters(signature);
            assert!(parameters.len() <= 1, "{}: {name} takes {parameters:?}", product.stem);
            methods += 1;
            structs += usize::from(parameters.iter().any(|p| p.starts_with("params: builder::")));
        }
    }
    assert!(methods > 300 && structs > 100, "{methods} methods, {structs} with a struct");
}
