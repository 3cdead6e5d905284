//! The effect of each pass, seen in the analysis of a small spec.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::common;

use common::{api, distilled, document, input, only, operation, refused, with_answer, with_form};
use serde_json::{Value, json};
use twilio_codegen::analyze::{BodyKind, Enum, Output, Place, Type};
use twilio_codegen::pass::{Applied, PASSES};
use twilio_codegen::{Error, analyze};

/// How often a pass changed a document.
fn applied(pass: &str, document: Value) -> usize {
    let (_, applied) = analyze(&common::spec(document)).unwrap();
    applied.counts().find(|(name, _)| *name == pass).unwrap().1
}

fn model(name: &str) -> Type {
    Type::Model(name.to_owned())
}

#[test]
fn every_pass_is_applied_by_some_spec() {
    let mut sum = Applied::default();
    for (_, spec) in distilled() {
        sum.add(&analyze(&spec).unwrap().1);
    }
    sum.check().unwrap();
    assert_eq!(sum.counts().count(), PASSES.len());
}

#[test]
fn a_pass_that_no_spec_needs_is_an_error_with_its_reason() {
    let Err(Error::NeverApplied { pass, reason }) = Applied::default().check() else { panic!("accepted") };
    assert_eq!((pass, reason), (PASSES[0].name, PASSES[0].reason));
    let mut names: Vec<_> = PASSES.iter().map(|pass| pass.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PASSES.len());
}

#[test]
fn a_spec_without_defects_is_left_alone() {
    let spec = common::spec(with_form(json!({ "Name": { "type": "string" } })));
    let (_, applied) = analyze(&spec).unwrap();
    assert!(applied.counts().all(|(_, count)| count == 0), "{applied:?}");
}

#[test]
fn review_36_how_a_message_is_carried_is_no_parameter() {
    let mut operation = operation("CreateThing", json!({ "type": "object" }));
    operation["parameters"] = json!([
        { "$ref": "#/components/parameters/Encoding" },
        { "name": "accept-encoding", "in": "header", "schema": { "type": "string" } },
        { "name": "Accept", "in": "query", "schema": { "type": "string" } },
        { "name": "If-Match", "in": "header", "schema": { "type": "string" } },
    ]);
    let mut document = document(json!({ "/v1/Things": { "post": operation } }), json!({}));
    document["components"]["parameters"] = json!({
        "Encoding": { "name": "Content-Encoding", "in": "header", "schema": { "type": "string" } },
    });
    assert_eq!(applied("transport-header", document.clone()), 2);
    let api = api(document);
    let names: Vec<_> = only(&api).inputs().map(|i| i.wire.as_str()).collect();
    assert_eq!(names, ["Accept", "If-Match"]);
    for (product, spec) in distilled() {
        let (api, _) = analyze(&spec).unwrap();
        let inputs = api.operations.iter().flat_map(|operation| operation.inputs());
        let encoding = inputs.filter(|i| i.place == Place::Header && i.wire.ends_with("-Encoding")).count();
        assert_eq!(encoding, 0, "{}", product.stem);
    }
}

#[test]
fn authorization_header_is_not_a_parameter() {
    let mut operation = operation("CreateThing", json!({ "type": "object" }));
    operation["parameters"] = json!([
        { "name": "authorization", "in": "header", "schema": { "type": "string" } },
        { "name": "If-Match", "in": "header", "schema": { "type": "string" } },
    ]);
    let document = document(json!({ "/v1/Things": { "post": operation } }), json!({}));
    assert_eq!(applied("authorization-header", document.clone()), 1);
    let api = api(document);
    let names: Vec<_> = only(&api).inputs().map(|i| (i.wire.as_str(), i.place)).collect();
    assert_eq!(names, [("If-Match", Place::Header)]);
}

