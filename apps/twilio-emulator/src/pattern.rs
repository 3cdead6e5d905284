//! Strings that match a pattern, for the regular expressions of Twilio's files, and reproducible random numbers.

use std::iter::Peekable;
use std::str::Chars;

/// Generates reproducible numbers (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Rng(pub(super) u64);

impl Rng {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let length = u64::try_from(from.len()).ok().filter(|n| *n > 0)?;
        from.get(usize::try_from(self.next() % length).ok()?).copied()
    }

    /// Returns lower-case hexadecimal digits.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(digits);
        text
    }
}

/// Returns a hash (FNV-1a) as a seed.
pub(super) fn seed(parts: &[&str]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0xFF]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    hash
}

/// Returns a string that matches `pattern`: the first alternative, each repetition as short as allowed but not empty.
///
/// Supports literals, escapes, `.`, classes, groups and counts, which is all that the files use.
pub(super) fn sample(pattern: &str, rng: &mut Rng) -> String {
    let mut out = String::new();
    alternatives(&mut pattern.chars().peekable(), rng, &mut out, 0);
    out
}

fn alternatives(chars: &mut Peekable<Chars<'_>>, rng: &mut Rng, out: &mut String, depth: usize) {
    let mut first = true;
    loop {
        let mut branch = String::new();
        sequence(chars, rng, &mut branch, depth);
        if first {
            out.push_str(&branch);
        }
        first = false;
        if chars.next_if_eq(&'|').is_none() {
            return;
        }
    }
}

fn sequence(chars: &mut Peekable<Chars<'_>>, rng: &mut Rng, out: &mut String, depth: usize) {
    while let Some(&next) = chars.peek() {
        if next == '|' || (next == ')' && depth > 0) {
            return;
        }
        chars.next();
        let atom = match next {
            '^' | '$' => continue,
            '(' if depth < 16 => {
                if chars.next_if_eq(&'?').is_some() {
                    chars.next_if_eq(&':');
                }
                let mut group = String::new();
                alternatives(chars, rng, &mut group, depth + 1);
                chars.next_if_eq(&')');
                Atom::Text(group)
            }
            '[' => Atom::Class(class(chars)),
            '.' => Atom::Class(('a'..='z').collect()),
            '\\' => match chars.next() {
                Some('d') => Atom::Class(('0'..='9').collect()),
                Some('w') => Atom::Class(('a'..='z').collect()),
                Some('s') => Atom::Text(" ".to_owned()),
                Some(escaped) => Atom::Text(escaped.to_string()),
                None => return,
            },
            literal => Atom::Text(literal.to_string()),
        };
        for _ in 0..count(chars) {
            match &atom {
                Atom::Text(text) => out.push_str(text),
                Atom::Class(class) => out.extend(rng.pick(class)),
            }
        }
    }
}

enum Atom {
    Text(String),
    Class(Vec<char>),
}

fn class(chars: &mut Peekable<Chars<'_>>) -> Vec<char> {
    let mut set = Vec::new();
    while let Some(next) = chars.next().filter(|c| *c != ']') {
        let low = if next == '\\' { chars.next().unwrap_or(next) } else { next };
        if next == '\\' && low == 'd' {
            set.extend('0'..='9');
            continue;
        }
        let mut ahead = chars.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(high)) if high != ']' && high > low && low.is_alphanumeric() => {
                *chars = ahead;
                set.extend(low..=high);
            }
            _ => set.push(low),
        }
    }
    // Twilio writes identifiers in one case: lower-case letters with digits, upper-case prefixes.
    let has = |test: fn(&char) -> bool| set.iter().any(test);
    if has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) {
        let digits = has(char::is_ascii_digit);
        set.retain(|c| if digits { !c.is_ascii_uppercase() } else { !c.is_ascii_lowercase() });
    }
    // Many classes allow a separator, but it looks wrong at the start of a name.
    if set.iter().any(char::is_ascii_alphanumeric) {
        set.retain(char::is_ascii_alphanumeric);
    }
    set
}

/// Returns the number of repetitions after an atom: the minimum, but eight for `+` and `*`.
fn count(chars: &mut Peekable<Chars<'_>>) -> usize {
    match chars.peek() {
        Some('+' | '*') => {
            chars.next();
            8
        }
        Some('?') => {
            chars.next();
            1
        }
        Some('{') => {
            chars.next();
            let body: String = std::iter::from_fn(|| chars.next_if(|c| *c != '}')).collect();
            chars.next();
            let low = body.split(',').next().and_then(|n| n.parse().ok()).unwrap_or(1_usize);
            low.min(256)
        }
        _ => 1,
    }
}
