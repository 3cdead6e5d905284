use std::fmt;

/// An invalid setting, or everything that is wrong with a configuration file.
///
/// `Display` prints one line per problem. No error shows a value of the file or of a variable, because any of them may
/// be a secret.
///
/// ```
/// use twilio_sdk_config::ConfigError;
///
/// let error = ConfigError::new("pool: max_in_flight is 0; no request could be sent");
/// assert_eq!(error.to_string(), "pool: max_in_flight is 0; no request could be sent");
/// assert!(error.problems().is_empty());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
enum Inner {
    Message(String),
    Problems(Vec<ConfigProblem>),
}

impl ConfigError {
    /// Creates an error from a message of the form `<where>: <what is wrong>; <what to do>`.
    ///
    /// The message must not contain a secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner::Message(message.into())))
    }

    /// Returns the problems of a configuration file, in the order of the file; empty for other errors.
    pub fn problems(&self) -> &[ConfigProblem] {
        match &*self.0 {
            Inner::Message(_) => &[],
            Inner::Problems(problems) => problems,
        }
    }

    /// Returns the problems without copying them; empty for errors that do not come from a file.
    pub fn into_problems(self) -> Vec<ConfigProblem> {
        match *self.0 {
            Inner::Message(_) => Vec::new(),
            Inner::Problems(problems) => problems,
        }
    }
}

impl From<Vec<ConfigProblem>> for ConfigError {
    fn from(problems: Vec<ConfigProblem>) -> Self {
        Self(Box::new(Inner::Problems(problems)))
    }
}

impl From<ConfigProblem> for ConfigError {
    fn from(problem: ConfigProblem) -> Self {
        vec![problem].into()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Inner::Message(message) => f.write_str(message),
            Inner::Problems(problems) => {
                for (at, problem) in problems.iter().enumerate() {
                    let separator = if at == 0 { "" } else { "\n" };
                    write!(f, "{separator}{problem}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Inner::Message(message) => f.debug_tuple("ConfigError").field(message).finish(),
            Inner::Problems(problems) => f.debug_tuple("ConfigError").field(problems).finish(),
        }
    }
}

impl std::error::Error for ConfigError {}

/// One problem in a configuration file: its location, and what to do.
///
/// Never contains a value of the file or of a variable, because any of them may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    file: Option<String>,
    location: Option<(usize, usize)>,
    key: String,
    message: String,
}

impl ConfigProblem {
    /// Creates a problem of a key, such as `auth.api_secret`; an empty key means the whole file.
    ///
    /// The message must not contain a secret.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: None, location: None, key: key.into(), message: message.into() }
    }

    /// Sets the path of the file, as the user wrote it.
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Sets line and column, both from 1; the column counts characters.
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.location = Some((line, column));
        self
    }

    /// Returns the path of the file, as the user wrote it; `None` for a string that did not come from a file.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Returns the line, from 1, where it is known: in TOML, and in JSON with a syntax error.
    pub fn line(&self) -> Option<usize> {
        self.location.map(|(line, _)| line)
    }

    /// Returns the column in characters, from 1, where the line is known.
    pub fn column(&self) -> Option<usize> {
        self.location.map(|(_, column)| column)
    }

    /// Returns the key with the tables that contain it, such as `profiles.eu.pool.max_in_flight`; empty for a problem
    /// of the whole file.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns what is wrong, and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Prints `file:line:column: key: message`, without the parts that are unknown.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file.as_deref().unwrap_or("configuration"))?;
        if let Some((line, column)) = self.location {
            write!(f, ":{line}:{column}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigProblem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_prints_a_line_per_problem() {
        let first =
            ConfigProblem::new("pool.max_in_flight", "must be a whole number").in_file("a.toml").at(3, 5);
        let second = ConfigProblem::new("", "is not UTF-8");
        let error = ConfigError::from(vec![first.clone(), second]);
        assert_eq!(
            error.to_string(),
            "a.toml:3:5: pool.max_in_flight: must be a whole number\nconfiguration: is not UTF-8"
        );
        assert_eq!(error.problems().first(), Some(&first));
        assert_eq!((first.file(), first.line(), first.column()), (Some("a.toml"), Some(3), Some(5)));
        assert_eq!(error.clone().into_problems().len(), 2);
        assert_eq!(ConfigError::from(first.clone()).to_string(), first.to_string());
    }
}
