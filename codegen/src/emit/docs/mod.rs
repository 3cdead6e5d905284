//! Documentation of generated items: facts always, Twilio's own words where the spec carries them.

mod example;
mod facts;

use proc_macro2::TokenStream;
use quote::quote;

use super::prose::description;
use crate::analyze::{Api, Enum, Field, Input, Model, Operation, Output};

/// Makes doc attributes of a text, one per line.
fn attributes(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| line.chars().filter(|c| is_printable(*c)).collect::<String>());
    let lines = lines.map(|line| if line.is_empty() { line } else { format!(" {line}") });
    lines.map(|line| quote!(#[doc = #line])).collect()
}

/// rustc rejects comments with a bare carriage return or with signs that change the writing direction.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A string of the spec as a code span.
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
    let mut text = description(item.description.as_deref())
        .unwrap_or_else(|| format!("Values of {} in Twilio's specification.", component(&item.component)));
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
    let facts = format!("{}: {}", code(&field.wire), facts::value(&field.ty, &field.constraints));
    attributes(&match description(field.description.as_deref()) {
        Some(text) => format!("{text}\n\n{facts}"),
        None => facts,
    })
}

/// A setter of an optional value.
pub(super) fn optional(input: &Input) -> TokenStream {
    let value = facts::value(&input.ty, &input.constraints);
    let facts = format!("Sets {}: {value}", facts::place(input));
    attributes(&match description(input.description.as_deref()) {
        Some(text) => format!("{text}\n\n{facts}"),
        None => facts,
    })
}

/// A field of the struct of required values.
pub(super) fn required(input: &Input) -> TokenStream {
    let place = facts::place(input);
    let facts =
        format!("T{}: {}", place.trim_start_matches('t'), facts::value(&input.ty, &input.constraints));
    attributes(&match description(input.description.as_deref()) {
        Some(text) => format!("{text}\n\n{facts}"),
        None => facts,
    })
}

/// One line of a list of required values.
fn required_line(input: &Input) -> String {
    let value = facts::value(&input.ty, &input.constraints);
    let mut line = format!("* `{}`, {}: {value}", input.rust, facts::place(input));
    if let Some(text) = description(input.description.as_deref()) {
        line.push_str(&format!(" {}", text.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    line
}

pub(super) fn client(api: &Api) -> TokenStream {
    let returns = match api.operations.as_slice() {
        [] => "Twilio's specification lists none yet.",
        _ => "Each method returns a request of the module [`builder`].",
    };
    attributes(&format!("The operations of `{}`.\n\n{returns}", api.name))
}

pub(super) fn operation(api: &Api, operation: &Operation, example: bool) -> TokenStream {
    let mut text = description(operation.description.as_deref()).unwrap_or_else(|| operation.summary.clone());
    let request = format!("{} https://{}{}", operation.method, api.host, operation.path);
    let returned = match &operation.output {
        Output::Empty => "nothing (204)".to_owned(),
        Output::Value(ty) => facts::kind(ty, None),
        Output::Page { item, .. } => format!("pages of {}", facts::kind(item, None)),
    };
    text.push_str(&format!("\n\n* Request: {}\n* Returns: {returned}", code(&request)));
    text.push_str(&format!("\n* In Twilio's libraries: {}", code(&operation.library)));
    text.push_str(&format!("\n* [Twilio's reference]({})", operation.reference));
    if let Some(maturity) = &operation.maturity {
        text.push_str(&format!("\n* Maturity: {}", code(maturity)));
    }
    if operation.deprecated {
        text.push_str("\n\nDeprecated by Twilio.");
    }
    if operation.oauth_only {
        text.push_str("\n\nRequires OAuth credentials; an auth token or an API key is an error.");
    }
    if !operation.authenticated {
        text.push_str("\n\nSent without credentials.");
    }
    if !operation.required.is_empty() {
        text.push_str("\n\n# Required parameters\n");
        for input in &operation.required {
            text.push_str(&format!("\n{}", required_line(input)));
        }
    }
    if example {
        text.push_str(&example::section(api, operation));
    }
    attributes(&text)
}

pub(super) fn builder(operation: &Operation) -> TokenStream {
    let request = code(&format!("{} {}", operation.method, operation.path));
    let method = &operation.method_name;
    attributes(&format!(
        "{}\n\nThe request {request} that [`Client::{method}`](super::Client::{method}) returns.",
        operation.summary
    ))
}

pub(super) fn params_struct(operation: &Operation) -> TokenStream {
    let method = &operation.method_name;
    attributes(&format!(
        "The required parameters of [`Client::{method}`](super::Client::{method}). Each field takes any value that \
         converts into the type named in its documentation."
    ))
}
