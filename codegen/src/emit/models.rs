use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemStruct;

use super::{Setting, docs, ident, setting};
use crate::analyze::{Api, Field, Model, Type};
use crate::{Error, Options, Result};

pub(super) fn all(
    api: &Api,
    structs: &BTreeMap<String, ItemStruct>,
    options: Options,
) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let (mut read, mut written) = (Vec::new(), Vec::new());
    for (name, model) in &api.models {
        let made = structs.get(name).ok_or_else(|| missing(api, name, "itself"))?;
        tokens.extend(one(api, name, model, made, options)?);
        read.push(ident(name));
        if options.serialize || model.in_request {
            written.push(ident(name));
        }
    }
    if !read.is_empty() {
        tokens.extend(quote!(crate::types::deserialize_models! { #(#read)* }));
    }
    if !written.is_empty() {
        tokens.extend(quote!(crate::types::serialize_models! { #(#written)* }));
    }
    Ok(tokens)
}

fn missing(api: &Api, model: &str, what: &str) -> Error {
    let message = format!("of the struct `{model}`, {what} is missing from what it generated");
    Error::Types { spec: api.name.clone(), message }
}

fn one(api: &Api, name: &str, model: &Model, made: &ItemStruct, options: Options) -> Result<TokenStream> {
    let doc = docs::model(model);
    let ident = ident(name);
    // progenitor drops the underscore that the analysis adds to a word that is taken.
    let made: BTreeMap<String, &syn::Field> = made
        .fields
        .iter()
        .filter_map(|field| Some((field.ident.as_ref()?.to_string().trim_end_matches('_').to_owned(), field)))
        .collect();
    let mut fields = Vec::new();
    for (rust, known) in &model.fields {
        let field = made.get(rust.trim_end_matches('_'));
        let field = field.ok_or_else(|| missing(api, name, &format!("the field `{rust}`")))?;
        fields.push((super::ident(rust), *field, known));
    }
    let members = fields.iter().map(|(name, field, known)| {
        let doc = docs::field(known);
        let ty = &field.ty;
        quote!(#doc pub #name: #ty,)
    });
    let reads = fields.iter().map(|(name, field, known)| {
        let wire = &known.wire;
        let read = if is_boxed(field) { quote!(read_boxed) } else { quote!(read) };
        quote!(#wire => value.#read(&mut self.#name),)
    });
    let write = (options.serialize || model.in_request).then(|| {
        let writes = fields.iter().map(|(name, field, known)| {
            let wire = &known.wire;
            let write = if is_boxed(field) { quote!(field_boxed) } else { quote!(field) };
            quote!(out.#write(#wire, &self.#name);)
        });
        quote! {
            impl crate::runtime::WriteFields for #ident {
                fn write(&self, out: &mut crate::runtime::FieldWriter<'_>) {
                    #(#writes)*
                    out.extra(&self.extra);
                }
            }
        }
    });
    let setters = model.in_request.then(|| {
        let setters = fields.iter().map(|(name, field, known)| setter(name, field, known));
        let setters = setters.chain(fields.iter().filter_map(|(name, _, known)| clearer(model, name, known)));
        quote!(impl #ident { #(#setters)* })
    });
    Ok(quote! {
        #doc
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #ident {
            #(#members)*
            /// Values of the response that fit none of the fields above.
            pub extra: crate::types::Extra,
        }
        impl crate::runtime::ReadFields for #ident {
            fn read<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                value: crate::runtime::FieldReader<'_, A>,
            ) -> crate::runtime::Unread<A::Error> {
                match name {
                    #(#reads)*
                    _ => value.unknown(),
                }
            }
            fn extra_mut(&mut self) -> &mut crate::types::Extra {
                &mut self.extra
            }
        }
        #write
        #setters
    })
}

/// progenitor boxes the fields through which a type holds itself.
fn is_boxed(field: &syn::Field) -> bool {
    field.ty.to_token_stream().to_string().contains("boxed :: Box")
}

fn setter(name: &proc_macro2::Ident, field: &syn::Field, known: &Field) -> TokenStream {
    let (generics, argument, value) = match (setting(&known.ty), &known.ty) {
        (Setting::Maybe(argument, convert), _) => {
            let boxed = is_boxed(field).then(|| quote!(.map(Box::new)));
            (quote!(<M>), argument, quote!(#name.#convert #boxed))
        }
        (Setting::Given(argument), Type::List(_)) => {
            (quote!(), argument, quote!(Some(#name.into_iter().map(Into::into).collect())))
        }
        (Setting::Given(argument), Type::Map(_)) => {
            let pairs = quote!(#name.into_iter().map(|(k, v)| (k.into(), v.into())).collect());
            (quote!(), argument, quote!(Some(#pairs)))
        }
        (Setting::Given(argument), _) if is_boxed(field) => {
            (quote!(), argument, quote!(Some(Box::new(#name.into()))))
        }
        (Setting::Given(argument), _) => (quote!(), argument, quote!(Some(#name.into()))),
    };
    let doc = docs::setter(&known.wire);
    quote! {
        #doc
        pub fn #name #generics(mut self, #name: #argument) -> Self {
            self.#name = #value;
            self
        }
    }
}

/// The method that makes the struct hold `null` for a field that may be it.
fn clearer(model: &Model, name: &proc_macro2::Ident, known: &Field) -> Option<TokenStream> {
    let clear = format!("clear_{}", name.to_string().trim_end_matches('_'));
    (known.constraints.nullable && !model.fields.contains_key(&clear)).then(|| {
        let (doc, clear, wire) = (docs::clearer(&known.wire), super::ident(&clear), &known.wire);
        quote! {
            #doc
            pub fn #clear(mut self) -> Self {
                self.#name = None;
                self.extra.insert(#wire, serde_json::Value::Null);
                self
            }
        }
    })
}
