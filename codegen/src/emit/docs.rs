//! Documentation of generated items: facts always, Twilio's own words where the spec carries them.

use proc_macro2::TokenStream;
use quote::quote;

use super::operations::plain;
use crate::analyze::{Api, Constraints, Enum, Field, Input, Model, Operation, Output, Place, Type};

/// Makes doc attributes of a text, one a line.
fn attributes(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    lines.map(|line| quote!(#[doc = #line])).collect()
}

pub(super) fn open_enum(name: &str, item: &Enum) -> TokenStream {
    let mut text = description(item.description.as_deref())
        .unwrap_or_else(|| format!("The values of `{}` in Twilio's specification.", item.component));
    text.push_str("\n\nAny other value is kept in `Unknown`.");
    let _ = name;
    attributes(&text)
}

pub(super) fn model(name: &str, model: &Model) -> TokenStream {
    let text = description(model.description.as_deref()).unwrap_or_else(|| {
        let component = model.component.replace('|', ".");
        format!("`{name}`: the schema `{}` of Twilio's specification.", component.trim_start_matches('.'))
    });
    attributes(&text)
}

pub(super) fn field(field: &Field) -> TokenStream {
    let mut text = match description(field.description.as_deref()) {
        Some(text) => format!("{text}\n\n`{}`: {}", field.wire, plain(&field.ty)),
        None => format!("`{}`: {}", field.wire, plain(&field.ty)),
    };
    push_constraints(&mut text, &field.constraints, &field.ty);
    attributes(&text)
}

pub(super) fn input(input: &Input) -> TokenStream {
    attributes(&input_text(input))
}

fn input_text(input: &Input) -> String {
    let place = match input.place {
        Place::Path => "in the path",
        Place::Query => "in the query",
        Place::Header => "a header",
        Place::Form => "in the form",
        Place::Json | Place::Body => "in the body",
    };
    let mut text = match description(input.description.as_deref()) {
        Some(text) => format!("{text}\n\n`{}`: {}, {place}", input.wire, plain(&input.ty)),
        None => format!("`{}`: {}, {place}", input.wire, plain(&input.ty)),
    };
    push_constraints(&mut text, &input.constraints, &input.ty);
    text
}

fn push_constraints(text: &mut String, constraints: &Constraints, ty: &Type) {
    let mut facts = Vec::new();
    if let (Some(format), Type::Text) = (&constraints.format, ty) {
        facts.push(format!("format `{format}`"));
    }
    if let (Some(pattern), Type::Text) = (&constraints.pattern, ty) {
        facts.push(format!("pattern `{}`", pattern.replace('`', "'")));
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
        facts.push(format!("default `{}`", default.replace('`', "'").replace('\n', " ")));
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

pub(super) fn operation(api: &Api, operation: &Operation, example: bool) -> TokenStream {
    let mut text = description(operation.description.as_deref())
        .unwrap_or_else(|| format!("`{}` of `{}`.", operation.id, api.name));
    text.push_str(&format!("\n\n`{} https://{}{}`", operation.method, api.host, operation.path));
    let gives = match &operation.output {
        Output::Empty => "nothing (204)".to_owned(),
        Output::Value(ty) => format!("`{}`", plain(ty)),
        Output::Page { item, .. } => format!("pages of `{}`", plain(item)),
    };
    text.push_str(&format!(", gives {gives}."));
    if let Some(maturity) = &operation.maturity {
        text.push_str(&format!("\n\nMaturity: {maturity}."));
    }
    if operation.deprecated {
        text.push_str("\n\nDeprecated by Twilio.");
    }
    if !operation.authenticated {
        text.push_str("\n\nSent without credentials.");
    }
    if !operation.required.is_empty() {
        text.push_str("\n\n# Required\n");
        for input in &operation.required {
            let line = input_text(input).replace("\n\n", " ").replace('\n', " ");
            text.push_str(&format!("\n* `{}`: {line}", input.rust));
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

fn example_text(api: &Api, operation: &Operation) -> String {
    let arguments: Vec<String> = operation.required.iter().map(|i| example_value(&i.ty, true)).collect();
    let arguments = if operation.takes_struct() {
        let fields = operation
            .required
            .iter()
            .map(|i| format!("    {}: {},\n", i.rust, example_value(&i.ty, false)))
            .collect::<String>();
        format!("twilio_sdk::{}::builder::{}Required {{\n{fields}}}", api.name, operation.builder)
    } else {
        arguments.join(", ")
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

/// A value of a type; `into` where the place converts it.
fn example_value(ty: &Type, into: bool) -> String {
    let convert = |text: String| if into { text } else { format!("{text}.into()") };
    match ty {
        Type::Integer => "1".to_owned(),
        Type::Boolean => "true".to_owned(),
        Type::Decimal => convert("\"1.5\"".to_owned()),
        Type::Json => "serde_json::json!({})".to_owned(),
        Type::Secret(inner) if **inner == Type::Json => convert("serde_json::json!({})".to_owned()),
        Type::Date => convert("\"2026-01-31\"".to_owned()),
        Type::Timestamp => convert("\"2026-01-31T12:00:00Z\"".to_owned()),
        Type::HttpMethod => convert("\"POST\"".to_owned()),
        Type::List(item) => {
            let open = if into { "[" } else { "vec![" };
            format!("{open}{}]", example_value(item, into))
        }
        Type::Map(value) => {
            let key = if into { "\"key\"" } else { "\"key\".into()" };
            let open = if into { "[" } else { "std::collections::BTreeMap::from([" };
            let close = if into { "]" } else { "])" };
            format!("{open}({key}, {}){close}", example_value(value, into))
        }
        Type::Model(_) => "Default::default()".to_owned(),
        Type::Enum(_) | Type::Text | Type::Sid(_) | Type::Secret(_) => convert("\"value\"".to_owned()),
    }
}

/// Twilio's words, made safe for rustdoc: no HTML, no doc-tests, no broken links.
fn description(text: Option<&str>) -> Option<String> {
    let text = text?.replace("```", "");
    let lines: Vec<String> = text.lines().map(|line| escape(line.trim())).collect();
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Escapes one line outside code spans.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let line = if line.matches('`').count() % 2 == 1 { line.replace('`', "'") } else { line.to_owned() };
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 { out.push_str(part) } else { escape_prose(part, &mut out) }
    }
    out
}

fn escape_prose(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '['
            && let Some((label, url, after)) = link(rest)
        {
            out.push('[');
            out.push_str(&label.replace(['[', ']', '<', '>'], " "));
            out.push_str("](");
            out.push_str(&url);
            out.push(')');
            rest = after;
            continue;
        }
        if rest.starts_with("https://") || rest.starts_with("http://") {
            let end =
                rest.find(|c: char| c.is_whitespace() || "<>()\"'|[]{}".contains(c)).unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '*']);
            out.push('`');
            out.push_str(url);
            out.push('`');
            rest = &rest[url.len()..];
            continue;
        }
        if matches!(c, '<' | '>' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
}

/// `[label](url)` at the start of the text: both, and what follows. Relative links lead to Twilio's site.
fn link(text: &str) -> Option<(&str, String, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (url, after) = rest.split_once(')')?;
    let url = url.trim();
    if label.contains(['\n', '`']) || url.is_empty() || url.contains(char::is_whitespace) {
        return None;
    }
    let url = match url {
        absolute if absolute.starts_with("https://") || absolute.starts_with("http://") => {
            absolute.to_owned()
        }
        rooted if rooted.starts_with('/') => format!("https://www.twilio.com{rooted}"),
        other => format!("https://www.twilio.com/docs/{}", other.trim_start_matches("./")),
    };
    Some((label, url, after))
}
