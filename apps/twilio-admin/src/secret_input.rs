//! Secrets from a prompt without echo, or from standard input. Arguments never contain secrets.

use std::io::{BufRead as _, ErrorKind, IsTerminal as _, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::exit::{Code, Done, Failure};
use crate::terminal;
use twilio_sdk::types::SecretString;
use twilio_sdk_config::internal::private_file::is_open_to_others;

/// The size of the largest secret in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The source of secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecretInput {
    /// Reads every secret from standard input, one per line.
    stdin: bool,
}

impl SecretInput {
    pub(crate) fn new(stdin: bool) -> Self {
        Self { stdin }
    }

    /// Prompts for a secret.
    pub(crate) fn prompt(self, what: &str) -> Done<SecretString> {
        let secret = match self.stdin {
            true => line(what)?,
            false => prompt_for(&format!("{what}: "))?,
        };
        given(secret, what)
    }

    /// Prompts for a new secret, twice, because typing is not echoed.
    pub(crate) fn prompt_new(self, what: &str) -> Done<SecretString> {
        let secret = self.prompt(what)?;
        if !self.stdin {
            let again = prompt_for(&format!("{what}, again: "))?;
            if again.expose_secret() != secret.expose_secret() {
                return Err(Failure::usage(format!("{what}: the two secrets differ; nothing was changed")));
            }
        }
        Ok(secret)
    }

    /// Prompts for a secret, or reads all that is left of standard input, which may have several lines. One line end at its end
    /// is dropped.
    pub(crate) fn prompt_or_rest(self, what: &str, from_stdin: bool) -> Done<SecretString> {
        let secret = match self.stdin || from_stdin {
            true => rest(what)?,
            false => prompt_for(&format!("{what}: "))?,
        };
        given(secret, what)
    }
}

/// Reads a secret from a file that only its owner can access. One line end at its end is dropped.
///
/// The error does not show the option's value: it may be the secret itself.
pub(crate) fn from_file(path: &Path, option: &str) -> Done<SecretString> {
    let failed = |why: String| Failure::failed(format!("the file of {option} {why}"));
    let unread = |error: std::io::Error| failed(format!("cannot be read: {error}"));
    let file = std::fs::File::open(path).map_err(unread)?;
    if is_open_to_others(&file.metadata().map_err(unread)?) {
        let why = format!("the file of {option} is accessible to other users; run `chmod 600` on it");
        return Err(Failure::rejected(why));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    text(&bytes)
        .and_then(some)
        .ok_or_else(|| failed("has no secret: it is empty, not UTF-8 or larger than 1 MiB".into()))
}

/// Reads a secret from an environment variable.
pub(crate) fn from_variable(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().map(SecretString::from).and_then(some)
}

fn some(secret: SecretString) -> Option<SecretString> {
    (!secret.is_empty()).then_some(secret)
}

fn given(secret: SecretString, what: &str) -> Done<SecretString> {
    some(secret).ok_or_else(|| Failure::usage(format!("{what}: it is empty; give a secret")))
}

/// Returns standard input, unless it is a terminal, which would echo a secret.
fn stdin() -> Done<std::io::Stdin> {
    let stdin = std::io::stdin();
    match stdin.is_terminal() {
        false => Ok(stdin),
        true => Err(Failure::usage(
            "standard input is a terminal, which would show the secret; leave out --stdin and `-` to be prompted",
        )),
    }
}

fn line(what: &str) -> Done<SecretString> {
    let mut bytes = Zeroizing::new(Vec::new());
    // The buffer belongs to the process, so the next line is not lost.
    let read = stdin()?.lock().take(MAX_BYTES + 1).read_until(b'\n', &mut bytes);
    whole(read.map(|_| bytes), what)
}

fn rest(what: &str) -> Done<SecretString> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = stdin()?.lock().take(MAX_BYTES + 1).read_to_end(&mut bytes);
    whole(read.map(|_| bytes), what)
}

fn whole(read: std::io::Result<Zeroizing<Vec<u8>>>, what: &str) -> Done<SecretString> {
    let bytes =
        read.map_err(|error| Failure::failed(format!("{what}: cannot read standard input: {error}")))?;
    text(&bytes)
        .ok_or_else(|| Failure::usage(format!("{what}: standard input is not UTF-8, or larger than 1 MiB")))
}

/// Returns bytes as a string without the line end at their end; `None` if there are too many, or they are not UTF-8.
fn text(bytes: &[u8]) -> Option<SecretString> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() as u64 <= MAX_BYTES)?;
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Some(text.into())
}

fn prompt_for(text: &str) -> Done<SecretString> {
    let _restored = terminal::restored();
    rpassword::prompt_password(text).map(SecretString::from).map_err(|error| match error.kind() {
        ErrorKind::Interrupted => Failure::new(Code::Interrupted, "interrupted; nothing was changed"),
        ErrorKind::UnexpectedEof => Failure::usage("no secret was given; nothing was changed"),
        _ => Failure::usage(format!(
            "no terminal for a prompt ({error}); give --stdin to read secrets from standard input, one per line"
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
        assert_eq!(read(&vec![b'a'; MAX_BYTES as usize + 1]), None);
    }
}
