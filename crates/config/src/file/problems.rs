//! Collects everything that is wrong with a file.

use std::cell::RefCell;

use super::tree::Place;
use crate::{ConfigError, ConfigProblem};

/// Maximum number of reported problems.
const MAX_PROBLEMS: usize = 100;

/// Collects problems.
pub(crate) struct Problems<'t> {
    file: Option<String>,
    lines: Lines<'t>,
    list: RefCell<Vec<ConfigProblem>>,
}

impl<'t> Problems<'t> {
    pub(crate) fn new(file: Option<String>, text: &'t str) -> Self {
        Self { file, lines: Lines::new(text), list: RefCell::default() }
    }

    pub(crate) fn add(&self, place: Place, key: &str, message: impl Into<String>) {
        self.add_at(place.and_then(|offset| self.lines.place(offset)), key, message);
    }

    pub(crate) fn add_at(&self, place: Option<(usize, usize)>, key: &str, message: impl Into<String>) {
        if !self.is_full() {
            let mut problem = ConfigProblem::new(key, message);
            if let Some(file) = &self.file {
                problem = problem.in_file(file);
            }
            if let Some((line, column)) = place {
                problem = problem.at(line, column);
            }
            self.list.borrow_mut().push(problem);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.list.borrow().len()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() >= MAX_PROBLEMS
    }

    pub(crate) fn into_error(self) -> ConfigError {
        self.into_list().into()
    }

    /// Returns all problems in the order of the file. Problems without a location come last: usually of missing keys.
    pub(crate) fn into_list(self) -> Vec<ConfigProblem> {
        let mut list = self.list.into_inner();
        list.sort_by_key(|problem| problem.line().zip(problem.column()).unwrap_or((usize::MAX, 0)));
        list
    }
}

/// Byte offsets of the lines of a string.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Returns line and column of a byte, from 1; the column counts characters.
    pub(crate) fn place(&self, offset: usize) -> Option<(usize, usize)> {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.checked_sub(1)?)?;
        let column = self.text.get(*start..offset)?.chars().count();
        Some((line, column + 1))
    }
}
