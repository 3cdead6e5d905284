use std::fmt;

/// All violations of a payload. It holds the names of fields, and none of their values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PayloadErrors {
    errors: Vec<FieldError>,
}

impl PayloadErrors {
    pub(super) fn new(errors: Vec<FieldError>) -> Self {
        Self { errors }
    }

    /// Returns all violations: first those of required fields, then those of e-mail fields, each in the order of the
    /// rules.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }
}

/// A field that violates a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldError {
    field: String,
    kind: FieldErrorKind,
}

impl FieldError {
    pub(super) fn new(field: &str, kind: FieldErrorKind) -> Self {
        Self { field: field.to_owned(), kind }
    }

    /// Returns the field, as the rule names it.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns the kind of the violation.
    pub fn kind(&self) -> FieldErrorKind {
        self.kind
    }
}

/// The kind of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldErrorKind {
    /// A required field is missing.
    Missing,
    /// A required field is null.
    Null,
    /// A required field is a string that is empty or has only white space.
    Blank,
    /// An e-mail field is not a string.
    NotString,
    /// An e-mail field is not an e-mail address.
    InvalidEmail,
}

impl fmt::Display for FieldErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Null => "is null",
            Self::Blank => "is blank",
            Self::NotString => "is not a string but should be an e-mail address",
            Self::InvalidEmail => "is not an e-mail address",
        })
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.kind)
    }
}

impl std::error::Error for FieldError {}

impl fmt::Display for PayloadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("payload: ")?;
        for (at, error) in self.errors.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PayloadErrors {}
