//! The regular expressions of Twilio's files, each compiled once.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use regex_lite::Regex;

/// The specs have some hundred patterns, so none is ever dropped.
static COMPILED: RwLock<Option<HashMap<Box<str>, Option<Regex>>>> = RwLock::new(None);

/// Returns whether a string matches; `None` if the pattern does not compile.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let known = |map: &Option<HashMap<Box<str>, Option<Regex>>>| {
        map.as_ref().and_then(|map| map.get(pattern)).map(|regex| Some(regex.as_ref()?.is_match(text)))
    };
    if let Some(outcome) = known(&COMPILED.read().unwrap_or_else(PoisonError::into_inner)) {
        return outcome;
    }
    let regex = Regex::new(pattern).ok();
    let outcome = regex.as_ref().map(|regex| regex.is_match(text));
    let mut map = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    map.get_or_insert_default().insert(pattern.into(), regex);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compiled_once_and_a_bad_one_is_reported() {
        for _ in 0..2 {
            assert_eq!(matches("^test-[0-9]{3}$", "test-123"), Some(true));
            assert_eq!(matches("^test-[0-9]{3}$", "test-12"), Some(false));
            assert_eq!(matches("test-(", "test-("), None);
        }
        let map = COMPILED.read().unwrap();
        assert!(map.as_ref().unwrap()["test-("].is_none());
    }
}
