//! Variables in the texts of a tree.

use super::problems::Problems;
use super::tree::{Table, Text, Value};
use crate::config::expand::{Fault, expand};

/// Reports what is no variable though it looks like one.
pub(super) fn malformed(table: &mut Table, problems: &Problems<'_>) {
    table.texts(&mut |path, place, value| {
        if let Value::Text(text) = value
            && let Err(faults) = expand(&text.text, &|_| Some(String::new()))
        {
            for fault in faults {
                problems.add(place, path, fault.to_string());
            }
        }
    });
}

/// Puts the values of variables in, and reports those without one.
pub(super) fn put_in(table: &mut Table, variables: &dyn Fn(&str) -> Option<String>, problems: &Problems<'_>) {
    table.texts(&mut |path, place, value| {
        let Value::Text(text) = &*value else { return };
        let put_in = match expand(&text.text, variables) {
            Ok(expanded) => Value::Text(Text {
                text: expanded.text,
                variables: expanded.variables,
                hollow: expanded.hollow,
            }),
            Err(faults) => {
                // The others have been reported for all profiles together.
                for fault in faults.iter().filter(|fault| matches!(fault, Fault::Missing(_))) {
                    problems.add(place, path, fault.to_string());
                }
                Value::Broken
            }
        };
        *value = put_in;
    });
}
