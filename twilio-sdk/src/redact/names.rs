//! What a field's name says about its value.

use secret::is_secret;

pub(super) use secret::fold;

/// Which names are secret, as the generator of the types judges them.
mod secret {
    include!(concat!(env!("OUT_DIR"), "/secret_names.rs"));
}

/// How much of a value may be shown, as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It lets its holder act for somebody, or the user wants it hidden: never shown.
    Secret,
    /// Twilio's error number in an answer, but a one-time password or authorization code where it is text.
    Code,
    /// It tells of a person: shown by opt-in.
    Personal,
    /// Nothing, so that the value itself decides.
    Plain,
}

/// Names that tell of a person whatever the specification says, folded.
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

/// What a name says; `Binding.Secret` and `actions[0].token` are judged by each of their parts too. `own` is the name
/// of the header or parameter that carries the client's credentials, if it is known.
pub(super) fn class(name: &str, fields: &[Box<str>], own: &str, pii: &[&str]) -> Class {
    let whole = fold(name);
    let parts = || std::iter::once(whole.as_str()).chain(whole.split(['.', '[', ']', ':', '/', '$']));
    if is_secret(&whole) || parts().any(|part| fields.iter().any(|field| **field == *part)) {
        return Class::Secret;
    }
    // A name of `-` and `_` alone is folded to nothing.
    let carries = |part: &str| !part.is_empty() && folded(own).eq(part.chars());
    if !own.is_empty() && (name == own || parts().any(carries)) {
        return Class::Secret;
    }
    if parts().any(|part| part == "code") {
        return Class::Code;
    }
    let marked = |part: &str| !part.is_empty() && pii.iter().any(|name| folded(name).eq(part.chars()));
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
