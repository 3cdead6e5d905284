use std::fmt;
use std::str::FromStr;

use crate::tls::UnknownName;

/// The HTTP version of a client's connections.
///
/// `Display` and `FromStr` use the words of configuration files: `auto`, `1.1` and `2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpVersion {
    /// The version that the server selects in the TLS handshake (ALPN), preferring HTTP/2; HTTP/1.1 without TLS.
    #[default]
    Auto,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only, without negotiation ("prior knowledge").
    Http2,
}

impl fmt::Display for HttpVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Http1 => "1.1",
            Self::Http2 => "2",
        })
    }
}

impl FromStr for HttpVersion {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "auto" => Ok(Self::Auto),
            "1.1" => Ok(Self::Http1),
            "2" => Ok(Self::Http2),
            _ => Err(UnknownName("expected `auto`, `1.1` or `2`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for version in [HttpVersion::Auto, HttpVersion::Http1, HttpVersion::Http2] {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert!("3".parse::<HttpVersion>().is_err());
    }
}
