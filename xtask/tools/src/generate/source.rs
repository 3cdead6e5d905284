use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use super::{Lock, github, npm};
use crate::workspace::{Files, spec_files};

/// Where a set of verbatim files came from, as the lock records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Origin {
    /// A package, its archive pinned by hash.
    Npm { package: String, version: String, integrity: String },
    /// A branch, tag or commit of a repository.
    Github {
        repository: String,
        #[serde(rename = "ref")]
        reference: String,
    },
    /// A folder.
    Dir { path: String },
}

impl Origin {
    /// Whether both name the same thing, so that its content must be the same too.
    pub(crate) fn names_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Npm { package, version, .. }, Self::Npm { package: p, version: v, .. }) => {
                (package, version) == (p, v)
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Npm { package, version, .. } => write!(f, "npm package {package} {version}"),
            Self::Github { repository, reference } => {
                write!(f, "github repository {repository} at {reference}")
            }
            Self::Dir { path } => write!(f, "folder {path}"),
        }
    }
}

/// Verbatim files and where they came from.
pub(crate) struct Fetched {
    pub(crate) origin: Origin,
    pub(crate) files: Files,
}

/// The source that a run is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Npm { package: String, version: String },
    Github { repository: String, reference: String },
    Dir { path: String },
}

impl Asked {
    /// The source of the lock, or the first one where there is no lock.
    pub(crate) fn pinned(lock: Option<&Lock>) -> Self {
        match lock.map(|lock| &lock.source) {
            Some(Origin::Npm { package, version, .. }) => {
                Self::Npm { package: package.clone(), version: version.clone() }
            }
            Some(Origin::Github { repository, reference }) => {
                Self::Github { repository: repository.clone(), reference: reference.clone() }
            }
            Some(Origin::Dir { path }) => Self::Dir { path: path.clone() },
            None => Self::npm(npm::VERSION),
        }
    }

    /// What stands behind `--source`.
    pub(crate) fn parse(text: &str, lock: Option<&Lock>) -> Result<Self> {
        match text.split_once(':').unwrap_or((text, "")) {
            ("npm", "") => match Self::pinned(lock) {
                pinned @ Self::Npm { .. } => Ok(pinned),
                _ => Ok(Self::npm(npm::VERSION)),
            },
            ("npm", version) if is_plain(version) => Ok(Self::npm(version)),
            ("npm", version) => {
                bail!("--source npm:{version}: not a version; for instance npm:{}", npm::VERSION)
            }
            ("github", "") => Ok(Self::github(github::REFERENCE)),
            ("github", reference) if is_plain(reference) => Ok(Self::github(reference)),
            ("github", reference) => {
                bail!("--source github:{reference}: not a branch, tag or commit; for instance github:main")
            }
            _ if Path::new(text).is_dir() => Ok(Self::Dir { path: text.to_owned() }),
            _ => bail!("--source {text}: neither npm[:VERSION] nor github[:REF], and no such folder"),
        }
    }

    fn npm(version: &str) -> Self {
        Self::Npm { package: npm::PACKAGE.to_owned(), version: version.to_owned() }
    }

    pub(crate) fn github(reference: &str) -> Self {
        Self::Github { repository: github::REPOSITORY.to_owned(), reference: reference.to_owned() }
    }

    pub(crate) fn fetch(self, github_base: &str) -> Result<Fetched> {
        match self {
            Self::Npm { package, version } => npm::fetch(&package, &version),
            Self::Github { repository, reference } => {
                let files = github::fetch(github_base, &repository, &reference)?;
                Ok(Fetched { origin: Origin::Github { repository, reference }, files })
            }
            Self::Dir { path } => {
                let files = spec_files(Path::new(&path))?.unwrap_or_default();
                if files.is_empty() {
                    bail!("folder {path} holds no twilio_*.json file");
                }
                Ok(Fetched { origin: Origin::Dir { path }, files })
            }
        }
    }
}

/// Versions and git references go into a command line and a URL: nothing in them may mean anything there.
fn is_plain(text: &str) -> bool {
    !text.starts_with('-')
        && !text.contains("..")
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '/'))
}
