//! The scan of a damaged body: one pass with a stack of its own, without recursion.

use super::number::{is_exact, is_number};
use super::string::{Place, Span};
use super::{Beyond as Stop, Damage, MAX_DEPTH, Repaired};

/// The bytes of a body that are looked at ahead in all.
const LOOK_AHEAD: usize = 1 << 20;

/// A list or an object that is open.
pub(super) struct Frame {
    pub(super) list: bool,
    pub(super) members: usize,
    /// Whether the last member has no comma behind it yet.
    pub(super) joined: bool,
    /// Whether characters that are no value stand since the last comma.
    pub(super) junk: bool,
    /// Where the last value starts in the output.
    pub(super) last: usize,
    /// Whether what opened the last value may be lost.
    pub(super) bare: bool,
}

pub(super) struct Scan<'a> {
    pub(super) source: &'a str,
    /// Whether bytes of the body were replaced already.
    pub(super) lossy: bool,
    pub(super) at: usize,
    pub(super) out: String,
    pub(super) stack: Vec<Frame>,
    /// The name of the list at the second level.
    list: String,
    damage: Damage,
    /// How many bytes may still be looked at ahead, so that no body takes long.
    pub(super) ahead: usize,
}

/// Whether a byte is one of JSON's brackets or separators.
pub(super) fn is_structural(byte: u8) -> bool {
    matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']')
}

impl<'a> Scan<'a> {
    pub(super) fn new(source: &'a str, lossy: bool) -> Self {
        let out = String::with_capacity(source.len() + source.len() / 8);
        let (stack, list) = (Vec::new(), String::new());
        Self { source, lossy, at: 0, out, stack, list, damage: Damage::default(), ahead: LOOK_AHEAD }
    }

    pub(super) fn run(mut self) -> Result<Repaired, Stop> {
        self.space();
        let junk = self.width(self.at);
        match self.byte(self.at).ok_or(Stop::Truncated)? {
            b'{' => self.open(false)?,
            b'[' => self.open(true)?,
            b'"' => self.string(Place::Element)?,
            // One wrong character in the place of the first bracket.
            byte if !is_structural(byte) && self.is_name_at(self.at + junk) => {
                self.at += junk;
                self.note();
                self.push(false);
            }
            _ => {
                let end = self.token_end(self.at, |byte| is_structural(byte) || byte == b'"');
                let token = self.text(self.at, end).trim_end().to_owned();
                if !self.write_literal(&token) {
                    return Err(Stop::NotJson);
                }
                self.at = end;
            }
        }
        while let Some(top) = self.stack.last() {
            let list = top.list;
            self.space();
            let byte = self.byte(self.at).ok_or(Stop::Truncated)?;
            if list { self.element(byte)? } else { self.property(byte)? }
        }
        self.space();
        if self.at < self.source.len() {
            self.note();
        }
        Ok(Repaired { text: self.out, damage: self.damage })
    }

    /// Goes on in a list.
    fn element(&mut self, byte: u8) -> Result<(), Stop> {
        let Some((joined, junk)) = self.stack.last().map(|top| (top.joined, top.junk)) else { return Ok(()) };
        let in_object = self.parent().is_some_and(|list| !list);
        match byte {
            b',' => self.comma(),
            b']' if self.may_close(self.at + 1, in_object) => {
                self.at += 1;
                self.close();
            }
            // A bracket of the wrong kind.
            b'[' if joined && in_object && self.may_close(self.at + 1, true) => {
                self.at += 1;
                self.close_lost();
            }
            b'{' | b'[' => {
                self.begin();
                return self.open(byte == b'[');
            }
            // The list's own end is lost.
            b'}' if in_object && !junk && self.may_close(self.at + 1, true) => self.close_lost(),
            b'}' | b']' | b':' => {
                self.skip(1);
                self.top(|top| top.junk = true);
            }
            b'"' if self.is_name_at(self.at + 1) => {
                self.begin();
                self.skip(1);
                self.push(false);
            }
            b'"' => {
                let span = self.string_at(self.at, Place::Element)?;
                if self.byte(self.after_space(span.next)) != Some(b':') {
                    self.begin();
                    return self.string(Place::Element);
                }
                // A name in a list: what is lost is the list's end or an object's start, or an object ended too early.
                if !junk && self.reopen() {
                    return Ok(());
                }
                if in_object && !junk {
                    self.close_lost();
                } else {
                    self.begin();
                    self.note();
                    self.push(false);
                }
            }
            _ => {
                let end =
                    self.token_end(self.at, |byte| matches!(byte, b',' | b']' | b'}' | b'"' | b'{' | b'['));
                let stop = self.byte(end).ok_or(Stop::Truncated)?;
                let token = self.text(self.at, end).trim_end();
                if is_literal(token) && stop != b'"' {
                    let token = token.to_owned();
                    self.begin();
                    self.write_literal(&token);
                    self.at = end;
                    return Ok(());
                }
                let span = Span { from: self.at, to: self.at + token.len(), next: end };
                let unopened = stop == b'"' && self.ends_value(end + 1);
                self.note();
                if !joined && (unopened || matches!(stop, b',' | b']' | b'}' | b'\n')) {
                    self.begin();
                    self.write_string(span);
                }
                self.at = if unopened { end + 1 } else { end };
                self.top(|top| top.junk = true);
            }
        }
        Ok(())
    }