#[test]
fn scim_media_type_wins_over_json() {
    let media = json!({ "schema": { "type": "object", "properties": { "userName": { "type": "string" } } } });
    let operation = json!({
        "operationId": "CreateUser",
        "requestBody": { "content": { "application/json": media, "application/scim+json": media } },
        "responses": { "204": {} },
    });
    let document = document(json!({ "/Users": { "post": operation } }), json!({}));
    assert_eq!(applied("scim-media-type", document.clone()), 1);
    assert_eq!(only(&api(document)).body, BodyKind::Scim);
}

#[test]
fn all_of_one_reference_is_that_reference() {
    let schemas = json!({
        "a": { "type": "object", "properties": { "b": { "allOf": [{ "$ref": "#/components/schemas/b" }], "description": "A note." } } },
        "b": { "type": "object", "properties": { "x": { "type": "string" } } },
    });
    let api = api(with_answer(json!({ "$ref": "#/components/schemas/a" }), schemas));
    let field = &api.models["A"].fields["b"];
    assert_eq!(field.ty, model("B"));
    assert_eq!(field.description.as_deref(), Some("A note."));
}

#[test]
fn all_of_objects_is_one_object_with_all_fields() {
    let schemas = json!({
        "a": { "allOf": [
            { "$ref": "#/components/schemas/b" },
            { "type": "object", "properties": { "y": { "type": "integer" } } },
        ] },
        "b": { "type": "object", "properties": { "x": { "type": "string" } } },
    });
    let document = with_answer(json!({ "$ref": "#/components/schemas/a" }), schemas);
    assert_eq!(applied("all-of", document.clone()), 1);
    let api = api(document);
    let fields: Vec<_> = api.models["A"].fields.iter().map(|(name, f)| (name.as_str(), &f.ty)).collect();
    assert_eq!(fields, [("x", &Type::Text), ("y", &Type::Integer)]);
}

#[test]
fn all_of_joins_what_is_required() {
    let part = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } }, "required": [name] });
    let body = json!({ "allOf": [part("a"), part("b")] });
    let api = api(document(json!({ "/v1/Things": { "post": operation("CreateThing", body) } }), json!({})));
    let required: Vec<_> = only(&api).required.iter().map(|i| i.wire.as_str()).collect();
    assert_eq!(required, ["a", "b"]);
}

#[test]
fn one_of_objects_is_one_object_and_only_common_fields_are_required() {
    let variant = |kind: &str, field: &str| {
        json!({
            "type": "object",
            "properties": { "kind": { "type": "string", "enum": [kind] }, field: { "type": "string" } },
            "required": ["kind", field],
        })
    };
    let body = json!({ "oneOf": [variant("cat", "claw"), variant("dog", "bark")] });
    let document = document(json!({ "/v1/Pets": { "post": operation("CreatePet", body) } }), json!({}));
    assert_eq!(applied("one-of", document.clone()), 1);
    let api = api(document);
    let operation = only(&api);
    assert_eq!(operation.required.iter().map(|i| i.wire.as_str()).collect::<Vec<_>>(), ["kind"]);
    assert_eq!(operation.optional.iter().map(|i| i.wire.as_str()).collect::<Vec<_>>(), ["bark", "claw"]);
    let Type::Enum(kind) = &input(operation, "kind").ty else { panic!("not an enum") };
    let values: Vec<_> = api.enums[kind].variants.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["cat", "dog"], "a discriminator takes the values of all variants");
}

#[test]
fn one_of_scalars_and_fields_that_differ_are_free_json() {
    let variant = |ty: &str| json!({ "type": "object", "properties": { "x": { "type": ty } } });
    let api = api(with_form(json!({
        "Free": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
        "Sum": { "oneOf": [variant("string"), variant("integer")] },
    })));
    assert_eq!(input(only(&api), "Free").ty, Type::Json);
    let Type::Model(sum) = &input(only(&api), "Sum").ty else { panic!("not a model") };
    assert_eq!(api.models[sum].fields["x"].ty, Type::Json);
}

