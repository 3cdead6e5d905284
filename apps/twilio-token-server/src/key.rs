use std::fmt;

use twilio_sdk_access_token::MIN_SECRET_BYTES;
use twilio_sdk_types::ApiKeyConfig;

/// A part of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
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

/// Returns why Twilio would reject tokens signed with a key. No message contains a value.
pub(crate) fn problems(key: &ApiKeyConfig) -> impl Iterator<Item = (Part, &'static str)> {
    let account = "must be AC followed by 32 hexadecimal digits";
    let sid = "must be SK followed by 32 hexadecimal digits";
    let secret =
        "has fewer than 32 characters; Twilio shows the complete secret only when the key is created";
    [
        (!key.account_sid.is_well_formed()).then_some((Part::Account, account)),
        (!key.api_key.is_well_formed()).then_some((Part::Key, sid)),
        (key.api_secret.expose_secret().len() < MIN_SECRET_BYTES).then_some((Part::Secret, secret)),
    ]
    .into_iter()
    .flatten()
}