    /// Goes on in an object.
    fn property(&mut self, byte: u8) -> Result<(), Stop> {
        let in_list = self.parent() == Some(true);
        match byte {
            b',' => self.comma(),
            // The end of what holds the object: its own is lost.
            b'}' if !in_list && self.ends_item(self.at + 1) => self.close_lost(),
            b'}' if self.may_close(self.at + 1, !in_list) => {
                self.at += 1;
                self.close();
            }
            // The object's own end is lost.
            b']' if in_list && self.may_close(self.at + 1, true) => self.close_lost(),
            b'}' | b']' | b':' => self.skip(1),
            b'{' if self.stack.last().is_some_and(|top| top.bare) && self.stack.len() < MAX_DEPTH => {
                // The last value was the first of a list whose start is lost.
                let start = self.stack.last().map(|top| top.last).unwrap_or_default();
                self.note();
                self.top(|top| top.bare = false);
                self.out.insert(start, '[');
                self.stack.push(Frame { members: 1, ..Frame::new(true) });
            }
            b'{' if in_list => {
                self.close_lost();
                self.top(|top| top.joined = false);
            }
            b'{' | b'[' if !matches!(self.byte(self.at + 1), Some(b'"' | b'{' | b'[' | b'}' | b']')) => {
                self.skip(1)
            }
            b'{' | b'[' => {
                self.note();
                self.name(Span { from: self.at, to: self.at, next: self.at });
                return self.open(byte == b'[');
            }
            b'"' => {
                let span = self.string_at(self.at, Place::Name)?;
                if span.next != span.to + 1 {
                    self.note();
                }
                self.at = span.next;
                return self.value_of(span);
            }
            _ => {
                let mut end = self.at;
                loop {
                    end = self.token_end(end, |byte| is_structural(byte) || byte == b'"');
                    if self.byte(end) != Some(b'"') || self.is_name_at(end) {
                        break;
                    }
                    end += 1;
                }
                let stop = self.byte(end).ok_or(Stop::Truncated)?;
                let token = self.text(self.at, end).trim_end();
                let span = Span { from: self.at, to: self.at + token.len(), next: end };
                let name = stop == b':' || (stop != b'"' && token.chars().count() > 2);
                self.note();
                self.at = end;
                if name {
                    return self.value_of(span);
                }
            }
        }
        Ok(())
    }

    /// Reads what stands behind the name of a property.
    fn value_of(&mut self, name: Span) -> Result<(), Stop> {
        self.space();
        let colon = self.byte(self.at) == Some(b':');
        if colon {
            self.at += 1;
        } else {
            self.note();
            let behind = self.at + self.width(self.at);
            let value = matches!(self.byte(self.at), Some(b'"' | b'{' | b'['));
            if !value && matches!(self.byte(behind), Some(b'"' | b'{' | b'[')) && !self.is_name_at(behind) {
                self.at = behind;
            }
        }
        let adjacent = self.at;
        self.space();
        let width = self.width(self.at);
        while self.byte(self.at) == Some(b':') && !self.is_name_at(self.at + width) {
            self.skip(1);
            self.space();
        }
        let byte = self.byte(self.at).ok_or(Stop::Truncated)?;
        self.name(name);
        // One wrong character in the place of an object's start.
        let start = if self.is_name_at(self.at) { self.at } else { self.at + width };
        let instead = byte != b'{' && (byte != b',' || self.at == adjacent);
        if colon && instead && self.is_name_at(start) && self.stack.len() < MAX_DEPTH {
            self.note();
            self.at = start;
            self.push(false);
            return Ok(());
        }
        // One wrong bracket in the place of a value.
        if colon && matches!(byte, b'}' | b']') && self.at == adjacent {
            self.skip(1);
            self.out.push_str("null");
            return Ok(());
        }
        match byte {
            b'"' => self.string(Place::Property),
            b'{' | b'[' => self.open(byte == b'['),
            b',' | b'}' | b']' => {
                self.note();
                self.out.push_str("null");
                Ok(())
            }
            _ => self.token_value(),
        }
    }

    /// Reads a property's value that has no quotes or brackets: a number, a literal, or damage.
    fn token_value(&mut self) -> Result<(), Stop> {
        let end = self.token_end(self.at, |byte| matches!(byte, b',' | b']' | b'}' | b'"' | b'{' | b'['));
        let stop = self.byte(end).ok_or(Stop::Truncated)?;
        let token = self.text(self.at, end).trim_end();
        let span = Span { from: self.at, to: self.at + token.len(), next: end };
        if is_literal(token) {
            let token = token.to_owned();
            self.write_literal(&token);
            self.at = end;
            return Ok(());
        }
        self.note();
        self.at = end;
        match stop {
            b'"' if self.is_name_at(end) => self.write_string(span),
            b'"' if self.ends_value(end + 1) => {
                self.write_string(span);
                self.at = end + 1;
            }
            b'"' => return self.string(Place::Property),
            b'{' | b'[' => {
                self.top(|top| top.bare = stop == b'{');
                return self.open(stop == b'[');
            }
            _ => self.write_string(span),
        }
        Ok(())
    }

