//! Both kinds of credentials, on every operation of every product.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use twilio_openapi::products;
use twilio_sdk::{ApiKeyConfig, Auth, AuthTokenConfig};
use twilio_tests::driver::{Driver, find};
use twilio_tests::recorder::Answer;
use twilio_tests::surface::{ACCOUNT, surface};
use twilio_tests::values::{Place, Values};

const KEY: &str = "SK00000000000000000000000000000002";
const SUB_ACCOUNT: &str = "AC00000000000000000000000000000009";

/// What a client's credentials are, and the header that they must make.
fn kinds() -> [(Auth, &'static str); 2] {
    [
        (
            AuthTokenConfig::new(ACCOUNT, "token").into(),
            "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjp0b2tlbg==",
        ),
        (
            ApiKeyConfig::new(ACCOUNT, KEY, "secret").into(),
            "Basic U0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMjpzZWNyZXQ=",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_every_product_carries_the_credentials_and_the_right_account() {
    for (auth, header) in kinds() {
        let mut driver = Driver::with_auth(auth).await.expect("a server");
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut anonymous, mut paths, mut oauth) = (0, 0, 0);
        for product in products() {
            let surface = surface(product.stem).expect("a readable specification");
            for operation in &surface.api.operations {
                let drive = find(product.stem, &operation.id).expect("a driver");
                let accounts: &[Option<&str>] =
                    if operation.account_path { &[None, Some(SUB_ACCOUNT)] } else { &[None] };
                for account in accounts {
                    let mut values: Values = surface.required(&operation.id).expect("samples");
                    if operation.account_path {
                        values.path.remove("AccountSid");
                    }
                    if let Some(account) = account {
                        values.insert(Place::Path, "AccountSid", (*account).into());
                    }
                    let name = format!("{} {}", product.stem, operation.id);
                    let outcome = driver.run(drive, values, Answer { status: 204, body: Vec::new() }).await;
                    if operation.oauth_only {
                        let refused = outcome.result.as_ref().err().map(|error| format!("{error:?}"));
                        assert!(refused.is_some_and(|text| text.contains("OAuth")), "{name}");
                        assert!(outcome.requests.is_empty(), "{name}: sent");
                        oauth += 1;
                        continue;
                    }
                    assert!(outcome.result.is_ok(), "{name}: {:?}", outcome.result);
                    let [request] = outcome.requests.as_slice() else { panic!("{name}: not one request") };
                    let sent: Vec<&str> = request
                        .headers
                        .iter()
                        .filter(|(name, _)| name == "authorization")
                        .map(|(_, value)| value.as_str())
                        .collect();
                    if operation.authenticated {
                        assert_eq!(sent, [header], "{name}");
                    } else {
                        anonymous += 1;
                        assert!(sent.is_empty(), "{name}");
                    }
                    assert!(!request.headers.iter().any(|(name, _)| name.contains("anonymous")), "{name}");
                    if operation.account_path {
                        paths += 1;
                        let expected = format!("/2010-04-01/Accounts/{}", account.unwrap_or(ACCOUNT));
                        assert!(request.path().starts_with(&expected), "{name}: {}", request.path());
                        assert!(!request.path().contains(KEY), "{name}");
                    }
                    *counts.entry(product.stem).or_default() += 1;
                }
            }
        }
        let total: usize = counts.values().sum();
        println!(
            "{} products, {total} requests, {anonymous} without credentials, {paths} account paths",
            counts.len()
        );
        let with_operations =
            products().iter().filter(|p| !surface(p.stem).unwrap().api.operations.is_empty());
        assert_eq!(counts.len(), with_operations.count());
        assert!(
            oauth > 10 && total + oauth >= 1589 + paths / 2 && paths > 300 && anonymous < 20,
            "{total} {paths} {anonymous}"
        );
    }
}
