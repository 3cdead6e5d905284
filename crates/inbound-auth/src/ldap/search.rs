use ldap3::{Scope, SearchEntry};

use super::LdapConfig;
use super::connection::Connection;
use super::filter::{all_of, escape_filter, with_name};
use super::trouble::Trouble;
use crate::prepare::prepared;

/// The maximum number of groups read for one user.
const MAX_GROUPS: i32 = 1000;

/// A user's entry, with the username as the directory spells it.
pub(super) struct Found {
    pub(super) dn: String,
    pub(super) name: String,
}

/// Why a name does not lead to exactly one user.
pub(super) enum NotOne {
    Unknown,
    Ambiguous,
    /// The entry has no name, or several of which none is the given one.
    Unnamed,
    /// Another entry has the same name.
    Shared,
}

/// Returns the only user with a name.
pub(super) async fn user(
    connection: &mut Connection,
    config: &LdapConfig,
    name: &str,
) -> Result<Result<Found, NotOne>, Trouble> {
    let attribute = config.username_attribute.as_str();
    let found = match one(connection, config, &with_name(&config.user_search_filter, name)).await? {
        Ok(entry) => {
            let names = values(&entry, attribute);
            let own = match names.as_slice() {
                [own] => Some(own),
                several => several.iter().find(|own| prepared(own) == prepared(name)),
            };
            own.cloned().map(|name| Found { dn: entry.dn, name }).ok_or(NotOne::Unnamed)
        }
        Err(why) => Err(why),
    };
    if is_by_name_only(&config.user_search_filter, attribute) {
        return Ok(found);
    }
    // An entry found by another attribute may share its name with others. The second search is made for unknown users too,
    // so that the response time does not reveal which users exist.
    let own = found.as_ref().map_or(name, |found| found.name.as_str());
    let by_name = format!("({attribute}={})", escape_filter(own));
    let again = one(connection, config, &by_name).await?;
    Ok(match (found, again) {
        (Ok(found), Ok(entry)) if entry.dn == found.dn => Ok(found),
        (Ok(_), _) => Err(NotOne::Shared),
        (Err(why), _) => Err(why),
    })
}

/// Returns whether every entry that the filter finds has the given name.
fn is_by_name_only(template: &str, attribute: &str) -> bool {
    let own = format!("({attribute}=?)").to_ascii_lowercase();
    let template = template.to_ascii_lowercase();
    let has_alternatives = template.contains('|') || template.contains('!');
    template.contains(&own) && !has_alternatives
}

/// Returns the only entry below the users' bases that a filter finds.
async fn one(
    connection: &mut Connection,
    config: &LdapConfig,
    filter: &str,
) -> Result<Result<SearchEntry, NotOne>, Trouble> {
    let filter = all_of(config.user_entry_object_class.as_deref(), &[filter]);
    let attribute = config.username_attribute.as_str();
    let mut entries: Vec<SearchEntry> = Vec::new();
    for base in &config.user_search_base {
        let found = match connection.search(base, Scope::Subtree, &filter, &[attribute], 2).await {
            Err(Trouble::TooMany) => return Ok(Err(NotOne::Ambiguous)),
            found => found?,
        };
        // One base may contain another.
        entries.extend(
            found
                .into_iter()
                .filter(|new| entries.iter().all(|entry| entry.dn != new.dn))
                .collect::<Vec<_>>(),
        );
    }
    Ok(match (entries.pop(), entries.is_empty()) {
        (None, _) => Err(NotOne::Unknown),
        (Some(entry), true) => Ok(entry),
        (Some(_), false) => Err(NotOne::Ambiguous),
    })
}

/// Returns whether an entry with this DN exists.
pub(super) async fn exists(connection: &mut Connection, dn: &str) -> Result<bool, Trouble> {
    connection.exists(dn).await
}

/// Returns the names of the groups that a user is a member of, without duplicates.
pub(super) async fn groups(
    connection: &mut Connection,
    config: &LdapConfig,
    user: &Found,
) -> Result<Vec<String>, Trouble> {
    let member = if config.members_are_names() { &user.name } else { &user.dn };
    let membership = format!("({}={})", config.group_member_attribute, escape_filter(member));
    let filter =
        all_of(config.group_entry_object_class.as_deref(), &[&config.group_list_filter, &membership]);
    names_in(connection, &config.group_search_base, &filter, &config.group_name_attribute, MAX_GROUPS).await
}

/// Returns the names in all entries that a filter finds, without duplicates.
pub(super) async fn names_in(
    connection: &mut Connection,
    bases: &[String],
    filter: &str,
    attribute: &str,
    max: i32,
) -> Result<Vec<String>, Trouble> {
    let mut names: Vec<String> = Vec::new();
    for base in bases {
        for entry in connection.search(base, Scope::Subtree, filter, &[attribute], max).await? {
            for name in values(&entry, attribute) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    Ok(names)
}

/// Returns the values of an attribute, ignoring the case of its name.
fn values(entry: &SearchEntry, attribute: &str) -> Vec<String> {
    let found = entry.attrs.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
    found.map(|(_, values)| values.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_finds_by_the_name_only_where_it_asks_for_nothing_else() {
        for (template, by_name) in [
            ("(uid=?)", true),
            ("(&(objectClass=inetOrgPerson)(UID=?))", true),
            ("(mail=?)", false),
            ("(|(uid=?)(mail=?))", false),
            ("(&(mail=?)(!(uid=?)))", false),
            ("(xuid=?)", false),
        ] {
            assert_eq!(is_by_name_only(template, "uid"), by_name, "{template}");
        }
    }
}