    /// Writes a string that starts here.
    fn string(&mut self, place: Place) -> Result<(), Stop> {
        let span = self.string_at(self.at, place)?;
        if span.next != span.to + 1 {
            self.note();
        }
        self.write_string(span);
        self.at = span.next;
        Ok(())
    }

    /// Writes a number or a literal; one that a double does not hold as a string of its digits.
    fn write_literal(&mut self, token: &str) -> bool {
        if !is_literal(token) {
            return false;
        }
        let exact = !is_number(token) || is_exact(token);
        if exact {
            self.out.push_str(token);
        } else {
            self.out.push('"');
            self.out.push_str(token);
            self.out.push('"');
            self.note();
        }
        true
    }

    /// Starts an element.
    fn begin(&mut self) {
        if self.stack.last().is_some_and(|top| top.joined) {
            self.note();
        }
        let comma = self.stack.last().is_some_and(|top| top.members > 0);
        if comma {
            self.out.push(',');
        }
        let start = self.out.len();
        self.top(|top| (top.members, top.joined, top.last, top.bare) = (top.members + 1, true, start, false));
    }

    /// Starts a property.
    fn name(&mut self, name: Span) {
        self.begin();
        self.write_string(name);
        self.out.push(':');
        let start = self.out.len();
        self.top(|top| top.last = start);
        if self.stack.len() == 1 {
            self.list = self.text(name.from, name.to).to_owned();
        }
    }

    /// Opens the list or object that starts here.
    fn open(&mut self, list: bool) -> Result<(), Stop> {
        if self.stack.len() == MAX_DEPTH {
            return self.too_deep();
        }
        self.at += 1;
        self.push(list);
        Ok(())
    }

    fn push(&mut self, list: bool) {
        self.out.push(if list { '[' } else { '{' });
        self.stack.push(Frame::new(list));
    }

    /// Keeps a list or object as text.
    fn too_deep(&mut self) -> Result<(), Stop> {
        let (start, mut depth, mut quoted) = (self.at, 0_usize, false);
        loop {
            let byte = self.byte(self.at).ok_or(Stop::Truncated)?;
            match byte {
                b'\\' if quoted => self.at += 1,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        let text = serde_json::Value::from(self.text(start, self.at)).to_string();
        self.out.push_str(&text);
        self.note();
        Ok(())
    }

    fn close(&mut self) {
        if self.stack.last().is_some_and(|top| top.members > 0 && !top.joined) {
            self.note();
        }
        if let Some(frame) = self.stack.pop() {
            self.out.push(if frame.list { ']' } else { '}' });
        }
    }

    /// Closes what has lost its own end.
    fn close_lost(&mut self) {
        self.note();
        self.close();
    }

    fn comma(&mut self) {
        let twice = self.stack.last().is_some_and(|top| !top.joined);
        if twice {
            self.note();
        }
        self.at += 1;
        self.top(|top| (top.joined, top.junk) = (false, twice));
    }

    fn skip(&mut self, width: usize) {
        self.note();
        self.at += width;
    }

    fn space(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                0..0x20 | 0x7f => self.skip(1),
                _ => match ["\u{feff}", "\u{a0}", "\u{2028}", "\u{2029}"]
                    .into_iter()
                    .find(|space| byte >= 0x80 && self.starts_with(self.at, space))
                {
                    Some(space) => self.skip(space.len()),
                    None => return,
                },
            }
        }
    }

    /// Counts a place, for the item that it lies in.
    pub(super) fn note(&mut self) {
        let item = match self.stack.as_slice() {
            [top, list, inner @ ..] if !top.list && list.list => {
                let inside = !inner.is_empty() || list.joined;
                Some((self.list.as_str(), if inside { list.members.saturating_sub(1) } else { list.members }))
            }
            _ => None,
        };
        self.damage.note(item);
    }

    fn top(&mut self, change: impl FnOnce(&mut Frame)) {
        if let Some(top) = self.stack.last_mut() {
            change(top);
        }
    }

    /// Whether what holds the innermost list or object is a list.
    fn parent(&self) -> Option<bool> {
        self.stack.len().checked_sub(2).and_then(|at| self.stack.get(at)).map(|frame| frame.list)
    }

    fn token_end(&self, from: usize, stops: impl Fn(u8) -> bool) -> usize {
        let ahead = self.bytes().get(from..).unwrap_or_default();
        from + ahead.iter().position(|byte| *byte == b'\n' || stops(*byte)).unwrap_or(ahead.len())
    }
}

impl Frame {
    pub(super) fn new(list: bool) -> Self {
        Self { list, members: 0, joined: false, junk: false, last: 0, bare: false }
    }
}

fn is_literal(token: &str) -> bool {
    matches!(token, "true" | "false" | "null") || is_number(token)
}
