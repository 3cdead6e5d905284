use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer};

use crate::auth::Auth;
use crate::config::file::reader::Reader;

/// The fields of all kinds of credentials, and whether they are secrets. Which belong together is told by
/// [`Auth`]'s own reading.
const FIELDS: &[(&str, bool)] = &[
    ("account_sid", false),
    ("auth_token", true),
    ("api_key", false),
    ("api_secret", true),
    ("client_id", false),
    ("client_secret", true),
    ("token_url", false),
    ("scope", false),
    ("bearer_token", true),
    ("username", false),
    ("password", true),
    ("key", true),
    ("header", false),
    ("query", false),
];

/// The credentials, if they are all there and can work.
pub(super) fn auth(r: &Reader<'_>) -> Option<Auth> {
    let mut given = Vec::new();
    for (name, secret) in FIELDS {
        let value = if *secret { r.secret(name) } else { r.beside_secret(name) };
        given.push((*name, value));
    }
    // What is given and cannot be read has been reported, and says nothing about the others.
    if !r.is_there() || given.iter().any(|(name, value)| value.is_none() && r.has(name)) {
        return None;
    }
    let values = given.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?.expose())));
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
        assert_eq!(names, FIELDS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{error}");
    }
}
