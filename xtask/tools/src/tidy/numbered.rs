use std::collections::BTreeSet;

use super::Violation;
use super::files::{File, Tree, has_word};

/// What was weak in the libraries that this one takes the place of, from the first on: Ballerina's `auth` and `http` (1 to
/// 19), its Twilio connector (20 to 22), APILinker (23 to 39). A test `weakness_NN_…` shows that each is absent.
const WEAKNESSES: &[&str] = &[
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

/// Defects that an attack on the whole project, other libraries' test cases and a first use of it showed.
const REVIEW: &[&str] = &[
    "webhooks forged by characters in Basic credentials",
    "aborted requests that use up the fetches of signing keys",
    "guessing passwords under other spellings of a name",
    "guessing passwords between the user's own logins",
    "locking users out of the token server",
    "one client that takes all connections of the token server",
    "an unbounded queue of password checks",
    "loopback requests through a proxy",
    "people managed past the audit log",
    "roles from a file of the caller's own",
    "vault changes without a record",
    "introspection without an audience",
    "a default public URL that trusts the Host header",
    "directory users told apart from unknown ones by time",
    "an audit log in a folder that others can write",
    "secrets opened by a check of configuration",
    "security files that others can write",
    "DNS rebinding at the token server",
    "users without the entry or issuer that knows them",
    "a token server without TLS on a public address",
    "regions whose hosts are switched off",
    "redirects taken for success",
    "empty responses taken for models",
    "page tokens under other names",
    "SCIM lists that are no pages",
    "pages that end at the first error",
    "responses lost to one damaged value",
    "Retry-After without backoff and jitter",
    "retries that outlast a web handler",
    "one attempt at a silent server",
    "Idempotency-Key without retries",
    "callers' deadlines that open the circuit breaker",
    "secrets in Debug of models",
    "fractions of seconds in requests",
    "base URLs with a fragment",
    "parameters about encodings that nothing honours",
    "duplicate keys that read and write differently",
    "a client of another crate that panics for want of a TLS provider",
    "Basic credentials for operations that take OAuth only",
    "genuine signatures of URLs with credentials that are refused",
    "prefixed maps under a wrong prefix",
    "characters of a URL that are dropped",
    "new paging keys",
    "a list with a second array, or of another media type",
    "responses that are not JSON",
    "form and JSON for one body",
    "new security schemes",
    "a server on another host",
    "styles of parameters that are not understood",
    "HEAD operations",
    "required arguments that trade places",
    "names that move when others come",
    "an enum with null or free text",
    "a second enum from a reference with a default",
    "names of types that are empty, endless or accidental",
    "TwiML as plain text",
    "an account parameter beside the account of the path",
    "free text where the product has an enum",
    "required values that can be swapped",
    "requests and parameters that the spec does not know",
    "fields that cannot be cleared, setters without Option",
    "models and enums that cannot be compared",
    "a check of configuration that depends on its own features",
    "applications' own audit events",
    "slow password hashing of debug builds",
    "bulk requests in doubt after a kill",
    "documentation with warnings and gaps",
    "names of operations that the emulator does not know",
    "the emulator as a program: pipes, memory, signals, addresses, links",
    "the token server's contract and its reload",
    "the only admin locked out by a lost key",
    "reads of people that wait for a note of last use",
    "requests cut by the example's end",
    "the example's steps",
    "user names that look alike",
    "renewed certificates that need a restart",
    "store errors without path, cause or remedy",
    "audit records of changes that a kill prevented",
    "a clock before 1970",
];

/// Every weakness has a test that shows its absence.
pub(super) fn weaknesses_have_tests(tree: &Tree) -> Vec<Violation> {
    missing(tree, "weakness", WEAKNESSES)
}

/// Every defect of the review has a test that shows its absence.
pub(super) fn review_has_tests(tree: &Tree) -> Vec<Violation> {
    missing(tree, "review", REVIEW)
}

fn missing(tree: &Tree, prefix: &str, list: &[&str]) -> Vec<Violation> {
    let shown: BTreeSet<usize> = tree.rust.iter().flat_map(|file| shown(tree, file, prefix)).collect();
    let missing = list.iter().enumerate().filter(|(at, _)| !shown.contains(&(at + 1)));
    missing
        .map(|(at, what)| {
            let number = at + 1;
            Violation::new(
                "xtask/tools/src/tidy/numbered.rs",
                format!("no test `{prefix}_{number:02}_…` shows the absence of: {what}"),
            )
        })
        .collect()
}

/// The numbers that functions of a file show: tests, and what is named elsewhere too, such as in a list of cases that run
/// for several stores. A name may hold several numbers: `review_03_04_guessing`.
fn shown<'a>(tree: &'a Tree, file: &'a File, prefix: &'a str) -> impl Iterator<Item = usize> + 'a {
    let mut is_test = false;
    let named = file.text.lines().filter_map(move |line| {
        let line = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("async ");
        let name = line.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next());
        let was_test = is_test;
        // Other attributes may stand between.
        is_test = line.starts_with("#[test]")
            || line.starts_with("#[tokio::test")
            || (is_test && line.starts_with("#["));
        let numbers = name?.strip_prefix(prefix)?.strip_prefix('_')?;
        Some((name?, numbers, was_test))
    });
    named
        .filter(|(name, _, is_test)| *is_test || uses(tree, name) > 1)
        .flat_map(|(_, numbers, _)| numbers.split('_').map_while(|number| number.parse().ok()))
}

/// How often a name stands in code.
fn uses(tree: &Tree, name: &str) -> usize {
    tree.rust.iter().flat_map(File::code).filter(|(_, line)| has_word(line, name)).count()
}
