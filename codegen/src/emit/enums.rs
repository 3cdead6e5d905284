use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident, shared};
use crate::analyze::{Api, Enum};

pub(super) fn all(api: &Api) -> TokenStream {
    api.enums.iter().map(|(name, item)| one(api, name, item)).collect()
}

fn one(api: &Api, name: &str, item: &Enum) -> TokenStream {
    if let Some(reexport) = shared::reexport(api, name, item) {
        return reexport;
    }
    let doc = docs::open_enum(item);
    let name = ident(name);
    let variants = item.variants.iter().map(|(variant, value)| {
        let variant = ident(variant);
        quote!(#variant = #value)
    });
    quote! {
        crate::types::open_enum! {
            #doc
            #name { #(#variants),* }
        }
    }
}
