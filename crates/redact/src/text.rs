//! Secrets in running text: `token=..`, `"password": ".."`, `Bearer ..`, usernames in URLs.

use std::borrow::Cow;

use super::names::Class;
use super::{PERSONAL, REDACTED, RedactionScope};

/// Names whose values contain blanks and end with the line.
const WHOLE_LINE: &[&str] = &["authorization", "cookie", "proxyauthorization", "setcookie"];

/// The longest header of a JWT in bytes; longer base64 that looks like one is redacted too.
const LONGEST_HEADER: usize = 1024;

impl RedactionScope<'_> {
    /// Redacts secrets that follow their name, and credentials of known shapes.
    pub(super) fn announced<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains(['=', ':', ' ', '.']) {
            return Cow::Borrowed(text);
        }
        let mut out = String::new();
        let (mut at, mut copied) = (0, 0);
        while let Some(c) = text[at..].chars().next() {
            let hit = match c {
                '=' | ':' => self.after_name(text, copied, at, c),
                _ if is_word(c) && !text[..at].ends_with(is_word) => by_shape(&text[at..], at),
                _ => None,
            };
            match hit {
                Some((from, to, mark)) => {
                    out.push_str(&text[copied..from]);
                    out.push_str(mark);
                    (at, copied) = (to, to);
                }
                None => at += c.len_utf8(),
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }

    /// Returns the range of the value after a `=` or `:`, and its mark, if the name before it says that it must not be shown.
    fn after_name(
        &self,
        text: &str,
        copied: usize,
        at: usize,
        separator: char,
    ) -> Option<(usize, usize, &'static str)> {
        let after = &text[at + 1..];
        if separator == ':' && after.starts_with("//") {
            let authority = &after[2..];
            let end =
                authority.find(|c: char| c.is_whitespace() || "/?#".contains(c)).unwrap_or(authority.len());
            let user = authority[..end]
                .rfind('@')
                .filter(|user| !matches!(&authority[..*user], REDACTED | PERSONAL))?;
            return Some((at + 3, at + 3 + user, REDACTED));
        }
        let before = text[copied..at].trim_end();
        let bare = before.trim_end_matches(['"', '\'', '\\', '`']);
        let quoted = bare.len() < before.len();
        let from = bare
            .rfind(|c: char| !is_name(c))
            .map_or(0, |i| i + bare[i..].chars().next().map_or(0, char::len_utf8));
        if from == bare.len() {
            return None;
        }
        let name = percent_encoding::percent_decode_str(&bare[from..]).decode_utf8_lossy();
        let mark = match self.class(&name) {
            Class::Secret => REDACTED,
            Class::Code if separator == '=' || (quoted && !starts_number(after)) => REDACTED,
            Class::Personal if separator == '=' || quoted => PERSONAL,
            _ => return None,
        };
        let skipped = after.find(|c: char| !(c.is_whitespace() || "=:>".contains(c)))?;
        let value = &after[skipped..];
        if value.starts_with(REDACTED) || value.starts_with(PERSONAL) {
            return None;
        }
        let length = if WHOLE_LINE.contains(&super::names::fold(&name).as_str()) {
            value.find(['\r', '\n']).unwrap_or(value.len())
        } else {
            value_length(value)
        };
        (length > 0).then_some((at + 1 + skipped, at + 1 + skipped + length, mark))
    }
}

/// Returns the length of a value. An object, a list or an unclosed quote extends to the end of the string.
fn value_length(value: &str) -> usize {
    let escapes = value.bytes().take_while(|b| *b == b'\\').count();
    match value[escapes..].chars().next() {
        Some('{' | '[') => value.len(),
        Some(quote @ ('"' | '\'' | '`')) => {
            let body = escapes + 1;
            let closes = |i: &usize| value[..*i].bytes().rev().take_while(|b| *b == b'\\').count() == escapes;
            let end = value[body..].match_indices(quote).map(|(i, _)| body + i).find(|i| closes(i));
            end.map_or(value.len(), |i| i + 1)
        }
        _ => {
            let end = word(value);
            match value[end..].strip_prefix(' ') {
                Some(next) if is_scheme(&value[..end]) => end + 1 + word(next),
                _ => end,
            }
        }
    }
}

/// Finds credentials without a name: `Bearer ..`, `Basic ..`, and JWTs.
fn by_shape(rest: &str, at: usize) -> Option<(usize, usize, &'static str)> {
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let first = &rest[..end];
    if first.starts_with("eyJ") {
        let header = rest.bytes().take(LONGEST_HEADER).take_while(|b| is_base64(*b)).count();
        if header == LONGEST_HEADER || rest[header..].starts_with('.') {
            let whole = rest.bytes().take_while(|b| is_base64(*b) || *b == b'.').count();
            return Some((at, at + whole, REDACTED));
        }
    }
    if !is_scheme(first) || first.eq_ignore_ascii_case("token") {
        return None;
    }
    let value = rest[end..].strip_prefix(' ')?;
    let length = word(value);
    let looks = length >= 16 || value[..length].chars().skip(1).any(|c| !c.is_lowercase());
    // Parameters of a challenge and marks are no credentials.
    let known = value.starts_with("realm=") || value.starts_with(REDACTED);
    (length > 0 && looks && !known).then_some((at + end + 1, at + end + 1 + length, REDACTED))
}

/// Returns whether a number starts: error codes are numbers, one-time passwords are strings.
fn starts_number(value: &str) -> bool {
    value.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

fn word(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || c == '&').unwrap_or(text.len())
}

fn is_scheme(word: &str) -> bool {
    ["basic", "bearer", "digest", "token"].iter().any(|scheme| scheme.eq_ignore_ascii_case(word))
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_name(c: char) -> bool {
    is_word(c) || matches!(c, '-' | '.' | '[' | ']' | '%' | '$')
}
