//! Glue between the client and [`twilio_emulator`].

use crate::{ConnectionConfig, Error};
use twilio_emulator::{Emulator, EmulatorError};

/// Configures a client for an emulator: its URL and credentials that it accepts.
impl From<&Emulator> for ConnectionConfig {
    fn from(emulator: &Emulator) -> Self {
        Self::new(emulator.credentials()).base_url(emulator.base_url())
    }
}

impl From<EmulatorError> for Error {
    fn from(error: EmulatorError) -> Self {
        Self::config(error.to_string())
    }
}
