//! Files with secrets in clear that others can read.
#![cfg(unix)]

use std::fmt::{Debug, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::config_file::{AUTH, Folder, loader};

/// Keeps the events of level WARN.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::WARN
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Warnings of reading a file.
fn warnings(path: &Path, mode: u32) -> Vec<String> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let warnings = Warnings::default();
    let variables: &[(&str, &str)] = &[("SECRET", "s3cret")];
    tracing::subscriber::with_default(warnings.clone(), || loader(variables).load_file(path).unwrap());
    warnings.0.lock().unwrap().drain(..).collect()
}

#[test]
fn a_secret_in_clear_in_a_file_that_others_can_read_is_warned_of() {
    let folder = Folder::new();
    let variable = "auth = { account_sid = 'AC1', api_key = 'SK1', api_secret = '${SECRET}' }\n";
    let clear = folder.write("clear.toml", AUTH);
    let safe = folder.write("safe.toml", variable);
    let proxy = "proxy = { url = 'http://p:1', username = 'u', password = 's3cret' }\n";
    let profile = folder.write("profile.toml", &format!("{variable}[profiles.a]\n{proxy}"));
    let escaped = folder.write("escaped.toml", &variable.replace("${SECRET}", "$${SECRET}"));
    for (path, mode, warned) in [
        (&clear, 0o600, false),
        (&clear, 0o700, false),
        (&clear, 0o640, true),
        (&clear, 0o604, true),
        (&clear, 0o644, true),
        (&safe, 0o644, false),
        (&profile, 0o600, false),
        (&profile, 0o644, true),
        (&escaped, 0o644, true),
    ] {
        let found = warnings(path, mode);
        assert_eq!(found.len(), usize::from(warned), "{} {mode:o} {found:?}", path.display());
        for text in found {
            assert!(text.contains("other users can read the configuration file"), "{text}");
            assert!(text.contains(&path.display().to_string()) && !text.contains("s3cret"), "{text}");
        }
    }
}

#[test]
fn a_private_key_that_others_can_read_is_warned_of() {
    let folder = Folder::new();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("chain.pem", &cert.pem());
    let key = folder.write("client.key", &signing_key.serialize_pem());
    let auth = AUTH.replace("'s3cret'", "'${SECRET}'");
    let text = format!("{auth}[tls]\nclient_certificate = 'chain.pem'\nclient_key = 'client.key'\n");
    let path = folder.write("twilio.toml", &text);
    for (mode, warned) in [(0o600, false), (0o644, true)] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let found = warnings(&path, 0o644);
        assert_eq!(found.len(), usize::from(warned), "{mode:o} {found:?}");
        assert!(found.iter().all(|text| text.contains("client.key")), "{found:?}");
    }
}
