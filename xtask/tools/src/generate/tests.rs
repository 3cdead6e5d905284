#![allow(clippy::unwrap_used)]

use std::path::Path;

use tempfile::TempDir;

use super::loopback::{answer, archive, serve, sized};
use super::*;
use crate::workspace::Files;

const MANIFEST: &str =
    "[features]\ndefault = []\n# products: begin (written by cargo xtask gen)\n# products: end\n";

/// A repository with nothing generated yet, and beside it a folder of spec files to generate from.
struct Scene {
    folder: TempDir,
    workspace: Workspace,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["repository/twilio-openapi", "repository/twilio-sdk/src", "source"] {
            std::fs::create_dir_all(folder.path().join(part)).unwrap();
        }
        std::fs::write(folder.path().join("repository/twilio-sdk/Cargo.toml"), MANIFEST).unwrap();
        let workspace = Workspace::at(&folder.path().join("repository"));
        let scene = Self { folder, workspace };
        for product in twilio_openapi::products() {
            scene.put(&product.file_name(), &spec(product.host, "the first text"));
        }
        scene
    }

    fn generated() -> Self {
        let scene = Self::new();
        scene.generate(&scene.folder_args()).unwrap();
        scene
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join("source").join(name), text).unwrap();
    }

    fn folder_args(&self) -> Args {
        let source = self.folder.path().join("source").display().to_string();
        Args { source: Some(source), ..Args::default() }
    }

    fn generate(&self, args: &Args) -> Result<String> {
        generate(&self.workspace, args)
    }

    /// The error, after making sure that nothing in the repository changed.
    fn refused(&self, args: &Args) -> String {
        let before = self.content();
        let error = self.generate(args).unwrap_err();
        assert_eq!(self.content(), before, "something changed on disk");
        format!("{error:#}")
    }

    fn content(&self) -> Files {
        let mut files = Files::new();
        read(self.workspace.root(), &mut files);
        files
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.workspace.root().join(name)
    }
}

fn read(folder: &Path, into: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, into);
        } else {
            into.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
}

fn spec(host: &str, description: &str) -> String {
    format!(
        r#"{{"info": {{"version": "1", "description": "{description}"}}, "servers": [{{"url": "https://{host}"}}],
        "paths": {{"/X": {{"get": {{"operationId": "FetchX", "description": "d", "responses": {{"204": {{}}}}}}}}}}}}"#
    )
}

#[test]
fn a_first_run_writes_everything_and_a_second_one_nothing() {
    let scene = Scene::new();
    scene.put("twilio_fax_v1.json", "retired, so never read");
    scene.put("notes.txt", "no spec");
    scene.generate(&scene.folder_args()).unwrap();
    assert!(problems(&scene.workspace).unwrap().is_empty());
    check::run(&scene.workspace).unwrap();
    let content = scene.content();
    let has = |name: &str| content.contains_key(&scene.path(name).display().to_string());
    assert!(
        has("twilio-openapi/upstream/twilio_fax_v1.json") && !has("twilio-openapi/specs/twilio_fax_v1.json")
    );
    assert!(has("twilio-openapi/specs/twilio_api_v2010.json") && has("twilio-sdk/src/products.rs"));
    let distilled =
        std::fs::read_to_string(scene.path("twilio-openapi/specs/twilio_api_v2010.json")).unwrap();
    assert!(!distilled.contains("description") && distilled.contains("FetchX"), "{distilled}");
    assert_eq!(
        std::fs::read_dir(scene.path("twilio-openapi")).unwrap().count(),
        4,
        "temporary folders stay behind"
    );

    let modified =
        || std::fs::metadata(scene.path("twilio-openapi/specs/twilio_api_v2010.json")).unwrap().modified();
    let before = modified().unwrap();
    scene.generate(&Args::default()).unwrap();
    scene.generate(&Args { offline: true, ..Args::default() }).unwrap();
    assert_eq!(scene.content(), content);
    assert_eq!(modified().unwrap(), before, "an equal file was written again");
}

