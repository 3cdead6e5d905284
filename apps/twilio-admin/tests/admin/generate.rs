//! Completions and manual pages.

use crate::help::commands;
use crate::program::{Home, ended};

#[test]
fn completions_of_every_shell_name_every_command() {
    let home = Home::new();
    let all = commands(&home);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = ended(&mut home.bare(&["completions", shell]), "").ok().out;
        for command in &all {
            for name in command {
                assert!(script.contains(name.as_str()), "{shell} lacks {command:?}");
            }
        }
        assert!(script.contains("no-users-db"), "{shell}");
    }
    ended(&mut home.bare(&["completions", "command.com"]), "").failed(2, "possible values");
}

/// The script is one for bash in more than name.
#[cfg(unix)]
#[test]
fn bash_completes_with_the_script() {
    let home = Home::new();
    let script = ended(&mut home.bare(&["completions", "bash"]), "").ok().out;
    let file = home.write("completions.bash", &script);
    let test = format!(
        "source {} && COMP_WORDS=(twilio-admin vault re) COMP_CWORD=2 && \
         _twilio__admin twilio-admin re vault && echo \"${{COMPREPLY[@]}}\"",
        file.display()
    );
    let Ok(output) = std::process::Command::new("bash").args(["--norc", "-c", &test]).output() else {
        panic!("bash is not there");
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "rekey", "{output:?}");
}

#[test]
fn every_command_has_its_manual_page() {
    let home = Home::new();
    let folder = home.file("man");
    std::fs::create_dir(&folder).unwrap();
    ended(&mut home.bare(&["man", "--dir", folder.to_str().unwrap()]), "").ok();
    for command in commands(&home) {
        let name = std::iter::once("twilio-admin").chain(command.iter().map(String::as_str));
        let page = folder.join(format!("{}.1", name.collect::<Vec<_>>().join("-")));
        let text = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{page:?}: {error}"));
        assert!(text.contains(".SH SYNOPSIS") && text.contains(".SH NAME"), "{text}");
        assert!(text.contains(&format!("\"twilio-admin {}\"", env!("CARGO_PKG_VERSION"))), "{text}");
        let mut program = home.bare(&["man"]);
        let printed = ended(program.args(&command), "").ok().out;
        assert_eq!(printed, text, "{command:?}");
    }
    ended(&mut home.bare(&["man", "vault", "explode"]), "").failed(6, "no such command");
    let gone = home.file("gone");
    ended(&mut home.bare(&["man", "--dir", gone.to_str().unwrap()]), "").failed(1, "gone");
}

#[test]
fn the_programs_own_page_names_groups_and_exit_codes() {
    let home = Home::new();
    let page = ended(&mut home.bare(&["man"]), "").ok().out;
    for group in commands(&home).iter().filter(|command| command.len() == 1) {
        assert!(
            page.contains(&format!("twilio\\-admin\\-{}(1)", group[0].replace('-', "\\-"))),
            "{group:?}: {page}"
        );
    }
    assert!(page.contains("Exit codes:"));
}
