//! Finds phone numbers, e-mail addresses, IP addresses and addresses of messengers anywhere in a string.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use super::PERSONAL;

/// Schemes of addresses of persons.
const SCHEMES: &[&str] = &["client", "mailto", "messenger", "rcs", "sip", "sips", "sms", "tel", "whatsapp"];

/// Replaces personal data. SIDs, UUIDs, dates and decimals stay.
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| b.is_ascii_digit() || b == b'@' || b == b':') {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let (mut at, mut copied, mut before) = (0, 0, ' ');
    while let Some(c) = text[at..].chars().next() {
        let start = !is_word(before);
        let (from, to) = match found(text, at, copied, c, start) {
            Found::Personal(from, to) => (from, to),
            Found::Harmless(to) => {
                before = text[..to].chars().next_back().unwrap_or(' ');
                at = to;
                continue;
            }
            Found::Nothing => {
                before = c;
                at += c.len_utf8();
                continue;
            }
        };
        out.push_str(&text[copied..from]);
        // Two adjacent findings are one.
        if !(from == copied && out.ends_with(PERSONAL)) {
            out.push_str(PERSONAL);
        }
        (at, copied, before) = (to, to, ' ');
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// What was found at a byte offset.
enum Found {
    Personal(usize, usize),
    Harmless(usize),
    Nothing,
}

fn found(text: &str, at: usize, copied: usize, c: char, start: bool) -> Found {
    let rest = &text[at..];
    if c == '@' {
        let local = text[copied..at].rfind(|c| !is_local(c)).map_or(copied, |i| copied + i);
        let local =
            local + text[local..at].chars().next().filter(|c| !is_local(*c)).map_or(0, char::len_utf8);
        let domain = rest[1..].find(|c| !is_domain(c)).unwrap_or(rest.len() - 1);
        let masked_before = local == at && copied == at && at > 0;
        return if domain > 0 && (local < at || masked_before) {
            Found::Personal(local, at + 1 + domain)
        } else {
            Found::Nothing
        };
    }
    if start {
        if is_uuid(rest) {
            return Found::Harmless(at + 36);
        }
        if let Some(length) = scheme(rest) {
            let value = &rest[length..];
            let end = value.find(is_end).unwrap_or(value.len());
            if end > 0 && !value.starts_with("//") && !value.starts_with('[') {
                return Found::Personal(at + length, at + length + end);
            }
        }
        if let Some(length) = ip(rest) {
            return Found::Personal(at, at + length);
        }
    }
    match c {
        '+' | '(' => phone(rest, at),
        '0'..='9' if start => phone(rest, at),
        _ => Found::Nothing,
    }
}

/// Finds a phone number in any usual notation: seven digits or more, nine without a sign or separators.
fn phone(rest: &str, at: usize) -> Found {
    if let Some(length) = date(rest) {
        return Found::Harmless(at + length);
    }
    let (mut digits, mut separators, mut dots, mut end, mut plus) = (0, 0, 0, 0, false);
    let (mut pending, mut pending_dots) = (0, 0);
    for (index, c) in rest.char_indices() {
        match c {
            '0'..='9' => {
                digits += 1;
                if digits > 1 {
                    separators += pending;
                    dots += pending_dots;
                }
                (pending, pending_dots) = (0, 0);
                end = index + 1;
            }
            '+' if digits == 0 && !plus => plus = true,
            ' ' | '-' | '.' | '(' | ')' | '\u{a0}' | '\u{2010}' | '\u{2011}' if pending < 3 => {
                pending += 1;
                pending_dots += usize::from(c == '.');
            }
            _ => break,
        }
    }
    let joined = rest[end..].chars().next().is_some_and(is_word);
    let decimal = separators == 1 && dots == 1;
    let enough = if separators > 0 { digits >= 7 && !decimal } else { digits >= 9 && !joined };
    if (plus && digits >= 7) || enough {
        return Found::Personal(at, at + end);
    }
    // No number starts within these digits; one may start after a separator.
    match rest.bytes().take_while(u8::is_ascii_digit).count() {
        0 => Found::Nothing,
        length if decimal => Found::Harmless(at + end.max(length)),
        length => Found::Harmless(at + length),
    }
}

/// Returns the length of an ISO 8601 date.
fn date(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes().get(..10)?;
    let shape = bytes.iter().enumerate().all(|(i, b)| match i {
        4 | 7 => *b == b'-',
        _ => b.is_ascii_digit(),
    });
    if !shape {
        return None;
    }
    let ends = !rest[10..].starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let month: u8 = rest.get(5..7)?.parse().ok()?;
    let day: u8 = rest.get(8..10)?.parse().ok()?;
    (ends && (1..=12).contains(&month) && (1..=31).contains(&day)).then_some(10)
}

fn is_uuid(rest: &str) -> bool {
    let Some(bytes) = rest.as_bytes().get(..36) else { return false };
    let shape = bytes.iter().enumerate().all(|(i, b)| match i {
        8 | 13 | 18 | 23 => *b == b'-',
        _ => b.is_ascii_hexdigit(),
    });
    shape && !rest[36..].starts_with(is_word)
}

/// Returns the length of a scheme with its colon.
fn scheme(rest: &str) -> Option<usize> {
    let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let name = &rest[..length];
    let known = SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(name));
    (known && rest[length..].starts_with(':')).then_some(length + 1)
}

/// The length of the longest IP address with a port.
const LONGEST_IP: usize = 53;

/// Returns the length of an IP address, with its port.
fn ip(rest: &str) -> Option<usize> {
    let length = rest
        .bytes()
        .take(LONGEST_IP + 2)
        .take_while(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
        .count();
    let run = rest[..length].trim_end_matches(['.', ':']);
    let address = || run.parse::<IpAddr>().is_ok() || run.parse::<SocketAddr>().is_ok();
    ((3..=LONGEST_IP).contains(&run.len()) && run.contains(['.', ':']) && address()).then_some(run.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || ".!$%'*+-^_`{|}~".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-')
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || "\"'<>,;()]}&?".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_values_are_masked_wherever_they_stand() {
        let cases = [
            ("+15558675310", "[PERSONAL]"),
            ("whatsapp:+15558675310", "whatsapp:[PERSONAL]"),
            ("15558675310", "[PERSONAL]"),
            ("to +1 (555) 867-5310, now", "to [PERSONAL], now"),
            ("call (555) 867-5310.", "call [PERSONAL]."),
            ("555-867-5310", "[PERSONAL]"),
            ("555.867.5310", "[PERSONAL]"),
            ("+44 20 7946 0958", "[PERSONAL]"),
            ("x+15558675310y", "x[PERSONAL]y"),
            ("15558675310 15558675311", "[PERSONAL]"),
            ("89014103211118510720", "[PERSONAL]"),
            ("alice@example.com", "[PERSONAL]"),
            ("<a.b+c@x-y.example>", "<[PERSONAL]>"),
            ("15558675310@example.com", "[PERSONAL]"),
            ("üñ@bücher.example!", "[PERSONAL]!"),
            ("sip:alice@example.com;transport=tls", "sip:[PERSONAL];transport=tls"),
            ("client:alice", "client:[PERSONAL]"),
            ("from 10.0.0.1:80 and fe80::1", "from [PERSONAL] and [PERSONAL]"),
        ];
        for (text, expected) in cases {
            assert_eq!(mask(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_personal_stays() {
        for text in [
            "SM00000000000000000000000000000002",
            "AC12345678901234567890123456789012",
            "550e8400-e29b-41d4-a716-446655440000",
            "2026-01-31T10:00:00.000000Z",
            "2026-01-31 10:00:00 +0000 UTC",
            "Thu, 24 Aug 2023 05:01:45 +0000",
            "-0.00750000",
            "1234567.89",
            "error 21211, status 400",
            "1048576",
            "@alice and client: said",
            "https://api.twilio.com/2010-04-01/x",
            "",
            "5 @ 3",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
