//! The names that operations have in Twilio's own helper libraries.

use serde_json::Value;

use crate::{Operation, Spec};

/// Returns the name of an operation in Twilio's Python library, such as `client.verify.v2.services(sid).verifications.create`.
///
/// The name is made from the path, from what `x-twilio` says of parents and mount names, and from the verb of the
/// `operationId`. The other libraries have the same names in the letter case of their language. An account in the path of
/// the 2010 API is left out, because `client` has shortcuts for the resources of its account.
pub fn library_name(spec: &Spec, operation: &Operation<'_>) -> String {
    let (version, path) = split_version(spec, operation.path);
    let mut name = format!("client.{}", domain(spec));
    if spec.name() == "api_v2010" && path.starts_with("/Accounts/{AccountSid}/") {
        name = "client".to_owned();
    } else {
        name.push('.');
        name.push_str(&version);
    }
    for part in chain(spec, &path, operation.item, operation.id, 0) {
        name.push('.');
        name.push_str(&part);
    }
    let verb = snake(operation.id);
    name.push('.');
    name.push_str(verb.split('_').next().unwrap_or_default());
    name
}

/// The library's attribute for a host: `flex_api` for `flex-api.twilio.com`.
fn domain(spec: &Spec) -> String {
    spec.host().unwrap_or_default().split('.').next().unwrap_or_default().replace('-', "_")
}

