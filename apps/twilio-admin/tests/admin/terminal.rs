//! In a terminal: what is asked for, that nothing is echoed, colours, Ctrl-C.

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

use crate::program::{Home, PASSPHRASE};

const SECRET: &str = "s3cr3t-that-is-typed";
const ESCAPE: char = '\u{1b}';

/// Runs the program in a terminal, from a shell that tells how it ended, and waits for 30 s at most.
fn spawn(command: &Command) -> PtySession {
    let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_str().unwrap());
    let words: Vec<_> = [command.get_program()].into_iter().chain(command.get_args()).map(quoted).collect();
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        &format!("trap : INT; stty echo; {}; echo ended with $?; stty -a; echo over", words.join(" ")),
    ]);
    shell.env_clear().env("PATH", std::env::var("PATH").unwrap());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    spawn_command(shell, Some(30_000)).unwrap()
}

/// Answers a prompt.
fn answer(session: &mut PtySession, prompt: &str, secret: &str) -> String {
    let before = session.exp_string(prompt).unwrap();
    session.send_line(secret).unwrap();
    before
}

/// What is left of the output, and the exit code. The terminal is as it was.
fn end(mut session: PtySession) -> (String, i32) {
    let rest = session.exp_string("ended with ").unwrap();
    let code = session.read_line().unwrap().trim().parse().unwrap();
    let settings = session.exp_string("over").unwrap();
    let words: Vec<_> = settings.split_whitespace().map(|word| word.trim_end_matches(';')).collect();
    for word in ["echo", "icanon", "isig"] {
        assert!(words.contains(&word), "{settings}");
    }
    (rest, code)
}

/// Without which the tests below would prove nothing.
#[test]
fn the_terminal_of_these_tests_echoes() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo ready; head -n 1"]);
    let mut session = spawn(&command);
    // What is typed before the shell has set the terminal up is not echoed.
    session.exp_string("ready").unwrap();
    session.send_line("typed").unwrap();
    let (rest, _) = end(session);
    assert_eq!(rest.matches("typed").count(), 2, "{rest}");
}

#[test]
fn secrets_are_asked_for_and_not_echoed() {
    let home = Home::new();
    let mut session = spawn(&home.command(&["vault", "init"]));
    let mut said = answer(&mut session, "New passphrase of the vault: ", PASSPHRASE);
    said += &answer(&mut session, "New passphrase of the vault, again: ", PASSPHRASE);
    let (rest, code) = end(session);
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("The vault is "), "{rest}");
    said += &rest;

    let mut session = spawn(&home.command(&["vault", "set", "twilio"]));
    said += &answer(&mut session, "Passphrase of the vault: ", PASSPHRASE);
    said += &answer(&mut session, "Secret: ", SECRET);
    let (rest, code) = end(session);
    assert_eq!(code, 0, "{rest}");
    said += &rest;
    assert!(!said.contains(SECRET) && !said.contains(PASSPHRASE), "{said}");
    assert_eq!(home.run(&["vault", "get", "twilio"], &[PASSPHRASE]).ok().out.trim_end(), SECRET);
}

#[test]
fn what_was_typed_can_be_mended() {
    let home = Home::with_vault();
    let mut session = spawn(&home.command(&["vault", "set", "twilio"]));
    answer(&mut session, "Passphrase of the vault: ", PASSPHRASE);
    session.exp_string("Secret: ").unwrap();
    // A line that is dropped whole, and a last character that is.
    session.send("wrong\u{15}rightx\u{7f}").unwrap();
    session.send_line("").unwrap();
    assert_eq!(end(session).1, 0);
    assert_eq!(home.run(&["vault", "get", "twilio"], &[PASSPHRASE]).ok().out, "right\n");
}

#[test]
fn a_wrong_passphrase_is_told_and_nothing_is_asked_any_more() {
    let home = Home::with_vault();
    let mut session = spawn(&home.command(&["vault", "set", "twilio"]));
    answer(&mut session, "Passphrase of the vault: ", "a wrong passphrase");
    let (rest, code) = end(session);
    assert_eq!(code, 4, "{rest}");
    assert!(rest.contains("the passphrase is wrong") && !rest.contains("Secret: "), "{rest}");
}

#[test]
fn new_passphrases_that_differ_change_nothing() {
    let home = Home::new();
    let mut session = spawn(&home.command(&["vault", "init"]));
    answer(&mut session, "New passphrase of the vault: ", PASSPHRASE);
    answer(&mut session, "again: ", "correct horse battery stable");
    let (rest, code) = end(session);
    assert_eq!(code, 2, "{rest}");
    assert!(rest.contains("the two secrets differ") && !home.file("secrets.vault").exists(), "{rest}");

    let home = Home::with_vault();
    let mut session = spawn(&home.command(&["vault", "rekey"]));
    answer(&mut session, "Passphrase of the vault: ", PASSPHRASE);
    answer(&mut session, "New passphrase of the vault: ", "another battery of horses");
    answer(&mut session, "again: ", "another battery of mules");
    assert_eq!(end(session).1, 2);
    home.run(&["vault", "list"], &[PASSPHRASE]).ok();

    let mut session = spawn(&home.command(&["hash-password"]));
    answer(&mut session, "Password: ", "one");
    answer(&mut session, "again: ", "two");
    let (rest, code) = end(session);
    assert!(code == 2 && !rest.contains("$argon2id$"), "{rest}");
}

