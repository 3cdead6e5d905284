//! Decisions by look-ahead: whether a bracket is one, and which one is missing.

use super::scan::{Frame, Scan};

impl Scan<'_> {
    /// Whether a list's next item or its end follows, and the innermost object lies in an item of that list.
    pub(super) fn ends_item(&self, behind: usize) -> bool {
        let grandparent = self.stack.len().checked_sub(3).and_then(|at| self.stack.get(at));
        let next = self.after_space(behind);
        grandparent.is_some_and(|frame| frame.list)
            && self.byte(next) == Some(b',')
            && self.byte(self.after_space(next + 1)) == Some(b'{')
    }

    /// Opens the last item of a list again, if what follows belongs into it.
    pub(super) fn reopen(&mut self) -> bool {
        let Some(members) = self.stack.last().map(|top| top.members) else { return false };
        let end = self.item_end(self.at);
        if members == 0 || !self.out.ends_with('}') || !end.is_some_and(|end| self.is_item_end(end)) {
            return false;
        }
        self.note();
        self.out.pop();
        let members = usize::from(!self.out.ends_with('{'));
        self.stack.push(Frame { members, ..Frame::new(false) });
        true
    }

    fn is_item_end(&self, at: usize) -> bool {
        let next = self.after_space(at + 1);
        match self.byte(next) {
            Some(b']') => true,
            Some(b',') => self.byte(self.after_space(next + 1)) == Some(b'{'),
            _ => false,
        }
    }

    /// Where the object ends that `from` lies in.
    fn item_end(&mut self, from: usize) -> Option<usize> {
        let (mut depth, mut quoted, mut at) = (0_usize, false, from);
        while self.ahead > 0 {
            self.ahead -= 1;
            match self.byte(at)? {
                b'\\' if quoted => at += 1,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' if !quoted && depth == 0 => return Some(at),
                b'}' | b']' if !quoted => depth = depth.checked_sub(1)?,
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Whether what follows may follow the end of a list or object, which lies in an object or in a list.
    pub(super) fn may_close(&self, behind: usize, in_object: bool) -> bool {
        let next = self.after_space(behind);
        match self.byte(next) {
            None | Some(b'}' | b']') => true,
            Some(b',') => {
                let member = self.byte(self.after_space(next + 1));
                // Where the start of a list is lost, objects follow each other in an object.
                let bare = self.stack.iter().rev().nth(1).is_some_and(|parent| parent.bare);
                !in_object || bare || !matches!(member, Some(b'{' | b'['))
            }
            Some(_) if self.stack.len() == 1 => !self.is_name_at(next),
            Some(b'"') => self.is_name_at(next + 1),
            Some(b'{' | b'[') => !in_object,
            // One wrong character in the place of a comma.
            Some(_) => {
                let member = next + self.width(next);
                matches!(self.byte(member), Some(b'{' | b'[' | b',' | b'}' | b']')) || self.is_name_at(member)
            }
        }
    }

    pub(super) fn ends_value(&self, at: usize) -> bool {
        matches!(self.byte(self.after_space(at)), Some(b',' | b']' | b'}'))
    }
}
