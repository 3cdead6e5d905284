//! Enums that webhooks carry too: the SDK has each once, whichever products are enabled.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use twilio_openapi::{Spec, escape_pointer};

use super::ident;
use crate::Result;
use crate::analyze::{Api, Enum, variants};
use crate::error::unsupported;
use crate::lock::Lock;

/// The spec whose enums are shared.
pub(crate) const SPEC: &str = "api_v2010";

/// One shared enum.
struct Shared {
    /// The component in the spec.
    component: &'static str,
    /// The component of the values that updates take, which become part of it.
    update: Option<&'static str>,
    /// The Rust type in `twilio_sdk::types`.
    name: &'static str,
    /// What its documentation says.
    doc: &'static str,
    /// The values that only webhooks have.
    more: &'static [&'static str],
}

const SHARED: &[Shared] = &[
    Shared {
        component: "call_enum_status",
        update: Some("call_enum_update_status"),
        name: "CallStatus",
        doc: "The status of a call, in the API and in webhooks.",
        more: &["initiated"],
    },
    Shared {
        component: "message_enum_status",
        update: Some("message_enum_update_status"),
        name: "MessageStatus",
        doc: "The status of a message, in the API and in webhooks.",
        more: &[],
    },
    Shared {
        component: "recording_enum_status",
        update: None,
        name: "RecordingStatus",
        doc: "The status of a recording, in the API and in webhooks.",
        more: &["failed"],
    },
];

impl Shared {
    /// The values: those of the spec, then those that only webhooks have.
    fn values(&self, spec: &Spec) -> Result<Vec<Value>> {
        let pointer = |component: &str| format!("/components/schemas/{}/enum", escape_pointer(component));
        let listed = |component: &str| spec.document().pointer(&pointer(component)).and_then(Value::as_array);
        let missing =
            || unsupported(spec.name(), &pointer(self.component), "the enum that webhooks share is missing");
        let mut values = listed(self.component).ok_or_else(missing)?.clone();
        values.extend(self.update.and_then(listed).into_iter().flatten().cloned());
        values.extend(self.more.iter().map(|value| Value::from(*value)));
        Ok(values)
    }
}

/// The re-export that stands for a shared enum in its product's module.
pub(super) fn reexport(api: &Api, name: &str, item: &Enum) -> Option<TokenStream> {
    let shared = of(api, item)?;
    let (own, shared) = (ident(name), ident(shared.name));
    Some(match own == shared {
        true => quote!(pub use crate::types::#shared;),
        false => quote!(pub use crate::types::#shared as #own;),
    })
}

fn of(api: &Api, item: &Enum) -> Option<&'static Shared> {
    SHARED.iter().find(|shared| api.name == SPEC && shared.component == item.component)
}

/// Checks that the shared enums have every value that the analysis gave them.
pub(crate) fn check(spec: &Spec, api: &Api) -> Result<()> {
    for (name, item) in &api.enums {
        let Some(shared) = of(api, item) else { continue };
        let values = shared.values(spec)?;
        let known: BTreeSet<&str> = values.iter().filter_map(Value::as_str).collect();
        if let Some((_, value)) = item.variants.iter().find(|(_, value)| !known.contains(value.as_str())) {
            let pointer = format!("/components/schemas/{}/enum", shared.component);
            let message = format!(
                "`{value}` of another enum belongs to `{name}`, which webhooks share, but is not here"
            );
            return Err(unsupported(spec.name(), &pointer, message));
        }
    }
    Ok(())
}

/// The definitions of the shared enums, under the names of the spec's lock.
pub(crate) fn definitions(spec: &Spec, lock: Option<&Lock>) -> Result<String> {
    let mut tokens = TokenStream::new();
    for shared in SHARED {
        let pointer = format!("/components/schemas/{}", escape_pointer(shared.component));
        let (doc, name) = (shared.doc, ident(shared.name));
        let doc = format!(" {doc}");
        let mut variants = variants(spec, &shared.values(spec)?, &pointer)?;
        if let Some((lock, name)) = lock.and_then(|lock| Some((lock, lock.type_of(shared.component)?))) {
            lock.name_variants(name, &mut variants);
        }
        let variants = variants.iter().map(|(variant, value)| {
            let variant = ident(variant);
            quote!(#variant = #value)
        });
        tokens.extend(quote! {
            crate::types::open_enum! {
                #[doc = #doc]
                #[doc = ""]
                #[doc = " Any other value is kept in `Unknown`."]
                #name { #(#variants),* }
            }
        });
    }
    crate::format::text(spec.name(), tokens)
}