#[test]
fn open_object_is_json_or_a_map_of_text() {
    let document = with_form(json!({
        "Links": { "type": "object", "format": "uri-map" },
        "Any": { "type": "object" },
        "Counts": { "type": "object", "additionalProperties": { "type": "integer" } },
    }));
    assert_eq!(applied("open-object", document.clone()), 2);
    let api = api(document);
    assert_eq!(input(only(&api), "Links").ty, Type::Map(Box::new(Type::Text)));
    assert_eq!(input(only(&api), "Any").ty, Type::Json);
    assert_eq!(input(only(&api), "Counts").ty, Type::Map(Box::new(Type::Integer)));
}

#[test]
fn http_methods_share_one_type() {
    let method = json!({ "type": "string", "format": "http-method", "enum": ["GET", "POST"] });
    let document = with_form(json!({ "StatusCallbackMethod": method }));
    assert_eq!(applied("http-method", document.clone()), 1);
    let api = api(document);
    assert_eq!(only(&api).optional[0].ty, Type::HttpMethod);
    assert!(api.enums.is_empty());
}

#[test]
fn secrets_are_marked_by_name_and_nothing_else_is() {
    let text = json!({ "type": "string" });
    let api = api(with_form(json!({
        "auth_token": text, "AuthToken": text, "Password": text, "Secret": text, "Binding.Secret": text,
        "binding": {}, "TokenType": text, "PageToken": text, "Token": { "type": "integer" },
    })));
    let secret = |ty| Type::Secret(Box::new(ty));
    let is = |wire: &str| input(only(&api), wire).ty.clone();
    for wire in ["auth_token", "AuthToken", "Password", "Secret", "Binding.Secret"] {
        assert_eq!(is(wire), secret(Type::Text), "{wire}");
    }
    assert_eq!(is("binding"), secret(Type::Json));
    assert_eq!([is("TokenType"), is("PageToken"), is("Token")], [Type::Text, Type::Text, Type::Integer]);
}

#[test]
fn list_envelope_is_a_page_of_its_items() {
    let envelope = json!({
        "type": "object",
        "properties": {
            "things": { "type": "array", "items": { "type": "string" } },
            "meta": { "type": "object", "properties": { "next_page_url": { "type": "string" }, "key": { "type": "string" } } },
        },
    });
    let mut document = with_answer(envelope, json!({}));
    document["paths"]["/v1/Thing"]["get"]["parameters"] =
        json!([{ "name": "PageToken", "in": "query", "schema": { "type": "string" } }]);
    assert_eq!(applied("list-envelope", document.clone()), 1);
    let page =
        Output::Page { key: "things".to_owned(), item: Type::Text, token: Some("PageToken".to_owned()) };
    assert_eq!(only(&api(document)).output, page);
}

#[test]
fn a_response_without_paging_is_no_page_and_two_lists_are_an_error() {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    for properties in [json!({ "a": list }), json!({ "a": list, "b": list })] {
        let api = api(with_answer(json!({ "type": "object", "properties": properties }), json!({})));
        assert!(matches!(only(&api).output, Output::Value(Type::Model(_))), "{properties}");
    }
    let properties = json!({ "a": list, "b": list, "next_page_uri": { "type": "string" } });
    let error = refused(with_answer(json!({ "type": "object", "properties": properties }), json!({})));
    let place = "/paths/~1v1~1Thing/get/responses/200/content/application~1json/schema/properties";
    assert!(error.to_string().starts_with(&format!("test#{place}: ")), "{error}");
}

#[test]
fn scim_lists_its_resources() {
    let envelope = json!({
        "type": "object",
        "properties": {
            "schemas": { "type": "array", "items": { "type": "string" } },
            "Resources": { "type": "array", "items": { "type": "integer" } },
        },
    });
    let mut document = with_answer(envelope, json!({}));
    document["paths"]["/v1/Thing"]["get"]["operationId"] = json!("ListUsers");
    let page = Output::Page { key: "Resources".to_owned(), item: Type::Integer, token: None };
    assert_eq!(only(&api(document)).output, page);
}

