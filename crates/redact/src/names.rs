//! Classifies values by the names of their fields.

pub(super) use crate::secret_names::fold;
use crate::secret_names::is_secret;

/// Returns whether the name of a field says that its value is a secret, a one-time password or an authorization code.
///
/// ```
/// assert!(twilio_sdk_redact::is_secret_name("AuthToken"));
/// assert!(!twilio_sdk_redact::is_secret_name("PageToken"));
/// ```
pub fn is_secret_name(name: &str) -> bool {
    matches!(class(name, &[], "", &[]), Class::Secret | Class::Code)
}

/// How much of a value may be shown, judged by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A credential, or a field that the settings hide: never shown.
    Secret,
    /// An error code of Twilio if it is a number; a one-time password or authorization code if it is a string.
    Code,
    /// Personal data: shown by opt-in.
    Personal,
    /// Any other name: the value itself decides.
    Plain,
}

/// Names of personal data in every API, folded.
const PERSONAL: &[&str] = &[
    "address",
    "addressline1",
    "addressline2",
    "birthdate",
    "body",
    "calledname",
    "callername",
    "customername",
    "dateofbirth",
    "email",
    "emailaddress",
    "firstname",
    "forwardedfrom",
    "from",
    "fullname",
    "identity",
    "ip",
    "ipaddress",
    "lastname",
    "mobilenumber",
    "nationalid",
    "phone",
    "phonenumber",
    "postalcode",
    "street",
    "to",
    "username",
];

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '-' | '_') && !c.is_whitespace()).flat_map(char::to_lowercase)
}

/// Classifies a name. `Binding.Secret` and `actions[0].token` are judged by each of their parts too. `credential` is the
/// name of the header or parameter that carries the client's credentials, or empty.
pub(super) fn class(name: &str, fields: &[Box<str>], credential: &str, personal: &[&str]) -> Class {
    let whole = fold(name);
    let parts = || std::iter::once(whole.as_str()).chain(whole.split(['.', '[', ']', ':', '/', '$']));
    if is_secret(&whole) || parts().any(|part| fields.iter().any(|field| **field == *part)) {
        return Class::Secret;
    }
    // A name of `-` and `_` alone is folded to nothing.
    let carries = |part: &str| !part.is_empty() && folded(credential).eq(part.chars());
    if !credential.is_empty() && (name == credential || parts().any(carries)) {
        return Class::Secret;
    }
    if parts().any(|part| part == "code") {
        return Class::Code;
    }
    let marked = |part: &str| !part.is_empty() && personal.iter().any(|name| folded(name).eq(part.chars()));
    if parts().any(|part| PERSONAL.contains(&part) || marked(part)) { Class::Personal } else { Class::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Class {
        class(name, &["plaincode".into()], "X-Mine", &["FriendlyName"])
    }

    #[test]
    fn secret_names_are_known_in_every_spelling() {
        for name in [
            "Authorization",
            "Proxy-Authorization",
            "COOKIE",
            "Set-Cookie",
            "password",
            "Passwords",
            "token",
            "secret",
            "api_key",
            "apiKey",
            "X-API-Key",
            "client_secret",
            "ClientSecret",
            "auth_token",
            "SecondaryAuthToken",
            "refresh-token",
            "access_token",
            "AccessToken",
            "id_token",
            "client_assertion",
            "code_verifier",
            "X-Twilio-Signature",
            "X-Amz-Signature",
            "webhook_secret",
            "Binding.Secret",
            "actions[0].Token",
            "urn:ietf:params:scim:schemas:core:2.0:User:password",
            "private_key",
            "Custom Code",
            "Plain-Code",
            "x.plain_code.y",
            "x-mine",
            "XMine",
            "inquiry_session_token",
            "profile_api_key",
            "SipAuthPassword",
            "port_out_pin",
            "write_key",
            "TlsCert",
        ] {
            assert_eq!(of(name), Class::Secret, "{name}");
        }
    }

    #[test]
    fn other_names_are_not_secret() {
        for name in [
            "sid",
            "account_sid",
            "CredentialSid",
            "PageToken",
            "next_token",
            "Passkeys.DiscoverableCredentials",
            "status",
            "",
            "-",
            "tokenized",
        ] {
            assert_eq!(of(name), Class::Plain, "{name}");
        }
        assert_eq!(of("code"), Class::Code);
        for name in ["To", "from", "PhoneNumber", "friendly_name", "identity", "e-mail", "From[0]"] {
            assert_eq!(of(name), Class::Personal, "{name}");
        }
    }
}
