use std::path::Path;

use super::LdapConfig;
use crate::Result;
use crate::config::file::{Reader, missing, put, read_file, tls};

impl LdapConfig {
    /// Reads the table `auth.ldap` of a TOML or JSON file.
    ///
    /// ```toml
    /// [auth.ldap]
    /// connection_url = "ldaps://ldap.example.org"
    /// connection_name = "cn=reader,dc=example,dc=org"
    /// connection_password = "${LDAP_PASSWORD}"
    /// user_search_base = ["ou=Users,dc=example,dc=org"]
    /// group_search_base = ["ou=Groups,dc=example,dc=org"]
    /// connection_timeout = "500ms"
    /// tls = { extra_root_certificates = ["ca.pem"], disable_system_roots = true }
    /// ```
    ///
    /// # Errors
    ///
    /// [`config_problems`](crate::Error::config_problems) lists everything that is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        read_file(path.as_ref(), &|name| std::env::var(name).ok(), &|reader| {
            let auth = reader.decisive("auth");
            let ldap = auth.table("ldap");
            if !ldap.is_there() && !auth.has("ldap") {
                ldap.problem("", "is missing");
            }
            Self::read(&ldap)
        })
    }

    /// Reads a table of a file. `None` where it is not there or something in it is wrong.
    pub(in super::super) fn read(r: &Reader<'_>) -> Option<Self> {
        let before = r.problems();
        let (url, name, password) =
            (r.text("connection_url"), r.text("connection_name"), r.secret("connection_password"));
        let bases = r.texts("user_search_base");
        let mut config = Self::new(
            url.unwrap_or_default(),
            name.unwrap_or_default(),
            password.unwrap_or_else(|| "".into()),
            bases.unwrap_or_default(),
        );
        for (key, field) in [
            ("domain_name", &mut config.domain_name),
            ("user_name_attribute", &mut config.user_name_attribute),
            ("user_name_search_filter", &mut config.user_name_search_filter),
            ("user_name_list_filter", &mut config.user_name_list_filter),
            ("group_name_attribute", &mut config.group_name_attribute),
            ("group_name_search_filter", &mut config.group_name_search_filter),
            ("group_name_list_filter", &mut config.group_name_list_filter),
            ("membership_attribute", &mut config.membership_attribute),
        ] {
            put(field, r.text(key));
        }
        config.decoy_name = r.text("decoy_name");
        config.user_entry_object_class = r.text("user_entry_object_class");
        config.group_entry_object_class = r.text("group_entry_object_class");
        put(&mut config.group_search_base, r.texts("group_search_base"));
        config.group_scopes = group_scopes(r);
        put(&mut config.user_roles_cache_enabled, r.flag("user_roles_cache_enabled"));
        put(&mut config.user_roles_cache_ttl, r.duration("user_roles_cache_ttl"));
        put(&mut config.connection_pooling_enabled, r.flag("connection_pooling_enabled"));
        put(&mut config.connection_pool_size, r.count("connection_pool_size"));
        put(&mut config.connection_timeout, r.duration("connection_timeout"));
        put(&mut config.read_timeout, r.duration("read_timeout"));
        config.tls = tls(&r.table("tls"));
        put(&mut config.start_tls, r.flag("start_tls"));
        put(&mut config.allow_plain, r.flag("allow_plain"));
        if !r.is_there() || r.problems() > before {
            return None;
        }
        for (field, message) in config.wrong() {
            r.problem(field, message);
        }
        (r.problems() == before).then_some(config)
    }
}

fn group_scopes(r: &Reader<'_>) -> Vec<(String, Vec<String>)> {
    r.tables("group_scopes", |entry| {
        let (group, scopes) = (entry.text("group"), entry.texts("scopes"));
        if entry.is_there() {
            missing(entry, &["group", "scopes"]);
        }
        group.zip(scopes)
    })
}
