//! Secrets from a prompt without echo, or from standard input. Arguments never hold any.

use std::io::{BufRead as _, ErrorKind, IsTerminal as _, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::exit::{Code, Done, Failure};
use super::terminal;
use crate::private_file::is_open_to_others;
use crate::types::SecretString;

/// More than this is no secret.
const MOST: u64 = 1 << 20;

/// Where secrets come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecretInput {
    /// All that a command asks for, one a line.
    stdin: bool,
}

impl SecretInput {
    pub(super) fn new(stdin: bool) -> Self {
        Self { stdin }
    }

    /// Asks for a secret.
    pub(super) fn ask(self, what: &str) -> Done<SecretString> {
        let secret = match self.stdin {
            true => line(what)?,
            false => prompt(&format!("{what}: "))?,
        };
        given(secret, what)
    }

    /// Asks for a secret that does not exist yet: twice where it is typed, because nobody sees what they type.
    pub(super) fn ask_new(self, what: &str) -> Done<SecretString> {
        let secret = self.ask(what)?;
        if !self.stdin {
            let again = prompt(&format!("{what}, again: "))?;
            if again.expose_secret() != secret.expose_secret() {
                return Err(Failure::usage(format!("{what}: the two are not the same; nothing was changed")));
            }
        }
        Ok(secret)
    }

    /// Asks for a secret that may have several lines where it comes from standard input: all that is left of it. An end
    /// of line at its very end is not part of it.
    pub(super) fn ask_whole(self, what: &str, from_stdin: bool) -> Done<SecretString> {
        let secret = match self.stdin || from_stdin {
            true => rest(what)?,
            false => prompt(&format!("{what}: "))?,
        };
        given(secret, what)
    }
}

/// The secret that a file holds, which nobody but its owner may use. An end of line at its end is not part of it.
///
/// The error does not show what the option was given: it may be the secret itself.
pub(super) fn from_file(path: &Path, option: &str) -> Done<SecretString> {
    let failed = |why: String| Failure::failed(format!("the file that {option} names {why}"));
    let unread = |error: std::io::Error| failed(format!("cannot be read: {error}"));
    let file = std::fs::File::open(path).map_err(unread)?;
    if is_open_to_others(&file.metadata().map_err(unread)?) {
        let why = format!(
            "the file that {option} names may be used by others than its owner; give it the mode 0600"
        );
        return Err(Failure::refused(why));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(unread)?;
    text(&bytes)
        .and_then(some)
        .ok_or_else(|| failed("holds no secret: it is empty, no text or larger than 1 MiB".into()))
}

/// A secret that the environment holds.
pub(super) fn from_variable(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().map(SecretString::from).and_then(some)
}

fn some(secret: SecretString) -> Option<SecretString> {
    (!secret.is_empty()).then_some(secret)
}

fn given(secret: SecretString, what: &str) -> Done<SecretString> {
    some(secret).ok_or_else(|| Failure::usage(format!("{what}: nothing was given")))
}

/// Standard input, which must not be where it is shown what is typed.
fn stdin() -> Done<std::io::Stdin> {
    let stdin = std::io::stdin();
    match stdin.is_terminal() {
        false => Ok(stdin),
        true => Err(Failure::usage(
            "standard input is a terminal, which would show what is typed; leave --stdin and `-` out, and secrets are \
             asked for",
        )),
    }
}

fn line(what: &str) -> Done<SecretString> {
    let mut bytes = Zeroizing::new(Vec::new());
    // The lock's buffer is the process's own, so that the next line is not lost.
    let read = stdin()?.lock().take(MOST + 1).read_until(b'\n', &mut bytes);
    whole(read.map(|_| bytes), what)
}

fn rest(what: &str) -> Done<SecretString> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = stdin()?.lock().take(MOST + 1).read_to_end(&mut bytes);
    whole(read.map(|_| bytes), what)
}

fn whole(read: std::io::Result<Zeroizing<Vec<u8>>>, what: &str) -> Done<SecretString> {
    let bytes =
        read.map_err(|error| Failure::failed(format!("{what}: standard input cannot be read: {error}")))?;
    text(&bytes)
        .ok_or_else(|| Failure::usage(format!("{what}: standard input is no text, or more than 1 MiB")))
}

/// Bytes as text without the end of line at their end; `None` for too many, and for what is no UTF-8.
fn text(bytes: &[u8]) -> Option<SecretString> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() as u64 <= MOST)?;
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Some(text.into())
}

fn prompt(text: &str) -> Done<SecretString> {
    let _restored = terminal::restored();
    rpassword::prompt_password(text).map(SecretString::from).map_err(|error| match error.kind() {
        ErrorKind::Interrupted => Failure::new(Code::Interrupted, "interrupted; nothing was changed"),
        ErrorKind::UnexpectedEof => Failure::usage("nothing was given; nothing was changed"),
        _ => Failure::usage(format!(
            "there is no terminal to ask on ({error}); --stdin reads secrets from standard input, one a line"
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_end_of_line_is_not_part_of_a_secret() {
        let read = |bytes: &[u8]| text(bytes).map(|text| text.expose_secret().to_owned());
        for (bytes, expected) in
            [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("\n", "")]
        {
            assert_eq!(read(bytes.as_bytes()).as_deref(), Some(expected));
        }
        assert_eq!(read(&[0xff]), None);
        assert_eq!(read(&vec![b'a'; MOST as usize + 1]), None);
    }
}
