use std::fmt::Write;

use twilio_codegen::analyze::{Api, Input, Operation, Output, Place, Type};

/// Writes a product's module: a function for every operation, and the table that finds them.
pub(super) fn product(api: &Api, out: &mut String) {
    put(out, format_args!("pub mod {} {{\nuse super::*;\n", api.name));
    let mut table = String::new();
    for operation in &api.operations {
        function(api, operation, out);
        put(&mut table, format_args!("({:?}, {}),\n", operation.id, function_name(operation)));
    }
    put(out, format_args!("pub static OPERATIONS: &[(&str, Drive)] = &[\n{table}];\n}}\n"));
}

/// Writes the table of all products.
pub(super) fn table(out: &mut String) {
    out.push_str(
        "/// The operations of every product.\npub static PRODUCTS: &[(&str, &[(&str, Drive)])] = &[\n",
    );
    for product in twilio_openapi::products() {
        put(out, format_args!("({:?}, {}::OPERATIONS),\n", product.stem, product.stem));
    }
    out.push_str("];\n");
}

fn function_name(operation: &Operation) -> String {
    format!("drive_{}", operation.method_name)
}

fn function(api: &Api, operation: &Operation, out: &mut String) {
    let product = &api.name;
    put(out, format_args!("fn {}(v: &mut Values, client: &Client) -> Driven {{\n", function_name(operation)));
    let required = operation.required.iter().map(|input| format!("v.{}?", taker("need", input, product)));
    let arguments = if operation.takes_struct() {
        let fields = operation.required.iter().zip(required);
        let fields: String = fields.map(|(input, value)| format!("{}: {value}, ", input.rust)).collect();
        format!("twilio_sdk::{product}::builder::{}Params {{ {fields} }}", operation.builder)
    } else {
        required.collect::<Vec<_>>().join(", ")
    };
    put(out, format_args!("let call = client.{product}().{}({arguments});\n", operation.method_name));
    if operation.account_path {
        out.push_str(
            "let call = match v.give::<String>(Path, \"AccountSid\") { Some(x) => call.with_account_sid(x), None => call };\n",
        );
    }
    for input in &operation.optional {
        let taker = taker("give", input, product);
        put(
            out,
            format_args!(
                "let call = match v.{taker} {{ Some(x) => call.{}(x), None => call }};\n",
                input.rust
            ),
        );
    }
    let end = if operation.output == Output::Empty { "nothing" } else { "reply" };
    put(out, format_args!("v.{end}(call.send_with_response())\n}}\n"));
}

/// The call that takes an input's value: which method, which type, from where.
fn taker(verb: &str, input: &Input, product: &str) -> String {
    let (place, wire) = (input.place, &input.wire);
    let (kind, ty) = match (&input.ty, place) {
        (ty, Place::Json | Place::Body) => ("_json", ty),
        (ty, _) if input.map_prefix.is_some() => ("_prefixed", ty),
        (Type::List(item), _) => ("_list", &**item),
        (ty, _) => ("", ty),
    };
    format!("{verb}{kind}::<{}>({place:?}, {wire:?})", path(ty, product))
}

/// The path of a type as a user of the SDK writes it.
fn path(ty: &Type, product: &str) -> String {
    let shared = |name: &str| format!("twilio_sdk::types::{name}");
    match ty {
        Type::Text => "String".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Decimal => shared("Decimal"),
        Type::Date => shared("Date"),
        Type::Timestamp => shared("Timestamp"),
        Type::HttpMethod => shared("HttpMethod"),
        Type::Json => "serde_json::Value".to_owned(),
        Type::Sid(name) => shared(name),
        Type::Secret(inner) if **inner == Type::Json => shared("SecretValue"),
        Type::Secret(_) => shared("SecretString"),
        Type::Enum(name) | Type::Model(name) => format!("twilio_sdk::{product}::types::{name}"),
        Type::List(item) => format!("Vec<{}>", path(item, product)),
        Type::Map(value) if **value == Type::Json => "serde_json::Map<String, serde_json::Value>".to_owned(),
        Type::Map(value) => format!("std::collections::BTreeMap<String, {}>", path(value, product)),
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}
