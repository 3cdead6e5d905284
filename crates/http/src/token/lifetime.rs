use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use twilio_sdk_types::internal::jws;

/// Remaining lifetime of a token, counted from its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Time until the server rejects it.
    pub left: Duration,
    /// How long before that the next token is fetched.
    pub margin: Duration,
}

/// Lifetime of a token whose response gives none: Twilio's default.
const DEFAULT: Duration = Duration::from_secs(60 * 60);

/// Longest lifetime of a token of Twilio. More is a mistake, such as a timestamp in milliseconds.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 30);

/// A hundred years, the bound for lifetimes from a store: what a clock can represent.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 100);

/// Upper bound of the time that a refresh takes.
const MARGIN: Duration = Duration::from_secs(30);

impl Lifetime {
    /// Determines a lifetime: `expires_in` (RFC 6749, section 5.1), else the claim `exp` of a JWT, else an hour.
    ///
    /// An `expires_in` of more than 30 days is ignored: then `exp` counts, or else 30 days.
    pub fn of(expires_in: Option<f64>, token: &str) -> Self {
        Self::at(expires_in, token, SystemTime::now())
    }

    fn at(expires_in: Option<f64>, token: &str, now: SystemTime) -> Self {
        let expires_in = expires_in.map(|seconds| {
            // A value that fits no duration is negative or beyond every bound.
            Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
        });
        match (expires_in, Claims::of(token)) {
            (Some(lifetime), _) if lifetime <= LONGEST => Self::new(lifetime, lifetime),
            (_, Some(claims)) => claims.lifetime(now),
            (Some(_), None) => Self::new(LONGEST, LONGEST),
            (None, None) => Self::new(DEFAULT, DEFAULT),
        }
    }

    /// Creates a lifetime from what is left and its whole length.
    pub fn new(left: Duration, whole: Duration) -> Self {
        Self { left: left.min(FAR), margin: MARGIN.min(whole / 10) }
    }
}

/// Claims of a JWT about its lifetime. They are not verified: they decide when a token is fetched, not whether it is valid.
struct Claims {
    exp: f64,
    iat: Option<f64>,
}

impl Claims {
    fn of(token: &str) -> Option<Self> {
        let claims = jws::object(jws::Compact::split(token)?.payload.trim_end_matches('='))?;
        Some(Self { exp: claims.get("exp")?.as_f64()?, iat: claims.get("iat").and_then(Value::as_f64) })
    }

    fn lifetime(&self, now: SystemTime) -> Lifetime {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let seconds =
            |seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST).min(LONGEST);
        // Without its start the whole lifetime is unknown, so the margin is not shortened.
        let whole = self.iat.map_or(LONGEST, |iat| seconds(self.exp - iat));
        Lifetime::new(seconds(self.exp - now), whole)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn expires_in_comes_first_then_exp_then_an_hour() {
        let now = UNIX_EPOCH + Duration::from_secs(1000);
        let cases: [(Option<f64>, &str, f64, f64); 16] = [
            (Some(3600.0), "opaque", 3600.0, 30.0),
            (Some(300.0), "opaque", 300.0, 30.0),
            (Some(100.0), "opaque", 100.0, 10.0),
            (Some(10.0), &jwt(r#"{"exp":9000}"#), 10.0, 1.0),
            (None, &jwt(r#"{"exp":4600}"#), 3600.0, 30.0),
            (None, &jwt(r#"{"exp":1010}"#), 10.0, 30.0),
            (None, &jwt(r#"{"exp":1010,"iat":1000}"#), 10.0, 1.0),
            (None, &jwt(r#"{"exp":500}"#), 0.0, 30.0),
            (None, "opaque", 3600.0, 30.0),
            (None, &jwt(r#"{"sub":"x"}"#), 3600.0, 30.0),
            (None, "a.!!.b", 3600.0, 30.0),
            (None, &jwt(r#"{"exp":1e300}"#), 2_592_000.0, 30.0),
            (Some(-5.0), "opaque", 0.0, 0.0),
            (Some(1_438_315_200_000.0), "opaque", 2_592_000.0, 30.0),
            (Some(1_438_315_200_000.0), &jwt(r#"{"exp":4600}"#), 3600.0, 30.0),
            (Some(f64::INFINITY), "opaque", 2_592_000.0, 30.0),
        ];
        for (expires_in, token, left, margin) in cases {
            let found = Lifetime::at(expires_in, token, now);
            let found = (found.left.as_secs_f64(), found.margin.as_secs_f64());
            assert_eq!(found, (left, margin), "{expires_in:?} {token}");
        }
        assert_eq!(Lifetime::new(Duration::MAX, Duration::MAX), Lifetime { left: FAR, margin: MARGIN });
    }
}
