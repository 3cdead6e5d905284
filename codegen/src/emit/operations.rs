use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Setting, argument, docs, ident, path, put, setting};
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
        use crate::runtime::{RequestBuilder, Place, OperationRequest as _};
        impl Client { #methods }
        /// The requests that the client's methods return: set optional parameters, then call `send()`.
        pub mod builder {
            #[allow(unused_imports)]
            use super::types;
            #[allow(unused_imports)]
            use crate::runtime::{BodyKind, Method, Operation, Place};
            #[allow(unused_imports)]
            use crate::types::{IntoOptional as _, IntoOptionalList as _};
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

fn method(api: &Api, operation: &Operation, example: bool) -> TokenStream {
    let doc = docs::operation(api, operation, example);
    let deprecated = operation.deprecated.then(|| quote!(#[deprecated]));
    let name = ident(&operation.method_name);
    let builder = ident(&operation.builder);
    let call = quote!(call);
    let types = operation.required.iter().map(|input| argument(&input.ty));
    let (arguments, puts): (TokenStream, TokenStream) = if operation.takes_struct() {
        let params = ident(&operation.params_struct());
        let puts = operation.required.iter().map(|input| {
            let field = ident(&input.rust);
            put(&call, input, &quote!(params.#field))
        });
        (quote!(, params: builder::#params<#(#types),*>), puts.collect())
    } else {
        let names = operation.required.iter().map(|input| ident(&input.rust));
        let puts = operation.required.iter().map(|input| {
            let name = ident(&input.rust);
            put(&call, input, &quote!(#name))
        });
        (quote!(#(, #names: #types)*), puts.collect())
    };
    let body = if puts.is_empty() {
        quote!(builder::#builder(RequestBuilder::new(self, builder::#builder::OPERATION)))
    } else {
        quote! {
            let mut call = RequestBuilder::new(self, builder::#builder::OPERATION);
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
    let oauth = operation.oauth_only.then(|| quote!(.oauth()));
    let inputs = options.serialize.then(|| inputs(operation));
    quote!(
        Operation::new(#id, Method::#method, #path, BodyKind::#body) #list #redirect #anonymous #oauth #inputs
    )
}

/// The wire names by place, with which saved requests are checked.
fn inputs(operation: &Operation) -> Option<TokenStream> {
    let places = [Place::Path, Place::Query, Place::Header, Place::Form, Place::Json, Place::Body];
    let groups = places.iter().filter_map(|place| {
        let names: Vec<String> = operation
            .inputs()
            .filter(|input| input.place == *place)
            .map(|input| match &input.map_prefix {
                Some(prefix) => format!("{prefix}."),
                None => input.wire.clone(),
            })
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
    let clearers = operation.optional.iter().filter_map(|input| clearer(operation, input));
    let setters = operation.optional.iter().map(setter).chain(clearers);
    let setters = (!operation.optional.is_empty()).then(|| quote!(impl #name { #(#setters)* }));
    let required = operation.takes_struct().then(|| required(operation));
    quote! {
        #doc
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name(pub(crate) crate::runtime::RequestBuilder<#held>);
        #setters
        crate::runtime::#kind!(#name => #output, #facts);
        #account
        #required
    }
}

fn setter(input: &Input) -> TokenStream {
    let doc = docs::optional(input);
    let name = ident(&input.rust);
    let setter = match setting(&input.ty) {
        Setting::Given(argument) => {
            let put = put(&quote!(self.0), input, &quote!(#name));
            quote!(pub fn #name(mut self, #name: #argument) -> Self { #put self })
        }
        Setting::Maybe(argument, convert) => {
            let (place, wire) = (ident(&format!("{:?}", input.place)), &input.wire);
            let set = if matches!(input.ty, Type::List(_)) { ident("set_list") } else { ident("set") };
            quote! {
                pub fn #name<M>(mut self, #name: #argument) -> Self {
                    self.0.#set(Place::#place, #wire, #name.#convert);
                    self
                }
            }
        }
    };
    quote!(#doc #setter)
}

/// The method that sends `null` for a value that a JSON body may hold.
fn clearer(operation: &Operation, input: &Input) -> Option<TokenStream> {
    let name = format!("clear_{}", input.rust.trim_end_matches('_'));
    let free = operation.inputs().all(|other| other.rust != name);
    (free && input.place == Place::Json && input.constraints.nullable).then(|| {
        let (doc, name, wire) = (docs::clearer(&input.wire), ident(&name), &input.wire);
        quote! {
            #doc
            pub fn #name(mut self) -> Self {
                self.0.put_null(#wire);
                self
            }
        }
    })
}

/// The struct of required values: each is named where it is given, in any order, and none can be left out.
///
/// A type parameter a field lets it take what an argument of its own would.
fn required(operation: &Operation) -> TokenStream {
    let name = ident(&operation.params_struct());
    let doc = docs::params_struct(operation);
    let parameters: Vec<_> = (1..=operation.required.len()).map(|n| format_ident!("T{n}")).collect();
    let fields = operation.required.iter().zip(&parameters).map(|(input, ty)| {
        let doc = docs::required(input);
        let name = ident(&input.rust);
        quote!(#doc pub #name: #ty,)
    });
    quote! {
        #doc
        pub struct #name<#(#parameters),*> { #(#fields)* }
    }
}
