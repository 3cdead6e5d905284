//! What of an event's texts may stand in a log.

use std::sync::{Mutex, PoisonError};

use twilio_sdk_redact::{REDACTED, RedactionConfig, Redactor};

use crate::types::SecretString;

/// Characters of a text that are written.
const MOST: usize = 512;

/// Secrets shorter than this are looked for as whole texts only: they stand in too many others.
const SHORT: usize = 6;

/// The guard before the log.
#[derive(Debug)]
pub(super) struct Guard {
    redactor: Redactor,
    /// The longest first, so that none is left over of one that holds another.
    secrets: Mutex<Vec<SecretString>>,
}

impl Guard {
    pub(super) fn new() -> Self {
        // Who did what is what the log is for, so persons are shown.
        let shown = RedactionConfig::new().show_personal_data(true);
        Self { redactor: Redactor::new(&shown), secrets: Mutex::default() }
    }

    pub(super) fn add(&self, secret: &SecretString) {
        // Errors show names by `{:?}`, which is another text where it has something to escape.
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

    /// A text without secrets and of bounded length.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let secret = secret.expose_secret();
            if text == secret {
                return REDACTED.to_owned();
            }
            if secret.len() >= SHORT && text.contains(secret) {
                text = text.replace(secret, REDACTED);
            }
        }
        let mut text = self.redactor.string(&text).into_owned();
        if let Some((end, _)) = text.char_indices().nth(MOST) {
            text.truncate(end);
            text.push('…');
        }
        text
    }
}
