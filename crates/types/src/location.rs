use std::fmt;
use std::str::FromStr;

/// The region in which Twilio processes requests, and the edge at which they enter its network: one checked value.
///
/// REST requests are processed in three regions, each with its own credentials and data:
///
/// | region | edge | host |
/// |---|---|---|
/// | none or `us1` | none or `roaming` | `product.twilio.com`, which takes the nearest edge |
/// | none or `us1` | `ashburn`, `umatilla` | `product.EDGE.us1.twilio.com` |
/// | `ie1` | none, `roaming` or `dublin` | `product.dublin.ie1.twilio.com` |
/// | `au1` | none, `roaming` or `sydney` | `product.sydney.au1.twilio.com` |
/// | any of these, or none | of Twilio Interconnect (`london-ix`) | `product.EDGE.REGION.twilio.com` |
///
/// Everything else is an error of the client, and the message says what to set.
/// `br1`, `de1`, `jp1`, `jp2`, `sg1` and `us2` never processed REST requests: their data is at `product.twilio.com`. They and
/// their edges count for Voice SDKs and SIP, and in the `twr` header of access tokens. Since 28 April 2026 Twilio takes no
/// requests at `api.REGION.twilio.com`, except for `us1`.
///
/// Sources: <https://www.twilio.com/docs/global-infrastructure/api-domain-migration-guide>,
/// <https://www.twilio.com/docs/global-infrastructure/understanding-edge-locations>. Which products there are in `ie1` and
/// `au1`: <https://www.twilio.com/docs/global-infrastructure/regional-product-and-feature-availability>.
///
/// ```
/// use twilio_sdk_types::{Edge, Location, Region};
///
/// let location = Location::in_region(Region::Ie1);
/// assert_eq!(location.to_string(), "dublin.ie1");
/// assert_eq!(Location::from_names(Some("au1"), Some("sydney"))?, Location::new(Region::Au1, Edge::Sydney));
/// assert!(Location::from_names(Some("dublin"), None).is_err()); // an edge where a region belongs
/// # Ok::<(), twilio_sdk_types::InvalidLocation>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    region: Option<Region>,
    edge: Option<Edge>,
}

/// The error of a name that is no region or no edge, or of a region and an edge that do not fit together.
///
/// `Display` says which of the two is wrong and what to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLocation {
    field: &'static str,
    message: String,
}

impl InvalidLocation {
    fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }

    /// Returns the setting that is wrong: `region` or `edge`.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// Returns what is wrong with the setting, and what to set.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// `field message`.
impl fmt::Display for InvalidLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.message)
    }
}

impl std::error::Error for InvalidLocation {}

macro_rules! labels {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* } $other:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            #[doc = $other]
            Other(String),
        }

        impl $name {
            const KNOWN: &'static [&'static str] = &[$($text),*];

            /// Returns the name, as hosts contain it.
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

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
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
    /// A Twilio region: where requests are processed and data is stored.
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
    "A region that is newer than this library: two letters and a digit."
}

labels! {
    /// A Twilio edge location: where requests enter Twilio's network.
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
    "An edge of Twilio Interconnect (`london-ix`), or one that is newer than this library."
}