#[test]
fn inline_schemas_become_types_and_equal_ones_become_one() {
    let point = json!({ "type": "object", "properties": { "x": { "type": "integer" } } });
    let named = |note: &str| {
        let mut point = point.clone();
        point["description"] = json!(note);
        json!({ "type": "object", "properties": { "point": point } })
    };
    let schemas = json!({ "a": named("One."), "b": named("Another.") });
    let answer = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#/components/schemas/a" }, "b": { "$ref": "#/components/schemas/b" } },
    });
    let document = with_answer(answer, schemas);
    assert_eq!(applied("inline-schema", document.clone()), 3);
    let api = api(document);
    assert_eq!(api.models.keys().collect::<Vec<_>>(), ["A", "APoint", "B", "FetchThingResponse"]);
    let field = |model: &str| &api.models[model].fields["point"];
    assert_eq!((&field("A").ty, &field("B").ty), (&model("APoint"), &model("APoint")));
    assert_eq!(field("B").description.as_deref(), Some("Another."), "each keeps its own words");
}

#[test]
fn equal_enums_of_different_properties_stay_apart() {
    let choice = json!({ "type": "string", "enum": ["on", "off"] });
    let api = api(with_form(json!({ "Light": choice, "Door": { "type": "array", "items": choice } })));
    assert_eq!(input(only(&api), "Light").ty, Type::Enum("ThingLight".to_owned()));
    let door = Type::Enum("ThingDoor".to_owned());
    assert_eq!(input(only(&api), "Door").ty, Type::List(Box::new(door)));
}

#[test]
fn a_circle_in_a_composition_is_an_error_with_its_place() {
    for key in ["allOf", "oneOf"] {
        let schemas = json!({ "a": { key: [{ "$ref": "#/components/schemas/a" }, { "type": "object" }] } });
        let error = refused(with_answer(json!({ "$ref": "#/components/schemas/a" }), schemas)).to_string();
        assert!(error.starts_with("test#/components/schemas/a: "), "{error}");
        assert!(error.contains("circle"), "{error}");
    }
}

/// A message whose status is the component `status`, an enum, with the property written like this.
fn with_status(property: Value) -> Value {
    let schemas = json!({
        "message": { "type": "object", "properties": {
            "first": { "$ref": "#/components/schemas/status" },
            "status": property,
        } },
        "status": { "type": "string", "enum": ["queued", "sent"] },
    });
    let mut document = with_answer(json!({ "$ref": "#/components/schemas/message" }), schemas);
    let form = json!({ "type": "object", "properties": { "Status": property } });
    document["paths"]["/v1/Thing"]["post"] = operation("CreateThing", form);
    document
}

/// The type of the property in the response and in the request of [`with_status`], and every enum's values.
fn statuses(property: Value) -> (Type, Type, Vec<Vec<String>>) {
    let api = api(with_status(property));
    let created = api.operations.iter().find(|o| o.id == "CreateThing").unwrap();
    let values = |item: &Enum| item.variants.iter().map(|(_, value)| value.clone()).collect();
    let enums = api.enums.values().map(values).collect();
    (api.models["Message"].fields["status"].ty.clone(), input(created, "Status").ty.clone(), enums)
}

#[test]
fn review_53_an_enum_beside_null_or_free_text_stays_that_enum() {
    let named = json!({ "$ref": "#/components/schemas/status" });
    let free = json!({ "type": "string", "maxLength": 40 });
    for key in ["anyOf", "oneOf"] {
        for choice in [
            json!([named, { "type": "null" }]),
            json!([{ "type": "null" }, named]),
            json!([named, { "enum": [null] }]),
            json!([named, free]),
            json!([free, named, { "type": "null" }]),
        ] {
            let (response, request, enums) = statuses(json!({ key: choice }));
            let status = Type::Enum("Status".to_owned());
            assert_eq!((response, request), (status.clone(), status), "{key} {choice}");
            assert_eq!(enums, [["queued", "sent"]], "{key} {choice}");
        }
    }
}

