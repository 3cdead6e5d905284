//! What the small runner and the package `xtask-tools` share.

pub mod ci;
pub mod demo;
pub mod lint;
pub mod members;
pub mod packages;
pub mod test;
pub mod workspace;

/// Every task with what it does.
pub const TASKS: &[(&str, &str)] = &[
    ("demo", "Sends typed requests to the emulator; with --live reads from the real Twilio"),
    ("test", "Runs all tests; fetches the pinned verbatim specs first when they are missing"),
    ("lint", "Runs clippy on every member with every feature; a warning is an error"),
    ("ci", "Runs what continuous integration runs"),
    ("gen", "Fetches Twilio's OpenAPI files, distils them and regenerates what is derived from them"),
    ("ops", "Lists operations: feature, path, Rust request, name in Twilio's libraries, required parameters"),
    ("tidy", "Checks the rules of the repository that a program can check"),
    ("words", "Reports words in documentation that docs/style.md replaces"),
    ("deny", "Checks licences, sources, banned crates and known vulnerabilities of the dependencies"),
    ("features", "Checks every member with no features, all features and each feature alone"),
    ("docs", "Builds the documentation as docs.rs does; a warning is an error"),
    ("fuzz", "Runs or builds the fuzz targets"),
    ("bench", "Measures, each time in one run with a named peer"),
    ("interop", "Verifies signatures in both directions with Twilio's own libraries"),
    ("workflows", "Lints the workflow files of GitHub"),
    (
        "release",
        "Packages every member, checks the packages and builds programs from them; --dry-run publishes nothing",
    ),
    ("verbatim", "Puts Twilio's pinned verbatim files into place"),
];

/// Returns whether the only arguments are a request for help, after printing the text.
pub(crate) fn wants_help(arguments: &[&str], text: &str) -> bool {
    let wants = matches!(arguments.first(), Some(&"-h" | &"--help"));
    if wants {
        println!("{text}");
    }
    wants
}
