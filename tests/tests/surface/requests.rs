//! Every operation sends what the specification says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use twilio_openapi::products;
use twilio_tests::cases::run_all;
use twilio_tests::driver::{Drive, Driver, count, find};
use twilio_tests::recorder::Answer;
use twilio_tests::request::differences;
use twilio_tests::sample::{RequestCase, request_case};
use twilio_tests::surface::{ACCOUNT, surface};

struct Job {
    name: String,
    drive: Drive,
    case: RequestCase,
}

fn jobs() -> (usize, Vec<Job>) {
    let (mut operations, mut jobs) = (0, Vec::new());
    for product in products() {
        let spec = &surface(product.stem).expect("the specification is readable").spec;
        for operation in spec.operations().expect("operations") {
            operations += 1;
            let drive = find(product.stem, operation.id)
                .unwrap_or_else(|| panic!("{} {} is missing", product.stem, operation.id));
            for (kind, full) in [("minimal", false), ("full", true)] {
                let name = format!("{} {} {kind}", product.stem, operation.id);
                let case = request_case(spec, &operation, full, ACCOUNT);
                jobs.push(Job { name, drive, case });
            }
        }
    }
    (operations, jobs)
}

async fn run(mut driver: Driver, job: Job) -> (Driver, Vec<String>) {
    let outcome = driver.run(job.drive, job.case.values, Answer { status: 204, body: Vec::new() }).await;
    let found = match (outcome.requests.as_slice(), &outcome.result) {
        (_, Err(failure)) => vec![failure.to_string()],
        ([sent], Ok(_)) => differences(&job.case.expected, sent),
        (requests, Ok(_)) => vec![format!("{} requests were sent", requests.len())],
    };
    (driver, found.into_iter().map(|difference| format!("{}: {difference}", job.name)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_sends_what_the_specification_says() {
    let (operations, jobs) = jobs();
    assert_eq!(operations, count(), "the driver has other operations than the specifications");
    assert_eq!(operations, 1589);
    let cases = jobs.len();
    let values: usize = jobs.iter().map(|job| job.case.expected.values()).sum();
    let failures: Vec<String> = run_all(jobs, run).await.expect("servers start").concat();
    assert!(values > 7_000, "only {values} values were sent");
    println!(
        "{operations} operations, {cases} requests with {values} values, {} differences",
        failures.len()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
