//! Variables in the strings of a tree.

use super::expand::{Fault, expand};
use super::problems::Problems;
use super::tree::{Table, Text, Value};

/// Reports malformed variables.
pub(crate) fn report_malformed(table: &mut Table, problems: &Problems<'_>) {
    table.strings(&mut |path, place, value| {
        if let Value::Text(text) = value
            && let Err(faults) = expand(&text.text, &|_| Some(String::new()))
        {
            for fault in faults {
                problems.add(place, path, fault.to_string());
            }
        }
    });
}

/// Substitutes variables, and reports those without a value.
pub(crate) fn substitute(
    table: &mut Table,
    variables: &dyn Fn(&str) -> Option<String>,
    problems: &Problems<'_>,
) {
    table.strings(&mut |path, place, value| {
        let Value::Text(text) = &*value else { return };
        let substituted = match expand(&text.text, variables) {
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
        *value = substituted;
    });
}
