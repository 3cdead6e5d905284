//! Everything that is wrong with a file, collected.

use std::cell::RefCell;

use super::tree::Place;
use crate::Error;
use crate::error::ConfigProblem;

/// More than these help nobody.
const MOST: usize = 100;

/// Where problems are collected.
pub(super) struct Problems<'t> {
    file: Option<String>,
    lines: Lines<'t>,
    list: RefCell<Vec<ConfigProblem>>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(file: Option<String>, text: &'t str) -> Self {
        Self { file, lines: Lines::new(text), list: RefCell::default() }
    }

    pub(super) fn add(&self, place: Place, key: &str, message: impl Into<String>) {
        self.add_at(place.and_then(|offset| self.lines.place(offset)), key, message);
    }

    pub(super) fn add_at(&self, place: Option<(usize, usize)>, key: &str, message: impl Into<String>) {
        if !self.is_full() {
            let (file, key, message) = (self.file.clone(), key.to_owned(), message.into());
            self.list.borrow_mut().push(ConfigProblem { file, place, key, message });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        self.list.borrow().len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= MOST
    }

    /// All of them, in the file's order; what has no place comes last, as it is usually missing.
    pub(super) fn into_error(self) -> Error {
        Error::config_file(self.into_list())
    }

    pub(super) fn into_list(self) -> Vec<ConfigProblem> {
        let mut list = self.list.into_inner();
        list.sort_by_key(|problem| problem.place.unwrap_or((usize::MAX, 0)));
        list
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Line and column of a byte, from 1; the column in characters.
    pub(super) fn place(&self, offset: usize) -> Option<(usize, usize)> {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.checked_sub(1)?)?;
        let column = self.text.get(*start..offset)?.chars().count();
        Some((line, column + 1))
    }
}
