//! The first sentence of an operation, in plain words from its verb and its path.

use super::words::{plural, singular, with_article, words};

/// Path parts that say what is done, and not to what.
const ACTIONS: &[(&str, &str)] = &[
    ("Anonymize", "Anonymizes {parent}"),
    ("ApproveChallenge", "Approves a challenge"),
    ("Archive", "Archives {parent}"),
    ("Promote", "Promotes the secondary auth token to the primary one"),
    ("ReplaceItems", "Replaces the items of {parent}"),
    ("RequestManagedCert", "Requests a managed certificate for {parent}"),
    ("Test", "Tests {parent}"),
    ("Validate", "Validates {parent}"),
    ("ValidateDns", "Validates the DNS records of {parent}"),
    ("VerifyFactor", "Verifies a factor"),
];

/// Operations whose path and verb make no sentence.
const SENTENCES: &[(&str, &str)] = &[
    ("CreateApprovalCreate", "Submits a content template for approval by WhatsApp"),
    ("CreateExternalCampaign", "Registers an external A2P campaign for a service"),
    ("CreateFetchProfileMemory", "Recalls the memory of a profile"),
    ("CreateKnowledgeSearch", "Searches a knowledge base"),
    ("CreateOauth2Token", "Creates an OAuth access token"),
    ("CreateProfilesImportV2", "Creates an import of profiles into a store"),
    ("CreateProfilesLookup", "Looks up profiles of a store"),
    ("CreateQueryResults", "Creates a query and returns its results"),
    ("CreateTaskQueueBulkRealTimeStatistics", "Fetches the real-time statistics of several task queues"),
    ("CreateTypingIndicator", "Sends a typing indicator"),
    ("CreateVerificationCheck", "Checks the code of a verification"),
    ("CreateV3TypingIndicator", "Sends a typing indicator"),
    ("FetchApprovalFetch", "Fetches the approval status of a content template"),
    ("FetchAuthorize", "Starts an OAuth authorization"),
    ("FetchFunctionVersionContent", "Fetches the source code of a function version"),
    ("FetchOauth2Authorize", "Starts an OAuth authorization"),
    ("FetchOauth2ServerMetadata", "Fetches the metadata of the OAuth authorization server"),
    ("FetchProfileImportV2", "Fetches an import of profiles into a store"),
    ("FetchProvisioningStatus", "Fetches the provisioning status of Flex"),
    ("FetchQueryJobStatus", "Fetches the status of a query job"),
    ("FetchQueryJobResults", "Fetches the results of a query job"),
    ("FetchQueryResults", "Fetches the results of a query"),
    ("ListContentAndApprovals", "Lists the content templates with their approvals"),
    ("ListEventType", "Lists the event types"),
    ("FetchEventType", "Fetches an event type"),
    ("ListProfileImportsV2", "Lists the imports of profiles into a store"),
    ("UpdateProfilesBulk", "Creates or updates profiles of a store in bulk"),
];

/// Path parts whose words are not what the resource is called, with its plural.
const NOUNS: &[(&str, &str)] = &[
    ("AWS", "AWS credentials"),
    ("Content", "content templates"),
    ("Feedbacks", "feedback"),
    ("GeoPermissions", "messaging geographic permissions"),
    ("Knowledge", "knowledge sources"),
    ("LegacyContent", "legacy content templates"),
    ("Media", "media files"),
    ("PreBuilt", "prebuilt operators"),
    ("PortIn", "port-in requests"),
    ("PortInRequests", "port-in requests"),
    ("Siprec", "SIPREC sessions"),
    ("Usa2p", "US A2P campaigns"),
    ("Voice", "calls"),
];

/// Nouns without an article.
const UNCOUNTABLE: &[&str] = &["feedback", "data", "metadata", "statistics", "eligibility", "usage"];

/// Path parts that are nouns only together with what is before them: with these the `operationId` names the resource.
const NAMED_BY_ID: &[&str] = &[
    "authorize",
    "query",
    "token",
    "oauth-authorization-server",
    "Bulk",
    "Context",
    "Custom",
    "Default",
    "Encrypted",
    "Imports",
    "Inbound",
    "Initialize",
    "Lookup",
    "Numbers",
    "Outbound",
    "Promote",
    "Query",
    "Recall",
    "Recording",
    "Records",
    "ReferralConversion",
    "Results",
    "Search",
    "Secondary",
    "Session",
    "Status",
    "Steps",
    "Transcription",
    "Triggers",
    "Typing",
    "Usage",
    "whatsapp",
];

/// Kinds of phone numbers, behind `AvailablePhoneNumbers` and `IncomingPhoneNumbers`.
const NUMBER_KINDS: &[(&str, &str)] = &[
    ("Local", "local"),
    ("MachineToMachine", "machine-to-machine"),
    ("Mobile", "mobile"),
    ("National", "national"),
    ("SharedCost", "shared-cost"),
    ("TollFree", "toll-free"),
    ("Voip", "VoIP"),
];

/// Periods, behind `Usage/Records`.
const PERIODS: &[(&str, &str)] = &[
    ("AllTime", "usage records of all time"),
    ("Daily", "usage records by day"),
    ("LastMonth", "usage records of last month"),
    ("Monthly", "usage records by month"),
    ("ThisMonth", "usage records of this month"),
    ("Today", "usage records of today"),
    ("Yearly", "usage records by year"),
    ("Yesterday", "usage records of yesterday"),
];

