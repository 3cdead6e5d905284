//! `login`: both flows against a server of the test's own, without a browser.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::loopback::{Loopback, Reply};
use crate::program::{Ended, Home, PASSPHRASE, finished, lines, start};

const TOKENS: &str = r#"{"access_token":"s3cr3t-access","token_type":"Bearer","expires_in":3600,
    "refresh_token":"s3cr3t-refresh","scope":"messages"}"#;

/// A login that is under way.
struct Running {
    child: Child,
    said: BufReader<ChildStderr>,
}

impl Running {
    fn start(command: &mut Command, secrets: &[&str]) -> Self {
        use std::io::Write as _;
        let mut child = start(command.arg("--stdin"));
        child.stdin.take().unwrap().write_all(lines(secrets).as_bytes()).unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { child, said }
    }

    /// The next line that the person is told.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn end(mut self) -> Ended {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        Ended { err: rest, ..finished(self.child) }
    }
}

fn login(home: &Home, server: &Loopback, more: &[&str]) -> Command {
    let token_url = format!("{}/token", server.url);
    let mut command = home.command(&["login", "alice", "--client-id", "client", "--token-url", &token_url]);
    command.args(["--scope", "messages", "--param", "audience=https://api.example.com"]).args(more);
    command
}

fn browser(home: &Home, server: &Loopback, more: &[&str]) -> Running {
    let url = format!("{}/authorize", server.url);
    let mut command = login(home, server, &["--authorization-url", &url, "--no-browser"]);
    Running::start(command.args(more), &[PASSPHRASE])
}

/// A request by hand, and the whole answer.
async fn ask(method: &str, url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn parameters(url: &str) -> std::collections::HashMap<String, String> {
    let query = url.split_once('?').unwrap().1;
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_a_browser_puts_the_tokens_into_the_vault() {
    let home = Home::with_vault();
    let server = Loopback::start(|_, _| Reply::new(200, TOKENS)).await;
    let mut running = browser(&home, &server, &["--json"]);
    assert_eq!(running.line(), "Log in at");
    let url = running.line();
    assert!(url.starts_with(&format!("{}/authorize?", server.url)), "{url}");
    let asked = parameters(&url);
    assert_eq!((asked["scope"].as_str(), asked["code_challenge_method"].as_str()), ("messages", "S256"));
    assert_eq!(asked["audience"], "https://api.example.com");
    let (redirect, state) = (asked["redirect_uri"].clone(), asked["state"].clone());
    assert!(redirect.starts_with("http://127.0.0.1:") && redirect.ends_with("/callback"), "{redirect}");

    // What others of this machine send ends nothing.
    let wrong = [
        ask("GET", &format!("{redirect}?code=evil&state=wrong")).await,
        ask("GET", &format!("{redirect}?error=access_denied")).await,
        ask("POST", &format!("{redirect}?code=evil&state={state}")).await,
        ask("GET", &redirect.replace("callback", "favicon.ico")).await,
    ];
    let statuses: Vec<_> = wrong.iter().map(|answer| answer.get(9..12).unwrap()).collect();
    assert_eq!(statuses, ["400", "400", "405", "404"]);

    let answer = ask("GET", &format!("{redirect}?code=s3cr3t-code&state={state}")).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("cache-control: no-store"), "{answer}");
    assert!(answer.contains("continues in the terminal") && !answer.contains("s3cr3t"), "{answer}");
    let ended = running.end().ok();
    let json = ended.json();
    assert_eq!(
        (&json["name"], &json["entry"], &json["scope"]),
        (&"alice".into(), &"oauth/alice".into(), &"messages".into())
    );
    assert_eq!(json["refresh_token"], true);
    assert!(!format!("{ended:?}").contains("s3cr3t"));

    let seen = &server.at("/token")[0];
    assert_eq!(seen.field("code").as_deref(), Some("s3cr3t-code"));
    assert_eq!(seen.field("redirect_uri"), Some(redirect));
    let verifier = seen.field("code_verifier").unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.encode(digest), asked["code_challenge"]);

    let kept = home.json(&["vault", "get", "oauth/alice"], &[PASSPHRASE]);
    assert_eq!(kept["value"]["access_token"], "s3cr3t-access");
    assert_eq!(kept["value"]["refresh_token"], "s3cr3t-refresh");
    let issued: Vec<_> =
        home.records().into_iter().filter(|record| record["event"] == "token.issue").collect();
    assert_eq!(issued.len(), 1);
    assert_eq!((&issued[0]["outcome"], &issued[0]["resource"]), (&"ok".into(), &"oauth/alice".into()));
}

