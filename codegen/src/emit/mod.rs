//! Turns the analysis into Rust.

mod docs;
mod enums;
mod models;
mod operations;
mod plain;
mod prose;
mod rules;
pub(crate) mod shared;
mod types;

#[cfg(feature = "plain")]
pub(crate) use types::plain_client;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::analyze::{Api, Input, Operation, Type};
use crate::{OperationSummary, Options, Result};

/// The whole module of a product.
pub(crate) fn module(api: &Api, options: Options) -> Result<TokenStream> {
    let types::Types { client, structs } = types::generate(api)?;
    let models = models::all(api, &structs, options)?;
    let enums = enums::all(api);
    let operations = operations::all(api, options);
    let pii = &api.pii;
    let rules = options.validation.then(|| rules::all(api));
    Ok(quote! {
        #client
        #operations
        /// What Twilio's specification marks as personal data, by wire name.
        pub(crate) static PII: &[&str] = &[#(#pii),*];
        #rules
        /// The structs and enums of this product's requests and responses.
        pub mod types {
            #[allow(unused_imports)]
            use super::types;
            #[allow(unused_imports)]
            use crate::types::{IntoOptional as _, IntoOptionalList as _};
            #enums
            #models
        }
    })
}

/// The code of one operation and of the types that it names.
pub(crate) fn one(api: &Api, operation: &Operation) -> Result<String> {
    crate::format::text(&api.name, operations::one(api, operation, Options::default()))
}

/// The operations as a table in Markdown: what each does, as HTTP has it, in Twilio's libraries and in Rust.
pub(crate) fn operations_table(api: &Api) -> String {
    if api.operations.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n## `{}`\n\n| operation | request | Twilio's libraries | Rust |\n|---|---|---|---|\n",
        api.name.replace('_', "-")
    );
    for operation in &api.operations {
        text.push_str(&format!(
            "| {} `{}` | `{} {}` | `{}` | [`{method}`](crate::{}::Client::{method}) |\n",
            operation.summary,
            operation.id,
            operation.method,
            operation.path,
            operation.library,
            api.name,
            method = operation.method_name,
        ));
    }
    text
}

/// The row of an operation in a list.
pub(crate) fn summary(operation: &Operation) -> OperationSummary {
    let arguments = operation.required.iter().map(|input| (input.rust.clone(), plain::plain(&input.ty)));
    OperationSummary {
        id: operation.id.clone(),
        method: operation.method.to_string(),
        path: operation.path.clone(),
        rust_name: operation.method_name.clone(),
        summary: operation.summary.clone(),
        library: operation.library.clone(),
        reference: operation.reference.clone(),
        arguments: arguments.collect(),
        params_struct: operation.takes_struct().then(|| operation.params_struct()),
    }
}

/// A Rust identifier; names come from the analysis, which leaves no other characters.
fn ident(name: &str) -> proc_macro2::Ident {
    format_ident!("{}", name)
}

/// The path of a type as seen from the product's module.
fn path(ty: &Type) -> TokenStream {
    match ty {
        Type::Text => quote!(String),
        Type::Integer => quote!(i64),
        Type::Boolean => quote!(bool),
        Type::Decimal => quote!(crate::types::Decimal),
        Type::Date => quote!(crate::types::Date),
        Type::Timestamp => quote!(crate::types::Timestamp),
        Type::HttpMethod => quote!(crate::types::HttpMethod),
        Type::Json => quote!(serde_json::Value),
        Type::Sid(name) => {
            let name = ident(name);
            quote!(crate::types::#name)
        }
        Type::Secret(inner) if **inner == Type::Json => quote!(crate::types::SecretValue),
        Type::Secret(_) => quote!(crate::types::SecretString),
        Type::Enum(name) | Type::Model(name) => {
            let name = ident(name);
            quote!(types::#name)
        }
        Type::List(item) => {
            let item = path(item);
            quote!(Vec<#item>)
        }
        Type::Map(value) if **value == Type::Json => quote!(serde_json::Map<String, serde_json::Value>),
        Type::Map(value) => {
            let value = path(value);
            quote!(std::collections::BTreeMap<String, #value>)
        }
    }
}

/// What a caller may pass for a type.
fn argument(ty: &Type) -> TokenStream {
    match ty {
        Type::List(item) => {
            let item = path(item);
            quote!(impl IntoIterator<Item = impl Into<#item>>)
        }
        Type::Map(value) => {
            let value = path(value);
            quote!(impl IntoIterator<Item = (impl Into<String>, impl Into<#value>)>)
        }
        other => {
            let path = path(other);
            quote!(impl Into<#path>)
        }
    }
}

/// What a setter takes for a type, an `Option` of it where that can be told from a value.
fn setting(ty: &Type) -> Setting {
    match ty {
        // JSON converts from an `Option` itself.
        Type::Json | Type::Map(_) => Setting::Given(argument(ty)),
        Type::Secret(inner) if **inner == Type::Json => Setting::Given(argument(ty)),
        Type::List(item) if **item == Type::Json => Setting::Given(argument(ty)),
        Type::List(item) => {
            let item = path(item);
            Setting::Maybe(
                quote!(impl crate::types::IntoOptionalList<#item, M>),
                quote!(into_optional_list()),
            )
        }
        other => {
            let path = path(other);
            Setting::Maybe(quote!(impl crate::types::IntoOptional<#path, M>), quote!(into_optional()))
        }
    }
}

/// The argument of a setter.
enum Setting {
    /// Always a value.
    Given(TokenStream),
    /// Its type with the parameter `M`, and the method that gives an `Option` of the value.
    Maybe(TokenStream, TokenStream),
}

/// The statement that puts a value for an input into a call.
fn put(call: &TokenStream, input: &Input, value: &TokenStream) -> TokenStream {
    let place = ident(&format!("{:?}", input.place));
    let wire = &input.wire;
    let value = match &input.ty {
        Type::List(_) | Type::Map(_) => value.clone(),
        _ => quote!(#value.into()),
    };
    match &input.ty {
        Type::List(item) => {
            let item = path(item);
            quote!(#call.put_list::<#item>(Place::#place, #wire, #value);)
        }
        Type::Json if input.map_prefix.is_some() => {
            let prefix = &input.map_prefix;
            quote!(#call.put_prefixed(Place::#place, #prefix, #value);)
        }
        Type::Map(item) => {
            let item = path(item);
            quote!(#call.put_map::<#item>(Place::#place, #wire, #value);)
        }
        other => {
            let ty = path(other);
            quote!(#call.put::<#ty>(Place::#place, #wire, #value);)
        }
    }
}
