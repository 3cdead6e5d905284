//! Redacted queries, forms and paths. What is not redacted stays as it was written.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::json::{is_name_of, is_value};
use super::names::Class;
use super::{PERSONAL, REDACTED, RedactionScope};

/// Characters with a meaning in a path, query or form.
const RESERVED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'/').add(b'=').add(b'?');

impl RedactionScope<'_> {
    /// Appends a URL, or pairs without one.
    pub(super) fn link(&self, text: &str, depth: usize, out: &mut String) {
        let (rest, fragment) = text.split_once('#').map_or((text, None), |(rest, end)| (rest, Some(end)));
        match rest.split_once('?') {
            Some((path, query)) => {
                self.path("", path, depth, out);
                out.push('?');
                self.pairs(query, depth, out);
            }
            None => self.pairs(rest, depth, out),
        }
        if let Some(fragment) = fragment {
            out.push('#');
            self.pairs(fragment, depth, out);
        }
    }

    /// Appends `name=value` pairs.
    pub(super) fn pairs(&self, pairs: &str, depth: usize, out: &mut String) {
        let read = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(name), plain(value))
        };
        let pair_of_names = pairs
            .split('&')
            .map(read)
            .any(|(name, value)| is_name_of(&name) && self.class(&value) == Class::Secret);
        for (index, pair) in pairs.split('&').enumerate() {
            if index > 0 {
                out.push('&');
            }
            let (name, value) = read(pair);
            let (raw_name, raw_value) = match pair.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (pair, None),
            };
            self.shown(raw_name, &name, depth, out);
            let Some(raw_value) = raw_value else { continue };
            out.push('=');
            match self.class(&name) {
                _ if raw_value.is_empty() => {}
                Class::Secret | Class::Code => out.push_str(REDACTED),
                _ if pair_of_names && is_value(&name) => out.push_str(REDACTED),
                Class::Personal => out.push_str(PERSONAL),
                Class::Plain => self.shown(raw_value, &value, depth, out),
            }
        }
    }

    /// Appends a path. The template names its parameters.
    pub(super) fn path(&self, template: &str, path: &str, depth: usize, out: &mut String) {
        let (segments, names) = (path.split('/').rev(), template.split('/').rev());
        // A base URL may have a path of its own, so that template and path are compared from their ends.
        let mut names = names.map(parameter).chain(std::iter::repeat(None));
        let shown: Vec<String> =
            segments.map(|raw| self.segment(raw, names.next().flatten(), depth)).collect();
        let shown: Vec<&str> = shown.iter().rev().map(String::as_str).collect();
        out.push_str(&shown.join("/"));
    }

    fn segment(&self, raw: &str, parameter: Option<(&str, &str)>, depth: usize) -> String {
        let mut out = String::new();
        let suffixed = parameter.and_then(|(_, suffix)| Some((raw.strip_suffix(suffix)?, suffix)));
        let (raw, suffix) = suffixed.unwrap_or((raw, ""));
        match parameter.map(|(name, _)| self.class(name)) {
            Some(Class::Secret | Class::Code) => out.push_str(REDACTED),
            Some(Class::Personal) => out.push_str(PERSONAL),
            Some(Class::Plain) | None => {
                self.shown(raw, &percent_decode_str(raw).decode_utf8_lossy(), depth, &mut out);
            }
        }
        out.push_str(suffix);
        out
    }

    /// Appends a value as it was written, or what may be shown of it.
    fn shown(&self, raw: &str, decoded: &str, depth: usize, out: &mut String) {
        let shown = self.string_at(decoded, depth);
        if shown == decoded { out.push_str(raw) } else { out.extend(utf8_percent_encode(&shown, RESERVED)) }
    }
}

/// Returns the name of a template segment's parameter, and what follows it.
fn parameter(segment: &str) -> Option<(&str, &str)> {
    let (_, rest) = segment.split_once('{')?;
    rest.split_once('}')
}

/// Decodes a form value. A `+` is a blank, except before seven digits: there it is the sign of a phone number that was not encoded.
fn plain(raw: &str) -> String {
    let mut spaced = String::with_capacity(raw.len());
    for (at, c) in raw.char_indices() {
        let sign = || raw[at + 1..].bytes().take(7).filter(u8::is_ascii_digit).count() == 7;
        match c {
            '+' if sign() => spaced.push_str(if at == 0 { "+" } else { " +" }),
            '+' => spaced.push(' '),
            c => spaced.push(c),
        }
    }
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
