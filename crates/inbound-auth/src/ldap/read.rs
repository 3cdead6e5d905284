use std::path::Path;
use std::time::Duration;

use super::LdapConfig;
use twilio_sdk_config::ConfigError;
use twilio_sdk_config::internal::file::{Reader, missing, put, read_file};
use twilio_sdk_http::internal::config_file::tls;

/// The TTL of cached groups where a file enables the cache without one.
const GROUP_CACHE_TTL: Duration = Duration::from_secs(60);

impl LdapConfig {
    /// Reads the table `auth.ldap` of a TOML or JSON file.
    ///
    /// ```toml
    /// [auth.ldap]
    /// url = "ldaps://ldap.example.org"
    /// bind_dn = "cn=reader,dc=example,dc=org"
    /// bind_password = "${LDAP_PASSWORD}"
    /// user_search_base = ["ou=Users,dc=example,dc=org"]
    /// group_search_base = ["ou=Groups,dc=example,dc=org"]
    /// connection_timeout = "500ms"
    /// tls = { extra_root_certificates = ["ca.pem"], disable_system_roots = true }
    /// ```
    ///
    /// The same table with the other names of its keys:
    ///
    /// ```toml
    /// [auth.ldap]
    /// connection_url = "ldaps://ldap.example.org"
    /// connection_name = "cn=reader,dc=example,dc=org"
    /// connection_password = "${LDAP_PASSWORD}"
    /// user_search_base = ["ou=Users,dc=example,dc=org"]
    /// user_roles_cache_enabled = true
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::problems`] lists everything that is wrong, such as a setting that is given
    /// under both of its names.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        read_file(path.as_ref(), &|name| std::env::var(name).ok(), &|reader| {
            let auth = reader.strict_table("auth");
            let ldap = auth.table("ldap");
            if !ldap.is_present() && !auth.has("ldap") {
                ldap.problem("", "is missing");
            }
            Self::read(&ldap)
        })
    }

    /// Reads a table of a file. Returns `None` if it is missing or invalid.
    pub(in super::super) fn read(r: &Reader<'_>) -> Option<Self> {
        let before = r.problem_count();
        let url = either(r, "url", "connection_url", Reader::string);
        let bind_dn = either(r, "bind_dn", "connection_name", Reader::string);
        let password = either(r, "bind_password", "connection_password", Reader::secret);
        let bases = r.strings("user_search_base");
        let mut config = Self::new(
            url.unwrap_or_default(),
            bind_dn.unwrap_or_default(),
            password.unwrap_or_else(|| "".into()),
            bases.unwrap_or_default(),
        );
        for (key, alias, field) in [
            ("label", "domain_name", &mut config.label),
            ("username_attribute", "user_name_attribute", &mut config.username_attribute),
            ("user_search_filter", "user_name_search_filter", &mut config.user_search_filter),
            ("user_list_filter", "user_name_list_filter", &mut config.user_list_filter),
            ("group_search_filter", "group_name_search_filter", &mut config.group_search_filter),
            ("group_list_filter", "group_name_list_filter", &mut config.group_list_filter),
            ("group_member_attribute", "membership_attribute", &mut config.group_member_attribute),
        ] {
            put(field, either(r, key, alias, Reader::string));
        }
        put(&mut config.group_name_attribute, r.string("group_name_attribute"));
        config.decoy_name = r.string("decoy_name");
        config.user_entry_object_class = r.string("user_entry_object_class");
        config.group_entry_object_class = r.string("group_entry_object_class");
        put(&mut config.group_search_base, r.strings("group_search_base"));
        config.group_scopes = group_scopes(r);
        config.group_cache_ttl = group_cache_ttl(r);
        put(
            &mut config.pool_connections,
            either(r, "pool_connections", "connection_pooling_enabled", Reader::flag),
        );
        let pool_size = either(r, "pool_size", "connection_pool_size", |r, key| r.count::<usize>(key));
        put(&mut config.pool_size, pool_size);
        put(&mut config.connection_timeout, r.duration("connection_timeout"));
        put(&mut config.read_timeout, r.duration("read_timeout"));
        config.tls = tls(&r.table("tls"));
        put(&mut config.start_tls, r.flag("start_tls"));
        put(&mut config.allow_unencrypted, r.flag("allow_unencrypted"));
        if !r.is_present() || r.problem_count() > before {
            return None;
        }
        for (field, message) in config.wrong() {
            r.problem(alias_in_use(r, field), message);
        }
        (r.problem_count() == before).then_some(config)
    }
}

/// Reads a setting that has two names, of which the file gives at most one.
fn either<'a, T>(
    r: &Reader<'a>,
    key: &str,
    alias: &str,
    read: impl Fn(&Reader<'a>, &str) -> Option<T>,
) -> Option<T> {
    let (value, aliased) = (read(r, key), read(r, alias));
    if r.has(key) && r.has(alias) {
        r.problem(alias, format!("is another name of `{key}`; give one of them"));
    }
    value.or(aliased)
}

/// Returns the name under which the file gives a field.
fn alias_in_use(r: &Reader<'_>, field: &'static str) -> &'static str {
    let alias = match field {
        "url" => "connection_url",
        "bind_dn" => "connection_name",
        "bind_password" => "connection_password",
        "username_attribute" => "user_name_attribute",
        "user_search_filter" => "user_name_search_filter",
        "user_list_filter" => "user_name_list_filter",
        "group_search_filter" => "group_name_search_filter",
        "group_list_filter" => "group_name_list_filter",
        "group_member_attribute" => "membership_attribute",
        "group_cache_ttl" => "user_roles_cache_ttl",
        "pool_size" => "connection_pool_size",
        _ => field,
    };
    if r.has(alias) { alias } else { field }
}

/// Reads `group_cache_ttl`, or the two other keys that configure the cache.
fn group_cache_ttl(r: &Reader<'_>) -> Option<Duration> {
    let ttl = r.duration("group_cache_ttl");
    let (enabled, other) = (r.flag("user_roles_cache_enabled"), r.duration("user_roles_cache_ttl"));
    if r.has("group_cache_ttl") {
        for alias in ["user_roles_cache_enabled", "user_roles_cache_ttl"].iter().filter(|key| r.has(key)) {
            r.problem(alias, "is another name of `group_cache_ttl`; give one of them");
        }
        return ttl;
    }
    (enabled == Some(true)).then(|| other.unwrap_or(GROUP_CACHE_TTL))
}

fn group_scopes(r: &Reader<'_>) -> Vec<(String, Vec<String>)> {
    r.tables("group_scopes", |entry| {
        let (group, scopes) = (entry.string("group"), entry.strings("scopes"));
        if entry.is_present() {
            missing(entry, &["group", "scopes"]);
        }
        group.zip(scopes)
    })
}
