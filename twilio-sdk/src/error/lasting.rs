//! Distinguishes temporary errors from those that last.

use http::StatusCode;

use super::{Error, Kind};

/// Codes of 429 responses that last for minutes or longer, so that no retry within a request's deadline can succeed.
/// Each has a page at `https://www.twilio.com/docs/api/errors/CODE`.
///
/// 20429 (too many concurrent requests) and 60212 (too many concurrent verifications of a number) pass soon and are not
/// listed.
const LASTING: &[(u32, &str)] = &[
    (21611, "the sender has ten hours of messages in its queue"),
    (60202, "five checks of a verification: until it expires, after ten minutes"),
    (60203, "five sends of a verification: until it expires, after ten minutes"),
    (60207, "a rate limit of the Verify service, whose interval its owner chose"),
    (60728, "the account's messages of an hour"),
    (63038, "the account's messages of a day"),
];

/// Returns whether a code means that a retry cannot succeed soon.
pub(crate) fn lasts(code: Option<u32>) -> bool {
    code.is_some_and(|code| LASTING.iter().any(|(lasting, _)| *lasting == code))
}

impl Error {
    /// Returns whether the request may succeed later: no connection could be established (unless TLS failed), the connection
    /// was lost, the request timed out, a local limit or the circuit breaker rejected it, the token endpoint could not be
    /// reached, or Twilio returned 408, 429 or 5xx.
    ///
    /// It does not mean that a retry is safe; see [`may_have_executed`](Self::may_have_executed). Codes of 429 that last for
    /// minutes or hours (21611, 60202, 60203, 60207, 60728, 63038) are not retryable.
    pub fn is_retryable(&self) -> bool {
        let passes = |status: StatusCode| {
            status.is_server_error()
                || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
        };
        match self.0.kind {
            Kind::Connect => !self.0.tls,
            Kind::Timeout | Kind::Transport | Kind::Busy | Kind::CircuitOpen => true,
            Kind::Api => self.status().is_some_and(passes) && !lasts(self.code()),
            Kind::Token => self.status().is_none_or(passes) && self.token_code_passes(),
            _ => false,
        }
    }

    /// Returns whether the token endpoint gave no OAuth error code, which would be final.
    fn token_code_passes(&self) -> bool {
        let problem = self.0.token.as_ref();
        problem.is_none_or(|problem| {
            problem.code.is_none() || problem.status.is_some_and(|status| status.is_server_error())
        })
    }
}
