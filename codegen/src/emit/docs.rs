//! Documentation of generated items: facts always, Twilio's own words where the spec carries them.

use proc_macro2::TokenStream;
use quote::quote;

use super::operations::plain;
use super::prose::description;
use crate::analyze::{Api, Constraints, Enum, Field, Input, Model, Operation, Output, Place, Type};

/// Makes doc attributes of a text, one a line.
fn attributes(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| line.chars().filter(|c| is_printable(*c)).collect::<String>());
    let lines = lines.map(|line| if line.is_empty() { line } else { format!(" {line}") });
    lines.map(|line| quote!(#[doc = #line])).collect()
}

/// rustc refuses comments with a bare carriage return or with signs that change the writing direction.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A type as a sentence names it.
fn shown(ty: &Type) -> String {
    match ty {
        Type::Text => "text".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Json => "JSON".to_owned(),
        Type::Secret(_) => "secret".to_owned(),
        Type::List(item) => format!("list of {}", shown(item)),
        Type::Map(value) => format!("map of text to {}", shown(value)),
        other => code(&plain(other)),
    }
}

/// A text of the spec as a code span.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").split_whitespace().collect::<Vec<_>>().join(" "))
}

pub(super) fn setter(wire: &str) -> TokenStream {
    attributes(&format!("Sets {}.", code(wire)))
}

pub(super) fn clearer(wire: &str) -> TokenStream {
    attributes(&format!("Sends `null` for {}, which clears it.", code(wire)))
}

pub(super) fn open_enum(item: &Enum) -> TokenStream {
    let mut text = description(item.description.as_deref()).unwrap_or_else(|| {
        format!("The values of {} in Twilio's specification.", component(&item.component))
    });
    text.push_str("\n\nAny other value is kept in `Unknown`.");
    attributes(&text)
}

pub(super) fn model(model: &Model) -> TokenStream {
    let text = description(model.description.as_deref())
        .unwrap_or_else(|| format!("The schema {} of Twilio's specification.", component(&model.component)));
    attributes(&text)
}

/// A component's name; a hoisted one is written as a path of properties.
fn component(name: &str) -> String {
    code(name.replace(crate::pass::SEPARATOR, ".").trim_start_matches('.'))
}

pub(super) fn field(field: &Field) -> TokenStream {
    let mut text = match description(field.description.as_deref()) {
        Some(text) => format!("{text}\n\n{}: {}", code(&field.wire), shown(&field.ty)),
        None => format!("{}: {}", code(&field.wire), shown(&field.ty)),
    };
    push_constraints(&mut text, &field.constraints, &field.ty);
    attributes(&text)
}

pub(super) fn input(input: &Input) -> TokenStream {
    let facts = format!("{}: {}", code(&input.wire), input_facts(input));
    attributes(&match description(input.description.as_deref()) {
        Some(text) => format!("{text}\n\n{facts}"),
        None => facts,
    })
}

