//! What the documents say the server does.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::client::{JSON, credentials, log_in, request, send};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::program::{Program, command};
use crate::{ACCOUNT, KEY, PASSWORD, SECRET, WRONG};

const README: &str = include_str!("../../../../README.md");
const GUIDE: &str = include_str!("../../../../docs/token-server.md");

/// The code blocks of a language below a heading, up to the next heading of its level.
fn blocks(text: &str, heading: &str, language: &str) -> Vec<String> {
    let level = heading.split(' ').next().unwrap();
    let (_, section) = text.split_once(&format!("{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let section = section.split(&format!("\n{level} ")).next().unwrap();
    let fence = format!("```{language}\n");
    section.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// `HTTP/1.1 200 OK` and the headers of a block.
fn shown(block: &str) -> (u16, Vec<(String, String)>) {
    let mut lines = block.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.take_while(|line| !line.is_empty()).map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_ascii_lowercase(), value.to_owned())
    });
    (status, headers.collect())
}

#[tokio::test]
async fn review_70_responses_are_as_the_guide_shows_them() {
    let folder = Folder::new();
    let cors = "[cors]\nallowed_origins = [\"https://app.example.com\"]\n[limits]\nattempts_per_minute_per_user = 3\n";
    let server = Server::start(&folder, "", &[RULES, cors].concat()).await;
    let documented: Vec<Value> = blocks(GUIDE, "## Request and response", "json")
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    let [asked, given, refused] = &documented[..] else { panic!("{documented:?}") };

    let (name, password) = (asked["username"].as_str().unwrap(), asked["password"].as_str().unwrap());
    assert_eq!(asked.as_object().unwrap().len(), 2);
    assert_eq!((name, password), ("susan", "a long password"));
    let answer = log_in(server.address, name, PASSWORD).await;
    let mut real = answer.json();
    let token = real["token"].take();
    assert!(token.as_str().unwrap().starts_with("eyJ"));
    let mut given = given.clone();
    assert!(given["token"].take().as_str().unwrap().starts_with("eyJ"));
    assert_eq!(real, given);
    assert_eq!(&log_in(server.address, name, WRONG).await.json(), refused);

    // The preflight, and the response that a page may read.
    let http = blocks(GUIDE, "## Pages in a browser", "http");
    let [preflight, response] = &http[..] else { panic!("{http:?}") };
    for (block, method, body) in
        [(preflight, "OPTIONS", Vec::new()), (response, "POST", credentials("susan", PASSWORD))]
    {
        let headers =
            [JSON, ("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "POST")];
        let answer = send(server.address, &request(method, "/token", &headers, &body)).await;
        let (status, expected) = shown(block);
        assert_eq!(answer.status, status);
        for (name, value) in expected {
            assert_eq!(answer.header(&name), Some(&*value), "{name}");
        }
        for (name, _) in answer.headers.iter().filter(|(name, _)| name.starts_with("access-control")) {
            assert!(block.to_ascii_lowercase().contains(name.as_str()), "{name} is not in the guide");
        }
    }

    // Every status that the table names is one that the module's table names, and the other way round.
    let statuses = |text: &str, start: &str| -> Vec<u16> {
        let mut all: Vec<u16> = text
            .lines()
            .map(|line| line.trim_start_matches("//!").trim())
            .filter(|line| line.starts_with(start))
            .flat_map(|line| line.split(|c: char| !c.is_ascii_digit()).map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|word| word.parse().ok().filter(|number| (400..600).contains(number)))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let module = include_str!("../../src/lib.rs");
    assert_eq!(statuses(GUIDE, "| "), statuses(module, "| "));
    server.stop().await;
}

#[test]
fn review_70_the_guide_says_what_sighup_rereads_and_what_needs_a_restart() {
    let (_, section) = GUIDE.split_once("## Changing settings\n").unwrap();
    let (reread, restart) = section.split_once("needs a restart").unwrap();
    for word in ["users", "rules", "origins", "hosts", "limits", "timeouts", "certificate"] {
        assert!(reread.contains(word), "{word}");
    }
    for key in ["`listen`", "`users.file`", "`limits.connections`", "`audit`"] {
        assert!(restart.contains(key), "{key}");
    }
    assert!(README.contains("(docs/token-server.md)"));
    let example = include_str!("../../examples/token-server.toml");
    for table in blocks(GUIDE, "## Behind a proxy", "toml") {
        for line in table.lines().filter_map(|line| line.split_once(" = ")) {
            assert!(example.contains(&format!("\n{} = ", line.0)), "{} is in no example", line.0);
        }
    }
}

#[tokio::test]
async fn review_70_the_guides_steps_start_the_server() {
    let section = "## Start it";
    let folder = Folder::new();
    std::fs::remove_file(folder.path("users.toml")).unwrap();
    folder.write("token-server.toml", &blocks(GUIDE, section, "toml")[0]);
    let steps = blocks(GUIDE, section, "sh").remove(0);
    let mut steps: Vec<&str> = steps.lines().collect();
    let curl = steps.pop().unwrap();
    let start = steps.pop().unwrap();
    assert!(steps.remove(0).starts_with("cargo install "), "{steps:?}");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_twilio-token-server"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let made = Command::new("sh")
        .args(["-e", "-c", &steps.join("\n")])
        .current_dir(folder.path(""))
        .env("PATH", path)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());

    assert_eq!(start, "twilio-token-server --config token-server.toml");
    let key = [("TWILIO_ACCOUNT_SID", ACCOUNT), ("TWILIO_API_KEY", KEY), ("TWILIO_API_SECRET", SECRET)];
    let arguments = start.split(' ').skip(1);
    let program = Program::spawn(
        command().args(arguments).args(["--listen", "127.0.0.1:0"]).current_dir(folder.path("")).envs(key),
    );
    assert!(curl.starts_with("curl -u susan -X POST http://127.0.0.1:3000/token "), "{curl}");
    let port = program.address.port().to_string();
    let headers = [
        ("Host", format!("127.0.0.1:{port}")),
        ("Authorization", crate::client::basic("susan", "a long password")),
    ];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let answer = send(program.address, &request("POST", "/token", &headers, b"")).await;
    assert_eq!(answer.claims().video().unwrap().room.as_deref(), Some("room-of-susan"));
}

#[tokio::test]
async fn review_70_the_guides_configuration_is_usable() {
    let folder = Folder::new();
    let proxied = &blocks(GUIDE, "## Behind a proxy", "toml")[0];
    let (root, tables) =
        proxied.split_once("\n[").map_or((proxied.as_str(), ""), |(root, rest)| (root, rest));
    assert!(tables.is_empty());
    let text = crate::fixture::config("", &[RULES, NO_LIMITS].concat());
    let text = text.replace("listen = \"127.0.0.1:0\"\n", &format!("{root}\n"));
    let path = folder.write("server.toml", &text);
    let (status, _, errors) = crate::program::run(command().arg("--check").arg("-c").arg(&path));
    assert!(status.success(), "{errors}");
}
