//! Examples with values that look like real ones.

use heck::ToKebabCase;

use crate::analyze::{Api, Constraints, Input, Operation, Output, Type, sid};

/// The example of an operation, as a section of its documentation.
pub(super) fn section(api: &Api, operation: &Operation) -> String {
    let values = operation.required.iter().map(|input| (&input.rust, of_input(api, input)));
    let (imports, arguments) = if operation.takes_struct() {
        let fields: String = values.map(|(name, value)| format!("    {name}: {value},\n")).collect();
        let name = operation.params_struct();
        let import = format!("use twilio_sdk::{}::builder::{name};\n\n", api.name);
        (import, format!("{name} {{\n{fields}}}"))
    } else {
        (String::new(), values.map(|(_, value)| value).collect())
    };
    let allow = if operation.deprecated { "# #[allow(deprecated)]\n" } else { "" };
    let request = format!("twilio.{}().{}({arguments})", api.name, operation.method_name);
    let body = match operation.output {
        Output::Page { .. } => format!(
            "let mut items = {request}.items();\nwhile let Some(item) = items.next().await {{\n    \
             println!(\"{{:?}}\", item?);\n}}"
        ),
        Output::Value(_) => format!("let response = {request}.send().await?;\nprintln!(\"{{response:?}}\");"),
        Output::Empty => format!("{request}.send().await?;"),
    };
    format!(
        "\n\n# Example\n\n```no_run\n{allow}# async fn example(twilio: twilio_sdk::Client) -> \
         twilio_sdk::Result<()> {{\n{imports}{body}\n# Ok(())\n# }}\n```"
    )
}

/// A Rust expression for an argument.
fn of_input(api: &Api, input: &Input) -> String {
    of_type(api, &input.ty, &input.wire, &input.constraints)
}

fn of_type(api: &Api, ty: &Type, name: &str, constraints: &Constraints) -> String {
    match ty {
        Type::Integer => constraints
            .minimum
            .clone()
            .filter(|n| n.parse::<i64>().is_ok_and(|n| n > 0))
            .unwrap_or("1".to_owned()),
        Type::Boolean => "true".to_owned(),
        Type::Decimal => "\"1.5\"".to_owned(),
        Type::Json => "serde_json::json!({})".to_owned(),
        Type::Secret(inner) if **inner == Type::Json => "serde_json::json!({})".to_owned(),
        Type::Secret(_) => "std::env::var(\"SECRET\").unwrap_or_default()".to_owned(),
        Type::Date => "\"2026-01-31\"".to_owned(),
        Type::Timestamp => "\"2026-01-31T12:00:00Z\"".to_owned(),
        Type::HttpMethod => "\"POST\"".to_owned(),
        Type::List(item) => format!("[{}]", of_type(api, item, name, constraints)),
        Type::Map(value) => format!("[(\"key\", {})]", of_type(api, value, name, constraints)),
        Type::Model(model) => format!("twilio_sdk::{}::types::{model}::default()", api.name),
        Type::Sid(kind) => format!(
            "{:?}",
            sid_value(
                sid::SIDS
                    .iter()
                    .find(|sid| sid.name == *kind)
                    .and_then(|sid| sid.prefixes.first())
                    .unwrap_or(&"XX")
            )
        ),
        Type::Enum(name) => {
            let value = api.enums.get(name).and_then(|item| item.variants.first());
            format!("{:?}", value.map_or("value", |(_, value)| value))
        }
        Type::Text => format!("{:?}", text(name, constraints)),
    }
}

/// A SID that no account has: hexadecimal digits that are all alike.
fn sid_value(prefix: &str) -> String {
    format!("{prefix}{}", "a".repeat(32))
}

/// A string for a parameter, by its format, its pattern and its name.
fn text(name: &str, constraints: &Constraints) -> String {
    let format = match constraints.format.as_deref() {
        Some("phone-number") => Some("+15558675310"),
        Some("uri") => Some("https://example.com/callback"),
        Some("iso-country-code") => Some("US"),
        Some("currency") => Some("USD"),
        Some("email") => Some("ada@example.com"),
        Some("uuid") => Some("0f8fad5b-d9cb-469f-a165-70867728950e"),
        Some("duration") => Some("PT15M"),
        Some("byte") => Some("SGVsbG8="),
        _ => None,
    };
    if let Some(value) = format {
        return value.to_owned();
    }
    let prefix = constraints.pattern.as_deref().and_then(|pattern| pattern.strip_prefix('^'));
    let prefix = prefix.and_then(|pattern| pattern.split_once("[0-9a-f"));
    if let Some((prefix, _)) =
        prefix.filter(|(prefix, _)| prefix.len() == 2 && prefix.chars().all(char::is_alphabetic))
    {
        return sid_value(prefix);
    }
    let words = name.to_kebab_case();
    let known = match words.as_str() {
        "to" | "phone-number" | "number" | "address" | "destination" => "+15558675310",
        "from" | "caller-id" => "+15017122661",
        "url" | "voice-url" | "sms-url" => "https://example.com/twiml",
        "body" | "content" | "message" | "text" => "Hello",
        "identity" | "username" | "user-name" | "user-identity" => "alice",
        "email" => "ada@example.com",
        "customer-name" => "Ada Lovelace",
        "street" => "101 Spear Street",
        "city" => "San Francisco",
        "region" => "CA",
        "postal-code" => "94105",
        "country" | "country-code" | "iso-country" | "iso-code" => "US",
        "language" | "language-code" | "locale" => "en-US",
        "code" | "pin" => "123456",
        "channel" => "sms",
        "domain-name" => "example.sip.twilio.com",
        "ip-address" => "192.0.2.1",
        "date" | "start-date" | "end-date" | "day" => "2026-01-31",
        _ if words.ends_with("-sid") || words == "sid" => return sid_value("XX"),
        _ if words.ends_with("-url") => "https://example.com/callback",
        _ if words.ends_with("-phone-number") => "+15558675310",
        _ => {
            return constraints
                .default
                .clone()
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| format!("my-{words}"));
        }
    };
    known.to_owned()
}
