use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use crate::hmac::sha256;
use crate::signature::{Checker, SignatureAlgorithm, canonical_params};
use crate::{FormParams, WebhookError, WebhookRequest, url};
use twilio_sdk_types::SecretString;

type AccountLookup = Arc<dyn Fn(&str) -> Vec<SecretString> + Send + Sync>;

/// Verifies webhook signatures. Cheap to clone.
///
/// A request is rejected unless its signature proves that Twilio sent it. That includes requests without a signature,
/// with an unknown algorithm or key, and with a body that is neither a form nor covered by `bodySHA256`.
///
/// Take the URL from your configuration, never from the request's `Host` or forwarded headers: Twilio also signs the URLs
/// of its other customers (see [`PublicUrl`](super::PublicUrl)).
///
/// ```
/// use twilio_sdk_webhook::{SignatureVerifier, WebhookRequest, sign};
///
/// let verifier = SignatureVerifier::from_auth_token("auth-token").add_auth_token("the-secondary-token");
/// let url = "https://example.com/sms";
/// let signature = sign("auth-token", url, [("Body", "Hi")]);
///
/// let genuine = WebhookRequest::form(url, b"Body=Hi").signature(&signature);
/// assert!(verifier.verify(&genuine).is_ok());
/// let forged = WebhookRequest::form(url, b"Body=Bye").signature(&signature);
/// assert!(verifier.verify(&forged).is_err());
/// ```
#[derive(Clone, Default)]
pub struct SignatureVerifier {
    auth_tokens: Vec<SecretString>,
    shared_keys: Vec<(String, SecretString)>,
    account_lookup: Option<AccountLookup>,
}

/// The signer of a verified request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VerifiedSignature {
    /// The algorithm of the signature.
    pub algorithm: SignatureAlgorithm,
    /// The ID of the shared key that signed the request. `None` if an auth token signed it.
    pub shared_key: Option<String>,
    /// The `AccountSid` among the signed parameters.
    ///
    /// It is the account whose token signed the request only if the verifier has nothing but an
    /// [account lookup](SignatureVerifier::with_account_lookup). With auth tokens or shared keys added, their holder can
    /// name any account.
    pub account_sid: Option<String>,
}

/// What may have signed a request.
struct Candidates {
    algorithm: SignatureAlgorithm,
    shared_key: Option<String>,
    secrets: Vec<SecretString>,
}

impl SignatureVerifier {
    /// Accepts signatures made with this auth token.
    pub fn from_auth_token(auth_token: impl Into<SecretString>) -> Self {
        Self::default().add_auth_token(auth_token)
    }

    /// Accepts signatures made with this shared key, and none made with an auth token.
    pub fn from_shared_key(id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self::default().add_shared_key(id, secret)
    }

    /// Accepts signatures made with the auth tokens of the account or subaccount that the request names as its
    /// `AccountSid`, in its form or in the query of its URL.
    ///
    /// The function returns the tokens of an account. A request is rejected if the function returns none, and if the
    /// request names no account or several. A token added with [`add_auth_token`](Self::add_auth_token) is accepted for
    /// every account.
    pub fn with_account_lookup(tokens: impl Fn(&str) -> Vec<SecretString> + Send + Sync + 'static) -> Self {
        Self { account_lookup: Some(Arc::new(tokens)), ..Self::default() }
    }

    /// Also accepts this auth token. Use it while you rotate tokens.
    pub fn add_auth_token(mut self, auth_token: impl Into<SecretString>) -> Self {
        self.auth_tokens.push(auth_token.into());
        self
    }

    /// Also accepts this shared key.
    pub fn add_shared_key(mut self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.shared_keys.push((id.into(), secret.into()));
        self
    }

