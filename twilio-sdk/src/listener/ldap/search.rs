use ldap3::{Scope, SearchEntry};

use super::LdapConfig;
use super::connection::Connection;
use super::filter::{all_of, escape_filter, with_name};
use super::trouble::Trouble;

/// How many groups of one user are read at most.
const MOST_GROUPS: i32 = 1000;

/// A user's entry.
pub(super) struct Found {
    pub(super) dn: String,
    pub(super) name: String,
}

/// Why there is no user of a name.
pub(super) enum NotOne {
    Unknown,
    Ambiguous,
    /// The entry has no name, or none of its several names is the one that was given.
    Unnamed,
}

/// The one user of a name.
pub(super) async fn user(
    connection: &mut Connection,
    config: &LdapConfig,
    name: &str,
) -> Result<Result<Found, NotOne>, Trouble> {
    let filter = all_of(
        config.user_entry_object_class.as_deref(),
        &[&with_name(&config.user_name_search_filter, name)],
    );
    let attribute = config.user_name_attribute.as_str();
    let mut entries: Vec<SearchEntry> = Vec::new();
    for base in &config.user_search_base {
        let found = match connection.search(base, Scope::Subtree, &filter, &[attribute], 2).await {
            Err(Trouble::TooMany) => return Ok(Err(NotOne::Ambiguous)),
            found => found?,
        };
        // One base may lie in another.
        entries.extend(
            found
                .into_iter()
                .filter(|new| entries.iter().all(|entry| entry.dn != new.dn))
                .collect::<Vec<_>>(),
        );
    }
    let Some(entry) = entries.pop() else {
        return Ok(Err(NotOne::Unknown));
    };
    if !entries.is_empty() {
        return Ok(Err(NotOne::Ambiguous));
    }
    let names = values(&entry, attribute);
    let own = match names.as_slice() {
        [own] => Some(own),
        several => several.iter().find(|own| own.to_lowercase() == name.to_lowercase()),
    };
    Ok(own.cloned().map(|name| Found { dn: entry.dn, name }).ok_or(NotOne::Unnamed))
}

/// The names of the groups that a user is a member of, each once.
pub(super) async fn groups(
    connection: &mut Connection,
    config: &LdapConfig,
    user: &Found,
) -> Result<Vec<String>, Trouble> {
    let member = if config.members_are_names() { &user.name } else { &user.dn };
    let membership = format!("({}={})", config.membership_attribute, escape_filter(member));
    let filter =
        all_of(config.group_entry_object_class.as_deref(), &[&config.group_name_list_filter, &membership]);
    names_in(connection, &config.group_search_base, &filter, &config.group_name_attribute, MOST_GROUPS).await
}

/// The names in all entries that a filter finds, each once.
pub(super) async fn names_in(
    connection: &mut Connection,
    bases: &[String],
    filter: &str,
    attribute: &str,
    most: i32,
) -> Result<Vec<String>, Trouble> {
    let mut names: Vec<String> = Vec::new();
    for base in bases {
        for entry in connection.search(base, Scope::Subtree, filter, &[attribute], most).await? {
            for name in values(&entry, attribute) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    Ok(names)
}

/// What an entry has for an attribute, whose name the server may write its own way.
fn values(entry: &SearchEntry, attribute: &str) -> Vec<String> {
    let found = entry.attrs.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
    found.map(|(_, values)| values.clone()).unwrap_or_default()
}