/// The attribute of the version, and the path below it without `.json`.
fn split_version(spec: &Spec, path: &str) -> (String, String) {
    let path = path.trim_end_matches(".json");
    let (first, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let is_version = first.strip_prefix('v').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    match first {
        "2010-04-01" => ("v2010".to_owned(), format!("/{rest}")),
        "Organizations" => ("versionless".to_owned(), path.to_owned()),
        _ if is_version => (snake(first), format!("/{rest}")),
        _ if spec.name() == "preview" => (snake(first), format!("/{rest}")),
        _ => (spec.name().rsplit('_').next().unwrap_or_default().to_owned(), path.to_owned()),
    }
}

/// The attributes that lead to a resource, its parents' first.
fn chain(spec: &Spec, path: &str, item: &Value, id: &str, depth: usize) -> Vec<String> {
    let facts = item.get("x-twilio");
    let text = |key: &str| facts.and_then(|facts| facts.get(key)).and_then(Value::as_str);
    // New specifications say nothing of how resources belong together: all of the path is the name.
    if text("pathType").is_none() || depth > 8 {
        return segments(path);
    }
    let own = path.rsplit('/').find(|part| !part.is_empty() && !part.starts_with('{'));
    let mut own = text("mountName").or(own).map(snake).unwrap_or_default();
    if text("mountName").is_none()
        && let Some(mounted) = mounted(spec, path, id)
    {
        own = mounted;
    }
    match path.rsplit('/').next().filter(|last| last.starts_with('{')) {
        Some(parameter) => own.push_str(&argument(parameter)),
        None if text("pathType") == Some("instance") => own.push_str("()"),
        None => {}
    }
    let mut names = match text("parent") {
        Some(parent) => parents(spec, path, parent, depth),
        None => Vec::new(),
    };
    names.push(own);
    names
}

fn parents(spec: &Spec, path: &str, parent: &str, depth: usize) -> Vec<String> {
    let parent = parent.trim_end_matches(".json");
    if spec.name() == "api_v2010" && parent == "/Accounts/{Sid}" {
        return Vec::new();
    }
    // The parameters of the parent's path have their names in the child's path.
    let count = parent.matches('/').count();
    let shown: String = path.split('/').skip(1).take(count).map(|part| format!("/{part}")).collect();
    let shape = |path: &str| -> String {
        path.split('/')
            .map(|part| if part.starts_with('{') { "{}" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let paths = spec.document().get("paths").and_then(Value::as_object);
    let found = paths.into_iter().flatten().find(|(other, _)| {
        let (_, other) = split_version(spec, other);
        shape(&other) == shape(parent)
    });
    let shown = if shape(&shown) == shape(parent) { shown } else { parent.to_owned() };
    match found {
        Some((_, item)) => chain(spec, &shown, item, "", depth + 1),
        None => segments(&shown),
    }
}

/// The attribute of one of several resources that share a path, such as `new_keys` beside `keys`.
fn mounted(spec: &Spec, path: &str, id: &str) -> Option<String> {
    let noun = snake(id);
    let (_, noun) = noun.split_once('_')?;
    let last = path.rsplit('/').next()?;
    let paths = spec.document().get("paths").and_then(Value::as_object)?;
    let dependents =
        paths.values().filter_map(|item| item.pointer("/x-twilio/dependentProperties")?.as_object());
    let mut names = dependents.flatten().filter(|(_, value)| {
        let url = value.get("resource_url").and_then(Value::as_str).unwrap_or_default();
        url.trim_end_matches(".json").rsplit('/').next() == Some(last)
    });
    names
        .find(|(name, _)| **name != snake(last) && name.trim_end_matches('s') == noun)
        .map(|(name, _)| name.clone())
}

/// Every static part of a path as an attribute, with the parameter that follows it.
fn segments(path: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != "scim") {
        match names.last_mut() {
            Some(name) if part.starts_with('{') => name.push_str(&argument(part)),
            _ if part == "Organizations" => names.push("organization".to_owned()),
            _ => names.push(snake(part.trim_start_matches('.'))),
        }
    }
    names
}

/// `(sid)` for `{ServiceSid}`, `(country_code)` for `{CountryCode}`.
fn argument(parameter: &str) -> String {
    let name = snake(parameter.trim_matches(['{', '}']));
    let name = if name.ends_with("_sid") { "sid" } else { &name };
    format!("({name})")
}

/// `AvailablePhoneNumbers` as `available_phone_numbers`, `SIP` as `sip`.
fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        if matches!(c, '-' | '_' | '.') {
            out.push('_');
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let starts_word = c.is_ascii_uppercase()
            && before.is_some_and(|b| {
                !matches!(b, '-' | '_' | '.')
                    && (!b.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase))
            });
        if starts_word {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{find, specs_dir};

    fn name(product: &str, id: &str) -> String {
        let spec = Spec::load(&specs_dir(), find(product).unwrap()).unwrap();
        let operations = spec.operations().unwrap();
        library_name(&spec, operations.iter().find(|operation| operation.id == id).unwrap())
    }

    #[test]
    fn names_are_those_of_twilios_libraries() {
        for (product, id, expected) in [
            ("api_v2010", "CreateMessage", "client.messages.create"),
            ("api_v2010", "UpdateCall", "client.calls(sid).update"),
            ("api_v2010", "ListAccount", "client.api.v2010.accounts.list"),
            ("api_v2010", "FetchBalance", "client.balance.fetch"),
            ("api_v2010", "CreateNewKey", "client.new_keys.create"),
            ("api_v2010", "ListKey", "client.keys.list"),
            ("api_v2010", "CreateValidationRequest", "client.validation_requests.create"),
            ("api_v2010", "ListUsageRecordDaily", "client.usage.records.daily.list"),
            ("api_v2010", "ListSipCredential", "client.sip.credential_lists(sid).credentials.list"),
            (
                "api_v2010",
                "ListAvailablePhoneNumberLocal",
                "client.available_phone_numbers(country_code).local.list",
            ),
            ("verify_v2", "CreateVerification", "client.verify.v2.services(sid).verifications.create"),
            ("messaging_v1", "ListUsAppToPerson", "client.messaging.v1.services(sid).us_app_to_person.list"),
            (
                "messaging_v1",
                "FetchBrandVetting",
                "client.messaging.v1.brand_registrations(sid).brand_vettings(sid).fetch",
            ),
            ("flex_v1", "ListFlexFlow", "client.flex_api.v1.flex_flow.list"),
            ("preview", "ListWirelessSim", "client.preview.wireless.sims.list"),
            ("conversations_v1", "FetchConfiguration", "client.conversations.v1.configuration().fetch"),
            ("lookups_v2", "FetchPhoneNumber", "client.lookups.v2.phone_numbers(phone_number).fetch"),
            (
                "iam_organizations",
                "ListOrganizationAccounts",
                "client.preview_iam.versionless.organization(sid).accounts.list",
            ),
        ] {
            assert_eq!(name(product, id), expected, "{id}");
        }
    }
}