    /// Verifies that Twilio signed the request.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] says why the request is rejected.
    pub fn verify(&self, request: &WebhookRequest<'_>) -> Result<VerifiedSignature, WebhookError> {
        let signature = request.signature.ok_or(WebhookError::MissingSignature)?;
        let signature = STANDARD.decode(signature.trim()).map_err(|_| WebhookError::SignatureMismatch)?;
        let params = match request.is_form() {
            true => FormParams::parse(request.body)?,
            false => FormParams::default(),
        };
        let has_body_hash = check_body_hash(request)?;
        let mut pairs: Vec<_> = params.iter().collect();
        let account_sid = account_sid(request.url, &pairs);
        let canonical = canonical_params(&mut pairs);
        let mut variants = vec![canonical.as_str()];
        // The hash covers the form, whose parameters need not be signed then.
        if has_body_hash && !canonical.is_empty() {
            variants.push("");
        }
        let Candidates { algorithm, shared_key, secrets } =
            self.candidates(request.settings, account_sid.as_deref())?;
        let mut urls = None;
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            for params in &variants {
                let checker = Checker::new(algorithm, secret.expose_secret(), params, &signature);
                // The unchanged URL nearly always matches, so its other variants are built only when it does not.
                let mut matches_variant = || {
                    let urls = urls.get_or_insert_with(|| {
                        url::candidates(request.url, request.user.as_ref().map(SecretString::expose_secret))
                    });
                    urls.iter().any(|url| checker.matches(url))
                };
                if checker.matches(request.url) || matches_variant() {
                    return Ok(VerifiedSignature { algorithm, shared_key, account_sid });
                }
            }
        }
        Err(WebhookError::SignatureMismatch)
    }

    /// Returns the secrets that may have signed the request: a shared key if the settings name one, otherwise auth
    /// tokens.
    fn candidates(
        &self,
        settings: Option<&str>,
        account_sid: Option<&str>,
    ) -> Result<Candidates, WebhookError> {
        let (key, algorithm) = parse_settings(settings.unwrap_or_default())?;
        let secrets: Vec<_> = match key {
            Some(id) => {
                let keys = self.shared_keys.iter().filter(|(known, _)| known == id);
                keys.map(|(_, secret)| secret.clone()).collect()
            }
            None => {
                let mut tokens = self.auth_tokens.clone();
                if let (Some(lookup), Some(account_sid)) = (&self.account_lookup, account_sid) {
                    tokens.extend(lookup(account_sid));
                }
                tokens
            }
        };
        match secrets.is_empty() {
            true => Err(WebhookError::UnknownSigner),
            false => Ok(Candidates { algorithm, shared_key: key.map(str::to_owned), secrets }),
        }
    }
}

/// Returns whether the URL holds the SHA-256 of the body.
///
/// # Errors
///
/// A hash of another body, several hashes, or none for a body that is not a form.
fn check_body_hash(request: &WebhookRequest<'_>) -> Result<bool, WebhookError> {
    let hashes = url::query_values(request.url, "bodySHA256");
    match hashes.as_slice() {
        [] if request.is_form() || request.body.is_empty() => Ok(false),
        [] => Err(WebhookError::MissingBodyHash),
        [hash] => {
            let expected = sha256(request.body);
            let is_equal: bool = expected.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes()).into();
            if is_equal { Ok(true) } else { Err(WebhookError::BodyMismatch) }
        }
        _ => Err(WebhookError::BodyMismatch),
    }
}

/// Parses the settings into the ID of the shared key and the algorithm. Without settings, an auth token signed with
/// HMAC-SHA1.
fn parse_settings(settings: &str) -> Result<(Option<&str>, SignatureAlgorithm), WebhookError> {
    let (mut key, mut algorithm) = (None, None);
    for part in settings.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or(WebhookError::InvalidSettings)?;
        let slot = match name.trim() {
            "key" => &mut key,
            "algorithm" => &mut algorithm,
            _ => continue,
        };
        if value.trim().is_empty() || slot.replace(value.trim()).is_some() {
            return Err(WebhookError::InvalidSettings);
        }
    }
    let algorithm = algorithm.map_or(Ok(SignatureAlgorithm::HmacSha1), str::parse)?;
    Ok((key, algorithm))
}

/// Returns the account that the signed parts of the request name. `None` for no account and for several.
fn account_sid(url: &str, params: &[(&str, &str)]) -> Option<String> {
    let mut sids: Vec<_> = params
        .iter()
        .filter(|(name, _)| *name == "AccountSid")
        .map(|(_, value)| (*value).to_owned())
        .chain(url::query_values(url, "AccountSid"))
        .collect();
    sids.sort();
    sids.dedup();
    match sids.len() {
        1 => sids.pop(),
        _ => None,
    }
}

impl fmt::Debug for SignatureVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureVerifier")
            .field("auth_tokens", &self.auth_tokens.len())
            .field("shared_keys", &self.shared_keys.iter().map(|(id, _)| id).collect::<Vec<_>>())
            .field("account_lookup", &self.account_lookup.is_some())
            .finish()
    }
}
