//! Redaction of the strings of events.

use std::sync::{Mutex, PoisonError};

use twilio_sdk_redact::{REDACTED, RedactionConfig, Redactor};

use twilio_sdk_types::SecretString;

/// The most characters of a string that are written.
const MAX_CHARS: usize = 512;

/// Shorter secrets are redacted only where they are the whole string: they occur in too many others.
const MIN_SEARCHED: usize = 6;

/// Redacts the strings of events.
#[derive(Debug)]
pub(super) struct Redaction {
    redactor: Redactor,
    /// The longest first, so that a secret within another one leaves nothing behind.
    secrets: Mutex<Vec<SecretString>>,
}

impl Redaction {
    pub(super) fn new() -> Self {
        // An audit log is about users, so personal data is shown.
        let shown = RedactionConfig::new().show_personal_data(true);
        Self { redactor: Redactor::new(&shown), secrets: Mutex::default() }
    }

    pub(super) fn add(&self, secret: &SecretString) {
        // Errors show names by `{:?}`, which escapes some characters.
        let quoted = SecretString::from(format!("{:?}", secret.expose_secret()));
        let inner = quoted.expose_secret().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        for form in [Some(secret.expose_secret()), inner].into_iter().flatten() {
            if !form.is_empty() && !secrets.iter().any(|known| known.expose_secret() == form) {
                let place = secrets.partition_point(|known| known.expose_secret().len() >= form.len());
                secrets.insert(place, form.into());
            }
        }
    }

    /// Returns the string without secrets, and of bounded length.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let secret = secret.expose_secret();
            if text == secret {
                return REDACTED.to_owned();
            }
            if secret.len() >= MIN_SEARCHED && text.contains(secret) {
                text = text.replace(secret, REDACTED);
            }
        }
        let mut text = self.redactor.string(&text).into_owned();
        if let Some((end, _)) = text.char_indices().nth(MAX_CHARS) {
            text.truncate(end);
            text.push('…');
        }
        text
    }
}
