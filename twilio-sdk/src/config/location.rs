use std::fmt;

use crate::runtime::HttpUrl;
use crate::{Error, Result};

/// Where calls are processed (the region) and where they enter Twilio's network (the edge): one checked value.
///
/// Hosts become `product[.edge][.region].twilio.com`. An edge alone is served in `us1`. A region has its own
/// credentials and its own data. Name both, as [`Location::regional`] does: since 28 April 2026 Twilio takes no more
/// requests at `api.REGION.twilio.com`, except for `us1`.
///
/// Sources: <https://www.twilio.com/docs/global-infrastructure/understanding-edge-locations>,
/// <https://www.twilio.com/docs/global-infrastructure/api-domain-migration-guide>.
///
/// ```
/// use twilio_sdk::{Edge, Location, Region};
///
/// let location = Location::regional(Region::Ie1);
/// assert_eq!(location.to_string(), "dublin.ie1");
/// assert_eq!(Location::parse(Some("ie1"), Some("sydney"))?, Location::new(Region::Ie1, Edge::Sydney));
/// assert!(Location::parse(Some("dublin"), None).is_err()); // an edge where a region belongs
/// # Ok::<(), twilio_sdk::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    pub(crate) region: Option<Region>,
    pub(crate) edge: Option<Edge>,
}

