//! The structs and the client that progenitor makes. Nothing else in the project names progenitor.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::{ToTokens, quote};
use serde_json::{Value, json};
use syn::{Item, ItemStruct};

use crate::analyze::{Api, Type};
use crate::{Error, Result};

/// What progenitor made of a product.
pub(super) struct Types {
    /// `Client` with the traits through which hooks reach it.
    pub(super) client: TokenStream,
    /// The structs by name, with the fields' Rust names and types.
    pub(super) structs: BTreeMap<String, ItemStruct>,
}

pub(super) fn generate(api: &Api) -> Result<Types> {
    let error = |message: String| Error::Types { spec: api.name.clone(), message };
    let document: openapiv3::OpenAPI =
        serde_json::from_value(document(api)).map_err(|e| error(e.to_string()))?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::runtime::Handle))
        .with_map_type("::std::collections::BTreeMap")
        .with_crate("twilio-sdk", CrateVers::Any, None);
    let tokens = Generator::new(&settings).generate_tokens(&document).map_err(|e| error(e.to_string()))?;
    let file: syn::File = syn::parse2(tokens).map_err(|e| error(e.to_string()))?;
    let mut client = TokenStream::new();
    let mut structs = BTreeMap::new();
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                for item in module.content.map(|(_, items)| items).unwrap_or_default() {
                    if let Item::Struct(item) = item {
                        structs.insert(item.ident.to_string(), item);
                    }
                }
            }
            // Both constructors take reqwest's client, which is not part of the SDK's interface.
            Item::Impl(item) if item.trait_.is_none() => {}
            // The types are re-exported by the SDK itself, and its prelude is the crate's root.
            Item::Use(item) if matches!(item.vis, syn::Visibility::Public(_)) => {}
            Item::Use(_) => client.extend(quote! {
                use progenitor_client::{ClientHooks, ClientInfo};
            }),
            Item::Mod(_) => {}
            Item::Struct(mut item) => {
                item.attrs.retain(|attr| !attr.path().is_ident("doc"));
                client.extend(super::docs::client(api));
                item.to_tokens(&mut client);
            }
            other => other.to_tokens(&mut client),
        }
    }
    for name in api.models.keys() {
        if !structs.contains_key(name) {
            return Err(error(format!("the struct `{name}` is missing from what it generated")));
        }
    }
    Ok(Types { client, structs })
}

/// The document that progenitor sees: every schema under its Rust name, every field optional and under its
/// Rust name, and the SDK's own types for whatever Rust's do not express.
fn document(api: &Api) -> Value {
    let schemas: serde_json::Map<String, Value> = api
        .models
        .iter()
        .map(|(name, model)| {
            let properties: serde_json::Map<String, Value> = model
                .fields
                .iter()
                .map(|(rust, field)| {
                    let mut schema = schema(api, &field.ty);
                    if let Some(map) = schema.as_object_mut().filter(|map| !map.contains_key("$ref")) {
                        map.insert("nullable".to_owned(), Value::Bool(true));
                    }
                    (rust.clone(), schema)
                })
                .collect();
            (name.clone(), json!({ "type": "object", "properties": properties }))
        })
        .collect();
    json!({
        "openapi": "3.0.1",
        "info": { "title": api.name, "version": api.version },
        "paths": {},
        "components": { "schemas": schemas },
    })
}

fn schema(api: &Api, ty: &Type) -> Value {
    let own = |path: String| {
        let path = format!("twilio_sdk::{path}");
        json!({
            "type": "string",
            "x-rust-type": { "crate": "twilio-sdk", "version": "*", "path": path },
        })
    };
    match ty {
        Type::Text => json!({ "type": "string" }),
        Type::Integer => json!({ "type": "integer", "format": "int64" }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Json => json!({}),
        Type::Decimal => own("types::Decimal".to_owned()),
        Type::Date => own("types::Date".to_owned()),
        Type::Timestamp => own("types::Timestamp".to_owned()),
        Type::HttpMethod => own("types::HttpMethod".to_owned()),
        Type::Sid(name) => own(format!("types::{name}")),
        Type::Secret(inner) if **inner == Type::Json => own("types::SecretValue".to_owned()),
        Type::Secret(_) => own("types::SecretString".to_owned()),
        Type::Enum(name) => own(format!("{}::types::{name}", api.name)),
        Type::Model(name) => json!({ "$ref": format!("#/components/schemas/{name}") }),
        Type::List(item) => json!({ "type": "array", "items": schema(api, item) }),
        Type::Map(value) => json!({ "type": "object", "additionalProperties": schema(api, value) }),
    }
}

/// progenitor's own client in builder style, formatted.
#[cfg(feature = "plain")]
pub(crate) fn plain_client(spec: &twilio_openapi::Spec) -> Result<String> {
    let error = |message: String| Error::Types { spec: spec.name().to_owned(), message };
    let document: openapiv3::OpenAPI =
        serde_json::from_value(spec.document().clone()).map_err(|e| error(e.to_string()))?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let tokens = Generator::new(&settings).generate_tokens(&document).map_err(|e| error(e.to_string()))?;
    crate::format::text(spec.name(), tokens)
}
