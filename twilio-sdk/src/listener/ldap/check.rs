use std::time::Duration;

use super::LdapConfig;
use super::filter::{filter_of, is_filter};
use crate::runtime::HttpUrl;
use twilio_sdk_http::internal::url::{is_loopback, visible};

/// A longer time is one that never comes.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl LdapConfig {
    /// Everything that cannot work, by field.
    pub(super) fn wrong(&self) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        let mut add = |field: &'static str, message: Option<String>| {
            wrong.extend(message.map(|message| (field, message)));
        };
        add("connection_url", self.url_wrong());
        let needed = |text: &str| text.trim().is_empty().then(|| "is empty".to_owned());
        add("connection_name", needed(&self.connection_name));
        add("connection_password", needed(self.connection_password.expose_secret()));
        add("user_search_base", self.user_search_base.is_empty().then(|| "names no entry".to_owned()));
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
            ("user_name_attribute", &self.user_name_attribute),
            ("group_name_attribute", &self.group_name_attribute),
            ("membership_attribute", &self.membership_attribute),
        ] {
            add(field, attribute_wrong(attribute));
        }
        for (field, template) in [
            ("user_name_search_filter", &self.user_name_search_filter),
            ("group_name_search_filter", &self.group_name_search_filter),
        ] {
            add(field, (!template.contains('?')).then(|| "has no `?` for the name".to_owned()));
            add(
                field,
                filter_of(template, "x")
                    .is_none()
                    .then(|| "is no filter (RFC 4515) in parentheses".to_owned()),
            );
        }
        for (field, filter) in [
            ("user_name_list_filter", &self.user_name_list_filter),
            ("group_name_list_filter", &self.group_name_list_filter),
        ] {
            add(field, filter_wrong(filter));
        }
        for (field, time) in [
            ("user_roles_cache_ttl", self.user_roles_cache_ttl),
            ("connection_timeout", self.connection_timeout),
            ("read_timeout", self.read_timeout),
        ] {
            let good = !time.is_zero() && time <= LONGEST;
            add(field, (!good).then(|| "must be more than 0 and at most 365 days".to_owned()));
        }
        let size = self.connection_pool_size;
        add(
            "connection_pool_size",
            (!(1..=1000).contains(&size)).then(|| "must be between 1 and 1000".to_owned()),
        );
        add("tls.backend", (!self.tls.is_rustls()).then(|| "must be rustls for directories".to_owned()));
        wrong
    }

    fn url_wrong(&self) -> Option<String> {
        let wrong = |text: &str| Some(text.to_owned());
        if let Err(what) = visible(&self.connection_url) {
            return Some(what);
        }
        let Ok(url) = HttpUrl::parse(&self.connection_url) else {
            return wrong("is no URL; give ldaps://host or ldap://host");
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return wrong("has no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("holds credentials; give them as connection_name and connection_password");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return wrong("has more than scheme, host and port");
        }
        let encrypted = match url.scheme() {
            "ldaps" if self.start_tls => return wrong("is ldaps:// already; leave start_tls out"),
            "ldaps" => true,
            "ldap" => self.start_tls,
            _ => return wrong("must start with ldaps:// or ldap://"),
        };
        if encrypted && host.starts_with('[') {
            return wrong("has an IPv6 address; with TLS, give the name that the certificate has");
        }
        if !encrypted && !self.allow_plain && !is_loopback(host) {
            return wrong(
                "is ldap:// without start_tls, which sends passwords in clear; allow_plain allows it",
            );
        }
        None
    }
}

fn attribute_wrong(name: &str) -> Option<String> {
    let good = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';'));
    (!good).then(|| "is no name of an attribute or class".to_owned())
}

fn filter_wrong(filter: &str) -> Option<String> {
    (!is_filter(filter)).then(|| "is no filter (RFC 4515) in parentheses".to_owned())
}