/// One line of a list of required values; the wire name only where it is another one.
fn required(input: &Input) -> String {
    let mut line = format!("* `{}`", input.rust);
    if input.wire != input.rust {
        line.push_str(&format!(" ({})", code(&input.wire)));
    }
    line.push_str(&format!(": {}", input_facts(input)));
    if let Some(text) = description(input.description.as_deref()) {
        line.push_str(&format!(" {}", text.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    line
}

fn input_facts(input: &Input) -> String {
    let place = match input.place {
        Place::Path => "in the path",
        Place::Query => "in the query",
        Place::Header => "a header",
        Place::Form => "in the form",
        Place::Json | Place::Body => "in the body",
    };
    let mut text = format!("{}, {place}", shown(&input.ty));
    push_constraints(&mut text, &input.constraints, &input.ty);
    text
}

fn push_constraints(text: &mut String, constraints: &Constraints, ty: &Type) {
    let mut facts = Vec::new();
    if let (Some(format), Type::Text) = (&constraints.format, ty) {
        facts.push(format!("format {}", code(format)));
    }
    if let (Some(pattern), Type::Text) = (&constraints.pattern, ty) {
        facts.push(format!("pattern {}", code(pattern)));
    }
    let range = |least: &Option<String>, greatest: &Option<String>, what: &str| match (least, greatest) {
        (Some(a), Some(b)) if a == b => Some(format!("{what} {a}")),
        (Some(a), Some(b)) => Some(format!("{what} {a} to {b}")),
        (Some(a), None) => Some(format!("{what} at least {a}")),
        (None, Some(b)) => Some(format!("{what} at most {b}")),
        (None, None) => None,
    };
    if !matches!(ty, Type::Sid(_)) {
        let length = |n: Option<u64>| n.map(|n| n.to_string());
        facts.extend(range(&length(constraints.min_length), &length(constraints.max_length), "length"));
    }
    facts.extend(range(&constraints.minimum, &constraints.maximum, "value"));
    if let Some(items) = constraints.max_items {
        facts.push(format!("at most {items} items"));
    }
    if let Some(default) = constraints.default.as_deref().filter(|text| !text.is_empty()) {
        facts.push(format!("default {}", code(default)));
    }
    if let Some(pii) = &constraints.pii {
        facts.push(format!("personal data ({pii})"));
    }
    if constraints.deprecated {
        facts.push("deprecated".to_owned());
    }
    for fact in facts {
        text.push_str("; ");
        text.push_str(&fact);
    }
    text.push('.');
}

pub(super) fn client(api: &Api) -> TokenStream {
    let returns = match api.operations.as_slice() {
        [] => "Twilio's specification lists none yet.",
        _ => "One method each; see [`builder`] for what they return.",
    };
    attributes(&format!("The operations of `{}`.\n\n{returns}", api.name))
}

pub(super) fn operation(api: &Api, operation: &Operation, example: bool) -> TokenStream {
    let mut text = description(operation.description.as_deref())
        .unwrap_or_else(|| format!("{} of `{}`.", code(&operation.id), api.name));
    let request = format!("{} https://{}{}", operation.method, api.host, operation.path);
    text.push_str(&format!("\n\n{}", code(&request)));
    let gives = match &operation.output {
        Output::Empty => "nothing (204)".to_owned(),
        Output::Value(ty) => shown(ty),
        Output::Page { item, .. } => format!("pages of {}", shown(item)),
    };
    text.push_str(&format!(", gives {gives}."));
    if let Some(maturity) = &operation.maturity {
        text.push_str(&format!("\n\nMaturity: {}.", code(maturity)));
    }
    if operation.deprecated {
        text.push_str("\n\nDeprecated by Twilio.");
    }
    if operation.oauth_only {
        text.push_str("\n\nTakes OAuth credentials only, no auth token and no API key.");
    }
    if !operation.authenticated {
        text.push_str("\n\nSent without credentials.");
    }
    if !operation.required.is_empty() {
        text.push_str("\n\n# Required\n");
        for input in &operation.required {
            text.push_str(&format!("\n{}", required(input)));
        }
    }
    if example {
        text.push_str(&example_text(api, operation));
    }
    text.push_str(
        "\n\n# Errors\n\nThose of the transport, and Twilio's own, with its `code()` and `message()`; see \
         [Twilio's reference](https://www.twilio.com/docs/usage/api).",
    );
    attributes(&text)
}

pub(super) fn builder(operation: &Operation) -> TokenStream {
    let request = code(&format!("{} {}", operation.method, operation.path));
    let method = &operation.method_name;
    attributes(&format!("{request}: the call that [`Client::{method}`](super::Client::{method}) makes."))
}

pub(super) fn params_struct(operation: &Operation) -> TokenStream {
    let method = &operation.method_name;
    attributes(&format!(
        "The required values of [`Client::{method}`](super::Client::{method}), by name. Each field takes whatever \
         converts into the type that its documentation names."
    ))
}

fn example_text(api: &Api, operation: &Operation) -> String {
    let values = operation.required.iter().map(|i| (&i.rust, example_value(api, &i.ty)));
    let arguments = if operation.takes_struct() {
        let fields: String = values.map(|(name, value)| format!("    {name}: {value},\n")).collect();
        format!("twilio_sdk::{}::builder::{} {{\n{fields}}}", api.name, operation.params_struct())
    } else {
        values.map(|(_, value)| value).collect()
    };
    let allow = if operation.deprecated { "# #[allow(deprecated)]\n" } else { "" };
    let call = format!("twilio.{}().{}({arguments})", api.name, operation.method_name);
    let body = match operation.output {
        Output::Page { .. } => format!(
            "let mut items = {call}.items();\nwhile let Some(item) = items.next().await {{\n    \
             println!(\"{{:?}}\", item?);\n}}"
        ),
        Output::Value(_) => format!("println!(\"{{:?}}\", {call}.send().await?);"),
        Output::Empty => format!("{call}.send().await?;"),
    };
    format!(
        "\n\n# Example\n\n```no_run\n{allow}# async fn example(twilio: twilio_sdk::Client) -> \
         twilio_sdk::Result<()> {{\n{body}\n# Ok(())\n# }}\n```"
    )
}

/// An argument for a type.
fn example_value(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Integer => "1".to_owned(),
        Type::Boolean => "true".to_owned(),
        Type::Decimal => "\"1.5\"".to_owned(),
        Type::Json => "serde_json::json!({})".to_owned(),
        Type::Secret(inner) if **inner == Type::Json => "serde_json::json!({})".to_owned(),
        Type::Date => "\"2026-01-31\"".to_owned(),
        Type::Timestamp => "\"2026-01-31T12:00:00Z\"".to_owned(),
        Type::HttpMethod => "\"POST\"".to_owned(),
        Type::List(item) => format!("[{}]", example_value(api, item)),
        Type::Map(value) => format!("[(\"key\", {})]", example_value(api, value)),
        Type::Model(name) => format!("twilio_sdk::{}::types::{name}::default()", api.name),
        Type::Enum(_) | Type::Text | Type::Sid(_) | Type::Secret(_) => "\"value\"".to_owned(),
    }
}