#[test]
fn content_that_is_not_what_the_lock_pins_is_refused_until_accepted() {
    let scene = Scene::generated();
    let lock = Lock::read(&scene.workspace).unwrap().unwrap();
    scene.put("twilio_api_v2010.json", &spec("api.twilio.com", "another text"));
    std::fs::remove_file(scene.folder.path().join("source/twilio_chat_v1.json")).unwrap();
    let error = scene.refused(&scene.folder_args());
    let found =
        lock::hashes(&Files::from([("a".into(), spec("api.twilio.com", "another text").into_bytes())]));
    for part in [
        "twilio_api_v2010.json",
        &lock.files["twilio_api_v2010.json"],
        &found["a"],
        "no such file",
        "--update",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    scene.put("twilio_chat_v1.json", &spec("chat.twilio.com", "the first text"));
    scene.generate(&Args { update: true, ..scene.folder_args() }).unwrap();
    check::run(&scene.workspace).unwrap();
    assert_ne!(Lock::read(&scene.workspace).unwrap().unwrap().files, lock.files);
}

#[test]
fn files_and_table_must_agree() {
    let scene = Scene::generated();
    let accept = || Args { update: true, ..scene.folder_args() };
    scene.put("twilio_new_v1.json", &spec("new.twilio.com", "d"));
    scene.put("twilio_chat_v1.json", &spec("other.twilio.com", "d"));
    std::fs::remove_file(scene.folder.path().join("source/twilio_chat_v2.json")).unwrap();
    let error = scene.refused(&accept());
    for part in [
        "\"new_v1\" \"new.twilio.com\";",
        "product.rs",
        "twilio_chat_v1.json: its server is other.twilio.com, but twilio-openapi/src/product.rs says chat.twilio.com",
        "twilio_chat_v2.json is missing",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn damaged_files_are_refused_by_name() {
    let scene = Scene::generated();
    let accept = || Args { update: true, ..scene.folder_args() };
    for (text, part) in [
        ("{\"paths\": ", "EOF"),
        ("[]", "(its server has no url)"),
        (r#"{"servers": [{"url": "https://chat.twilio.com"}]}"#, "/paths"),
        (r#"{"servers": [{"url": "https://chat.twilio.com"}], "paths": {"/a": {"get": {}}}}"#, "operationId"),
    ] {
        scene.put("twilio_chat_v1.json", text);
        let error = scene.refused(&accept());
        assert!(error.contains("chat_v1") && error.contains(part), "{error}");
    }
}

#[test]
fn a_lock_marker_or_folder_that_is_missing_is_named() {
    let scene = Scene::new();
    assert!(
        scene.refused(&Args { offline: true, ..Args::default() }).contains("upstream.lock.toml is missing")
    );
    std::fs::write(scene.path("twilio-sdk/Cargo.toml"), "[features]\n").unwrap();
    assert!(scene.refused(&scene.folder_args()).contains("# products: begin"));
    std::fs::write(scene.workspace.lock(), "[source]\nkind = \"carrier pigeon\"\n").unwrap();
    assert!(scene.refused(&scene.folder_args()).contains("upstream.lock.toml is damaged"));
    let nowhere = Args { source: Some("no/such/folder".into()), ..Args::default() };
    std::fs::remove_file(scene.workspace.lock()).unwrap();
    assert!(scene.refused(&nowhere).contains("no such folder"));
}

#[test]
fn check_says_what_is_stale() {
    for (file, text, complaint) in [
        ("twilio-openapi/specs/twilio_chat_v1.json", Some("{}"), "specs/twilio_chat_v1.json: sha256"),
        ("twilio-openapi/specs/twilio_chat_v1.json", None, "twilio_chat_v1.json is missing"),
        ("twilio-openapi/specs/twilio_new_v1.json", Some("{}"), "twilio_new_v1.json is not in"),
        ("twilio-openapi/upstream/twilio_chat_v1.json", Some("{}"), "upstream/twilio_chat_v1.json: sha256"),
        ("twilio-openapi/upstream.lock.toml", None, "upstream.lock.toml is missing"),
        ("twilio-openapi/surface/twilio_chat_v1.json", None, "surface/twilio_chat_v1.json is missing"),
        (
            "twilio-openapi/surface/twilio_chat_v1.json",
            Some("{}"),
            "surface/twilio_chat_v1.json: the file: `operations`",
        ),
        (
            "twilio-openapi/surface/twilio_chat_v1.json",
            Some("{\"operations\": {}, \"types\": {}}"),
            "surface/twilio_chat_v1.json does not cover twilio_chat_v1.json",
        ),
        ("twilio-sdk/src/products.rs", Some("// edited"), "twilio-sdk/src/products.rs is stale"),
        ("twilio-sdk/Cargo.toml", Some(MANIFEST), "twilio-sdk/Cargo.toml is stale"),
        ("twilio-sdk/Cargo.toml", Some(""), "marker line"),
    ] {
        let scene = Scene::generated();
        match text {
            Some(text) => std::fs::write(scene.path(file), text).unwrap(),
            None => std::fs::remove_file(scene.path(file)).unwrap(),
        }
        let before = scene.content();
        let error = format!("{:#}", check::run(&scene.workspace).unwrap_err());
        assert!(error.contains(complaint), "{complaint}: {error}");
        assert_eq!(scene.content(), before);
        if !file.contains("upstream/") {
            std::fs::remove_dir_all(scene.workspace.upstream()).unwrap();
            let error = format!("{:#}", check::run(&scene.workspace).unwrap_err());
            assert!(error.contains(complaint), "without verbatim files: {complaint}: {error}");
        }
    }
}

#[test]
fn an_archive_from_the_repository_updates_and_a_broken_one_changes_nothing() {
    let scene = Scene::generated();
    let texts: Vec<_> = twilio_openapi::products()
        .iter()
        .map(|product| {
            (format!("oai-1/spec/json/{}", product.file_name()), spec(product.host, "from the repository"))
        })
        .collect();
    let body = archive(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let github =
        |base: String| Args { source: Some("github:1.2.3".into()), github_base: base, ..Args::default() };
    for bad in [
        answer("404 Not Found", "content-length: 0\r\n", b""),
        answer("200 OK", &format!("content-length: {}\r\n", body.len()), &body[..body.len() - 9]),
        sized(b"not gzip"),
    ] {
        let (base, server) = serve(bad);
        scene.refused(&github(base));
        server.join().unwrap();
    }
    let (base, server) = serve(sized(&body));
    scene.generate(&github(base)).unwrap();
    server.join().unwrap();
    check::run(&scene.workspace).unwrap();
    let lock = std::fs::read_to_string(scene.workspace.lock()).unwrap();
    assert!(lock.contains("kind = \"github\"") && lock.contains("ref = \"1.2.3\""), "{lock}");
}

/// A spec with one operation that takes two required values, in this order.
fn with_required(order: &str) -> String {
    format!(
        r#"{{"info": {{"version": "1"}}, "servers": [{{"url": "https://chat.twilio.com"}}], "paths": {{"/X": {{"post": {{
        "operationId": "CreateX", "responses": {{"204": {{}}}}, "requestBody": {{"content": {{
        "application/x-www-form-urlencoded": {{"schema": {{"type": "object", "required": [{order}],
        "properties": {{"To": {{"type": "string"}}, "From": {{"type": "string"}}}}}}}}}}}}}}}}}}}}"#
    )
}

