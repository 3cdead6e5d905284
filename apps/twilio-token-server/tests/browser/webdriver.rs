//! As much of WebDriver (<https://www.w3.org/TR/webdriver2/>) as the tests need.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Chromium with a profile of its own; both end when it is dropped.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    profile: PathBuf,
}

impl Browser {
    pub(crate) fn start() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let profile = std::env::temp_dir().join(format!("twilio-browser-{}-{next}", std::process::id()));
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().unwrap_or_else(|error| {
            panic!("chromedriver cannot be started: {error}; install Debian's chromium and chromium-driver")
        });
        let output = BufReader::new(driver.stdout.take().unwrap());
        let mut lines = output.lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        let mut browser = Self { driver, port: port.expect("a port"), session: String::new(), profile };
        // What is said later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--user-data-dir={}", browser.profile.display()),
        ];
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": { "args": flags } });
        let session =
            browser.call("POST", "/session", &json!({ "capabilities": { "alwaysMatch": capabilities } }));
        browser.session = session["sessionId"].as_str().unwrap().to_owned();
        browser
    }

    pub(crate) fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// Types into a field.
    pub(crate) fn write(&self, css: &str, text: &str) {
        self.on_element(css, "value", &json!({ "text": text }));
    }

    pub(crate) fn click(&self, css: &str) {
        self.on_element(css, "click", &json!({}));
    }

    pub(crate) fn text(&self, css: &str) -> String {
        let text = self.run(&format!("return document.querySelector('{css}').textContent"));
        text.as_str().unwrap().to_owned()
    }

    pub(crate) fn is_shown(&self, css: &str) -> bool {
        self.run(&format!("return document.querySelector('{css}').checkVisibility()")) == true
    }

    /// Runs JavaScript in the page; a promise is waited for.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
    }

    pub(crate) fn wait(&self, what: &str, until: impl Fn(&Self) -> bool) {
        // Enough for a machine that has much else to do.
        for _ in 0..1200 {
            if until(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{what} did not come: {}", self.run("return document.body.innerText"));
    }

    fn on_element(&self, css: &str, what: &str, body: &Value) {
        let element = self.command("element", &json!({ "using": "css selector", "value": css }));
        let id = element[ELEMENT].as_str().unwrap_or_else(|| panic!("no {css}"));
        self.command(&format!("element/{id}/{what}"), body);
    }

    fn command(&self, command: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}/{command}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer =
            self.exchange(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let value = answer["value"].clone();
        assert!(value.get("error").is_none(), "{method} {path}: {value}");
        value
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let (port, body) = (self.port, body.to_string());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Type: \
             application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        // The driver keeps the connection open, so that the length is what ends the answer.
        let mut stream = BufReader::new(stream);
        let (mut length, mut line) = (0, String::new());
        while stream.read_line(&mut line)? > 2 {
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(|_| std::io::ErrorKind::InvalidData)?;
            }
            line.clear();
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser with the session, and must be asked first.
        let _ = self.exchange("DELETE", &format!("/session/{}", self.session), &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
