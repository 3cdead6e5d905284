use std::collections::BTreeSet;

use super::Violation;
use super::files::{File, Tree, has_word};

/// What was weak in the libraries that this one takes the place of, from the first on: Ballerina's `auth` and `http` (1 to
/// 19), its Twilio connector (20 to 22), APILinker (23 to 39). A test `weakness_NN_…` shows that each is absent.
const WEAKNESSES: [&str; 39] = [
    "passwords in clear in a file of users",
    "time and words that tell who exists",
    "an authentication scheme read by its case",
    "a 401 without WWW-Authenticate",
    "credentials read leniently",
    "names that Basic authentication cannot carry, sent all the same",
    "scopes without entries that leave a resource open",
    "an entry that forbids and hides the next, which would accept",
    "tokens taken with any scheme",
    "a directory that is down and ends the program",
    "trust settings of TLS without effect",
    "settings of a directory without effect",
    "time-outs below a second that never come",
    "values in LDAP filters that are not escaped",
    "one of several matching entries taken silently",
    "one connection for ever, and referrals followed by chance",
    "secrets in the keys of a cache",
    "no limit on guessing, no audit, no reading again",
    "constructors that send and panic, and secrets that are not encoded",
    "filters of dates under names that Twilio does not know",
    "identifiers unchecked, secrets printable",
    "a wait after the last failure, and POST sent again",
    "listing users destroys their keys",
    "API keys in clear, for ever, compared by their first difference",
    "a wrong passphrase that wipes the vault",
    "files that others can read and a crash can halve",
    "a weak key without its parameters in the file",
    "no passphrase, no store, no error",
    "an expiry that nobody looks at",
    "unknown roles and disabled access control that allow",
    "permissions that nobody enforces",
    "an encryption level that is misspelt and means none",
    "a missing variable sent as a secret",
    "login state from a weak generator, and unchecked",
    "tokens that are fetched and never sent",
    "device logins that crash or ask for ever",
    "refusals asked again, and retry settings without effect",
    "audit and validation that are documented and absent",
    "tokens asked for over plain HTTP",
];

/// Every weakness has a test that shows its absence.
pub(super) fn weaknesses_have_tests(tree: &Tree) -> Vec<Violation> {
    let shown: BTreeSet<usize> = tree.rust.iter().flat_map(|file| shown(tree, file)).collect();
    let missing = WEAKNESSES.iter().enumerate().filter(|(at, _)| !shown.contains(&(at + 1)));
    missing
        .map(|(at, what)| {
            let number = at + 1;
            Violation::new(
                "xtask/src/tidy/weaknesses.rs",
                format!("no test `weakness_{number:02}_…` shows the absence of: {what}"),
            )
        })
        .collect()
}

/// The numbers of the weaknesses whose absence functions of a file show: tests, and what is named elsewhere too, such as in
/// a list of cases that are run for several stores.
fn shown<'a>(tree: &'a Tree, file: &'a File) -> impl Iterator<Item = usize> + 'a {
    let mut is_test = false;
    let named = file.text.lines().filter_map(move |line| {
        let line = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("async ");
        let name = line.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next());
        let was_test = is_test;
        // Other attributes may stand between.
        is_test = line.starts_with("#[test]")
            || line.starts_with("#[tokio::test")
            || (is_test && line.starts_with("#["));
        Some((name.filter(|name| name.starts_with("weakness_"))?, was_test))
    });
    named
        .filter(|(name, is_test)| *is_test || uses(tree, name) > 1)
        .filter_map(|(name, _)| name.strip_prefix("weakness_")?.split('_').next()?.parse().ok())
}

/// How often a name stands in code.
fn uses(tree: &Tree, name: &str) -> usize {
    tree.rust.iter().flat_map(File::code).filter(|(_, line)| has_word(line, name)).count()
}
