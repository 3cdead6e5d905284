//! Access to the body's text, and what a scan writes.

use super::scan::Scan;

impl<'a> Scan<'a> {
    pub(super) fn after_space(&self, from: usize) -> usize {
        let ahead = self.bytes().get(from..).unwrap_or_default();
        from + ahead.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.source.as_bytes()
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes().get(at).copied()
    }

    /// The width of the character that starts here.
    pub(super) fn width(&self, at: usize) -> usize {
        self.source.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    }

    pub(super) fn starts_with(&self, at: usize, text: &str) -> bool {
        self.source.get(at..).is_some_and(|rest| rest.starts_with(text))
    }

    pub(super) fn text(&self, from: usize, to: usize) -> &'a str {
        self.source.get(from..to).unwrap_or_default()
    }

    pub(super) fn copy(&mut self, from: usize, to: usize) {
        let text = self.text(from, to);
        self.out.push_str(text);
    }
}
