//! The help text of every command, as snapshots.

use crate::program::{Home, ended};

/// Every command, found by what the help texts list.
pub(crate) fn commands(home: &Home) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut next = 0;
    while let Some(command) = found.get(next).cloned() {
        next += 1;
        let text = help(home, &command, "-h");
        let listed = text.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in listed.take_while(|line| !line.is_empty()) {
            // Lines that go on are further in.
            if let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) {
                let name = name.split(' ').next().unwrap().to_owned();
                if name != "help" {
                    found.push(command.iter().cloned().chain([name]).collect());
                }
            }
        }
    }
    found
}

fn help(home: &Home, command: &[String], how: &str) -> String {
    let mut program = home.bare(&[]);
    let ended = ended(program.args(command).arg(how), "").ok();
    assert!(!ended.out.contains('\u{1b}'), "colours in a pipe: {ended:?}");
    ended.out
}

#[test]
fn help_of_every_command() {
    let home = Home::new();
    let all = commands(&home);
    assert!(all.len() > 20, "{all:?}");
    for command in &all {
        let text = help(&home, command, "--help");
        let name = command.iter().fold("help".to_owned(), |name, part| format!("{name}_{part}"));
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text.trim_end()));
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}

/// What nobody's settings may change.
#[test]
fn help_shows_no_value_of_the_environment() {
    let home = Home::new();
    for command in commands(&home) {
        let mut program = home.bare(&[]);
        let text = ended(program.args(&command).arg("--help"), "").ok().out;
        assert!(!text.contains(&home.path().display().to_string()), "{text}");
    }
}
