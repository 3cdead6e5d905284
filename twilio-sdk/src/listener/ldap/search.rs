use ldap3::{Scope, SearchEntry};

use super::super::prepare::prepared;
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
    /// Another entry has the same name.
    Shared,
}

/// The one user of a name.
pub(super) async fn user(
    connection: &mut Connection,
    config: &LdapConfig,
    name: &str,
) -> Result<Result<Found, NotOne>, Trouble> {
    let attribute = config.user_name_attribute.as_str();
    let found = match one(connection, config, &with_name(&config.user_name_search_filter, name)).await? {
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
    if is_by_name_only(&config.user_name_search_filter, attribute) {
        return Ok(found);
    }
    // Found by something else, the entry need not be the only one of its name. Unknown users are searched for once more
    // too, so that time does not tell who exists.
    let own = found.as_ref().map_or(name, |found| found.name.as_str());
    let by_name = format!("({attribute}={})", escape_filter(own));
    let again = one(connection, config, &by_name).await?;
    Ok(match (found, again) {
        (Ok(found), Ok(entry)) if entry.dn == found.dn => Ok(found),
        (Ok(_), _) => Err(NotOne::Shared),
        (Err(why), _) => Err(why),
    })
}

/// Whether every entry that the filter finds has the name that was given as its name.
fn is_by_name_only(template: &str, attribute: &str) -> bool {
    let own = format!("({attribute}=?)").to_ascii_lowercase();
    let template = template.to_ascii_lowercase();
    let has_alternatives = template.contains('|') || template.contains('!');
    template.contains(&own) && !has_alternatives
}

/// The one entry below the users' bases that a filter finds.
async fn one(
    connection: &mut Connection,
    config: &LdapConfig,
    filter: &str,
) -> Result<Result<SearchEntry, NotOne>, Trouble> {
    let filter = all_of(config.user_entry_object_class.as_deref(), &[filter]);
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
    Ok(match (entries.pop(), entries.is_empty()) {
        (None, _) => Err(NotOne::Unknown),
        (Some(entry), true) => Ok(entry),
        (Some(_), false) => Err(NotOne::Ambiguous),
    })
}

/// Whether there is an entry of this name.
pub(super) async fn exists(connection: &mut Connection, dn: &str) -> Result<bool, Trouble> {
    connection.exists(dn).await
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
