use std::time::Duration;

use crate::config::TlsConfig;
use crate::types::SecretString;

/// How an LDAP directory is asked for users.
///
/// [`new`](Self::new) gives the defaults that the fields name; in TOML the keys have the fields' names, `tls` is a table
/// as in a client's configuration, and `group_scopes` a list of tables with `group` and `scopes`.
///
/// Names of attributes and filters are checked when the store is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LdapConfig {
    /// What the directory is called in events and in reasons of [`Unavailable`](super::super::AuthError::Unavailable);
    /// `ldap` unless set. It is not a part of users' names.
    pub domain_name: String,
    /// `ldap://host[:389]` or `ldaps://host[:636]`, without a path.
    pub connection_url: String,
    /// The name (DN) of the entry as which users are looked up. Anonymous search is refused.
    pub connection_name: String,
    /// Its password, which is not empty: servers take a bind without a password for an anonymous one (RFC 4513,
    /// section 5.1.2).
    pub connection_password: SecretString,
    /// The name (DN) of an entry that is bound in place of unknown users, so that the time of a response does not tell who
    /// exists. Unless set, a bind is sent for an entry that does not exist, which a server with slow password hashes
    /// refuses sooner than a wrong password.
    ///
    /// The entry has a password that no one knows, hashed like those of users; it is never accepted as a user. Where the
    /// server locks entries after failed binds, exempt it, because a locked entry is refused sooner too.
    /// [`check`](super::LdapUserStore::check) tells whether the entry exists.
    pub decoy_name: Option<String>,
    /// The entries below which users are; all are searched, the whole subtree each. At least one.
    pub user_search_base: Vec<String>,
    /// The class that a user's entry must have; any unless set.
    pub user_entry_object_class: Option<String>,
    /// The attribute with the user's name; `uid` unless set. What it holds is the name in
    /// [`UserDetails`](super::super::UserDetails), in the directory's own writing.
    pub user_name_attribute: String,
    /// The filter that finds a user, with `?` for the name that was given, escaped; `(uid=?)` unless set.
    pub user_name_search_filter: String,
    /// The filter that finds all users, for [`users`](super::LdapUserStore::users); `(objectClass=inetOrgPerson)` unless
    /// set.
    pub user_name_list_filter: String,
    /// The entries below which groups are; all are searched. Where there is none, users have no scopes.
    pub group_search_base: Vec<String>,
    /// The class that a group's entry must have; any unless set.
    pub group_entry_object_class: Option<String>,
    /// The attribute with the group's name; `cn` unless set.
    pub group_name_attribute: String,
    /// The filter that finds one group, with `?` for its name, for [`has_group`](super::LdapUserStore::has_group);
    /// `(cn=?)` unless set.
    pub group_name_search_filter: String,
    /// The filter that finds all groups, of which those with the user as a member count; `(objectClass=groupOfNames)`
    /// unless set.
    pub group_name_list_filter: String,
    /// The attribute of a group with its members; `member` unless set. `memberUid`, in any case, holds users' names (RFC
    /// 2307, class `posixGroup`), every other the names (DNs) of their entries.
    pub membership_attribute: String,
    /// The scopes of groups. Where it is empty, a user's scopes are the groups' names as they are; else they are the
    /// scopes of the groups that stand here, and other groups give none.
    pub group_scopes: Vec<(String, Vec<String>)>,
    /// Whether scopes are remembered, after which a password is still checked by the server each time; off unless set.
    pub user_roles_cache_enabled: bool,
    /// How long; 60 s unless set. For so long a user who has left a group keeps its scopes.
    pub user_roles_cache_ttl: Duration,
    /// Whether connections of the look-ups are kept for the next one; on unless set.
    pub connection_pooling_enabled: bool,
    /// How many users are checked at once, each with two connections at most; 4 unless set. Sixteen times as many wait for
    /// their turn, as long as for a connection; at most a quarter of them come from one network, and three quarters with
    /// credentials that were not right before. For more, the response is 503 at once.
    pub connection_pool_size: usize,
    /// How long making a connection may take, TLS included; 5 s unless set. Any time above 0 counts as it is.
    pub connection_timeout: Duration,
    /// How long each answer may take; 60 s unless set. Any time above 0 counts as it is.
    pub read_timeout: Duration,
    /// Whom TLS trusts, by `ldaps://` and by StartTLS; the system's root certificates unless set. The name in the
    /// certificate is always checked.
    pub tls: TlsConfig,
    /// Whether a connection to `ldap://` becomes one with TLS before anything is sent (RFC 4511, section 4.14); off unless
    /// set.
    pub start_tls: bool,
    /// Whether passwords may go to another machine without TLS; off unless set.
    pub allow_plain: bool,
}

impl LdapConfig {
    /// A directory, by whom it is asked, and where in it the users are.
    pub fn new(
        connection_url: impl Into<String>,
        connection_name: impl Into<String>,
        connection_password: impl Into<SecretString>,
        user_search_base: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            domain_name: "ldap".to_owned(),
            connection_url: connection_url.into(),
            connection_name: connection_name.into(),
            connection_password: connection_password.into(),
            decoy_name: None,
            user_search_base: user_search_base.into_iter().map(Into::into).collect(),
            user_entry_object_class: None,
            user_name_attribute: "uid".to_owned(),
            user_name_search_filter: "(uid=?)".to_owned(),
            user_name_list_filter: "(objectClass=inetOrgPerson)".to_owned(),
            group_search_base: Vec::new(),
            group_entry_object_class: None,
            group_name_attribute: "cn".to_owned(),
            group_name_search_filter: "(cn=?)".to_owned(),
            group_name_list_filter: "(objectClass=groupOfNames)".to_owned(),
            membership_attribute: "member".to_owned(),
            group_scopes: Vec::new(),
            user_roles_cache_enabled: false,
            user_roles_cache_ttl: Duration::from_secs(60),
            connection_pooling_enabled: true,
            connection_pool_size: 4,
            connection_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(60),
            tls: TlsConfig::new(),
            start_tls: false,
            allow_plain: false,
        }
    }

    /// Whether members are users' names and not those of entries.
    pub(super) fn members_are_names(&self) -> bool {
        self.membership_attribute.eq_ignore_ascii_case("memberUid")
    }
}
