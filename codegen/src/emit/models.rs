use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemStruct;

use super::{argument, docs, ident};
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
        quote!(impl #ident { #(#setters)* })
    });
    Ok(quote! {
        #doc
        #[derive(Clone, Debug, Default)]
        #[non_exhaustive]
        pub struct #ident {
            #(#members)*
            /// What the answer holds and the fields above do not.
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
    let wire = &known.wire;
    let argument = argument(&known.ty);
    let value = match &known.ty {
        Type::List(_) => quote!(#name.into_iter().map(Into::into).collect()),
        Type::Map(_) => quote!(#name.into_iter().map(|(k, v)| (k.into(), v.into())).collect()),
        _ if is_boxed(field) => quote!(Box::new(#name.into())),
        _ => quote!(#name.into()),
    };
    let doc = docs::setter(wire);
    quote! {
        #doc
        pub fn #name(mut self, #name: #argument) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}
