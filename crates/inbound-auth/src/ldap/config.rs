use std::time::Duration;

use twilio_sdk_http::TlsConfig;
use twilio_sdk_types::SecretString;

/// Settings for users of an LDAP directory.
///
/// [`new`](Self::new) sets the defaults that the fields document. [`from_file`](Self::from_file) reads a table whose keys
/// have the fields' names; it also accepts the alternative keys that some fields mention, such as
/// `connection_name` for `bind_dn`.
///
/// [`LdapUserStore::new`](super::LdapUserStore::new) checks names of attributes, filters and durations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LdapConfig {
    /// The directory's name in log events and in [`AuthError::Unavailable`](crate::AuthError::Unavailable). Default:
    /// `ldap`. It is not a part of usernames. In files also `domain_name`.
    #[doc(alias = "domain_name")]
    pub label: String,
    /// The server's URL, `ldap://host[:389]` or `ldaps://host[:636]`, without a path. In files also `connection_url`.
    #[doc(alias = "connection_url")]
    pub url: String,
    /// The DN of the entry that looks up users. Anonymous search is rejected. In files also `connection_name`.
    #[doc(alias = "connection_name")]
    pub bind_dn: String,
    /// The password of [`bind_dn`](Self::bind_dn). It must not be empty, because servers treat a bind without a password as
    /// anonymous (RFC 4513, section 5.1.2). In files also `connection_password`.
    #[doc(alias = "connection_password")]
    pub bind_password: SecretString,
    /// The DN of an entry to bind in place of unknown users, so that the response time does not reveal which users exist.
    /// Default: none. The store then binds a DN that does not exist, which a server with slow password hashes rejects
    /// sooner than a wrong password.
    ///
    /// * Give the entry a password that is known to no one, hashed like those of users. The store never accepts it as a user.
    /// * If the server locks entries after failed binds, exempt this one, because a locked entry is rejected sooner too.
    /// * [`check_connection`](super::LdapUserStore::check_connection) checks that the entry exists.
    pub decoy_name: Option<String>,
    /// The base DNs of users. Each is searched with its whole subtree. At least one is required.
    pub user_search_base: Vec<String>,
    /// The object class that a user's entry must have. Default: any.
    pub user_entry_object_class: Option<String>,
    /// The attribute that holds the username. Default: `uid`. Its value, as the directory spells it, becomes
    /// [`UserDetails::username`](crate::UserDetails::username). In files also `user_name_attribute`.
    #[doc(alias = "user_name_attribute")]
    pub username_attribute: String,
    /// The filter that finds a user; `?` stands for the escaped username. Default: `(uid=?)`. In files also
    /// `user_name_search_filter`.
    #[doc(alias = "user_name_search_filter")]
    pub user_search_filter: String,
    /// The filter that finds all users, for [`list_users`](super::LdapUserStore::list_users). Default:
    /// `(objectClass=inetOrgPerson)`. In files also `user_name_list_filter`.
    #[doc(alias = "user_name_list_filter")]
    pub user_list_filter: String,
    /// The base DNs of groups, searched like those of users. Default: none, so users have no scopes.
    pub group_search_base: Vec<String>,
    /// The object class that a group's entry must have. Default: any.
    pub group_entry_object_class: Option<String>,
    /// The attribute that holds a group's name. Default: `cn`.
    pub group_name_attribute: String,
    /// The filter that finds one group, for [`has_group`](super::LdapUserStore::has_group); `?` stands for the escaped name.
    /// Default: `(cn=?)`. In files also `group_name_search_filter`.
    #[doc(alias = "group_name_search_filter")]
    pub group_search_filter: String,
    /// The filter that finds all groups; the store adds the user's membership to it. Default: `(objectClass=groupOfNames)`.
    /// In files also `group_name_list_filter`.
    #[doc(alias = "group_name_list_filter")]
    pub group_list_filter: String,
    /// The attribute of a group that lists its members. Default: `member`. `memberUid`, in any case, holds usernames (RFC
    /// 2307, class `posixGroup`); any other attribute holds DNs. In files also `membership_attribute`.
    #[doc(alias = "membership_attribute")]
    pub group_member_attribute: String,
    /// The scopes of each group. If this list is empty, a user's scopes are the names of the user's groups. Otherwise a
    /// group that is not listed grants none.
    pub group_scopes: Vec<(String, Vec<String>)>,
    /// How long the groups of a user are cached. Default: `None`, not at all. The server still checks every password. A user
    /// who leaves a group keeps its scopes for up to this long. In files also `user_roles_cache_enabled = true` with
    /// `user_roles_cache_ttl`, 60 s by default.
    #[doc(alias = "user_roles_cache_enabled")]
    #[doc(alias = "user_roles_cache_ttl")]
    pub group_cache_ttl: Option<Duration>,
    /// Keeps connections of look-ups open for the next look-up. Default: `true`. In files also `connection_pooling_enabled`.
    #[doc(alias = "connection_pooling_enabled")]
    pub pool_connections: bool,
    /// How many users are checked at once, each with at most two connections. Default: 4.
    ///
    /// Sixteen times as many requests wait, for at most [`connection_timeout`](Self::connection_timeout). Requests from one
    /// network take at most a quarter of the queue, and credentials that were not accepted before at most three quarters.
    /// Further requests get 503 immediately. In files also `connection_pool_size`.
    #[doc(alias = "connection_pool_size")]
    pub pool_size: usize,
    /// The timeout for connecting, including the TLS handshake. Default: 5 s.
    pub connection_timeout: Duration,
    /// The timeout for each response of the server. Default: 60 s.
    pub read_timeout: Duration,
    /// TLS settings for `ldaps://` and StartTLS. Default: the system's root certificates. The name in the certificate is
    /// always verified.
    pub tls: TlsConfig,
    /// Upgrades a connection to `ldap://` with StartTLS before anything is sent (RFC 4511, section 4.14). Default: `false`.
    pub start_tls: bool,
    /// Allows passwords to be sent to another host without TLS. Default: `false`.
    pub allow_unencrypted: bool,
}

impl LdapConfig {
    /// Creates settings from the server's URL, the entry that looks up users, and the base DNs of users.
    pub fn new(
        url: impl Into<String>,
        bind_dn: impl Into<String>,
        bind_password: impl Into<SecretString>,
        user_search_base: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            label: "ldap".to_owned(),
            url: url.into(),
            bind_dn: bind_dn.into(),
            bind_password: bind_password.into(),
            decoy_name: None,
            user_search_base: user_search_base.into_iter().map(Into::into).collect(),
            user_entry_object_class: None,
            username_attribute: "uid".to_owned(),
            user_search_filter: "(uid=?)".to_owned(),
            user_list_filter: "(objectClass=inetOrgPerson)".to_owned(),
            group_search_base: Vec::new(),
            group_entry_object_class: None,
            group_name_attribute: "cn".to_owned(),
            group_search_filter: "(cn=?)".to_owned(),
            group_list_filter: "(objectClass=groupOfNames)".to_owned(),
            group_member_attribute: "member".to_owned(),
            group_scopes: Vec::new(),
            group_cache_ttl: None,
            pool_connections: true,
            pool_size: 4,
            connection_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(60),
            tls: TlsConfig::new(),
            start_tls: false,
            allow_unencrypted: false,
        }
    }

    /// Returns whether groups list usernames instead of DNs.
    pub(super) fn members_are_names(&self) -> bool {
        self.group_member_attribute.eq_ignore_ascii_case("memberUid")
    }
}
