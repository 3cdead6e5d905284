//! A writer that is killed at any moment leaves the old entries or the new ones.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::folder::Folder;
use crate::{create, open, text};

const KILLS: u64 = 1000;

/// What the writer stores beside a number, so that half of a change would show.
fn payload(number: u64) -> String {
    format!("{number}-").repeat(500 + (number % 7) as usize * 300)
}

#[test]
fn as_another_process() {
    let Some(path) = std::env::var_os("TWILIO_TEST_VAULT") else { return };
    let vault = open(path.as_ref()).unwrap();
    let mut number: u64 = text(&vault, "last").split('-').next().unwrap().parse().unwrap();
    loop {
        number += 1;
        vault.set("last", payload(number), None).unwrap();
        println!("\ndone {number}");
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn weakness_26_a_thousand_kills_lose_no_change_that_was_acknowledged() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("kept", "s3cret", None).unwrap();
    vault.set("last", payload(0), None).unwrap();
    let (mut before, mut in_the_middle) = (0, 0);
    for round in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::as_another_process", "--nocapture"])
            .env("TWILIO_TEST_VAULT", vault.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let done = |line: String| line.strip_prefix("done ").map(|number| number.parse::<u64>().unwrap());
        let mut acknowledged = output.by_ref().find_map(done).unwrap();
        std::thread::sleep(Duration::from_micros(round * 7919 % 4000));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = output.filter_map(done).last().unwrap_or(acknowledged);
        let last = text(&open(vault.path()).unwrap(), "last");
        let number: u64 = last.split('-').next().unwrap().parse().unwrap();
        assert!(last == payload(number), "round {round}: a change that is neither old nor new");
        assert!(
            number == acknowledged || number == acknowledged + 1,
            "round {round}: {number} after {acknowledged}"
        );
        assert!(number > before, "round {round}");
        before = number;
        in_the_middle += u64::from(folder.file("secrets.vault.new").exists());
    }
    // The kills were not all between two changes.
    assert!(in_the_middle > 0);
    assert_eq!(text(&vault, "kept"), "s3cret");
    vault.set("after", "x", None).unwrap();
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["secrets.vault", "secrets.vault.lock"]);
}