#[test]
fn review_53_enums_in_a_choice_are_one_enum_with_the_values_of_all() {
    let some = json!({ "type": "string", "enum": ["sent", "failed"] });
    let choice = json!({ "anyOf": [{ "$ref": "#/components/schemas/status" }, some] });
    let (response, request, enums) = statuses(choice);
    assert_eq!(response, request, "one enum, received and sent");
    assert!(matches!(response, Type::Enum(_)), "{response:?}");
    assert!(enums.contains(&["queued", "sent", "failed"].map(str::to_owned).to_vec()), "{enums:?}");
}

#[test]
fn review_53_null_in_a_choice_or_a_type_only_says_that_there_may_be_no_value() {
    let object = json!({ "type": "object", "properties": { "x": { "type": "string" } } });
    let forms = [
        (json!({ "type": ["string", "null"] }), Type::Text),
        (json!({ "type": ["null", "integer"] }), Type::Integer),
        (json!({ "type": ["string", "null"], "enum": ["a", null] }), Type::Enum("MessageStatus".to_owned())),
        (json!({ "anyOf": [{ "type": "boolean" }, { "type": "null" }] }), Type::Boolean),
        (json!({ "oneOf": [object, { "type": "null" }] }), model("MessageStatus")),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }), Type::Json),
    ];
    for (property, ty) in forms {
        let api = api(with_status(property.clone()));
        let field = &api.models["Message"].fields["status"];
        assert_eq!(field.ty, ty, "{property}");
        assert_eq!(field.constraints.nullable, ty != Type::Json, "{property}");
    }
}

#[test]
fn review_53_a_choice_of_types_without_null_is_refused_with_its_place() {
    let error = refused(with_status(json!({ "type": ["string", "integer", "null"] }))).to_string();
    assert!(error.contains("#/components/schemas/message/properties/status/type: `type`"), "{error}");
}

#[test]
fn review_54_a_reference_with_notes_is_the_type_that_it_refers_to() {
    let named = json!({ "$ref": "#/components/schemas/status" });
    for property in [
        json!({ "allOf": [named], "default": "queued" }),
        json!({ "allOf": [named, { "default": "queued" }] }),
        json!({ "allOf": [{ "default": "queued", "description": "A note." }, named] }),
        json!({ "allOf": [named], "default": "queued", "title": "Status", "deprecated": true, "x-twilio": {} }),
        json!({ "allOf": [named], "default": "queued", "type": "string", "nullable": true, "readOnly": true }),
        json!({ "allOf": [named, { "enum": ["queued"] }], "default": "queued" }),
    ] {
        let (response, request, enums) = statuses(property.clone());
        let status = Type::Enum("Status".to_owned());
        assert_eq!((response, request), (status.clone(), status), "{property}");
        assert_eq!(enums.len(), 1, "{property}: a second enum");
        let api = api(with_status(property.clone()));
        let constraints = &api.models["Message"].fields["status"].constraints;
        assert_eq!(constraints.default.as_deref(), Some("queued"), "{property}");
        assert_eq!(constraints.nullable, property.get("nullable").is_some(), "{property}");
    }
}

#[test]
fn review_54_an_object_with_a_default_is_the_type_that_it_refers_to() {
    let schemas = json!({
        "a": { "type": "object", "properties": { "b": { "allOf": [{ "$ref": "#/components/schemas/b" }], "default": {} } } },
        "b": { "type": "object", "properties": { "x": { "type": "string" } } },
    });
    let api = api(with_answer(json!({ "$ref": "#/components/schemas/a" }), schemas));
    assert_eq!(api.models["A"].fields["b"].ty, model("B"));
    assert_eq!(api.models.keys().collect::<Vec<_>>(), ["A", "B"]);
}

