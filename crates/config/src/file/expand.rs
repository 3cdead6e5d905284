use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroizing;

/// A string with its variables substituted.
pub(crate) struct Expanded {
    pub(crate) text: Zeroizing<String>,
    /// Whether it contained variables.
    pub(crate) variables: bool,
    /// Whether one of them is empty and has no default.
    pub(crate) hollow: bool,
}

/// Reason why a string cannot be expanded. Shows nothing of it but names of variables.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault<'t> {
    /// A variable without a value and a default.
    Missing(&'t str),
    /// A `${` without `}`.
    Open,
    /// Anything but a name between `${` and `}`.
    Name,
    /// A `${` between `${` and `}`.
    Nested,
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ESCAPE: &str = "write `$${` for a literal `${`";
        match self {
            Self::Missing(name) => write!(
                f,
                "the variable {name} is not set; set it, or give a default as in ${{{name}:-default}}"
            ),
            Self::Open => write!(f, "`${{` is not closed by `}}`; {ESCAPE}"),
            Self::Name => write!(
                f,
                "`${{...}}` must contain a name of letters, digits and `_`, optionally with `:-` and a default; {ESCAPE}"
            ),
            Self::Nested => {
                write!(
                    f,
                    "`${{...}}` contains another `${{`, but defaults cannot contain variables; {ESCAPE}"
                )
            }
        }
    }
}

enum Piece<'t> {
    Text(&'t str),
    Value(Zeroizing<String>),
}

/// Substitutes `${NAME}` and `${NAME:-default}`. `$${` becomes `${`, and every other `$` stays.
///
/// Values are not expanded again: otherwise whoever sets one variable could read all others. A default also replaces an
/// empty value, as in a shell.
pub(crate) fn expand<'t>(
    text: &'t str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Expanded, Vec<Fault<'t>>> {
    let (mut pieces, mut faults, mut variables) = (Vec::new(), Vec::new(), false);
    let mut rest = text;
    while let Some((before, from)) = rest.find('$').and_then(|at| rest.split_at_checked(at)) {
        pieces.push(Piece::Text(before));
        if let Some(after) = from.strip_prefix("$${") {
            pieces.push(Piece::Text("${"));
            rest = after;
        } else if let Some(inside) = from.strip_prefix("${") {
            variables = true;
            let Some((body, after)) = inside.split_once('}') else {
                faults.push(Fault::Open);
                return Err(faults);
            };
            match value(body, lookup) {
                Ok(value) => pieces.push(value),
                Err(fault) => faults.push(fault),
            }
            rest = after;
        } else {
            pieces.push(Piece::Text("$"));
            rest = from.strip_prefix('$').unwrap_or_default();
        }
    }
    pieces.push(Piece::Text(rest));
    let hollow = pieces.iter().any(|piece| matches!(piece, Piece::Value(value) if value.is_empty()));
    if !faults.is_empty() {
        return Err(faults);
    }
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Value(value) => value.as_str(),
    });
    // Allocated once: a string that grows leaves copies behind.
    let mut whole = Zeroizing::new(String::with_capacity(pieces.clone().map(str::len).sum()));
    pieces.for_each(|piece| whole.push_str(piece));
    Ok(Expanded { text: whole, variables, hollow })
}

fn value<'t>(body: &'t str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Piece<'t>, Fault<'t>> {
    if body.contains("${") {
        return Err(Fault::Nested);
    }
    let (name, default) = match body.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (body, None),
    };
    let word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !word || name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Fault::Name);
    }
    let value = lookup(name).map(Zeroizing::new);
    match (value.filter(|value| default.is_none() || !value.is_empty()), default) {
        (Some(value), _) => Ok(Piece::Value(value)),
        (None, Some(default)) => Ok(Piece::Text(default)),
        (None, None) => Err(Fault::Missing(name)),
    }
}

