//! Which names users can have: one rule for people, users of files and users in memory.
//!
//! Names are ASCII. Two names that look alike in other scripts (`ada` with a Cyrillic `а`, in full width, with a combining
//! mark) would be two users to the program, and one to who reads a list or a record.

/// The most bytes of a name.
const LONGEST: usize = 128;

/// Whether it can be the name of a person, or why not: 1 to 128 ASCII letters, digits and `.`, `_`, `-`, `@`, `+`.
#[cfg(feature = "access")]
pub(crate) fn check(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > LONGEST {
        return Err("it has 1 to 128 bytes");
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+');
    match name.chars().all(fits) {
        true => Ok(()),
        false => Err(
            "it has ASCII letters, digits and `.`, `_`, `-`, `@`, `+` only, so that no two names look alike",
        ),
    }
}

/// Whether it can be the name of a user with a password, or why not: 1 to 128 visible ASCII characters, of which `:` is none,
/// because it ends the name in Basic authentication.
#[cfg(feature = "listener")]
pub(crate) fn check_basic(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > LONGEST {
        return Err("it has 1 to 128 bytes");
    }
    match name.chars().all(|c| c.is_ascii_graphic() && c != ':') {
        true => Ok(()),
        false => Err("it has visible ASCII characters without `:` only, so that no two names look alike"),
    }
}

/// The form in which two names are compared before both can be users: `Ada` and `ada` are one name.
pub(crate) fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}
