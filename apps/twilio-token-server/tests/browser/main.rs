//! The page of `examples/browser`, driven in headless Chromium. `cargo xtask test` has Chromium installed where it can.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../examples/browser/app.rs"]
mod app;
mod webdriver;

use std::net::SocketAddr;

use app::{App, USER};
use webdriver::Browser;

/// The page and the token server, on threads of their own.
fn start() -> (tokio::runtime::Runtime, App) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    let app = runtime.block_on(app::start()).unwrap();
    (runtime, app)
}

fn log_in(browser: &Browser, at: SocketAddr, name: &str, password: &str) {
    browser.open(&format!("http://{at}/"));
    browser.write("#username", name);
    browser.write("#password", password);
    browser.click("#ask");
}

fn life(browser: &Browser) -> u64 {
    browser.text("#life").parse().unwrap()
}

#[test]
fn a_page_gets_its_token_and_shows_it() {
    let (_runtime, app) = start();
    let browser = Browser::start();
    let (name, password) = USER;

    log_in(&browser, app.page, name, password);
    browser.wait("the claims", |browser| browser.is_shown("#token"));
    assert_eq!(browser.text("#identity"), "susan");
    let grants: serde_json::Value = serde_json::from_str(&browser.text("#grants")).unwrap();
    assert_eq!(grants, serde_json::json!({ "video": { "room": "room-of-susan" } }));
    assert!(browser.text("#key").starts_with("SK") && browser.text("#account").starts_with("AC"));
    assert!(!browser.is_shown("#error"));
    let first = life(&browser);
    assert!((1..=600).contains(&first), "{first}");
    browser.wait("less life", |browser| life(browser) < first);

    // Neither the token nor the password stays anywhere on the page.
    let everything = "return document.documentElement.outerHTML + JSON.stringify([localStorage, sessionStorage, \
                      document.cookie, document.querySelector('#password').value])";
    let everything = browser.run(everything);
    let everything = everything.as_str().unwrap();
    assert!(everything.contains("room-of-susan"));
    assert!(!everything.contains("eyJ") && !everything.contains(password), "{everything}");

    // A token whose life is over is said to be.
    browser.run("const now = Date.now; Date.now = () => now() + 601e3");
    browser.wait("the end", |browser| browser.is_shown("#error"));
    assert_eq!(browser.text("#error"), "The token has expired.");
    assert!(!browser.is_shown("#token"));
}

#[test]
fn errors_are_shown() {
    let (_runtime, app) = start();
    let browser = Browser::start();
    for name in ["susan", "nobody"] {
        log_in(&browser, app.page, name, "no password of anybody");
        browser.wait("an error", |browser| browser.is_shown("#error"));
        assert_eq!(browser.text("#error"), "No token (401): invalid credentials.");
        assert!(!browser.is_shown("#token"));
    }
    // The page that has had an error can go on.
    browser.write("#password", USER.1);
    browser.run("document.querySelector('#username').value = 'susan'");
    browser.click("#ask");
    browser.wait("the claims", |browser| browser.is_shown("#token"));
    assert!(!browser.is_shown("#error"));

    // Ten attempts a minute are a user's.
    let mut shown = String::new();
    for _ in 0..12 {
        log_in(&browser, app.page, "susan", "no password of anybody");
        browser.wait("an error", |browser| browser.is_shown("#error"));
        shown = browser.text("#error");
        if shown.starts_with("Too many") {
            break;
        }
    }
    let wait =
        shown.strip_prefix("Too many attempts; try again in ").and_then(|rest| rest.strip_suffix(" s."));
    let wait: u64 = wait.unwrap_or_else(|| panic!("{shown}")).parse().unwrap();
    assert!((1..=60).contains(&wait));
}

#[test]
fn a_page_of_another_origin_and_foreign_scripts_get_nothing() {
    let (_runtime, app) = start();
    let browser = Browser::start();
    let (name, password) = USER;
    log_in(&browser, app.stranger, name, password);
    browser.wait("an error", |browser| browser.is_shown("#error"));
    assert_eq!(browser.text("#error"), "The token server cannot be asked from this page.");
    assert!(!browser.is_shown("#token"));

    // The same page may ask from its own origin.
    log_in(&browser, app.page, name, password);
    browser.wait("the claims", |browser| browser.is_shown("#token"));

    // Its policy lets no script in that is not the page's, and no word out to others.
    browser.run(
        "window.intruded = false;
         const attempt = (intrude) => { try { intrude(); } catch { } };
         const script = (text) => Object.assign(document.createElement('script'), { text });
         attempt(() => document.body.append(script('window.intruded = true')));
         attempt(() => document.body.setAttribute('onclick', 'window.intruded = true'));
         attempt(() => document.body.insertAdjacentHTML('beforeend', '<p onclick=\"window.intruded = true\">'));
         document.body.click();",
    );
    assert_eq!(browser.run("return window.intruded"), false);
    let fetched = |at: SocketAddr| {
        let script = format!("return fetch('http://{at}/healthz', {{ mode: 'no-cors' }})");
        browser.run(&format!("{script}.then(() => 'sent', () => 'refused')"))
    };
    assert_eq!((fetched(app.stranger), fetched(app.token_server)), ("refused".into(), "sent".into()));
}
