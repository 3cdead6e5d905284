//! Every response decodes, and its typed form equals it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use twilio_openapi::products;
use twilio_tests::cases::{check_answer, run_all};
use twilio_tests::driver::{Drive, Driver, Outcome, Reply, find};
use twilio_tests::examples::{examples, verbatim};
use twilio_tests::mutation::mutations;
use twilio_tests::recorder::Answer;
use twilio_tests::sample::Sampler;
use twilio_tests::surface::{Surface, surface};
use twilio_tests::values::Values;

/// Examples that are no answers of their operation, and why.
const NOT_ANSWERS: &[(&str, &str)] = &[];

#[derive(Clone)]
struct Call {
    surface: &'static Surface,
    operation: &'static twilio_codegen::analyze::Operation,
    drive: Drive,
    values: Values,
}

fn call(product: &str, id: &str) -> Call {
    let surface = surface(product).expect("the specification is readable");
    let operation = surface.operation(id).expect("the operation is known");
    let values = surface.required(id).expect("the operation is in the specification");
    Call { surface, operation, drive: find(product, id).expect("the driver has it"), values }
}

struct Job {
    id: String,
    call: Call,
    status: u16,
    body: String,
}

/// The case's name, what differs, and whether a reader that reads nothing would have been found out.
type Checked = (String, Vec<String>, bool);

async fn run(mut driver: Driver, job: Job) -> (Driver, Checked) {
    let Job { id, call, status, body } = job;
    let answer = Answer { status, body: body.clone().into_bytes() };
    let outcome = driver.run(call.drive, call.values, answer).await;
    let found = check_answer(&call.surface.api, call.operation, status, &body, &outcome);
    let blind = outcome.result.map(|reply| Reply { known: serde_json::Value::Null, ..reply });
    let blind = Outcome { requests: Vec::new(), result: blind };
    let noticed = !check_answer(&call.surface.api, call.operation, status, &body, &blind).is_empty();
    (driver, (id, found, noticed))
}

fn report(results: &[Checked]) -> Vec<String> {
    let failed = results.iter().filter(|(_, found, _)| !found.is_empty());
    failed.map(|(id, found, _)| format!("{id}: {}", found.join("; "))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_specifications_decodes() {
    let Some(folder) = verbatim("every_example_of_the_specifications_decodes") else { return };
    let mut calls = BTreeMap::new();
    let jobs: Vec<Job> = examples(&folder)
        .expect("the verbatim files are readable")
        .into_iter()
        .map(|example| {
            let key = (example.product, example.operation.clone());
            let call = calls.entry(key).or_insert_with(|| call(example.product, &example.operation)).clone();
            Job { id: example.id, call, status: example.status, body: example.body.to_string() }
        })
        .collect();
    let count = jobs.len();
    let results = run_all(jobs, run).await.expect("servers start");
    let failed: BTreeSet<&str> =
        results.iter().filter(|(_, found, _)| !found.is_empty()).map(|(id, ..)| id.as_str()).collect();
    let unneeded: Vec<_> = NOT_ANSWERS.iter().filter(|(id, _)| !failed.contains(id)).collect();
    assert!(unneeded.is_empty(), "take these out of the table, they decode: {unneeded:?}");
    let mut failures = report(&results);
    failures.retain(|line| !NOT_ANSWERS.iter().any(|(id, _)| line.starts_with(id)));
    let noticed = results.iter().filter(|(.., noticed)| *noticed).count();
    println!(
        "{count} examples, {} that are no answers, {} failures; a reader that reads nothing fails {noticed}",
        NOT_ANSWERS.len(),
        failures.len()
    );
    assert!(count > 1700, "only {count} examples were found");
    assert!(noticed > count * 9 / 10, "a reader that reads nothing fails only {noticed} examples");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_decodes_however_it_departs_from_its_schema() {
    let mut jobs = Vec::new();
    let mut answers = 0;
    for product in products() {
        let surface = surface(product.stem).expect("the specification is readable");
        // Operations that share an answer's type share its reader.
        let mut seen = BTreeSet::new();
        for source in surface.spec.operations().expect("operations") {
            let Some(schema) = source.success().and_then(|response| response.schema) else { continue };
            let call = call(product.stem, source.id);
            if !seen.insert(format!("{:?}", call.operation.output)) {
                continue;
            }
            answers += 1;
            let sampler = Sampler::full(&surface.spec);
            let full = sampler.value(schema, "answer", 0);
            let unknown = sampler.unknown_enums().value(schema, "answer", 0);
            let variants = [("as specified", full.clone()), ("unknown enum values", unknown)];
            for (kind, body) in variants.into_iter().chain(mutations(&full)) {
                let id = format!("{} {}, {kind}", product.stem, source.id);
                jobs.push(Job { id, call: call.clone(), status: 200, body: body.to_string() });
            }
        }
    }
    let count = jobs.len();
    let failures = report(&run_all(jobs, run).await.expect("servers start"));
    println!("{answers} kinds of answers, {count} variants, {} failures", failures.len());
    assert!(answers > 700, "only {answers} kinds of answers were found");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
