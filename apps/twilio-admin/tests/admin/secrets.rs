//! Secrets are never in arguments that are taken, in what is printed, or in the log.

use crate::folder::holds;
use crate::program::{Home, PASSPHRASE, ended};

const SECRET: &str = "s3cr3t-on-the-command-line";

#[test]
fn a_secret_among_the_arguments_is_refused_and_not_repeated() {
    let home = Home::with_vault();
    let before = home.everything();
    let cases: &[&[&str]] = &[
        &["vault", "set", "name", SECRET],
        &["vault", "set", "name", "--", SECRET],
        &["vault", "set", "name", "--value", SECRET],
        &["vault", "set", "name", &format!("--value={SECRET}")],
        &["vault", "set", "name", &format!("-p{SECRET}")],
        &["vault", "set", "name", "-", SECRET],
        &["vault", "set", "name", &format!("--{SECRET}")],
        &["vault", "set", "name", &format!("-{SECRET}")],
        &["vault", "init", SECRET],
        &["vault", "init", "--passphrase", SECRET],
        &["vault", "rekey", SECRET],
        &["vault", "list", &format!("--passphrase{SECRET}")],
        &["vault", "list", &format!("--passphrase-fil{SECRET}")],
        &["vault", "list", "--json", &format!("list{SECRET}")],
        &[&format!("vault{SECRET}")],
        &["vault", "list", &format!("--stdin={SECRET}")],
        &["vault", "import", "file", SECRET],
        &["hash-password", SECRET],
        &["hash-password", "-x", SECRET],
        &["login", "name", "--client-secret", SECRET],
        &["login", "name", &format!("--client-secret={SECRET}")],
        &[
            "login",
            "name",
            "--client-id",
            "c",
            "--token-url",
            "https://x.example",
            "--client-auth-method",
            SECRET,
        ],
        &["audit", "tail", "-n", SECRET],
        &["completions", SECRET],
        &[SECRET],
    ];
    for arguments in cases {
        let refused = ended(&mut home.command(arguments), "").failed(2, "");
        assert!(!format!("{refused:?}").contains(SECRET), "{arguments:?}: {refused:?}");
        assert!(!refused.err.is_empty() && refused.out.is_empty(), "{refused:?}");
    }
    assert_eq!(home.everything(), before);
    let set = ended(&mut home.command(&["vault", "set", "name", SECRET]), "");
    set.failed(2, "arguments take no secrets");
}

#[test]
fn no_command_repeats_what_it_does_not_know() {
    let home = Home::new();
    for command in crate::help::commands(&home) {
        for odd in
            [format!("--{SECRET}"), format!("-{SECRET}"), format!("--json={SECRET}"), format!("--x={SECRET}")]
        {
            let mut program = home.command(&[]);
            let refused = ended(program.args(&command).arg(odd), "").failed(2, "error: ");
            assert!(!format!("{refused:?}").contains(SECRET), "{command:?}: {refused:?}");
        }
    }
}

#[test]
fn no_part_of_what_is_no_time_is_repeated() {
    let home = Home::new();
    for arguments in [
        &["vault", "set", "name", "--expires-in", "5topsecret"][..],
        &["user", "bootstrap", "ada", "--expires-in", "5topsecret"],
        &["key", "rotate", "0123456789abcdef", "--overlap", "5topsecret"],
        &[
            "login",
            "a",
            "--client-id",
            "c",
            "--token-url",
            "u",
            "--device-authorization-url",
            "d",
            "--timeout",
            "5topsecret",
        ],
        &["audit", "search", "--since", "5topsecret"],
    ] {
        let refused = ended(&mut home.command(arguments), "").failed(2, "expected ");
        assert!(!format!("{refused:?}").contains("topsecret"), "{arguments:?}: {refused:?}");
    }
}

#[test]
fn what_looks_like_an_option_is_helped_with() {
    let home = Home::new();
    ended(&mut home.command(&["vault", "list", "--jsom"]), "")
        .failed(2, "a similar argument exists: '--json'");
    ended(&mut home.command(&["vault", "lits"]), "").failed(2, "a similar subcommand exists: 'list'");
}

#[test]
fn a_secret_given_for_a_files_name_is_not_repeated() {
    let home = Home::with_vault();
    let list = ["vault", "list", "--passphrase-file", SECRET];
    let failed = ended(&mut home.command(&list), "").failed(1, "the file of --passphrase-file");
    assert!(!format!("{failed:?}").contains(SECRET));
}

#[test]
fn no_secret_is_in_any_output_or_in_the_log() {
    let home = Home::with_vault();
    let key = format!(r#"{{"api_secret":"{SECRET}"}}"#);
    let steps: &[(&[&str], &[&str])] = &[
        (&["vault", "set", "text"], &[PASSPHRASE, SECRET]),
        (&["vault", "set", "json", "--as-json"], &[PASSPHRASE, &key]),
        (&["vault", "set", "bad", "--as-json"], &[PASSPHRASE, SECRET]),
        (&["vault", "list"], &[PASSPHRASE]),
        (&["vault", "list"], &[SECRET]),
        (&["vault", "delete", "text"], &[PASSPHRASE]),
        (&["vault", "rekey"], &[PASSPHRASE, SECRET]),
        (&["vault", "list"], &[PASSPHRASE]),
        (&["hash-password"], &[SECRET]),
        (&["vault", "init", "--vault", "/dev/null/vault"], &[SECRET]),
    ];
    for (arguments, secrets) in steps {
        for json in [None, Some("--json")] {
            let arguments: Vec<_> = arguments.iter().copied().chain(json).collect();
            let ended = home.run(&arguments, secrets);
            let said = format!("{ended:?}");
            assert!(!said.contains(SECRET) && !said.contains(PASSPHRASE), "{arguments:?}: {said}");
        }
    }
    let files = home.everything();
    assert!(!holds(&files, SECRET) && !holds(&files, PASSPHRASE));
    // A name is none, though it may hold one: then the log does not show it.
    home.run(&["vault", "set", &format!("of-{SECRET}")], &[SECRET, SECRET]).ok();
    assert!(!holds(&std::fs::read(home.file("audit.log")).unwrap(), SECRET));
    let got = home.run(&["vault", "get", "json", "--field", "api_secret"], &[SECRET]).ok();
    assert_eq!(got.out.trim_end(), SECRET, "what is asked for is handed out");
}
