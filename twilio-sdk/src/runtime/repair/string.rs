//! Strings: where one ends, and what it says.

use super::Beyond as Stop;
use super::scan::{Scan, is_structural};

/// The longest name that is looked for ahead.
const LOOK_AHEAD: usize = 128;

/// Where a string stands, which decides what may follow it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The name of a property.
    Name,
    /// The value of a property.
    Property,
    /// An element of a list, or the whole body.
    Element,
}

/// A part of the source, and where reading goes on.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) next: usize,
}

impl Scan<'_> {
    /// Finds the end of the string whose opening quote is at `start`.
    ///
    /// A quote ends it where something follows that may follow a string. One that looks like the opening quote of
    /// another string shows that the end of this one is lost; any other belongs to its text.
    pub(super) fn string_at(&self, start: usize, place: Place) -> Result<Span, Stop> {
        let from = start + 1;
        let mut at = from;
        loop {
            match self.byte(at).ok_or(Stop::Truncated)? {
                b'\\' => at += 2,
                b'"' if self.closes(at, place) => return Ok(Span { from, to: at, next: at + 1 }),
                b'"' => match self.before_opening(from, at, place) {
                    Some(to) => return Ok(Span { from, to, next: to }),
                    None => at += 1,
                },
                _ => at += 1,
            }
        }
    }

    fn closes(&self, quote: usize, place: Place) -> bool {
        let next = self.after_space(quote + 1);
        let Some(byte) = self.byte(next) else { return true };
        let follows = |byte: u8| match place {
            Place::Name => matches!(byte, b':' | b',' | b'}'),
            Place::Property => matches!(byte, b',' | b'}' | b']'),
            Place::Element => matches!(byte, b',' | b'}' | b']' | b':'),
        };
        if follows(byte) || (place != Place::Name && self.is_name_at(next)) {
            return true;
        }
        if place == Place::Property && byte == b':' {
            return self.is_name_at(next + 1);
        }
        // One wrong character in the place of a comma, a colon or a bracket.
        let value = |at: usize| matches!(self.byte(at), Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9'));
        if next != quote + 1 {
            return place == Place::Name && value(next);
        }
        if matches!(byte, b'"' | b'\\') || (is_structural(byte) && place != Place::Name) {
            return false;
        }
        let behind = next + self.width(next);
        match place {
            // Unless the quote opens the next name.
            Place::Name => (value(behind) || self.byte(behind) == Some(b':')) && !self.is_name_at(quote),
            _ => {
                let after = self.byte(self.after_space(behind));
                after.is_some_and(|byte| byte != b':' && follows(byte)) || self.is_name_at(behind)
            }
        }
    }

    /// The start of the commas, colons and brackets before a quote, which make it the opening one of a string.
    fn before_opening(&self, from: usize, quote: usize, place: Place) -> Option<usize> {
        let before = self.bytes().get(from..quote)?;
        let mut start = None;
        for (back, byte) in before.iter().rev().enumerate() {
            let ends = match place {
                Place::Name => is_structural(*byte),
                Place::Property => matches!(byte, b',' | b'}'),
                Place::Element => matches!(byte, b',' | b']'),
            };
            if ends {
                start = Some(quote - back - 1);
            }
            // Behind a name stands one colon only.
            if (ends && place == Place::Name) || !(is_structural(*byte) || byte.is_ascii_whitespace()) {
                break;
            }
        }
        start
    }

    /// Whether a string with a colon behind it starts here.
    pub(super) fn is_name_at(&self, at: usize) -> bool {
        if self.byte(at) != Some(b'"') {
            return false;
        }
        let mut end = at + 1;
        while end < at + LOOK_AHEAD {
            match self.byte(end) {
                Some(b'"') => {
                    let ahead = self.bytes().get(end + 1..).unwrap_or_default();
                    let space = ahead.iter().take(LOOK_AHEAD).take_while(|byte| byte.is_ascii_whitespace());
                    return self.byte(end + 1 + space.count()) == Some(b':');
                }
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return false,
            }
        }
        false
    }

    /// Writes a string with what is no character of JSON replaced or escaped.
    pub(super) fn write_string(&mut self, span: Span) {
        self.out.push('"');
        let (mut at, mut kept) = (span.from, span.from);
        while at < span.to {
            let (width, instead) = match self.byte(at).unwrap_or_default() {
                b'\\' => self.escape(at, span.to),
                b'"' => (1, Some("\\\"".to_owned())),
                byte @ 0..0x20 => (1, Some(format!("\\u{byte:04x}"))),
                // What `from_utf8_lossy` put there stays, and counts as damage.
                0xef if self.lossy && self.starts_with(at, "\u{fffd}") => (3, Some("\u{fffd}".to_owned())),
                _ => (1, None),
            };
            if let Some(instead) = instead {
                self.copy(kept, at);
                self.out.push_str(&instead);
                self.note();
                kept = at + width;
            }
            at += width;
        }
        self.copy(kept, span.to);
        self.out.push('"');
    }

    /// The width of an escape, and what is written instead of one that JSON does not have.
    fn escape(&self, at: usize, end: usize) -> (usize, Option<String>) {
        let literally = (1, Some("\\\\".to_owned()));
        if at + 1 >= end {
            return literally;
        }
        match self.byte(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, None),
            Some(b'u') => match self.unit(at, end) {
                Some(0xd800..0xdc00) if matches!(self.unit(at + 6, end), Some(0xdc00..0xe000)) => (12, None),
                Some(0xd800..0xe000) => (6, Some("\u{fffd}".to_owned())),
                Some(_) => (6, None),
                None => literally,
            },
            _ => literally,
        }
    }

    /// The code unit of `\uXXXX`.
    fn unit(&self, at: usize, end: usize) -> Option<u32> {
        let digits = self.bytes().get(at..(at + 6).min(end))?.strip_prefix(b"\\u")?;
        let four = digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit);
        four.then(|| {
            digits.iter().fold(0, |unit, digit| unit << 4 | char::from(*digit).to_digit(16).unwrap_or(0))
        })
    }
}