/// A resource `thing` with a property `Kind` in the form that creates it, in its filter and in its response.
fn resource(created: Value, filter: Value, response: Value) -> Value {
    let thing = json!({ "$ref": "#/components/schemas/api.v1.thing" });
    let answer = json!({ "200": { "content": { "application/json": { "schema": thing } } } });
    let mut create = operation("CreateThing", json!({ "type": "object", "properties": { "Kind": created } }));
    create["responses"] = answer.clone();
    let fetch = json!({ "operationId": "FetchThing", "responses": answer, "parameters": [
        { "name": "Sid", "in": "path", "required": true, "schema": { "type": "string" } },
        { "name": "Kind", "in": "query", "schema": filter },
    ] });
    let part = json!({ "operationId": "FetchPart", "responses": { "200": { "content": { "application/json": {
        "schema": { "$ref": "#/components/schemas/api.v1.thing_part" } } } } } });
    document(
        json!({ "/v1/Things.json": { "post": create }, "/v1/Things/{Sid}.json": { "get": fetch }, "/v1/Part": { "get": part } }),
        json!({
            "api.v1.thing": { "type": "object", "properties": { "kind": response } },
            "api.v1.thing_part": { "type": "object", "properties": { "kind": { "type": "string" } } },
            "thing_enum_kind": { "type": "string", "enum": ["a", "b"] },
            "thing_enum_update_kind": { "type": "string", "enum": ["b"] },
            "thing_enum_other": { "type": "string", "enum": ["x"] },
        }),
    )
}

/// The types of `Kind`: in the form, in the filter, in the response, and in the response of the part.
fn kinds(document: Value) -> [Type; 4] {
    let api = api(document);
    let find = |id: &str| input(api.operations.iter().find(|o| o.id == id).unwrap(), "Kind").ty.clone();
    let field = |model: &str| api.models[model].fields["kind"].ty.clone();
    [find("CreateThing"), find("FetchThing"), field("Thing"), field("ThingPart")]
}

#[test]
fn review_58_an_enum_of_one_side_is_the_type_of_all() {
    let (text, named) = (
        json!({ "type": "string", "nullable": true }),
        |name: &str| json!({ "$ref": format!("#/components/schemas/thing_enum_{name}") }),
    );
    let kind = || Type::Enum("ThingKind".to_owned());
    for (created, filter, response) in [
        (text.clone(), text.clone(), named("kind")),
        (named("kind"), text.clone(), text.clone()),
        (text.clone(), named("kind"), text.clone()),
        (named("update_kind"), text.clone(), named("kind")),
        (named("kind"), named("update_kind"), text.clone()),
        (json!({ "type": "string", "enum": ["b", "a"] }), text.clone(), named("kind")),
    ] {
        let document = resource(created, filter, response);
        assert!(applied("one-enum", document.clone()) >= 3, "{document}");
        // A resource whose name starts with that of another has its property's enum too.
        assert_eq!(kinds(document.clone()), [kind(), kind(), kind(), kind()], "{document}");
        let api = api(document);
        let values: Vec<_> =
            api.enums["ThingKind"].variants.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["a", "b"]);
        assert_eq!(api.enums.len(), 1);
    }
}

#[test]
fn review_58_what_an_enum_would_contradict_stays_as_it_is() {
    let named = |name: &str| json!({ "$ref": format!("#/components/schemas/thing_enum_{name}") });
    let url = json!({ "type": "string", "format": "uri" });
    let number = json!({ "type": "integer" });
    let [created, filter, ..] = kinds(resource(url, number, named("kind")));
    assert_eq!((created, filter), (Type::Text, Type::Integer));
    // Two enums without a common value are two, and then nothing says which of them a string is.
    let text = json!({ "type": "string" });
    let [created, filter, response, part] = kinds(resource(named("other"), text, named("kind")));
    let of = |name: &str| Type::Enum(name.to_owned());
    assert_eq!((created, response), (of("ThingOther"), of("ThingKind")));
    assert_eq!((filter, part), (Type::Text, Type::Text));
}
