//! Output: text, with colours on a terminal only, or JSON.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::exit::{Done, Failure};

pub(crate) const HEAD: Style = Style::new().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const ODD: Style = AnsiColor::Yellow.on_default();

/// The output of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a value as one line of JSON, or as text.
    pub(crate) fn print(
        &self,
        json: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Done {
        wrote(self.try_print(json, text))
    }

    /// Like [`print`](Self::print), but a closed pipe is an error.
    pub(crate) fn try_print(
        &self,
        json: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        match self.json {
            true => {
                serde_json::to_writer(&mut out, json).map_err(io::Error::from).and_then(|()| writeln!(out))
            }
            false => text(&mut out),
        }
        .and_then(|()| out.flush())
    }

    /// Prints a value as JSON, or one line of text.
    pub(crate) fn line(&self, json: &impl Serialize, line: &str) -> Done {
        self.print(json, |out| writeln!(out, "{line}"))
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }
}

/// Returns whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Prints bytes.
pub(crate) fn raw(bytes: &[u8]) -> Done {
    let mut out = io::stdout().lock();
    wrote(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Prints a message to standard error.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Ignores a closed pipe: the reader may stop reading.
fn wrote(result: io::Result<()>) -> Done {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Escapes control characters, which would command a terminal, and invisible and direction characters, which would show
/// another text.
pub(crate) fn shown(text: &str) -> String {
    let invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars()
        .flat_map(|c| match invisible(c) {
            true => c.escape_unicode().collect::<Vec<_>>(),
            false => vec![c],
        })
        .collect()
}

/// Formats a timestamp as RFC 3339 in UTC.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_else(|_| "?".to_owned())
}

/// Prints a table; the last column is not padded.
pub(crate) fn table(out: &mut dyn Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let filled = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        filled.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(out, "{HEAD}{}{HEAD:#}", line(&mut head.iter().copied()))?;
    rows.iter().try_for_each(|row| writeln!(out, "{}", line(&mut row.iter().map(String::as_str))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_commands_a_terminal() {
        assert_eq!(shown("zoë\u{1b}[2J\r\n\u{202e}"), "zoë\\u{1b}[2J\\u{d}\\u{a}\\u{202e}");
        assert_eq!(shown("a\u{200b}d\u{61c}a\u{2028}"), "a\\u{200b}d\\u{61c}a\\u{2028}");
    }
}