#[test]
fn review_51_gen_keeps_the_order_of_arguments_until_told_otherwise() {
    let scene = Scene::generated();
    let accept = || Args { update: true, ..scene.folder_args() };
    let name = "twilio-openapi/surface/twilio_chat_v1.json";
    let lock = || std::fs::read_to_string(scene.path(name)).unwrap();
    scene.put("twilio_chat_v1.json", &with_required("\"To\", \"From\""));
    scene.generate(&accept()).unwrap();
    let first = lock();
    assert!(first.contains("FetchX"), "a removed operation stays reserved: {first}");
    scene.put("twilio_chat_v1.json", &with_required("\"From\", \"To\""));
    let report = scene.generate(&accept()).unwrap();
    assert!(report.contains("arguments (to, from) would be (from, to); kept by the lock"), "{report}");
    assert_eq!(lock(), first);
    check::run(&scene.workspace).unwrap();
    scene.generate(&Args { relock: true, ..accept() }).unwrap();
    let anew = lock();
    assert!(anew != first && !anew.contains("FetchX"), "{anew}");
    check::run(&scene.workspace).unwrap();
}

#[test]
fn review_50_gen_refuses_what_the_generator_does_not_understand_and_says_what_is_new() {
    let scene = Scene::generated();
    let text = spec("chat.twilio.com", "d").replace("\"get\"", "\"head\"");
    scene.put("twilio_chat_v1.json", &text);
    let error = scene.refused(&Args { update: true, ..scene.folder_args() });
    for part in
        ["chat_v1#/paths/~1X/head: ", "HEAD", "nothing was changed", "! ", "a method that the generator"]
    {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn sources_are_read_as_people_write_them() {
    let parse = |text: &str| Asked::parse(text, None);
    let npm = |version: &str| Asked::Npm { package: npm::PACKAGE.into(), version: version.into() };
    assert_eq!(parse("npm").unwrap(), npm(npm::VERSION));
    assert_eq!(parse("npm:9.1.0").unwrap(), npm("9.1.0"));
    assert_eq!(parse("github").unwrap(), Asked::github("main"));
    assert_eq!(parse("github:feature/x").unwrap(), Asked::github("feature/x"));
    assert!(matches!(parse(".").unwrap(), Asked::Dir { .. }));
    for bad in ["npm:1 --evil", "npm:-g", "github:../../x", "github:a?b", "no/such", ""] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_lock_is_written_as_it_is_read() {
    let integrity = "sha512-x".to_owned();
    let source = source::Origin::Npm { package: "p".into(), version: "1".into(), integrity };
    let files = [("twilio_x.json".to_owned(), "00".to_owned())];
    let lock = Lock { source, files: files.clone().into(), specs: files.into() };
    let text = lock.to_text().unwrap();
    assert_eq!(Lock::parse(&text).unwrap(), lock);
    let expected = "[source]\nkind = \"npm\"\npackage = \"p\"\nversion = \"1\"\nintegrity = \"sha512-x\"\n\n\
                    [files]\n\"twilio_x.json\" = \"00\"\n";
    assert!(text.contains(expected), "{text}");
    let other =
        source::Origin::Npm { package: "p".into(), version: "1".into(), integrity: "sha512-y".into() };
    let fetched = Fetched { origin: other, files: Files::new() };
    let error = lock.accepts(&fetched, false).unwrap_err().to_string();
    assert!(error.contains("sha512-x is pinned, sha512-y was found"), "{error}");
}