/// Returns the sentence for an operation: `Lists the participants of a conference.`
pub(crate) fn summary(id: &str, path: &str) -> String {
    let path = path.trim_end_matches(".json");
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.retain(|part| {
        !matches!(*part, "ControlPlane" | "scim" | "2010-04-01" | ".well-known") && !is_version(part)
    });
    let is_accounts = parts.starts_with(&["Accounts", "{AccountSid}"]) && parts.len() > 2;
    if is_accounts {
        parts.drain(..2);
    }
    if let Some((_, sentence)) = SENTENCES.iter().find(|(known, _)| *known == id) {
        return format!("{sentence}.");
    }
    let is_item = parts.last().is_some_and(|part| part.starts_with('{'));
    let at = parts.iter().rposition(|part| !part.starts_with('{')).unwrap_or_default();
    let own = parts.get(at).copied().unwrap_or_default();
    let before = &parts[..at.min(parts.len())];
    let owner = before.windows(2).rev().find(|pair| !pair[0].starts_with('{') && pair[1].starts_with('{'));
    let owner = owner.map(|pair| owner_noun(pair[0]));
    let near = before.iter().rev().find(|part| !part.starts_with('{'));
    if let Some((_, sentence)) = ACTIONS.iter().find(|(part, _)| *part == own) {
        let parent =
            owner.or_else(|| near.map(|part| owner_noun(part))).unwrap_or_else(|| "resource".to_owned());
        return format!("{}.", sentence.replace("{parent}", &with_article(&parent)));
    }
    let all = words(id);
    let (verb, noun_of_id) = all.split_once(' ').unwrap_or((&all, ""));
    let noun = match near {
        Some(&before @ ("AvailablePhoneNumbers" | "IncomingPhoneNumbers")) => NUMBER_KINDS
            .iter()
            .find(|(part, _)| *part == own)
            .map(|(_, kind)| words(before).replace(" phone", &format!(" {kind} phone"))),
        Some(&"Records") => PERIODS.iter().find(|(part, _)| *part == own).map(|(_, noun)| (*noun).to_owned()),
        _ => None,
    };
    let is_set = noun.is_some();
    let noun = noun.or_else(|| known_noun(own)).unwrap_or_else(|| match NAMED_BY_ID.contains(&own) {
        true => noun_of_id.trim_start_matches("or update ").to_owned(),
        false => words(own),
    });
    let owner = owner.map(|owner| format!(" of {}", with_article(&owner)));
    let owner = owner.unwrap_or_else(|| match (is_accounts, verb) {
        (true, "list") => " of an account".to_owned(),
        _ => String::new(),
    });
    let owner =
        if owner.ends_with(noun.rsplit(' ').next().unwrap_or_default()) { String::new() } else { owner };
    let last = noun.rsplit(' ').next().unwrap_or_default();
    let one = match singular(&noun) {
        Some(one) if is_item || verb == "create" => with_article(&one),
        Some(_) => format!("the {noun}"),
        None if UNCOUNTABLE.contains(&last) && verb == "create" => noun.clone(),
        None if !UNCOUNTABLE.contains(&last) && (is_item || verb == "create") => with_article(&noun),
        None => format!("the {noun}"),
    };
    let all = if is_set { noun.clone() } else { plural(&noun) };
    let sentence = match verb {
        "list" => format!("Lists the {all}{owner}"),
        "create" if noun_of_id.starts_with("or update") => format!("Creates or updates {one}{owner}"),
        "create" => format!("Creates {one}{owner}"),
        "fetch" => format!("Fetches {one}{owner}"),
        "update" => format!("Updates {one}{owner}"),
        "patch" => format!("Updates fields of {one}{owner}"),
        "delete" => format!("Deletes {one}{owner}"),
        other => format!("Sends the request `{other}`{owner}"),
    };
    format!("{sentence}.")
}

fn known_noun(part: &str) -> Option<String> {
    NOUNS.iter().find(|(known, _)| *known == part).map(|(_, noun)| (*noun).to_owned())
}

/// The noun of a resource that another one belongs to.
fn owner_noun(part: &str) -> String {
    match part {
        "AvailablePhoneNumbers" => "country".to_owned(),
        _ => {
            let noun = known_noun(part).unwrap_or_else(|| words(part));
            singular(&noun).unwrap_or(noun)
        }
    }
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_what_an_operation_does_to_what() {
        let calls = "/2010-04-01/Accounts/{AccountSid}/Calls.json";
        assert_eq!(summary("CreateCall", calls), "Creates a call.");
        assert_eq!(summary("ListCall", calls), "Lists the calls of an account.");
        let participants =
            "/2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants/{CallSid}.json";
        assert_eq!(summary("UpdateParticipant", participants), "Updates a participant of a conference.");
        let local = "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers/{CountryCode}/Local.json";
        let expected = "Lists the available local phone numbers of a country.";
        assert_eq!(summary("ListAvailablePhoneNumberLocal", local), expected);
        assert_eq!(
            summary("FetchBalance", "/2010-04-01/Accounts/{AccountSid}/Balance.json"),
            "Fetches the balance."
        );
    }
}
