use std::str::FromStr;

use anyhow::{Error, bail};

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// Sends a message: a form goes out, a message comes in.
    Create,
    /// Fetches a message.
    Fetch,
    /// Lists 1,000 messages, one page.
    Page,
}

impl FromStr for Scenario {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "create" => Self::Create,
            "fetch" => Self::Fetch,
            "page" => Self::Page,
            other => bail!("there is no scenario {other}"),
        })
    }
}
