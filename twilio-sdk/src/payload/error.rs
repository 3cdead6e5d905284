use std::fmt;

/// Everything that is wrong with a payload. It shows names of fields, and none of their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadErrors {
    problems: Vec<FieldProblem>,
}

impl PayloadErrors {
    pub(super) fn new(problems: Vec<FieldProblem>) -> Self {
        Self { problems }
    }

    /// Each problem, in the order of the rules: first the fields that must be there, then the addresses.
    pub fn problems(&self) -> &[FieldProblem] {
        &self.problems
    }
}

/// One thing that is wrong with a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    field: String,
    reason: Reason,
}

impl FieldProblem {
    pub(super) fn new(field: &str, reason: Reason) -> Self {
        Self { field: field.to_owned(), reason }
    }

    /// The field, as the rule names it.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It is not there.
    Missing,
    /// It is null.
    Null,
    /// It is a text of nothing or of blanks.
    Blank,
    /// It is no text, where an address must be.
    NotText,
    /// It is no e-mail address.
    NoAddress,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Null => "is null",
            Self::Blank => "is empty or blank",
            Self::NotText => "is no text, and must be an e-mail address",
            Self::NoAddress => "is no e-mail address",
        })
    }
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.reason)
    }
}

impl fmt::Display for PayloadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the payload is not as it must be: ")?;
        for (at, problem) in self.problems.iter().enumerate() {
            let between = if at == 0 { "" } else { "; " };
            write!(f, "{between}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PayloadErrors {}
