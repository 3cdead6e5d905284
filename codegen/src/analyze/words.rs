//! Names of the specification as English words.

use heck::ToSnakeCase;

/// How words are written that are no plain words.
const SPELLING: &[(&str, &str)] = &[
    ("a2p", "A2P"),
    ("api", "API"),
    ("aws", "AWS"),
    ("byoc", "BYOC"),
    ("dns", "DNS"),
    ("esim", "eSIM"),
    ("esims", "eSIMs"),
    ("http", "HTTP"),
    ("id", "ID"),
    ("ids", "IDs"),
    ("ip", "IP"),
    ("json", "JSON"),
    ("oauth", "OAuth"),
    ("otp", "OTP"),
    ("scim", "SCIM"),
    ("sid", "SID"),
    ("sim", "SIM"),
    ("sims", "SIMs"),
    ("sip", "SIP"),
    ("siprec", "SIPREC"),
    ("sms", "SMS"),
    ("tls", "TLS"),
    ("tollfree", "toll-free"),
    ("twiml", "TwiML"),
    ("url", "URL"),
    ("urls", "URLs"),
    ("us", "US"),
    ("usa2p", "US A2P"),
    ("usecase", "use case"),
    ("usecases", "use cases"),
    ("voip", "VoIP"),
    ("whatsapp", "WhatsApp"),
];

/// Words whose plural is no plural, or that have none.
const NO_PLURAL: &[&str] = &[
    "address",
    "data",
    "dns",
    "feedback",
    "knowledge",
    "media",
    "sms",
    "statistics",
    "status",
    "usage",
    "us",
    "aws",
];

/// `IpAccessControlLists` as `IP access control lists`.
pub(crate) fn words(name: &str) -> String {
    let name = name
        .replace("OAuth", "Oauth")
        .replace("ESim", "Esim")
        .replace("A2P", "A2p")
        .replace("AddOn", "Addon");
    let snake = name.replace(['-', '.'], "_").to_snake_case().replace("a2_p", "a2p");
    let words = snake.split('_').filter(|word| !word.is_empty()).map(|word| {
        let known = SPELLING.iter().find(|(plain, _)| *plain == word);
        known.map_or(word, |(_, spelled)| spelled).replace("addon", "add-on")
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The singular of a noun, `None` where it is one already.
pub(crate) fn singular(noun: &str) -> Option<String> {
    let last = noun.rsplit(' ').next().unwrap_or_default();
    if NO_PLURAL.contains(&last.to_lowercase().as_str()) {
        return None;
    }
    let (stem, ending) = [("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x")]
        .into_iter()
        .find_map(|(plural, one)| Some((noun.strip_suffix(plural)?, one)))
        .or_else(|| Some((noun.strip_suffix('s').filter(|stem| !stem.ends_with('s'))?, "")))?;
    Some(format!("{stem}{ending}"))
}

/// The plural of a noun.
pub(crate) fn plural(noun: &str) -> String {
    let last = noun.rsplit(' ').next().unwrap_or_default().to_lowercase();
    if singular(noun).is_some()
        || matches!(last.as_str(), "data" | "media" | "feedback" | "knowledge" | "statistics")
    {
        return noun.to_owned();
    }
    match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None if noun.ends_with(['s', 'x']) || noun.ends_with("ch") => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}

/// A noun with its indefinite article.
pub(crate) fn with_article(noun: &str) -> String {
    let first = noun.split([' ', '-']).next().unwrap_or_default();
    let sounds_like_a_vowel = match first {
        "SMS" | "A2P" | "AWS" | "API" | "IP" | "OTP" | "HTTP" | "eSIM" | "OAuth" => true,
        "US" | "URL" => false,
        word if word.starts_with("us") || word.starts_with("uni") || word.starts_with("eu") => false,
        word => word.starts_with(|c: char| "aeiouAEIO".contains(c)),
    };
    format!("{} {noun}", if sounds_like_a_vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!(words("IpAccessControlLists"), "IP access control lists");
        assert_eq!(words("AvailableAddOns"), "available add-ons");
        assert_eq!(words("A2PBrandRegistrations"), "A2P brand registrations");
        assert_eq!(singular("IP addresses").as_deref(), Some("IP address"));
        assert_eq!(singular("policies").as_deref(), Some("policy"));
        assert_eq!((singular("status"), singular("media")), (None, None));
        assert_eq!((plural("policy"), plural("key")), ("policies".to_owned(), "keys".to_owned()));
        assert_eq!((with_article("user"), with_article("SMS")), ("a user".to_owned(), "an SMS".to_owned()));
    }
}
