mod diff;
mod moved;
#[cfg(test)]
mod reviewed;
mod surface;
#[cfg(test)]
mod tests;
mod wire;

pub(super) use surface::Surface;

use std::fmt::Write;

use crate::output::count;
use diff::{Change, Kind, changes};

/// What changed between two sets of specs, for people: breaking changes are marked with `!`.
pub(super) fn report(old: &Surface, new: &Surface) -> String {
    if old.products.is_empty() {
        return format!(
            "first specs: {}, {}\n",
            count(new.products.len(), "product"),
            count(new.products.values().map(|product| product.len()).sum(), "operation")
        );
    }
    let changes = changes(old, new);
    if changes.is_empty() {
        return "no change of operations, parameters, response fields, enum values, names or wire facts\n"
            .to_owned();
    }
    let mut text = String::new();
    let (mut product, mut operation) = ("", "");
    for change in &changes {
        if change.product != product {
            (product, operation) = (&change.product, "");
            let _ = writeln!(text, "{product}");
        }
        if !change.operation.is_empty() && change.operation != operation {
            operation = &change.operation;
            let _ = writeln!(text, "    {operation}");
        }
        let mark = if change.breaking { '!' } else { ' ' };
        let indent = if change.operation.is_empty() { "  " } else { "    " };
        let _ = writeln!(text, "{mark}{indent} {} {}", change.sign(), change.text);
    }
    text.push_str(&summary(&changes));
    text
}

fn summary(changes: &[Change]) -> String {
    let mut text = String::from("summary:\n");
    for kind in Kind::ALL {
        let of_kind = |sign: char| changes.iter().filter(|c| c.kind == kind && c.sign() == sign).count();
        let (added, removed, changed) = (of_kind('+'), of_kind('-'), of_kind('~'));
        if added + removed + changed > 0 {
            let _ =
                writeln!(text, "  {}: {added} added, {removed} removed, {changed} changed", kind.plural());
        }
    }
    let breaking = changes.iter().filter(|change| change.breaking).count();
    let _ = writeln!(text, "  {} (marked with !)", count(breaking, "breaking change"));
    text
}