#[test]
fn ctrl_c_ends_it_with_130_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let home = Home::with_vault();
    let before = std::fs::read(home.file("secrets.vault")).unwrap();
    let mut session = spawn(&home.command(&["vault", "set", "twilio"]));
    answer(&mut session, "Passphrase of the vault: ", PASSPHRASE);
    session.exp_string("Secret: ").unwrap();
    session.send("half of").unwrap();
    session.send_control('c').unwrap();
    let (rest, code) = end(session);
    assert!(code == 130 && !rest.contains("half of"), "{code} {rest}");
    assert_eq!(std::fs::read(home.file("secrets.vault")).unwrap(), before);
}

#[test]
fn a_signal_in_a_prompt_leaves_the_terminal_as_it_was() {
    let home = Home::with_vault();
    let folder = home.path().to_str().unwrap();
    let mut session = spawn(&home.command(&["vault", "list", "--home", folder]));
    session.exp_string("Passphrase of the vault: ").unwrap();
    // The shell has the folder in its arguments too, and is older.
    let found = Command::new("pgrep").args(["-n", "-f", folder]).output().unwrap();
    let id = String::from_utf8(found.stdout).unwrap();
    assert!(Command::new("kill").args(["-TERM", id.trim()]).status().unwrap().success());
    assert_eq!(end(session).1, 143);
}

#[test]
fn the_end_of_input_is_no_secret() {
    let home = Home::with_vault();
    let mut session = spawn(&home.command(&["vault", "list"]));
    session.exp_string("Passphrase of the vault: ").unwrap();
    session.send_control('d').unwrap();
    let (rest, code) = end(session);
    assert!(code == 2 && rest.contains("no secret was given"), "{code} {rest}");
}

#[test]
fn a_secret_is_shown_on_a_terminal_only_when_that_is_asked_for() {
    let home = Home::with_vault();
    home.run(&["vault", "set", "twilio"], &[PASSPHRASE, SECRET]).ok();
    let records = home.records().len();
    for arguments in [&["vault", "get", "twilio"][..], &["vault", "get", "twilio", "--json"]] {
        let (rest, code) = end(spawn(&home.command(arguments)));
        assert_eq!(code, 3, "{rest}");
        assert!(rest.contains("--reveal") && !rest.contains(SECRET), "{rest}");
    }
    assert_eq!(home.records().len(), records, "it was not even read");
    let mut session = spawn(&home.command(&["vault", "get", "twilio", "--reveal"]));
    answer(&mut session, "Passphrase of the vault: ", PASSPHRASE);
    let (rest, code) = end(session);
    assert!(code == 0 && rest.contains(SECRET), "{rest}");
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let home = Home::with_vault();
    let tail = ["audit", "tail"];
    let piped = crate::program::ended(&mut home.command(&tail), "").ok().out;
    assert!(!piped.contains(ESCAPE), "{piped}");
    let terminal = |variables: &[(&str, &str)]| {
        let mut command = home.command(&tail);
        command.env("TERM", "xterm").envs(variables.iter().copied());
        let (rest, code) = end(spawn(&command));
        assert_eq!(code, 0, "{rest}");
        rest.contains(ESCAPE)
    };
    assert!(terminal(&[]));
    assert!(!terminal(&[("NO_COLOR", "1")]));
    assert!(!terminal(&[("TERM", "dumb")]));
    let help = |variables: &[(&str, &str)]| {
        let mut command = home.bare(&["--help"]);
        command.env("TERM", "xterm").envs(variables.iter().copied());
        end(spawn(&command)).0.contains(ESCAPE)
    };
    assert!(help(&[]) && !help(&[("NO_COLOR", "1")]));
}

#[test]
fn the_api_key_is_asked_for_first_and_a_new_one_is_shown_on_the_terminal() {
    let (home, ada) = Home::with_people();
    let mut session = spawn(&home.bare(&["key", "issue", "ada"]));
    answer(&mut session, "Your API key: ", &ada);
    let (rest, code) = end(session);
    assert!(code == 0 && rest.contains("It is shown only once") && rest.contains("twak_"), "{rest}");
    assert!(!rest.contains(&ada), "{rest}");

    let mut session = spawn(&home.bare(&["vault", "init"]));
    answer(&mut session, "Your API key: ", &ada);
    answer(&mut session, "New passphrase of the vault: ", PASSPHRASE);
    answer(&mut session, "again: ", PASSPHRASE);
    assert_eq!(end(session).1, 0);
    let mut session = spawn(&home.bare(&["vault", "list"]));
    answer(&mut session, "Your API key: ", "twak_wrong");
    let (rest, code) = end(session);
    assert!(code == 4 && !rest.contains("Passphrase"), "{rest}");
}

#[test]
fn nothing_is_read_where_a_terminal_would_show_it() {
    let home = Home::with_vault();
    let passphrase = home.write("passphrase", PASSPHRASE).display().to_string();
    for arguments in
        [&["vault", "list", "--stdin"][..], &["vault", "set", "a", "-", "--passphrase-file", &passphrase]]
    {
        let (rest, code) = end(spawn(&home.command(arguments)));
        assert!(code == 2 && rest.contains("would show the secret"), "{code} {rest}");
    }
}

#[test]
fn ctrl_c_ends_a_login_that_waits() {
    let home = Home::with_vault();
    let url = "http://127.0.0.1:1/";
    let login =
        ["login", "a", "--client-id", "c", "--token-url", url, "--authorization-url", url, "--no-browser"];
    let mut session = spawn(&home.command(&login));
    answer(&mut session, "Passphrase of the vault: ", PASSPHRASE);
    session.exp_string("code_challenge=").unwrap();
    session.send_control('c').unwrap();
    assert_eq!(end(session).1, 130);
}
