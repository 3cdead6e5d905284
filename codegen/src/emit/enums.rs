use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident};
use crate::analyze::{Api, Enum};

pub(super) fn all(api: &Api) -> TokenStream {
    api.enums.iter().map(|(name, item)| one(name, item)).collect()
}

fn one(name: &str, item: &Enum) -> TokenStream {
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
