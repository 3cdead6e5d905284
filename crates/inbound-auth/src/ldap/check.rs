use std::time::Duration;

use super::LdapConfig;
use super::filter::{filter_of, is_filter};
use twilio_sdk_http::internal::url::{is_loopback, visible};
use url::Url;

/// The longest duration that is accepted.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl LdapConfig {
    /// Returns everything that is invalid, by field.
    pub(super) fn wrong(&self) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        let mut add = |field: &'static str, message: Option<String>| {
            wrong.extend(message.map(|message| (field, message)));
        };
        add("url", self.url_wrong());
        let needed = |text: &str| text.trim().is_empty().then(|| "must not be empty".to_owned());
        add("bind_dn", needed(&self.bind_dn));
        add("bind_password", needed(self.bind_password.expose_secret()));
        add(
            "user_search_base",
            self.user_search_base.is_empty().then(|| "must name at least one entry".to_owned()),
        );
        for (field, bases) in
            [("user_search_base", &self.user_search_base), ("group_search_base", &self.group_search_base)]
        {
            add(field, bases.iter().find_map(|base| needed(base)));
        }
        add("decoy_name", self.decoy_name.as_deref().and_then(needed));
        for (field, class) in [
            ("user_entry_object_class", &self.user_entry_object_class),
            ("group_entry_object_class", &self.group_entry_object_class),
        ] {
            add(field, class.as_deref().and_then(attribute_wrong));
        }
        for (field, attribute) in [
            ("username_attribute", &self.username_attribute),
            ("group_name_attribute", &self.group_name_attribute),
            ("group_member_attribute", &self.group_member_attribute),
        ] {
            add(field, attribute_wrong(attribute));
        }
        for (field, template) in [
            ("user_search_filter", &self.user_search_filter),
            ("group_search_filter", &self.group_search_filter),
        ] {
            add(field, (!template.contains('?')).then(|| "must contain `?` for the name".to_owned()));
            add(
                field,
                filter_of(template, "x")
                    .is_none()
                    .then(|| "is not a filter in parentheses (RFC 4515)".to_owned()),
            );
        }
        for (field, filter) in
            [("user_list_filter", &self.user_list_filter), ("group_list_filter", &self.group_list_filter)]
        {
            add(field, filter_wrong(filter));
        }
        for (field, duration) in [
            ("group_cache_ttl", self.group_cache_ttl.unwrap_or(LONGEST)),
            ("connection_timeout", self.connection_timeout),
            ("read_timeout", self.read_timeout),
        ] {
            let good = !duration.is_zero() && duration <= LONGEST;
            add(field, (!good).then(|| "must be more than 0 and at most 365 days".to_owned()));
        }
        let size = self.pool_size;
        add("pool_size", (!(1..=1000).contains(&size)).then(|| "must be between 1 and 1000".to_owned()));
        add("tls.backend", (!self.tls.is_rustls()).then(|| "must be rustls for directories".to_owned()));
        wrong
    }

    fn url_wrong(&self) -> Option<String> {
        let wrong = |text: &str| Some(text.to_owned());
        if let Err(what) = visible(&self.url) {
            return Some(what);
        }
        let Ok(url) = Url::parse(&self.url) else {
            return wrong("is not a URL; give ldaps://host or ldap://host");
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return wrong("has no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("contains credentials; give them as bind_dn and bind_password");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return wrong("has more than scheme, host and port");
        }
        let encrypted = match url.scheme() {
            "ldaps" if self.start_tls => return wrong("is already ldaps://; remove start_tls"),
            "ldaps" => true,
            "ldap" => self.start_tls,
            _ => return wrong("must start with ldaps:// or ldap://"),
        };
        if encrypted && host.starts_with('[') {
            return wrong("has an IPv6 address; with TLS, give the host name of the certificate");
        }
        if !encrypted && !self.allow_unencrypted && !is_loopback(host) {
            return wrong(
                "would send passwords unencrypted; use ldaps:// or start_tls, or set allow_unencrypted",
            );
        }
        None
    }
}

fn attribute_wrong(name: &str) -> Option<String> {
    let good = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';'));
    (!good).then(|| "is not the name of an attribute or class".to_owned())
}

fn filter_wrong(filter: &str) -> Option<String> {
    (!is_filter(filter)).then(|| "is not a filter in parentheses (RFC 4515)".to_owned())
}
