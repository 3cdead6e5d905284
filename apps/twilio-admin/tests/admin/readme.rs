//! The commands of the guide, as a reader copies them.

use std::process::Command;

use rexpect::session::spawn_command;

use crate::program::{Home, PASSPHRASE, ended};

const GUIDE: &str = include_str!("../../../../docs/command-line.md");

const MODULE: &str = include_str!("../../src/main.rs");

#[test]
fn the_commands_work_when_they_are_copied() {
    let home = Home::new();
    let block = GUIDE.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let commands: Vec<_> = block.lines().filter(|line| !line.starts_with("cargo ")).collect();
    assert!(commands.len() > 8, "{commands:?}");
    let script = home.write("script", &format!("stty echo\n{}\necho all done\n", commands.join("\n")));
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_twilio-admin"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-e", script.to_str().unwrap()]).current_dir(home.path());
    shell.env_clear().env("PATH", path).env("HOME", home.path());
    let mut session = spawn_command(shell, Some(30_000)).unwrap();
    let mut said = String::new();
    let new = "New passphrase of the vault";
    let prompts = [
        (format!("{new}: "), PASSPHRASE),
        (format!("{new}, again: "), PASSPHRASE),
        ("Passphrase of the vault: ".to_owned(), PASSPHRASE),
        ("Secret: ".to_owned(), "the secret of an API key"),
        ("Passphrase of the vault: ".to_owned(), PASSPHRASE),
    ];
    for (prompt, secret) in prompts {
        said += &session.exp_string(&prompt).unwrap();
        session.send_line(secret).unwrap();
    }
    said += &session.exp_string("all done").unwrap();
    assert!(said.contains("twilio.toml is valid") && said.contains("The log is intact"), "{said}");
    assert!(!said.contains(PASSPHRASE) && !said.contains("the secret of an API key"), "{said}");
    // Where the guide says that files are.
    let settings = if cfg!(windows) { "AppData" } else { ".config" };
    for file in ["users.db", "secrets.vault", "audit.log"] {
        assert!(home.file(settings).join("twilio-admin").join(file).exists(), "{file}");
    }
}

#[test]
fn the_exit_codes_are_those_of_the_help_text() {
    let home = Home::new();
    let help = ended(&mut home.bare(&["--help"]), "").ok().out;
    let codes = help.split_once("Exit codes:\n").unwrap().1;
    let rows: Vec<String> = codes
        .lines()
        .map(|line| {
            let (code, meaning) = line.trim().split_once(' ').unwrap();
            format!("| {code} | {} |", meaning.trim())
        })
        .collect();
    assert_eq!(rows.len(), 8);
    for row in rows {
        assert!(GUIDE.contains(&row), "{row}");
        // The module's documentation says a little more of the last.
        let row = row.trim_end_matches(" |");
        assert!(MODULE.contains(&format!("//! {row}")), "{row}");
    }
}
