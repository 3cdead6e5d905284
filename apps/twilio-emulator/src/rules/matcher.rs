//! Selecting requests.

use crate::record::RecordedRequest;
use crate::{names, route};

/// Selects the requests a fault applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestMatcher(Target);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Any,
    Operation(String),
    Route { method: String, path: String },
}

impl RequestMatcher {
    /// Matches every request, also one that matches no operation.
    pub fn any() -> Self {
        Self(Target::Any)
    }

    /// Matches the requests for an operation: an `operationId` (`CreateMessage`, in every product that has one) or
    /// product and `operationId` (`api_v2010/CreateMessage`). An unknown operation is an error when the fault is injected.
    pub fn operation(operation: impl Into<String>) -> Self {
        Self(Target::Operation(operation.into()))
    }

    /// Matches the requests with this method (`*` for any) and path, percent-encoded as sent.
    ///
    /// In the path, `*` and names in braces match any string without a slash, `**` matches any string. A path that
    /// does not start with a slash starts with Twilio's host: `verify.twilio.com/v2/**`. An unknown host is an error when
    /// the fault is injected.
    pub fn route(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self(Target::Route { method: method.into(), path: path.into() })
    }

    /// Returns why it can match no request.
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.0 {
            Target::Any => Ok(()),
            Target::Operation(name) => names::check(name).map_err(|why| format!("operation {name:?} {why}")),
            Target::Route { method, path } => match is_method(method) && is_path(path) {
                true => Ok(()),
                false => Err(format!("route \"{method} {path}\" {NO_ROUTE}")),
            },
        }
    }

    pub(super) fn matches(&self, request: &RecordedRequest) -> bool {
        match &self.0 {
            Target::Any => true,
            Target::Operation(wanted) => match (wanted.split_once('/'), request.operation_id) {
                (Some((product, id)), found) => request.product == Some(product) && found == Some(id),
                (None, found) => found == Some(wanted.as_str()),
            },
            Target::Route { method, path } => {
                let path_fits = match path.starts_with('/') {
                    true => fits(path, &request.path),
                    false => fits(path, &format!("{}{}", request.host, request.path)),
                };
                (method == "*" || method.eq_ignore_ascii_case(&request.method)) && path_fits
            }
        }
    }
}

/// Describes a route, after one that is invalid.
pub(super) const NO_ROUTE: &str =
    "is not a route; give method and path such as \"POST /v2/Services\" or \"* verify.twilio.com/**\"";

pub(super) fn is_method(text: &str) -> bool {
    text == "*" || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Returns whether a path starts with a slash, with a host of Twilio's or with a host that contains a wildcard.
pub(super) fn is_path(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    let known = host.is_empty() || host.contains(['*', '{']) || route::known_host(host) == Some(host);
    known && !text.is_empty() && !text.contains(' ')
}

#[derive(Clone, Copy)]
enum Token {
    Just(char),
    Segment,
    Anything,
}

impl Token {
    fn takes(self, c: char) -> bool {
        match self {
            Self::Just(own) => own == c,
            Self::Segment => c != '/',
            Self::Anything => true,
        }
    }

    fn is_wild(self) -> bool {
        !matches!(self, Self::Just(_))
    }
}

fn tokens(mut pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    while let Some(first) = pattern.chars().next() {
        let name = pattern.strip_prefix('{').and_then(|inner| inner.split_once('}')).map(|(_, rest)| rest);
        let (token, rest) = match (pattern.strip_prefix("**"), name.or_else(|| pattern.strip_prefix('*'))) {
            (Some(rest), _) => (Token::Anything, rest),
            (None, Some(rest)) => (Token::Segment, rest),
            (None, None) => (Token::Just(first), pattern.get(first.len_utf8()..).unwrap_or_default()),
        };
        tokens.push(token);
        pattern = rest;
    }
    tokens
}

/// Matches all alternatives at once, so that no pattern takes long.
fn fits(pattern: &str, text: &str) -> bool {
    let tokens = tokens(pattern);
    // Whether the tokens before each place match the text so far.
    let mut places = vec![true];
    for token in &tokens {
        places.push(token.is_wild() && places.last() == Some(&true));
    }
    for c in text.chars() {
        let mut next = vec![false];
        for (token, pair) in tokens.iter().zip(places.windows(2)) {
            let [before, here] = pair else { continue };
            let skipped = token.is_wild() && next.last() == Some(&true);
            let taken = token.takes(c) && if token.is_wild() { *before || *here } else { *before };
            next.push(skipped || taken);
        }
        places = next;
    }
    places.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_stand_for_segments_or_for_paths() {
        for (pattern, text, expected) in [
            ("/v2/Services", "/v2/Services", true),
            ("/v2/Services", "/v2/Services/VA1", false),
            ("/v2/Services/*", "/v2/Services/VA1", true),
            ("/v2/Services/*", "/v2/Services/VA1/Verifications", false),
            ("/v2/{Sid}/x", "/v2/VA1/x", true),
            ("/v2/**", "/v2/Services/VA1/Verifications", true),
            ("/**/*.json", "/2010-04-01/Accounts/AC1/Messages.json", true),
            ("/**/*.json", "/2010-04-01/Accounts/AC1/Messages", false),
            ("", "", true),
            ("**", "", true),
            ("/{open", "/{open", true),
            ("/ü*", "/üß", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
