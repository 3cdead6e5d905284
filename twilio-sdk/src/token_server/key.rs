use std::fmt;

use crate::ApiKeyConfig;
use crate::types::is_sid;

/// A part of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Account,
    Key,
    Secret,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account_sid",
            Self::Key => "api_key",
            Self::Secret => "api_secret",
        })
    }
}

/// Everything for which Twilio would refuse the tokens of such a key. No message holds a value.
pub(super) fn problems(key: &ApiKeyConfig) -> impl Iterator<Item = (Part, String)> {
    let sid = |part, sid: &str, prefix: &str| {
        let wrong = !is_sid(sid, &[prefix]);
        wrong.then(|| (part, format!("must be {prefix} and 32 hexadecimal digits")))
    };
    let secret = key.api_secret.expose().len() < 32;
    let short = "has fewer than 32 characters; Twilio shows the whole secret once, when the key is made";
    [
        sid(Part::Account, key.account_sid.as_str(), "AC"),
        sid(Part::Key, key.api_key.as_str(), "SK"),
        secret.then(|| (Part::Secret, short.to_owned())),
    ]
    .into_iter()
    .flatten()
}
