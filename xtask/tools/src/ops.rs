use anyhow::{Context, Result, bail};
use serde::Serialize;
use twilio_openapi::{Spec, products};

use crate::output::{count, print};
use crate::workspace::Workspace;

/// What `cargo xtask ops` understands.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Words that a row must have, in any column and letter case; a name of Twilio's libraries, such as
    /// `client.messages.create`, is one word.
    filter: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    product: String,
    feature: String,
    operation_id: String,
    method: String,
    path: String,
    rust: String,
    arguments: Vec<Argument>,
    summary: String,
    /// The name in Twilio's Python library; the others differ in letter case only.
    library: String,
    reference: String,
}

#[derive(Serialize)]
struct Argument {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Row {
    fn columns(&self) -> [String; 7] {
        let arguments: Vec<_> = self.arguments.iter().map(|a| format!("{}: {}", a.name, a.kind)).collect();
        let arguments = arguments.join(", ");
        let Self { feature, operation_id, method, path, rust, library, .. } = self;
        [feature, operation_id, method, path, rust, library, &arguments].map(String::clone)
    }

    /// Whether every word is in some column. Names of Twilio's libraries may be pasted as a program has them.
    fn has(&self, words: &[String]) -> bool {
        let shown = self.columns().join("\n");
        let text =
            format!("{shown}\n{}\n{}\n{}", self.product, self.summary, folded(&self.library)).to_lowercase();
        words.iter().all(|word| text.contains(word) || is_name(word) && text.contains(&folded(word)))
    }
}

/// A library's name without arguments and underscores, in lower case: that of every language is the same.
fn folded(name: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '_' => {}
            _ if depth == 0 => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    out
}

/// Whether a word is a name with dots, such as `client.messages.create`.
fn is_name(word: &str) -> bool {
    word.contains('.') && !word.contains('/')
}

const HEADINGS: [&str; 7] =
    ["feature", "operationId", "method", "path", "Rust", "Twilio's libraries", "required parameters"];

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    let words: Vec<_> =
        args.filter.iter().flat_map(|filter| filter.split_whitespace()).map(str::to_lowercase).collect();
    let mut rows = rows(workspace)?;
    let all = rows.len();
    rows.retain(|row| row.has(&words));
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&rows)?))?;
    } else if !rows.is_empty() {
        print(&format!("{}{} of {all}\n", table(&rows), count(rows.len(), "operation")))?;
    }
    if rows.is_empty() {
        bail!("none of the {all} operations has all of these words: {}", words.join(" "));
    }
    Ok(())
}

fn rows(workspace: &Workspace) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let locks = crate::generate::locks(workspace)?;
    for product in products() {
        let spec = Spec::load(&workspace.specs(), product)?;
        let operations = twilio_codegen::operations(&spec, locks.get(product.stem))
            .with_context(|| product.file_name())?;
        for operation in operations {
            let arguments: Vec<_> =
                operation.arguments.into_iter().map(|(name, kind)| Argument { name, kind }).collect();
            let values = match (&operation.params_struct, arguments.is_empty()) {
                (Some(name), _) => format!("{name} {{ .. }}"),
                (None, true) => String::new(),
                (None, false) => "..".to_owned(),
            };
            rows.push(Row {
                product: product.stem.to_owned(),
                feature: product.feature(),
                operation_id: operation.id,
                method: operation.method,
                path: operation.path,
                rust: format!("twilio.{}().{}({})", product.module(), operation.rust_name, values),
                arguments,
                summary: operation.summary,
                library: operation.library,
                reference: operation.reference,
            });
        }
    }
    Ok(rows)
}

fn table(rows: &[Row]) -> String {
    let cells: Vec<_> =
        std::iter::once(HEADINGS.map(str::to_owned)).chain(rows.iter().map(Row::columns)).collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &cells {
        let line: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, arguments: &[&str]) -> Row {
        let arguments = arguments.iter().map(|name| Argument { name: (*name).into(), kind: "String".into() });
        Row {
            product: "api_v2010".into(),
            feature: "api-v2010".into(),
            operation_id: id.into(),
            method: "POST".into(),
            path: "/Messages.json".into(),
            rust: "twilio.api_v2010().x()".into(),
            arguments: arguments.collect(),
            summary: "Creates a message.".into(),
            library: "client.incoming_phone_numbers(sid).assigned_add_ons.list".into(),
            reference: String::new(),
        }
    }

    #[test]
    fn every_word_must_be_in_some_column() {
        let row = row("CreateMessage", &["to"]);
        let has = |words: &[&str]| row.has(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert!(has(&[]) && has(&["createmess"]) && has(&["post", "v2010"]) && has(&["to: string"]));
        assert!(!has(&["post", "delete"]));
        assert!(has(&["creates", "message"]) && has(&["api_v2010"]));
    }

    #[test]
    fn names_of_twilios_libraries_are_found_as_programs_have_them() {
        let row = row("ListIncomingPhoneNumberAssignedAddOn", &[]);
        for name in [
            "client.incoming_phone_numbers(\"pn1\").assigned_add_ons.list",
            "client.incomingphonenumbers('pn1').assignedaddons.list",
            "assigned_add_ons.list",
        ] {
            assert!(row.has(&[name.to_owned()]), "{name}");
        }
        assert!(!row.has(&["client.messages.create".to_owned()]));
    }

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let text = table(&[row("A", &["to", "from"]), row("LongerName", &[])]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0].find("method"), lines[1].find("POST"));
        assert_eq!(lines[1].find("POST"), lines[2].find("POST"));
        assert!(lines[1].ends_with("to: String, from: String") && lines[2].ends_with(".list"), "{text}");
    }
}
