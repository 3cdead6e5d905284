use proc_macro2::TokenStream;
use twilio_openapi::Spec;

use crate::Result;

/// Writes a module as text, with a line that says where it came from.
pub(crate) fn source(spec: &Spec, tokens: TokenStream) -> Result<String> {
    let header = format!(
        "// Generated from {} @ {} by twilio-sdk-codegen {}, do not edit.\n",
        spec.name().escape_debug(),
        spec.version().escape_debug(),
        env!("CARGO_PKG_VERSION")
    );
    Ok(header + &text(spec.name(), tokens)?)
}

/// Formats tokens as `rustfmt` would.
#[cfg(feature = "pretty")]
pub(crate) fn text(spec: &str, tokens: TokenStream) -> Result<String> {
    let parsed = syn::parse2(tokens);
    let file: syn::File =
        parsed.map_err(|e| crate::Error::Output { spec: spec.to_owned(), message: e.to_string() })?;
    Ok(prettyplease::unparse(&file))
}

/// Breaks tokens into lines at braces and semicolons: a user's build has neither a parser nor a formatter.
#[cfg(not(feature = "pretty"))]
pub(crate) fn text(_: &str, tokens: TokenStream) -> Result<String> {
    let mut text = String::new();
    lines(tokens, 0, &mut text);
    Ok(text)
}

#[cfg(not(feature = "pretty"))]
fn lines(tokens: TokenStream, depth: usize, into: &mut String) {
    use proc_macro2::{Delimiter, TokenTree};
    let flush = |line: &mut TokenStream, end: &str, into: &mut String| {
        let taken = std::mem::take(line);
        if !taken.is_empty() || !end.is_empty() {
            *into += &format!("{}{taken}{end}\n", "    ".repeat(depth));
        }
    };
    let mut line = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace && !group.stream().is_empty() =>
            {
                flush(&mut line, " {", into);
                lines(group.stream(), depth + 1, into);
                *into += &format!("{}}}\n", "    ".repeat(depth));
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => {
                line.extend([TokenTree::Punct(punct)]);
                flush(&mut line, "", into);
            }
            // Docs and attributes have lines of their own.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket && is_attribute(&line) => {
                line.extend([TokenTree::Group(group)]);
                flush(&mut line, "", into);
            }
            other => line.extend([other]),
        }
    }
    flush(&mut line, "", into);
}

/// Whether all that a line holds so far is the `#` of an attribute.
#[cfg(not(feature = "pretty"))]
fn is_attribute(line: &TokenStream) -> bool {
    let mut tokens = line.clone().into_iter();
    matches!((tokens.next(), tokens.next()), (Some(proc_macro2::TokenTree::Punct(p)), None) if p.as_char() == '#')
}
