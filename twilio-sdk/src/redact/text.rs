//! Secrets in running text: `token=..`, `"password": ".."`, `Bearer ..`, user names in URLs.

use std::borrow::Cow;

use super::names::Class;
use super::{MARK, PERSONAL, Scope};

/// Names whose values have blanks in them and end with the line.
const WHOLE_LINE: &[&str] = &["authorization", "cookie", "proxyauthorization", "setcookie"];

/// A JWT's header is shorter; longer base64 that looks like one is hidden too.
const LONGEST_HEADER: usize = 1024;

impl Scope<'_> {
    /// The text without the secrets that names in it announce.
    pub(super) fn announced<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains(['=', ':', ' ', '.']) {
            return Cow::Borrowed(text);
        }
        let mut out = String::new();
        let (mut at, mut copied) = (0, 0);
        while let Some(c) = text[at..].chars().next() {
            let hit = match c {
                '=' | ':' => self.behind_name(text, copied, at, c),
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

    /// The value behind a `=` or `:` at a place, if the name before it says that it must not be shown.
    fn behind_name(
        &self,
        text: &str,
        copied: usize,
        at: usize,
        separator: char,
    ) -> Option<(usize, usize, &'static str)> {
        let behind = &text[at + 1..];
        if separator == ':' && behind.starts_with("//") {
            let authority = &behind[2..];
            let end =
                authority.find(|c: char| c.is_whitespace() || "/?#".contains(c)).unwrap_or(authority.len());
            let user =
                authority[..end].rfind('@').filter(|user| !matches!(&authority[..*user], MARK | PERSONAL))?;
            return Some((at + 3, at + 3 + user, MARK));
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
            Class::Secret => MARK,
            Class::Code if separator == '=' || (quoted && !starts_number(behind)) => MARK,
            Class::Personal if separator == '=' || quoted => PERSONAL,
            _ => return None,
        };
        let skipped = behind.find(|c: char| !(c.is_whitespace() || "=:>".contains(c)))?;
        let value = &behind[skipped..];
        if value.starts_with(MARK) || value.starts_with(PERSONAL) {
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

/// Where a value ends; one that opens what it may not close goes to the end of the text.
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

/// Credentials that need no name: `Bearer ..`, `Basic ..`, and the look of a JWT.
fn by_shape(rest: &str, at: usize) -> Option<(usize, usize, &'static str)> {
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let first = &rest[..end];
    if first.starts_with("eyJ") {
        let header = rest.bytes().take(LONGEST_HEADER).take_while(|b| is_base64(*b)).count();
        if header == LONGEST_HEADER || rest[header..].starts_with('.') {
            let whole = rest.bytes().take_while(|b| is_base64(*b) || *b == b'.').count();
            return Some((at, at + whole, MARK));
        }
    }
    if !is_scheme(first) || first.eq_ignore_ascii_case("token") {
        return None;
    }
    let value = rest[end..].strip_prefix(' ')?;
    let length = word(value);
    let looks = length >= 16 || value[..length].chars().skip(1).any(|c| !c.is_lowercase());
    // A challenge's parameters and our own marks are no credentials.
    let known = value.starts_with("realm=") || value.starts_with(MARK);
    (length > 0 && looks && !known).then_some((at + end + 1, at + end + 1 + length, MARK))
}

/// Twilio's error codes are numbers; a one-time password is a text.
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
