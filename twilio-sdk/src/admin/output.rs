//! What is printed: texts for people, with colours on a terminal only, or JSON.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::exit::{Done, Failure};

pub(super) const HEAD: Style = Style::new().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const ODD: Style = AnsiColor::Yellow.on_default();

/// Where a command prints to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints something as one line of JSON, or else as a text.
    pub(super) fn print(
        &self,
        json: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Done {
        wrote(self.try_print(json, text))
    }

    /// The same for what must reach its reader: a reader who is gone is an error as well.
    pub(super) fn try_print(
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

    /// The same for a text of one line.
    pub(super) fn line(&self, json: &impl Serialize, line: &str) -> Done {
        self.print(json, |out| writeln!(out, "{line}"))
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }
}

/// Whether what is printed stays on a screen.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Prints bytes as they are.
pub(super) fn raw(bytes: &[u8]) -> Done {
    let mut out = io::stdout().lock();
    wrote(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Tells the person something that is no data, beside what is printed.
pub(super) fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Nobody may be reading any more, which is their choice.
fn wrote(result: io::Result<()>) -> Done {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Text of others' making as it may stand on a terminal, which control characters would command, and those that turn the
/// direction or take no room would show as another text.
pub(super) fn shown(text: &str) -> String {
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

/// A moment as RFC 3339 in UTC.
pub(super) fn moment(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_else(|_| "?".to_owned())
}

/// Columns below a head; the last one is not filled up.
pub(super) fn table(out: &mut dyn Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
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
