use std::fmt::Write as _;

/// Escapes a value for a search filter (RFC 4515, section 3).
///
/// ASCII letters and digits and `@`, `.`, `-`, `_` are kept; every other byte of the UTF-8 becomes `\` and two hexadecimal
/// digits. An escaped value can neither end the filter nor act as a wildcard or an escape.
///
/// ```
/// use twilio_sdk_inbound_auth::escape_filter;
///
/// assert_eq!(escape_filter("alice)(uid=*"), r"alice\29\28uid\3d\2a");
/// ```
pub fn escape_filter(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 16);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "\\{byte:02x}");
        }
    }
    text
}

/// Replaces every `?` of a template by the escaped name.
pub(super) fn with_name(template: &str, name: &str) -> String {
    template.replace('?', &escape_filter(name))
}

/// Combines filters with AND, together with the object class of the entry if one is given.
pub(super) fn all_of(class: Option<&str>, filters: &[&str]) -> String {
    let class = class.map(|class| format!("(objectClass={})", escape_filter(class))).unwrap_or_default();
    format!("(&{class}{})", filters.concat())
}

/// Returns the filter for a name, or `None` if the template does not yield a filter for every name, such as one with a `?`
/// in place of an attribute.
pub fn filter_of(template: &str, name: &str) -> Option<String> {
    is_filter(&with_name(template, "*")).then(|| with_name(template, name))
}

/// Returns whether the string is a filter.
pub(super) fn is_filter(text: &str) -> bool {
    text.starts_with('(') && ldap3::parse_filter(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unescape(text: &str) -> Option<String> {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            if byte == b'\\' {
                let (digits, after) = after.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                rest = after;
            } else {
                bytes.push(byte);
                rest = after;
            }
        }
        String::from_utf8(bytes).ok()
    }

    #[test]
    fn weakness_14_what_means_something_in_a_filter_is_escaped() {
        for (value, expected) in [
            ("*", r"\2a"),
            ("a\\2a", r"a\5c2a"),
            ("\\*", r"\5c\2a"),
            ("a\0b", r"a\00b"),
            ("a\\", r"a\5c"),
            ("cn=a\\,b (c),dc=x", r"cn\3da\5c\2cb\20\28c\29\2cdc\3dx"),
            ("ü", r"\c3\bc"),
            ("alice@example.org", "alice@example.org"),
        ] {
            assert_eq!(escape_filter(value), expected, "{value:?}");
        }
        assert_eq!(with_name("(|(uid=?)(mail=?))", "a?*"), r"(|(uid=a\3f\2a)(mail=a\3f\2a))");
    }

    proptest! {
        #[test]
        fn a_value_stays_one_value(value in "\\PC*|[*()\\\\\\x00-\\x1f?=&|!~<>:]*") {
            let escaped = escape_filter(&value);
            prop_assert_eq!(unescape(&escaped), Some(value.clone()));
            prop_assert!(!escaped.contains(['*', '(', ')', '\0', '?']));
            let filter = with_name("(&(objectClass=person)(uid=?))", &value);
            prop_assert!(is_filter(&filter));
            // The filter that the client library makes of it compares with these very bytes.
            let parsed = format!("{:?}", ldap3::parse_filter(&filter));
            let bytes = format!("{:?}", value.as_bytes());
            prop_assert!(parsed.contains(&bytes), "{} {}", parsed, bytes);
        }
    }
}
