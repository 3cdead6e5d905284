//! Tables that requests are checked against before they are sent.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::ident;
use crate::analyze::{Api, Check, Place};

/// The module `rules`: a table of the operations, and one of each struct with fields to check.
pub(super) fn all(api: &Api) -> TokenStream {
    let mut operations: Vec<_> = api.operations.iter().collect();
    // The runtime looks an operation up by its id.
    operations.sort_by(|a, b| a.id.cmp(&b.id));
    let rows = operations.iter().filter_map(|operation| {
        let account = (!operation.account_checks.is_empty())
            .then(|| rule(Place::Path, "AccountSid", true, &operation.account_checks));
        let optional = operation.optional.iter().map(|input| (input, false));
        let inputs = operation.required.iter().map(|input| (input, true)).chain(optional);
        let inputs = inputs
            .filter(|(input, _)| !input.checks.is_empty())
            .map(|(input, required)| rule(input.place, &input.wire, required, &input.checks));
        let rules: Vec<TokenStream> = account.into_iter().chain(inputs).collect();
        let id = &operation.id;
        (!rules.is_empty()).then(|| quote!((#id, &[#(#rules),*])))
    });
    let models = api.models.iter().filter_map(|(name, model)| {
        let fields = model.fields.values().filter(|field| !field.checks.is_empty());
        let fields = fields.map(|field| {
            let (wire, checks) = (&field.wire, checks(&field.checks));
            quote!((#wire, #checks))
        });
        let fields: Vec<TokenStream> = fields.collect();
        let name = fields_of(name);
        (model.in_request && !fields.is_empty())
            .then(|| quote!(static #name: Fields = Fields(&[#(#fields),*]);))
    });
    quote! {
        /// What Twilio's specification says of the values that operations take.
        #[allow(non_upper_case_globals, unused_imports)]
        pub(crate) mod rules {
            use crate::runtime::{Check, Fields, Place, Rule, Rules};
            pub(crate) static OPERATIONS: Rules = &[#(#rows),*];
            #(#models)*
        }
    }
}

fn fields_of(model: &str) -> proc_macro2::Ident {
    format_ident!("FIELDS_{}", model)
}

fn rule(place: Place, wire: &str, required: bool, list: &[Check]) -> TokenStream {
    let place = ident(&format!("{place:?}"));
    let checks = checks(list);
    let make = if required { ident("required") } else { ident("optional") };
    quote!(Rule::#make(Place::#place, #wire, #checks))
}

fn checks(list: &[Check]) -> TokenStream {
    let list = list.iter().map(|check| match check {
        Check::Pattern(pattern) => quote!(Check::Pattern(#pattern)),
        Check::MinLength(n) => number("MinLength", *n),
        Check::MaxLength(n) => number("MaxLength", *n),
        Check::Minimum(n) => quote!(Check::Minimum(#n)),
        Check::Maximum(n) => quote!(Check::Maximum(#n)),
        Check::MinItems(n) => number("MinItems", *n),
        Check::MaxItems(n) => number("MaxItems", *n),
        Check::Each(inner) => {
            let inner = checks(inner);
            quote!(Check::Each(#inner))
        }
        Check::Fields(model) => {
            let model = fields_of(model);
            quote!(Check::Fields(&#model))
        }
    });
    quote!(&[#(#list),*])
}

fn number(check: &str, n: u64) -> TokenStream {
    let (check, n) = (ident(check), proc_macro2::Literal::u64_unsuffixed(n));
    quote!(Check::#check(#n))
}
