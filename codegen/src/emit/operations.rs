use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{argument, docs, ident, path, put, put_value};
use crate::Options;
use crate::analyze::{Api, BodyKind, Input, Operation, Output, Place, Type};

pub(super) fn all(api: &Api, options: Options) -> TokenStream {
    let mut groups = BTreeSet::new();
    let (mut methods, mut builders) = (TokenStream::new(), TokenStream::new());
    for operation in &api.operations {
        let example = groups.insert(operation.group.as_str());
        methods.extend(method(api, operation, example));
        builders.extend(builder(operation, options));
    }
    if api.operations.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[allow(unused_imports)]
        use crate::runtime::{Call, Place, Request as _};
        impl Client { #methods }
        /// The calls that the client's methods return: set what is optional, then `send()`.
        pub mod builder {
            #[allow(unused_imports)]
            use super::types;
            #[allow(unused_imports)]
            use crate::runtime::{BodyKind, Method, Operation, Place};
            #builders
        }
    }
}

/// One operation, method and builder.
pub(super) fn one(api: &Api, operation: &Operation, options: Options) -> TokenStream {
    let method = method(api, operation, true);
    let builder = builder(operation, options);
    quote! {
        impl Client { #method }
        pub mod builder { #builder }
    }
}

/// A type as a reader writes it.
pub(super) fn plain(ty: &Type) -> String {
    match ty {
        Type::List(item) => format!("[{}]", plain(item)),
        Type::Map(value) => format!("{{text: {}}}", plain(value)),
        Type::Json => "json".to_owned(),
        Type::Secret(_) => "secret".to_owned(),
        Type::Text => "text".to_owned(),
        other => path(other).to_string().rsplit(' ').next().unwrap_or_default().to_owned(),
    }
}

fn method(api: &Api, operation: &Operation, example: bool) -> TokenStream {
    let doc = docs::operation(api, operation, example);
    let deprecated = operation.deprecated.then(|| quote!(#[deprecated]));
    let name = ident(&operation.method_name);
    let builder = ident(&operation.builder);
    let call = quote!(call);
    let (arguments, puts): (TokenStream, TokenStream) = if operation.takes_struct() {
        let required = format_ident!("{}Required", operation.builder);
        let puts = operation.required.iter().map(|input| {
            let field = ident(&input.rust);
            put_value(&call, input, &quote!(required.#field), false)
        });
        (quote!(required: builder::#required), puts.collect())
    } else {
        let arguments = operation.required.iter().map(|input| {
            let name = ident(&input.rust);
            let ty = argument(&input.ty);
            quote!(, #name: #ty)
        });
        (arguments.collect(), operation.required.iter().map(|input| put(&call, input)).collect())
    };
    let arguments = if operation.takes_struct() { quote!(, #arguments) } else { arguments };
    let body = if puts.is_empty() {
        quote!(builder::#builder(Call::new(self, builder::#builder::OPERATION)))
    } else {
        quote! {
            let mut call = Call::new(self, builder::#builder::OPERATION);
            #puts
            builder::#builder(call)
        }
    };
    quote! {
        #doc
        #deprecated
        pub fn #name(&self #arguments) -> builder::#builder { #body }
    }
}

/// The constant that the runtime builds requests from.
fn facts(operation: &Operation, options: Options) -> TokenStream {
    let (id, path) = (&operation.id, &operation.path);
    let method = ident(&format!("{:?}", operation.method));
    let body = match operation.body {
        BodyKind::None => quote!(None),
        BodyKind::Form => quote!(Form),
        BodyKind::Json => quote!(Json),
        BodyKind::Scim => quote!(Scim),
    };
    let list = match &operation.output {
        Output::Page { key, token, .. } => {
            let token = match token {
                Some(token) => quote!(Some(#token)),
                None => quote!(None),
            };
            quote!(.list(#key, #token))
        }
        _ => TokenStream::new(),
    };
    let redirect = operation.redirect.map(|status| quote!(.redirect(#status)));
    let anonymous = (!operation.authenticated).then(|| quote!(.anonymous()));
    let inputs = options.serialize.then(|| inputs(operation));
    quote!(Operation::new(#id, Method::#method, #path, BodyKind::#body) #list #redirect #anonymous #inputs)
}

/// The wire names by place, with which saved requests are checked.
fn inputs(operation: &Operation) -> Option<TokenStream> {
    let places = [Place::Path, Place::Query, Place::Header, Place::Form, Place::Json, Place::Body];
    let groups = places.iter().filter_map(|place| {
        let names: Vec<String> = operation
            .inputs()
            .filter(|input| input.place == *place)
            .map(|input| if input.prefixed_map { format!("{}.", input.wire) } else { input.wire.clone() })
            .collect();
        let place = ident(&format!("{place:?}"));
        (!names.is_empty()).then(|| quote!((Place::#place, &[#(#names),*])))
    });
    let groups: Vec<TokenStream> = groups.collect();
    (!groups.is_empty()).then(|| quote!(.inputs(&[#(#groups),*])))
}

fn builder(operation: &Operation, options: Options) -> TokenStream {
    let facts = facts(operation, options);
    let name = ident(&operation.builder);
    let doc = docs::builder(operation);
    let (output, kind) = match &operation.output {
        Output::Empty => (quote!(()), format_ident!("operation")),
        Output::Value(ty) => (path(ty), format_ident!("operation")),
        Output::Page { item, .. } => (path(item), format_ident!("list_operation")),
    };
    let held = match &operation.output {
        Output::Page { .. } => quote!(crate::Page<#output>),
        _ => output.clone(),
    };
    let account = operation.account_path.then(|| quote!(crate::runtime::account_operation!(#name);));
    let setters = operation.optional.iter().map(setter);
    let setters = (!operation.optional.is_empty()).then(|| quote!(impl #name { #(#setters)* }));
    let required = operation.takes_struct().then(|| required(operation));
    quote! {
        #doc
        #[derive(Clone, Debug)]
        #[must_use = "a call does nothing until it is sent"]
        pub struct #name(pub(crate) crate::runtime::Call<#held>);
        #setters
        crate::runtime::#kind!(#name => #output, #facts);
        #account
        #required
    }
}

fn setter(input: &Input) -> TokenStream {
    let doc = docs::input(input);
    let name = ident(&input.rust);
    let argument = argument(&input.ty);
    let put = put(&quote!(self.0), input);
    quote! {
        #doc
        pub fn #name(mut self, #name: #argument) -> Self {
            #put
            self
        }
    }
}

/// The struct of required values, for the few operations that have many.
fn required(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}Required", operation.builder);
    let doc = format!(
        "What [`Client::{}`](super::Client::{}) cannot do without.",
        operation.method_name, operation.method_name
    );
    let fields = operation.required.iter().map(|input| {
        let doc = docs::input(input);
        let name = ident(&input.rust);
        let ty = path(&input.ty);
        quote!(#doc pub #name: #ty,)
    });
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        pub struct #name { #(#fields)* }
    }
}