macro_rules! labels {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* } $other:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            #[doc = $other]
            Other(String),
        }

        impl $name {
            const KNOWN: &'static [&'static str] = &[$($text),*];

            /// The name, as it stands in hosts.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(name) => name,
                }
            }

            fn known(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

labels! {
    /// A region of Twilio's: where calls are processed and data is kept.
    Region {
        Us1 = "us1",
        Us2 = "us2",
        Ie1 = "ie1",
        Au1 = "au1",
        Br1 = "br1",
        De1 = "de1",
        Jp1 = "jp1",
        Jp2 = "jp2",
        Sg1 = "sg1",
    }
    "One that is newer than this library: two letters and a digit."
}

labels! {
    /// An edge of Twilio's: where requests enter its network.
    Edge {
        Ashburn = "ashburn",
        Dublin = "dublin",
        Frankfurt = "frankfurt",
        Osaka = "osaka",
        SaoPaulo = "sao-paulo",
        Singapore = "singapore",
        Sydney = "sydney",
        Tokyo = "tokyo",
        Umatilla = "umatilla",
        Roaming = "roaming",
    }
    "One of Twilio Interconnect (`london-ix`), or one that is newer than this library."
}

impl Region {
    /// The edge that stands beside the region's data centre.
    pub fn own_edge(&self) -> Option<Edge> {
        Some(match self {
            Self::Us1 => Edge::Ashburn,
            Self::Us2 => Edge::Umatilla,
            Self::Ie1 => Edge::Dublin,
            Self::Au1 => Edge::Sydney,
            Self::Br1 => Edge::SaoPaulo,
            Self::De1 => Edge::Frankfurt,
            Self::Jp1 => Edge::Tokyo,
            Self::Jp2 => Edge::Osaka,
            Self::Sg1 => Edge::Singapore,
            Self::Other(_) => return None,
        })
    }
}

impl Location {
    /// A region, entered at an edge; the two need not stand beside each other.
    pub fn new(region: Region, edge: Edge) -> Self {
        Self { region: Some(region), edge: Some(edge) }
    }

    /// A region with the edge beside it, so that calls go there by the shortest way.
    pub fn regional(region: Region) -> Self {
        Self { edge: region.own_edge(), region: Some(region) }
    }

    /// Reads both from text, in any case; empty text is none.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): the name is not known and does not look like one, or it is an edge where
    /// a region belongs or the other way round. Regions that this library does not know yet (two letters and a
    /// digit) and edges of Twilio Interconnect (`-ix`) are accepted.
    pub fn parse(region: Option<&str>, edge: Option<&str>) -> Result<Self> {
        let label =
            |text: Option<&str>| text.map(|t| t.trim().to_ascii_lowercase()).filter(|t| !t.is_empty());
        let region = label(region).map(|name| Self::region(&name)).transpose()?;
        let edge = label(edge).map(|name| Self::edge(&name)).transpose()?;
        Ok(Self { region, edge })
    }

    fn region(name: &str) -> Result<Region> {
        if let Some(region) = Region::known(name) {
            return Ok(region);
        }
        if Edge::known(name).is_some() {
            let message =
                format!("region {name:?} is an edge: give it as `edge`, beside a region such as `ie1`");
            return Err(Error::config(message));
        }
        match name.as_bytes() {
            [a, b, digit] if a.is_ascii_lowercase() && b.is_ascii_lowercase() && digit.is_ascii_digit() => {
                Ok(Region::Other(name.to_owned()))
            }
            _ => {
                let known = Region::KNOWN.join(", ");
                Err(Error::config(format!("region {name:?} is none of Twilio's: {known}")))
            }
        }
    }

    fn edge(name: &str) -> Result<Edge> {
        if let Some(edge) = Edge::known(name) {
            return Ok(edge);
        }
        if Region::known(name).is_some() {
            return Err(Error::config(format!("edge {name:?} is a region: give it as `region`")));
        }
        let city = name.strip_suffix("-ix").unwrap_or_default();
        let fits = !city.is_empty() && city.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        match fits && !city.starts_with('-') {
            true => Ok(Edge::Other(name.to_owned())),
            false => {
                let known = Edge::KNOWN.join(", ");
                Err(Error::config(format!(
                    "edge {name:?} is none of Twilio's: {known}, or one that ends in -ix"
                )))
            }
        }
    }

    /// The host of a product, or of anything else, from here. Hosts of others stay, and so do those of Twilio
    /// that hand out tokens. A region or an edge that the host already names is replaced only by one that is set.
    pub(crate) fn host(&self, host: &str) -> String {
        let Some(labels) = host.strip_suffix(".twilio.com") else { return host.to_owned() };
        let labels: Vec<&str> = labels.split('.').collect();
        let (product, edge, region) = match labels.as_slice() {
            [product] => (*product, None, None),
            [product, region] => (*product, None, Some(*region)),
            [product, edge, region] => (*product, Some(*edge), Some(*region)),
            _ => return host.to_owned(),
        };
        if matches!(product, "oauth" | "iam" | "preview-iam") {
            return host.to_owned();
        }
        let edge = self.edge.as_ref().map(Edge::as_str).or(edge);
        let region = self.region.as_ref().map(Region::as_str).or(region);
        match (edge, region) {
            (None, None) => host.to_owned(),
            (None, Some(region)) => format!("{product}.{region}.twilio.com"),
            (Some(edge), region) => format!("{product}.{edge}.{}.twilio.com", region.unwrap_or("us1")),
        }
    }

    /// A URL with its host as [`host`](Self::host) says; everything else of it stays.
    pub(crate) fn url(&self, url: &mut HttpUrl) {
        let host = url.host_str().map(|host| self.host(host));
        if let Some(host) = host {
            // A host made of a host's own labels is one.
            let _ = url.set_host(Some(&host));
        }
    }
}

/// `edge.region`, as it stands in hosts.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.edge.as_ref().map(Edge::as_str), self.region.as_ref().map(Region::as_str)];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_its_edge_and_unknown_ones_must_look_right() {
        for name in Region::KNOWN {
            let region = Region::known(name).expect(name);
            assert_eq!(region.as_str(), *name);
            assert!(Location::regional(region.clone()).edge.is_some(), "{name}");
            assert_eq!(Location::parse(Some(&name.to_uppercase()), None).unwrap().region, Some(region));
        }
        for name in Edge::KNOWN {
            assert_eq!(Location::parse(None, Some(name)).unwrap().edge.unwrap().as_str(), *name);
        }
        assert_eq!(Location::parse(Some("xx9"), Some("london-ix")).unwrap().to_string(), "london-ix.xx9");
        assert_eq!(Location::parse(Some(" "), Some("")).unwrap(), Location::default());
        for (region, edge, word) in [
            (Some("dublin"), None, "is an edge"),
            (None, Some("ie1"), "is a region"),
            (Some("ireland"), None, "us1, us2, ie1"),
            (None, Some("dublin2"), "ashburn"),
            (Some("a.b"), None, "none of Twilio's"),
            (Some("evil.com/"), None, "none of Twilio's"),
            (None, Some("@"), "none of Twilio's"),
            (None, Some("-ix"), "none of Twilio's"),
            (None, Some("a.b-ix"), "none of Twilio's"),
        ] {
            let error = Location::parse(region, edge).expect_err(word);
            assert!(error.is_config() && error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn hosts_and_urls_are_rewritten_and_the_rest_of_them_stays() {
        let ie1 = Location::regional(Region::Ie1);
        let sydney = Location::parse(None, Some("sydney")).unwrap();
        for (location, host, expected) in [
            (&Location::default(), "api.twilio.com", "api.twilio.com"),
            (&ie1, "api.twilio.com", "api.dublin.ie1.twilio.com"),
            (&sydney, "api.twilio.com", "api.sydney.us1.twilio.com"),
            (&sydney, "api.ie1.twilio.com", "api.sydney.ie1.twilio.com"),
            (&Location::default(), "mcs.us1.twilio.com", "mcs.us1.twilio.com"),
            (&ie1, "oauth.twilio.com", "oauth.twilio.com"),
            (&ie1, "iam.twilio.com", "iam.twilio.com"),
            (&ie1, "localhost", "localhost"),
            (&ie1, "prism", "prism"),
            (&ie1, "example.com", "example.com"),
            (&ie1, "eviltwilio.com", "eviltwilio.com"),
        ] {
            assert_eq!(location.host(host), expected, "{location} {host}");
        }
        for (url, expected) in [
            ("https://api.twilio.com:8443/a?b=c#d", "https://api.dublin.ie1.twilio.com:8443/a?b=c#d"),
            ("http://prism:4010/a?b=c#d", "http://prism:4010/a?b=c#d"),
            ("https://oauth.twilio.com/v2/token", "https://oauth.twilio.com/v2/token"),
        ] {
            let mut parsed = HttpUrl::parse(url).unwrap();
            ie1.url(&mut parsed);
            assert_eq!(parsed.as_str(), expected);
        }
    }
}