impl Region {
    /// Returns the edge location co-located with this region, or `None` for a region newer than this library.
    pub fn default_edge(&self) -> Option<Edge> {
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
    /// Creates a location from a region and an edge.
    pub fn new(region: Region, edge: Edge) -> Self {
        Self { region: Some(region), edge: Some(edge) }
    }

    /// Creates a location from a region and its co-located edge. `us1` gets no edge, like its hosts.
    pub fn in_region(region: Region) -> Self {
        let edge = region.default_edge().filter(|_| region != Region::Us1);
        Self { edge, region: Some(region) }
    }

    /// Parses both names, ignoring case. An empty string means none.
    ///
    /// Regions newer than this library (two letters and a digit) and edges of Twilio Interconnect (`-ix`) are accepted.
    /// Whether REST requests can use the two together is checked when a client is created.
    ///
    /// # Errors
    ///
    /// The name is unknown and has another form, or it is an edge where a region belongs, or the reverse.
    pub fn from_names(region: Option<&str>, edge: Option<&str>) -> Result<Self, InvalidLocation> {
        let label =
            |text: Option<&str>| text.map(|t| t.trim().to_ascii_lowercase()).filter(|t| !t.is_empty());
        let region = label(region).map(|name| Self::parse_region(&name)).transpose()?;
        let edge = label(edge).map(|name| Self::parse_edge(&name)).transpose()?;
        Ok(Self { region, edge })
    }

    fn parse_region(name: &str) -> Result<Region, InvalidLocation> {
        if let Some(region) = Region::known(name) {
            return Ok(region);
        }
        if Edge::known(name).is_some() {
            return Err(InvalidLocation::new(
                "region",
                format!("{name:?} is an edge: give it as `edge`, together with a region such as `ie1`"),
            ));
        }
        match name.as_bytes() {
            [a, b, digit] if a.is_ascii_lowercase() && b.is_ascii_lowercase() && digit.is_ascii_digit() => {
                Ok(Region::Other(name.to_owned()))
            }
            _ => {
                let known = Region::KNOWN.join(", ");
                Err(InvalidLocation::new("region", format!("{name:?} is none of Twilio's: {known}")))
            }
        }
    }

    fn parse_edge(name: &str) -> Result<Edge, InvalidLocation> {
        if let Some(edge) = Edge::known(name) {
            return Ok(edge);
        }
        if Region::known(name).is_some() {
            return Err(InvalidLocation::new("edge", format!("{name:?} is a region: give it as `region`")));
        }
        let city = name.strip_suffix("-ix").unwrap_or_default();
        let fits = !city.is_empty() && city.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        match fits && !city.starts_with('-') {
            true => Ok(Edge::Other(name.to_owned())),
            false => {
                let known = Edge::KNOWN.join(", ");
                Err(InvalidLocation::new(
                    "edge",
                    format!("{name:?} is none of Twilio's: {known}, or one that ends in -ix"),
                ))
            }
        }
    }

    /// Edge and region in the hosts of REST requests, if they name any; or what is wrong, and with which of the two.
    #[doc(hidden)]
    pub fn rest(&self) -> Result<Option<(&str, &str)>, InvalidLocation> {
        let edge = self.edge.as_ref().filter(|edge| **edge != Edge::Roaming);
        let region = match (&self.region, edge) {
            (None | Some(Region::Us1), None) => return Ok(None),
            (None, Some(edge @ (Edge::Dublin | Edge::Sydney))) => {
                let region = if *edge == Edge::Dublin { "ie1" } else { "au1" };
                return Err(InvalidLocation::new(
                    "edge",
                    format!(
                        "`{edge}` does not say where requests are processed: set region `{region}` too, for \
                     product.{edge}.{region}.twilio.com with that region's credentials; or no edge, for product.twilio.com, \
                     which processes in us1"
                    ),
                ));
            }
            (None, Some(_)) => &Region::Us1,
            (Some(region), _) => region,
        };
        let fits = match (region, edge) {
            (Region::Ie1, None) => return Ok(Some(("dublin", "ie1"))),
            (Region::Au1, None) => return Ok(Some(("sydney", "au1"))),
            (Region::Us1, Some(Edge::Ashburn | Edge::Umatilla)) => true,
            (Region::Ie1, Some(Edge::Dublin)) | (Region::Au1, Some(Edge::Sydney)) => true,
            (Region::Us1 | Region::Ie1 | Region::Au1, Some(Edge::Other(_))) => true,
            (Region::Other(_), Some(_)) => true,
            (Region::Other(_), None) => {
                return Err(InvalidLocation::new(
                    "region",
                    "is newer than this library: set its edge too, for \
                    product.EDGE.REGION.twilio.com"
                        .to_owned(),
                ));
            }
            (Region::Us1 | Region::Ie1 | Region::Au1, _) => false,
            (unserved, _) => {
                return Err(InvalidLocation::new(
                    "region",
                    format!(
                        "`{unserved}` never processed REST requests: leave it out, for product.twilio.com, which has its \
                     data; {unserved} still counts for Voice SDKs, SIP and access tokens"
                    ),
                ));
            }
        };
        match (edge, self.region.is_some()) {
            (Some(edge), _) if fits => Ok(Some((edge.as_str(), region.as_str()))),
            (Some(edge), true) => Err(InvalidLocation::new(
                "edge",
                format!(
                    "`{edge}` is not where requests for region `{region}` enter: leave the edge out, for {}",
                    match region {
                        Region::Ie1 => "product.dublin.ie1.twilio.com",
                        Region::Au1 => "product.sydney.au1.twilio.com",
                        _ => "product.twilio.com, which takes the nearest edge",
                    }
                ),
            )),
            (edge, _) => Err(InvalidLocation::new(
                "edge",
                format!(
                    "`{}` takes no REST requests: leave it out, for product.twilio.com, which takes the nearest edge; it \
                 still counts for Voice SDKs and SIP",
                    edge.map_or("", Edge::as_str)
                ),
            )),
        }
    }

    /// The host of a product, or of anything else, from here. Hosts of others stay, and so do those of Twilio
    /// that hand out tokens. A region or an edge that the host already names is replaced only by one that is set.
    #[doc(hidden)]
    pub fn host(&self, host: &str) -> String {
        let Some(labels) = host.strip_suffix(".twilio.com") else { return host.to_owned() };
        let labels: Vec<&str> = labels.split('.').collect();
        let (product @ [_] | product @ [_, _] | product @ [_, _, _]) = labels.as_slice() else {
            return host.to_owned();
        };
        match (product.first(), self.rest()) {
            (Some(&("oauth" | "iam" | "preview-iam")), _) => host.to_owned(),
            (Some(product), Ok(Some((edge, region)))) => format!("{product}.{edge}.{region}.twilio.com"),
            _ => host.to_owned(),
        }
    }

    /// Returns the region, if one is set.
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// Returns the edge, if one is set.
    pub fn edge(&self) -> Option<&Edge> {
        self.edge.as_ref()
    }
}

/// Parses `edge.region` or `region`, as [`Display`](fmt::Display) writes them.
impl FromStr for Location {
    type Err = InvalidLocation;
    fn from_str(string: &str) -> Result<Self, Self::Err> {
        match string.split_once('.') {
            Some((edge, region)) => Self::from_names(Some(region), Some(edge)),
            None => match Self::from_names(Some(string), None) {
                Err(_) if Edge::known(&string.trim().to_ascii_lowercase()).is_some() => {
                    Self::from_names(None, Some(string))
                }
                location => location,
            },
        }
    }
}

/// `edge.region`, as hosts contain it.
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
            assert!(region.default_edge().is_some(), "{name}");
            assert_eq!(Location::from_names(Some(&name.to_uppercase()), None).unwrap().region, Some(region));
        }
        for name in Edge::KNOWN {
            assert_eq!(Location::from_names(None, Some(name)).unwrap().edge.unwrap().as_str(), *name);
        }
        assert_eq!(
            Location::from_names(Some("xx9"), Some("london-ix")).unwrap().to_string(),
            "london-ix.xx9"
        );
        assert_eq!(Location::from_names(Some(" "), Some("")).unwrap(), Location::default());
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
            let error = Location::from_names(region, edge).expect_err(word);
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    /// Every region, known and new, at every edge: a host, or an error that names the setting and what to set.
    #[test]
    fn review_21_every_region_at_every_edge_has_a_host_that_twilio_serves_or_an_error() {
        let regions = Region::KNOWN.iter().copied().chain(["xx9"]).map(Some).chain([None]);
        for region in regions {
            for edge in Edge::KNOWN.iter().copied().chain(["london-ix"]).map(Some).chain([None]) {
                let location = Location::from_names(region, edge).expect("known names");
                let named = edge.filter(|edge| *edge != "roaming");
                let host = match (region, named) {
                    (None | Some("us1"), None) => Ok("api.twilio.com".to_owned()),
                    (None | Some("us1"), Some(edge @ ("ashburn" | "umatilla" | "london-ix"))) => {
                        Ok(format!("api.{edge}.us1.twilio.com"))
                    }
                    (Some("ie1"), None | Some("dublin")) => Ok("api.dublin.ie1.twilio.com".to_owned()),
                    (Some("au1"), None | Some("sydney")) => Ok("api.sydney.au1.twilio.com".to_owned()),
                    (Some(region @ ("ie1" | "au1" | "xx9")), Some("london-ix")) => {
                        Ok(format!("api.london-ix.{region}.twilio.com"))
                    }
                    (Some("xx9"), Some(edge)) => Ok(format!("api.{edge}.xx9.twilio.com")),
                    (Some("xx9"), None) => Err(("region", "set its edge too")),
                    (Some("ie1"), Some(_)) => Err(("edge", "product.dublin.ie1.twilio.com")),
                    (Some("au1"), Some(_)) => Err(("edge", "product.sydney.au1.twilio.com")),
                    (None, Some("dublin")) => Err(("edge", "product.dublin.ie1.twilio.com")),
                    (None, Some("sydney")) => Err(("edge", "product.sydney.au1.twilio.com")),
                    (None | Some("us1"), Some(_)) => Err(("edge", "product.twilio.com")),
                    (Some(_), _) => Err(("region", "product.twilio.com")),
                };
                let shown = format!("{region:?} {edge:?}");
                match (host, location.rest()) {
                    (Ok(host), Ok(_)) => assert_eq!(location.host("api.twilio.com"), host, "{shown}"),
                    (Err((field, word)), Err(InvalidLocation { field: found, message })) => {
                        assert!(field == found && message.contains(word), "{shown}: {found} {message}");
                        let silent = ["ie1", "au1", "us1", "xx9"].map(Some).contains(&region)
                            || matches!(edge, Some("dublin" | "sydney")) && region.is_none();
                        assert!(
                            silent
                                || message.contains("Voice SDKs, SIP")
                                || message.contains("Voice SDKs and SIP"),
                            "{message}"
                        );
                    }
                    (expected, found) => panic!("{shown}: {expected:?}, found {found:?}"),
                }
            }
        }
    }

    #[test]
    fn hosts_of_products_are_rewritten_and_others_stay() {
        let ie1 = Location::in_region(Region::Ie1);
        let sydney = Location::in_region(Region::Au1);
        let ashburn = Location::from_names(None, Some("ashburn")).unwrap();
        for (location, host, expected) in [
            (&Location::default(), "api.twilio.com", "api.twilio.com"),
            (&ie1, "api.twilio.com", "api.dublin.ie1.twilio.com"),
            (&sydney, "api.twilio.com", "api.sydney.au1.twilio.com"),
            (&sydney, "mcs.us1.twilio.com", "mcs.sydney.au1.twilio.com"),
            (&ashburn, "api.twilio.com", "api.ashburn.us1.twilio.com"),
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
    }
}
