//! Names that users can have: one rule for access control, users in files and users in memory.
//!
//! Names are ASCII. Two names that look alike in other scripts (`ada` with a Cyrillic `а`, in full width, with a combining
//! mark) would be two users to the program, and one user to an administrator who reads a list or the audit log.

/// Maximum length of a name, in bytes.
const MAX_BYTES: usize = 128;

/// Checks the name of a stored user: 1 to 128 ASCII letters, digits and `.`, `_`, `-`, `@`, `+`. Returns what is wrong.
pub fn check(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > MAX_BYTES {
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

/// Checks the name of a user with a password: 1 to 128 visible ASCII characters except `:`, which ends the name in Basic
/// authentication. Returns what is wrong.
pub fn check_basic(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > MAX_BYTES {
        return Err("it has 1 to 128 bytes");
    }
    match name.chars().all(|c| c.is_ascii_graphic() && c != ':') {
        true => Ok(()),
        false => Err("it has visible ASCII characters without `:` only, so that no two names look alike"),
    }
}

/// Returns the form in which names are compared for uniqueness: `Ada` and `ada` are one name.
pub fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}
