use std::fmt;

use super::{Error, Kind};

/// One thing that is wrong with a configuration file: where it is, and what to do.
///
/// Never holds a value of the file, or of a variable that the file names, because any of them may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    pub(crate) file: Option<String>,
    pub(crate) place: Option<(usize, usize)>,
    pub(crate) key: String,
    pub(crate) message: String,
}

impl ConfigProblem {
    /// The file, as its path was given; `None` for text that came from elsewhere.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The line, from 1, where it is known: in TOML, and where JSON cannot be read.
    pub fn line(&self) -> Option<usize> {
        self.place.map(|(line, _)| line)
    }

    /// The column in characters, from 1, where the line is known.
    pub fn column(&self) -> Option<usize> {
        self.place.map(|(_, column)| column)
    }

    /// The key with those of the tables that it is in, such as `profiles.eu.pool.max_active`; empty where the
    /// problem is with the file as a whole.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong, and what would be right.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// `file:line:column: key: message`, without what is not known.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or("configuration");
        f.write_str(file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Error {
    /// Everything that is wrong with a configuration file, a line each.
    pub(crate) fn config_file(problems: Vec<ConfigProblem>) -> Self {
        let lines: Vec<String> = problems.iter().map(ConfigProblem::to_string).collect();
        let mut error = Self::new(Kind::Config, None, lines.join("\n"));
        error.0.problems = problems;
        error
    }

    /// Everything that is wrong with a configuration file, in the file's order; empty for other errors.
    #[cfg_attr(docsrs, doc(cfg(feature = "config-file")))]
    pub fn config_problems(&self) -> &[ConfigProblem] {
        &self.0.problems
    }
}
