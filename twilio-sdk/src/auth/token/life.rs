use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::types::internal::jws;

/// How long a token serves, counted from when it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// Until the server refuses it.
    pub(crate) left: Duration,
    /// How long before that the next one is fetched.
    pub(crate) margin: Duration,
}

/// What is not said to be otherwise: Twilio's default.
const DEFAULT: Duration = Duration::from_secs(60 * 60);

/// The longest life that Twilio gives a token. More than that is a mistake, such as a moment in milliseconds.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 30);

/// A hundred years, for lives that a store tells: what a clock can count to.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 100);

/// A refresh takes less than this.
const MARGIN: Duration = Duration::from_secs(30);

impl Life {
    /// `expires_in` first (RFC 6749, section 5.1), the claim `exp` of a JWT second, an hour where neither is there.
    ///
    /// An `expires_in` of more than 30 days is not believed: then `exp` counts, or else 30 days.
    pub(crate) fn of(expires_in: Option<f64>, token: &str) -> Self {
        Self::at(expires_in, token, SystemTime::now())
    }

    fn at(expires_in: Option<f64>, token: &str, now: SystemTime) -> Self {
        let expires_in = expires_in.map(|seconds| {
            // What fits no duration is below zero or beyond every bound.
            Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
        });
        match (expires_in, Claims::of(token)) {
            (Some(life), _) if life <= LONGEST => Self::new(life, life),
            (_, Some(claims)) => claims.life(now),
            (Some(_), None) => Self::new(LONGEST, LONGEST),
            (None, None) => Self::new(DEFAULT, DEFAULT),
        }
    }

    /// What is left of a whole life.
    pub(crate) fn new(left: Duration, whole: Duration) -> Self {
        Self { left: left.min(FAR), margin: MARGIN.min(whole / 10) }
    }
}

/// What a JWT says of its life. It is not verified: it decides when a token is fetched, not whether it is good.
struct Claims {
    exp: f64,
    iat: Option<f64>,
}

impl Claims {
    fn of(token: &str) -> Option<Self> {
        let claims = jws::object(jws::Compact::split(token)?.payload.trim_end_matches('='))?;
        Some(Self { exp: claims.get("exp")?.as_f64()?, iat: claims.get("iat").and_then(Value::as_f64) })
    }

    fn life(&self, now: SystemTime) -> Life {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let seconds =
            |seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST).min(LONGEST);
        // Without its start the whole life is not known, so the margin is not shortened.
        let whole = self.iat.map_or(LONGEST, |iat| seconds(self.exp - iat));
        Life::new(seconds(self.exp - now), whole)
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
            let life = Life::at(expires_in, token, now);
            let found = (life.left.as_secs_f64(), life.margin.as_secs_f64());
            assert_eq!(found, (left, margin), "{expires_in:?} {token}");
        }
        assert_eq!(Life::new(Duration::MAX, Duration::MAX), Life { left: FAR, margin: MARGIN });
    }
}
