#![allow(clippy::unwrap_used)]

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Fields, FnArg, ImplItem, Item, ItemMacro, ReturnType, Visibility};

/// The public names and signatures of a module, one a line, sorted.
pub(crate) fn surface(source: &str) -> String {
    let file = syn::parse_file(source).unwrap();
    let mut lines = Vec::new();
    items("", &file.items, &mut lines);
    lines.sort();
    lines.join("\n")
}

/// The full text of a type: the struct or the enum, and its setters.
pub(crate) fn type_text(source: &str, name: &str) -> String {
    let mut file = syn::parse_file(source).unwrap();
    let types = file.items.drain(..).find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content,
        _ => None,
    });
    let belongs = |item: &Item| match item {
        Item::Struct(item) => item.ident == name,
        Item::Impl(item) => short(&item.self_ty) == name,
        Item::Macro(item) => open_enum(item).is_some_and(|(found, _)| found == name),
        _ => false,
    };
    let (_, items) = types.unwrap();
    file.items = items.into_iter().filter(belongs).collect();
    assert!(!file.items.is_empty(), "no type `{name}`");
    prettyplease::unparse(&file)
}

fn items(module: &str, items: &[Item], lines: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Mod(inner) => {
                let (_, content) = inner.content.as_ref().unwrap();
                self::items(&format!("{}::", inner.ident), content, lines);
            }
            Item::Struct(item) if matches!(item.vis, Visibility::Public(_)) => {
                let name = format!("{module}{}", item.ident);
                lines.push(format!("{name} struct"));
                if let Fields::Named(fields) = &item.fields {
                    for field in fields.named.iter().filter(|f| matches!(f.vis, Visibility::Public(_))) {
                        let ident = field.ident.as_ref().unwrap();
                        lines.push(format!("{name} .{ident}: {}", short(&field.ty)));
                    }
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let name = format!("{module}{}", short(&item.self_ty));
                for method in &item.items {
                    if let ImplItem::Fn(method) = method {
                        let arguments = method.sig.inputs.iter().filter_map(|argument| match argument {
                            FnArg::Receiver(_) => None,
                            FnArg::Typed(typed) => {
                                Some(format!("{}: {}", typed.pat.to_token_stream(), short(&typed.ty)))
                            }
                        });
                        let arguments = arguments.collect::<Vec<_>>().join(", ");
                        let gives = match &method.sig.output {
                            ReturnType::Type(_, ty) if short(ty) != "Self" => format!(" -> {}", short(ty)),
                            _ => String::new(),
                        };
                        lines.push(format!("{name} fn {}({arguments}){gives}", method.sig.ident));
                    }
                }
            }
            // The names of personal data.
            Item::Static(item) => lines.push(format!("{module}{} {}", item.ident, short(&item.expr))),
            Item::Macro(item) => {
                if let Some((name, variants)) = open_enum(item) {
                    lines.push(format!("{module}{name} enum {variants}"));
                } else {
                    let kind = short(&item.mac.path);
                    if kind.ends_with("operation") {
                        lines.push(format!("{module}{} ({kind})", short(&without_facts(&item.mac.tokens))));
                    }
                }
            }
            _ => {}
        }
    }
}

/// What a builder's macro says of its types: `CreateMessage => types::Message`, without the operation's facts.
fn without_facts(tokens: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    let facts = tokens.windows(2).position(|pair| is(&pair[0], ",") && is(&pair[1], "Operation"));
    let end = facts.unwrap_or(tokens.len());
    tokens.into_iter().take(end).collect()
}

/// The name of an open enum, and its variants.
fn open_enum(item: &ItemMacro) -> Option<(String, String)> {
    if item.mac.path.segments.last().is_none_or(|s| s.ident != "open_enum") {
        return None;
    }
    let mut tokens: Vec<_> = item.mac.tokens.clone().into_iter().collect();
    let variants = tokens.pop()?;
    Some((tokens.pop()?.to_string(), short(&variants)))
}

/// Tokens as a reader writes them, paths cut to their last part.
fn short(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out = String::new();
    for (index, word) in words.iter().enumerate() {
        let is_name = word.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if *word == "::" || (is_name && words.get(index + 1) == Some(&"::")) {
            continue;
        }
        let glued = out.is_empty()
            || out.ends_with(['(', '<', '['])
            || (word.starts_with([',', '(', ')', '>', '<', '[', ']', '?']) && !out.ends_with(['=', ',']));
        if !glued {
            out.push(' ');
        }
        out.push_str(word);
    }
    // The commas that only end a line in the formatted source.
    out.replace(", >", ">").replace(",)", ")")
}
