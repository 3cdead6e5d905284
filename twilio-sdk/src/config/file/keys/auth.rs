use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer};

use crate::auth::Auth;
use crate::config::file::Reader;

/// The fields of all kinds of credentials, whether they are secrets, and a well-formed value of each. Which belong
/// together is told by [`Auth`]'s own reading.
const FIELDS: &[(&str, bool, &str)] = &[
    ("account_sid", false, "AC00000000000000000000000000000000"),
    ("auth_token", true, "none"),
    ("api_key", false, "SK00000000000000000000000000000000"),
    ("api_secret", true, "none"),
    ("client_id", false, "OQ00000000000000000000000000000000"),
    ("client_secret", true, "none"),
    ("token_url", false, "https://token.invalid"),
    ("scope", false, "none"),
    ("bearer_token", true, "none"),
    ("username", false, "none"),
    ("password", true, "none"),
    ("custom_key", true, "none"),
    ("custom_key_header", false, "X-None"),
    ("custom_key_query", false, "none"),
];

/// The credentials, if they are all there and can work.
pub(super) fn auth(r: &Reader<'_>) -> Option<Auth> {
    let mut given = Vec::new();
    for (name, secret, stand_in) in FIELDS {
        given.push((*name, r.credential(name, *secret, stand_in)));
    }
    // What is given and cannot be read has been reported, and says nothing about the others.
    if !r.is_present() || given.iter().any(|(name, value)| value.is_none() && r.has(name)) {
        return None;
    }
    let values = given.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?.expose_secret())));
    // All values are text, so no error can be about one of them.
    match Auth::deserialize(MapDeserializer::<_, Error>::new(values)) {
        Ok(auth) => {
            r.check("", "", auth.check());
            Some(auth)
        }
        Err(error) => {
            r.problem("", error.to_string());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_of_all_kinds() {
        let unknown = MapDeserializer::<_, Error>::new([("?", "")].into_iter());
        let error = Auth::deserialize(unknown).unwrap_err().to_string();
        // unknown field `?`, expected one of `a`, `b`
        let names: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        assert_eq!(names, FIELDS.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), "{error}");
    }
}
