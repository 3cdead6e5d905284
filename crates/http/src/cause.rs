//! The cause of a failed request, found in the sources of the HTTP client's error.

use std::error::Error;
use std::io;

use rustls::AlertDescription;

/// The cause of a failure, from the sources of an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The TLS handshake failed: another attempt would fail the same way.
    pub tls: bool,
    /// The server did not process the request (RFC 9113, section 8.7).
    pub refused: bool,
    /// The response headers exceed the limit of the client.
    pub headers: bool,
}

impl Cause {
    /// Walks the sources of an error.
    pub fn of(error: &reqwest::Error) -> Self {
        let mut found = Self::default();
        let mut source = error.source();
        while let Some(cause) = source {
            found.tls |= is_tls(cause, error.is_connect());
            found.refused |= cause.downcast_ref().is_some_and(is_refused);
            found.headers |= cause.downcast_ref().is_some_and(hyper::Error::is_parse_too_large);
            // An I/O error shows what it wraps here and not as its source.
            let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            source = match inner {
                Some(inner) => Some(inner),
                None => cause.source(),
            };
        }
        found
    }
}

fn is_tls(cause: &(dyn Error + 'static), connecting: bool) -> bool {
    #[cfg(feature = "native-tls")]
    if connecting && cause.is::<native_tls::Error>() {
        return true;
    }
    match cause.downcast_ref::<rustls::Error>() {
        Some(_) if connecting => true,
        Some(rustls::Error::AlertReceived(alert)) => ends_handshake(*alert),
        _ => false,
    }
}

/// With TLS 1.3 a server checks the client's certificate when the client may already be sending, so the rejection
/// arrives in place of the response.
fn ends_handshake(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::DecryptError
            | AlertDescription::HandshakeFailure
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate
    )
}

fn is_refused(error: &h2::Error) -> bool {
    let reason = error.reason();
    error.is_remote()
        && (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)
            || error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
}

/// Returns an error's message with those of its sources.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
