//! Every exit code that the help text lists, and that no other is used.

use crate::program::{Home, PASSPHRASE, ended};

#[test]
fn the_help_text_lists_the_codes_and_each_comes_as_listed() {
    let home = Home::with_vault();
    let help = ended(&mut home.bare(&["--help"]), "").ok().out;
    let listed: Vec<i32> = help
        .lines()
        .skip_while(|line| *line != "Exit codes:")
        .skip(1)
        .filter_map(|line| line.split_whitespace().next()?.parse().ok())
        .collect();
    assert_eq!(listed, [0, 1, 2, 3, 4, 5, 6, 130]);

    home.run(&["vault", "list"], &[PASSPHRASE]).ok();
    home.run(&["vault", "list", "--audit-log", "/dev/null/x"], &[PASSPHRASE]).failed(1, "audit");
    home.run(&["vault", "list", "--what"], &[PASSPHRASE]).failed(2, "unexpected argument");
    ended(&mut home.bare(&["vault", "list"]), "").failed(3, "--no-users-db");
    home.run(&["vault", "list"], &["wrong"]).failed(4, "passphrase is wrong");
    home.write("bad.toml", "");
    let bad = home.file("bad.toml").display().to_string();
    home.run(&["config", "check", &bad], &[]).failed(5, "");
    home.run(&["vault", "get", "none"], &[PASSPHRASE]).failed(6, "no entry");
    // 130 is for a terminal, see there.
}

#[test]
fn no_command_at_all_is_a_usage_error_with_the_commands() {
    let home = Home::new();
    let none = ended(&mut home.bare(&[]), "").failed(2, "Usage: twilio-admin");
    assert!(none.out.is_empty() && none.err.contains("vault"), "{none:?}");
    ended(&mut home.bare(&["--version"]), "").ok();
}

/// Without a terminal there is nobody to ask; the program does not wait for one.
#[cfg(target_os = "linux")]
#[test]
fn without_a_terminal_secrets_are_read_where_that_is_said() {
    let home = Home::with_vault();
    let setsid = std::process::Command::new("setsid").arg("--version").output();
    assert!(setsid.is_ok(), "setsid (util-linux) is not there");
    let program = home.command(&["vault", "list"]);
    let mut detached = std::process::Command::new("setsid");
    detached.arg("--wait").arg(program.get_program()).args(program.get_args()).env_clear();
    detached.env("TWILIO_ADMIN_HOME", home.path()).env("PATH", std::env::var("PATH").unwrap());
    ended(&mut detached, "").failed(2, "no terminal for a prompt");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error_and_what_nobody_reads_is_none() {
    let home = Home::with_vault();
    let full = std::fs::File::create("/dev/full").unwrap();
    let passphrase = home.write("passphrase", PASSPHRASE);
    for json in [None, Some("--json")] {
        let mut command = home.command(&["vault", "list", "--passphrase-file", passphrase.to_str().unwrap()]);
        let run = command.args(json).stdout(full.try_clone().unwrap()).output().unwrap();
        assert_eq!(run.status.code(), Some(1), "{run:?}");
        assert!(String::from_utf8_lossy(&run.stderr).contains("cannot write to standard output"), "{run:?}");
    }
    let mut child = crate::program::start(home.command(&["vault", "list"]).arg("--stdin"));
    drop(child.stdout.take());
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSPHRASE}\n").as_bytes())
        .unwrap();
    crate::program::finished(child).ok();
}
