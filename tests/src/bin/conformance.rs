//! Runs cases from a file, one JSON object a line, through the SDK's typed methods.

use std::process::ExitCode;

use twilio_tests::cases::{Decode, Request, Tally, Verdict, run_all};
use twilio_tests::driver::Driver;

const USAGE: &str = "usage: conformance decode FILE.jsonl\n       conformance request FILE.jsonl";

/// A line: a case, or why it is none.
enum Line {
    Decode(Decode),
    Request(Box<Request>),
    Malformed(String),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ([kind @ ("decode" | "request"), file], runtime) =
        (arguments.as_slice(), tokio::runtime::Runtime::new())
    else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("cannot read {file}: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let run = |runtime: tokio::runtime::Runtime| runtime.block_on(run(lines(kind, &text)));
    match runtime.map_err(|e| e.to_string()).and_then(run) {
        Ok(tally) if tally.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The lines that are not blank: what a report calls each, and its case.
fn lines(kind: &str, text: &str) -> Vec<(String, Line)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| one(kind, at + 1, line)).collect()
}

fn one(kind: &str, number: usize, line: &str) -> (String, Line) {
    let case = if kind == "decode" {
        serde_json::from_str::<Decode>(line).map(|case| (name(&case.id), Line::Decode(case)))
    } else {
        serde_json::from_str::<Request>(line).map(|case| (name(&case.id), Line::Request(Box::new(case))))
    };
    case.unwrap_or_else(|error| (format!("line {number}"), Line::Malformed(error.to_string())))
}

fn name(id: &serde_json::Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

async fn run(lines: Vec<(String, Line)>) -> Result<Tally, String> {
    let verdicts = run_all(lines, |driver: Driver, (name, line)| async move {
        let (driver, verdict) = match line {
            Line::Decode(case) => case.run(driver).await,
            Line::Request(case) => case.run(driver).await,
            Line::Malformed(why) => (driver, Verdict::Failed(why)),
        };
        (driver, (name, verdict))
    });
    let mut tally = Tally::default();
    for (name, verdict) in verdicts.await? {
        match verdict {
            Verdict::Passed => tally.passed += 1,
            Verdict::Skipped => tally.skipped += 1,
            Verdict::Failed(why) => {
                tally.failed += 1;
                println!("{name}: {}", why.replace('\n', " "));
            }
        }
    }
    println!("{tally}");
    Ok(tally)
}
