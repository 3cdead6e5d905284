use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters to encode in a path segment: all but the unreserved ones (RFC 3986, section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A parsed name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name<'n> {
    /// Path below the engine's `data/`, with its query.
    pub(super) target: String,
    pub(super) field: &'n str,
}

impl<'n> Name<'n> {
    pub(super) fn parse(name: &'n str) -> Option<Self> {
        let (secret, field) = name.rsplit_once('#').unwrap_or((name, "value"));
        let (path, version) = match secret.split_once('?') {
            Some((path, query)) => (path, Some(query.strip_prefix("version=")?.parse::<u32>().ok()?)),
            None => (secret, None),
        };
        let mut target = encoded(path)?;
        if let Some(version) = version {
            target.push_str(&format!("?version={version}"));
        }
        (!field.is_empty()).then_some(Self { target, field })
    }
}

/// Encodes the segments of a path; `None` for empty segments, `.` and `..`.
pub(super) fn encoded(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let odd = |segment: &&str| matches!(*segment, "" | "." | "..") || segment.chars().any(char::is_control);
    if segments.iter().any(odd) {
        return None;
    }
    let encoded = segments.iter().map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
    Some(encoded.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_a_path_with_an_optional_version_and_field() {
        let parsed = |name| Name::parse(name).map(|name| (name.target, name.field));
        assert_eq!(parsed("twilio"), Some(("twilio".into(), "value")));
        assert_eq!(parsed("a/b c#f"), Some(("a/b%20c".into(), "f")));
        assert_eq!(parsed("a?version=3#f"), Some(("a?version=3".into(), "f")));
        assert_eq!(parsed("a#b#c"), Some(("a%23b".into(), "c")));
        for bad in ["", "#f", "a#", "/a", "a/", "a//b", "..", "a/../b", "./a", "a?b", "a?version=x", "a\nb"] {
            assert_eq!(parsed(bad), None, "{bad:?}");
        }
    }
}