/// Returns the string that `expand` turns into this one.
pub fn escape(text: &str) -> Cow<'_, str> {
    match text.contains("${") {
        true => Cow::Owned(text.replace("${", "$${")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "A" => Some("a".to_owned()),
            "_b2" => Some("two".to_owned()),
            "EMPTY" => Some(String::new()),
            "EVIL" => Some("${A} $${A} ${MISSING}".to_owned()),
            _ => None,
        }
    }

    fn read(text: &str) -> Result<String, Vec<Fault<'_>>> {
        expand(text, &lookup).map(|expanded| expanded.text.to_string())
    }

    #[test]
    fn variables_defaults_and_escapes() {
        for (text, expected) in [
            ("", ""),
            ("no variable", "no variable"),
            ("${A}", "a"),
            ("x${A}y${_b2}z", "xaytwoz"),
            ("${A}${A}", "aa"),
            ("${A:-d}", "a"),
            ("${MISSING:-d}", "d"),
            ("${MISSING:-}", ""),
            ("${MISSING:-a:-b}", "a:-b"),
            ("${MISSING:- $ d}", " $ d"),
            ("${EMPTY}", ""),
            ("${EMPTY:-d}", "d"),
            ("$${A}", "${A}"),
            ("$${", "${"),
            ("$$${A}", "$${A}"),
            ("$", "$"),
            ("$$", "$$"),
            ("$A", "$A"),
            ("$(A)", "$(A)"),
            ("a$", "a$"),
            ("}", "}"),
            ("${A}}", "a}"),
            ("é${A}ß", "éaß"),
            // Values are not expanded again.
            ("${EVIL}", "${A} $${A} ${MISSING}"),
            ("${MISSING:-$}{A}", "${A}"),
            ("$${A}${A}", "${A}a"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn faults_are_reported_together_and_without_the_string() {
        use Fault::{Missing, Name, Nested, Open};
        for (text, expected) in [
            ("${", vec![Open]),
            ("s3cret${A", vec![Open]),
            ("${}", vec![Name]),
            ("${:-d}", vec![Name]),
            ("${1A}", vec![Name]),
            ("${A B}", vec![Name]),
            ("${A-d}", vec![Name]),
            ("${A:?d}", vec![Name]),
            ("${Ä}", vec![Name]),
            ("${ A}", vec![Name]),
            ("${A:-${B}}", vec![Nested]),
            ("${X}${A}${Y}${1}${", vec![Missing("X"), Missing("Y"), Name, Open]),
        ] {
            let faults = read(text).unwrap_err();
            assert_eq!(faults, expected, "{text}");
            assert!(faults.iter().all(|fault| !fault.to_string().contains("s3cret")));
        }
        assert_eq!(
            Missing("X").to_string(),
            "the variable X is not set; set it, or give a default as in ${X:-default}"
        );
    }

    #[test]
    fn only_strings_with_variables_are_marked() {
        for (text, variables) in [("a$b", false), ("$${A}", false), ("${A}", true), ("${N:-}", true)] {
            assert_eq!(expand(text, &lookup).map(|e| e.variables).ok(), Some(variables), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn strings_without_a_dollar_are_unchanged(text in "[^$]*") {
            prop_assert_eq!(read(&text), Ok(text.clone()));
        }

        #[test]
        fn escaped_strings_come_back(text in "([${}a:-]|\\PC){0,40}") {
            let escaped = escape(&text);
            prop_assert_eq!(read(&escaped), Ok(text.clone()));
        }

        #[test]
        fn values_are_substituted_unchanged(value in any::<String>(), before in "[^$]*", after in "[^$]*") {
            let text = format!("{before}${{X}}{after}");
            let expanded = expand(&text, &|_| Some(value.clone())).map(|e| e.text.to_string());
            prop_assert_eq!(expanded, Ok(format!("{before}{value}{after}")));
        }

        #[test]
        fn nothing_panics(text in "([${}A:-]|\\PC)*", any in any::<String>()) {
            let _ = (read(&text), read(&any));
        }
    }
}