/// With a program in the place of the system's own that opens addresses.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_opened_and_learns_no_key() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    let script = format!(
        "#!/bin/sh\necho \"$1\" > {0}/url.new\nenv > {0}/environment\nmv {0}/url.new {0}/url\n",
        home.path().display()
    );
    crate::folder::chmod(&home.write("xdg-open", &script), 0o700);
    let server = Loopback::start(|_, _| Reply::new(200, TOKENS)).await;
    let (token, page) = (format!("{}/token", server.url), format!("{}/authorize", server.url));
    let mut command = home.bare(&[
        "login",
        "alice",
        "--client-id",
        "c",
        "--token-url",
        &token,
        "--authorization-url",
        &page,
    ]);
    let path = format!("{}:{}", home.path().display(), std::env::var("PATH").unwrap());
    let running = Running::start(command.env("TWILIO_ADMIN_KEY", &ada).env("PATH", path), &[PASSPHRASE]);
    let opened = home.file("url");
    while !opened.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let asked = parameters(std::fs::read_to_string(opened).unwrap().trim_end());
    ask("GET", &format!("{}?code=c&state={}", asked["redirect_uri"], asked["state"])).await;
    assert_eq!(running.end().code, 0);
    let environment = std::fs::read_to_string(home.file("environment")).unwrap();
    assert!(environment.contains("TWILIO_ADMIN_HOME=") && !environment.contains(&ada), "{environment}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_denied_keeps_nothing() {
    let home = Home::with_vault();
    let server = Loopback::start(|_, _| Reply::new(200, TOKENS)).await;
    let mut running = browser(&home, &server, &[]);
    running.line();
    let asked = parameters(&running.line());
    let (redirect, state) = (&asked["redirect_uri"], &asked["state"]);
    ask("GET", &format!("{redirect}?error=access_denied&state={state}")).await;
    running.end().failed(4, "access_denied");
    assert!(server.seen().is_empty());
    assert_eq!(home.json(&["vault", "list"], &[PASSPHRASE])["entries"].as_array().unwrap().len(), 0);
    let issued = home.records().into_iter().find(|record| record["event"] == "token.issue").unwrap();
    assert_eq!(issued["outcome"], "denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_waited_for_without_end() {
    let home = Home::with_vault();
    let server = Loopback::start(|_, _| Reply::new(200, TOKENS)).await;
    let running = browser(&home, &server, &["--timeout", "300ms"]);
    running.end().failed(1, "no login within 300ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_asked_for_is_used_or_the_login_fails() {
    let home = Home::with_vault();
    let server = Loopback::start(|_, _| Reply::new(200, TOKENS)).await;
    let taken = server.url.rsplit(':').next().unwrap();
    browser(&home, &server, &["--redirect-port", taken])
        .end()
        .failed(1, "cannot open a port for the redirect");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_the_client_is_in_no_record() {
    let home = Home::with_vault();
    let url = "http://127.0.0.1:1/";
    let mut command = home.command(&["login", "of-s3cr3t-client", "--client-id", "c", "--token-url", url]);
    command.args(["--device-authorization-url", url, "--client-secret"]);
    Running::start(&mut command, &[PASSPHRASE, "s3cr3t-client"]).end().failed(1, "");
    let issued = home.records().into_iter().find(|record| record["event"] == "token.issue").unwrap();
    assert!(!issued.to_string().contains("s3cr3t-client"), "{issued}");
}

/// A server whose polls have a script.
async fn device_server(script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Loopback {
    let polls = std::sync::atomic::AtomicUsize::new(0);
    Loopback::start(move |seen, _| match seen.path.as_str() {
        "/device" => Reply::new(
            200,
            r#"{"device_code":"s3cr3t-device","user_code":"WDJB-MJHT","verification_uri":"https://x.example/device",
                "verification_uri_complete":"https://x.example/device?user_code=WDJB-MJHT","expires_in":60,"interval":1}"#,
        ),
        _ => script(polls.fetch_add(1, std::sync::atomic::Ordering::Relaxed)),
    })
    .await
}

fn device(home: &Home, server: &Loopback, more: &[&str], secrets: &[&str]) -> Running {
    let url = format!("{}/device", server.url);
    let mut command = login(home, server, &["--device-authorization-url", &url]);
    Running::start(command.args(more), secrets)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_on_another_device_shows_what_to_open_and_waits() {
    let home = Home::with_vault();
    home.run(&["vault", "set", "client", "--as-json"], &[PASSPHRASE, r#"{"secret":"s3cr3t-client"}"#]).ok();
    let server = device_server(|poll| match poll {
        0 => Reply::new(400, r#"{"error":"authorization_pending"}"#),
        _ => Reply::new(200, TOKENS),
    })
    .await;
    let secret = ["--client-secret-entry", "client#secret", "--client-auth-method", "client_secret_post"];
    let mut running = device(&home, &server, &secret, &[PASSPHRASE]);
    assert_eq!(running.line(), "Open https://x.example/device and enter WDJB-MJHT");
    assert_eq!(running.line(), "or open https://x.example/device?user_code=WDJB-MJHT");
    let ended = running.end().ok();
    assert!(ended.out.starts_with("The tokens are the entry oauth/alice, until 2"), "{ended:?}");
    assert!(!format!("{ended:?}").contains("s3cr3t"));
    assert_eq!(server.at("/token").len(), 2);
    assert_eq!(server.at("/token")[0].field("client_secret").as_deref(), Some("s3cr3t-client"));
    let kept = home.json(&["vault", "get", "oauth/alice"], &[PASSPHRASE]);
    assert_eq!(kept["value"]["access_token"], "s3cr3t-access");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_login_that_is_denied_or_refused_says_why() {
    let home = Home::with_vault();
    let server = device_server(|_| Reply::new(400, r#"{"error":"access_denied"}"#)).await;
    device(&home, &server, &[], &[PASSPHRASE]).end().failed(4, "access_denied");
    let server = Loopback::start(|_, _| Reply::new(401, r#"{"error":"invalid_client"}"#)).await;
    let asked = device(&home, &server, &["--client-secret"], &[PASSPHRASE, "s3cr3t-client"]).end();
    assert!(!asked.err.contains("s3cr3t"), "{asked:?}");
    asked.failed(4, "invalid_client");
    let server = Loopback::start(|_, _| Reply::new(503, "")).await;
    device(&home, &server, &[], &[PASSPHRASE]).end().failed(1, "no token");
    let none = ["--client-secret-entry", "none"];
    device(&home, &server, &none, &[PASSPHRASE]).end().failed(6, "--client-secret-entry");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_logs_in_where_the_tokens_cannot_be_kept() {
    let server = device_server(|_| Reply::new(200, TOKENS)).await;
    let home = Home::new();
    device(&home, &server, &[], &[PASSPHRASE]).end().failed(6, "no vault;");
    let home = Home::with_vault();
    device(&home, &server, &[], &["wrong"]).end().failed(4, "the passphrase is wrong");
    assert!(server.seen().is_empty());
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let home = Home::with_vault();
    let url = "https://x.example";
    let base = ["login", "a", "--client-id", "c", "--token-url", url];
    let device = [&base[..], &["--device-authorization-url", url]].concat();
    let browser = [&base[..], &["--authorization-url", url]].concat();
    let cases: &[(&[&str], &[&str])] = &[
        (&base, &[]),
        (&base, &["--no-browser"]),
        (&device, &["--no-browser"]),
        (&device, &["--redirect-port", "1"]),
        (&device, &["--authorization-url", url]),
        (&device, &["--client-auth-method", "client_secret_post"]),
        (&browser, &["--client-auth-method", "client_secret_post"]),
        (&browser, &["--client-secret", "--client-secret-entry", "e"]),
        (&browser, &["--param", "audience"]),
    ];
    for (base, more) in cases {
        let refused = home.run(&[*base, *more].concat(), &[PASSPHRASE]);
        assert!(refused.code == 2 && refused.err.starts_with("error: "), "{more:?}: {refused:?}");
    }
    for texts in [&["man", "--json"][..], &["completions", "zsh", "--json"]] {
        home.run(texts, &[]).failed(2, "no JSON output");
    }
}

/// Weakness 39 of the systems that this replaces: secrets went over `http://`.
#[tokio::test(flavor = "multi_thread")]
async fn weakness_39_a_server_elsewhere_needs_https() {
    let home = Home::with_vault();
    let mut command =
        home.command(&["login", "a", "--client-id", "c", "--token-url", "http://x.example/token"]);
    command.args(["--device-authorization-url", "https://x.example/device"]);
    Running::start(&mut command, &[PASSPHRASE]).end().failed(2, "https");
}
