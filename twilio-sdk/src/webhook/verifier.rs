use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use subtle::ConstantTimeEq as _;

use super::params::is_form;
use super::signature::{Algorithm, Checker, canonical};
use super::{Params, WebhookError, url};
use crate::digest::sha256;
use crate::types::SecretString;

/// The header that holds the signature.
pub const SIGNATURE: &str = "x-twilio-signature";

/// The header that names the key and the algorithm, where the signature is not by auth token.
pub const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

type Lookup = Arc<dyn Fn(&str) -> Vec<SecretString> + Send + Sync>;

/// Verifies the signature of webhook requests. Cheap to clone.
///
/// Everything that is not certainly signed is rejected: a missing header, an unknown algorithm or key, a body that is
/// neither a form nor vouched for by `bodySHA256`. The URL that is verified is the public one of your service: take it
/// from the configuration, never from the request's `Host` or forwarded headers, because Twilio also signs the URLs of
/// others (see [`PublicUrl`](super::PublicUrl)).
///
/// ```
/// use twilio_sdk::webhook::{Incoming, Verifier, sign};
///
/// let verifier = Verifier::new("auth-token").and_token("the-secondary-token");
/// let url = "https://example.com/sms";
/// let signature = sign("auth-token", url, [("Body", "Hi")]);
///
/// let form = Incoming::form(url, b"Body=Hi").signature(&signature);
/// assert!(verifier.verify(&form).is_ok());
/// let forged = Incoming::form(url, b"Body=Bye").signature(&signature);
/// assert!(verifier.verify(&forged).is_err());
/// ```
#[derive(Clone, Default)]
pub struct Verifier {
    tokens: Vec<SecretString>,
    shared_keys: Vec<(String, SecretString)>,
    by_account: Option<Lookup>,
}

/// Who signed a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// The shared key that signed it, where it was one.
    pub shared_key: Option<String>,
    /// The `AccountSid` of the signed parameters. With [`Verifier::by_account`] alone, without tokens or shared keys
    /// beside it, it is the account whose token signed.
    pub account_sid: Option<String>,
}

/// A request as it is verified. `Debug` shows nothing that may hold a password or what somebody wrote.
#[derive(Clone)]
pub struct Incoming<'a> {
    url: &'a str,
    signature: Option<&'a str>,
    settings: Option<&'a str>,
    user: Option<SecretString>,
    content_type: Option<&'a str>,
    body: &'a [u8],
}

impl<'a> Incoming<'a> {
    /// A request without a body, such as GET.
    pub fn get(url: &'a str) -> Self {
        Self { url, signature: None, settings: None, user: None, content_type: None, body: &[] }
    }

    /// A request with a form.
    pub fn form(url: &'a str, body: &'a [u8]) -> Self {
        Self { content_type: Some("application/x-www-form-urlencoded"), body, ..Self::get(url) }
    }

    /// A request with any other body, such as JSON. The URL must have its `bodySHA256`.
    pub fn body(url: &'a str, content_type: &'a str, body: &'a [u8]) -> Self {
        Self { content_type: Some(content_type), body, ..Self::get(url) }
    }

    /// Creates a request from its headers. Of the headers that count, one that comes twice is as good as none.
    ///
    /// Where the URL has no credentials, the signature may also be that of the URL with the `user:password` of
    /// `Authorization: Basic`, percent-encoded. Credentials in the URL itself decide alone.
    ///
    /// # Errors
    ///
    /// Where there is not exactly one signature, or several settings.
    pub fn from_parts(url: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Result<Self, WebhookError> {
        let signature = one(headers, SIGNATURE).map_err(|()| WebhookError::NoSignature)?;
        let signature = Some(signature.ok_or(WebhookError::NoSignature)?);
        let settings = one(headers, SETTINGS).map_err(|()| WebhookError::BadSettings)?;
        let user = one(headers, header::AUTHORIZATION.as_str()).ok().flatten().and_then(basic_user);
        let content_type = one(headers, header::CONTENT_TYPE.as_str()).unwrap_or(Some(""));
        Ok(Self { url, signature, settings, user, content_type, body })
    }

    /// The value of `X-Twilio-Signature`.
    pub fn signature(mut self, signature: &'a str) -> Self {
        self.signature = Some(signature);
        self
    }

    /// The value of `X-Twilio-Webhooks-Signature-Settings`.
    pub fn settings(mut self, settings: &'a str) -> Self {
        self.settings = Some(settings);
        self
    }

    fn is_form(&self) -> bool {
        self.content_type.is_some_and(is_form)
    }
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("signature", &self.signature.is_some())
            .field("settings", &self.settings)
            .field("content_type", &self.content_type)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The header's one value, none, or an error for several and for such as are no text.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Returns `user:password` of Basic credentials. Twilio takes them from a URL that has them, and signs that URL.
fn basic_user(value: &str) -> Option<SecretString> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok().map(Into::into)
}

impl Verifier {
    /// Believes what this auth token signed.
    pub fn new(auth_token: impl Into<SecretString>) -> Self {
        Self::default().and_token(auth_token)
    }

    /// Believes what this shared key signed, and no auth token.
    pub fn shared_key(id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self::default().and_shared_key(id, secret)
    }

    /// Asks for the auth tokens of the account (or sub-account) that a request names as its `AccountSid`, in its form
    /// or in the query of its URL.
    ///
    /// An account that the function gives no token is refused, and so is a request that names none or several. A token
    /// that is added with [`and_token`](Self::and_token) is believed for every account.
    pub fn by_account(tokens: impl Fn(&str) -> Vec<SecretString> + Send + Sync + 'static) -> Self {
        Self { by_account: Some(Arc::new(tokens)), ..Self::default() }
    }

    /// Believes another auth token too: while tokens are rotated, both are good.
    pub fn and_token(mut self, auth_token: impl Into<SecretString>) -> Self {
        self.tokens.push(auth_token.into());
        self
    }

    /// Believes a shared key too.
    pub fn and_shared_key(mut self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.shared_keys.push((id.into(), secret.into()));
        self
    }

    /// Whether Twilio sent the request.
    ///
    /// # Errors
    ///
    /// Why it is not believed to have.
    pub fn verify(&self, request: &Incoming<'_>) -> Result<Verified, WebhookError> {
        let signature = request.signature.ok_or(WebhookError::NoSignature)?;
        let signature = STANDARD.decode(signature.trim()).map_err(|_| WebhookError::Mismatch)?;
        let params = match request.is_form() {
            true => Params::parse(request.body)?,
            false => Params::default(),
        };
        let hashes = url::query_values(request.url, "bodySHA256");
        let vouched = match hashes.as_slice() {
            [] if request.is_form() || request.body.is_empty() => false,
            [] => return Err(WebhookError::NoBodyHash),
            [hash] => {
                let own = sha256(request.body);
                let same: bool = own.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes()).into();
                if !same {
                    return Err(WebhookError::BodyMismatch);
                }
                true
            }
            _ => return Err(WebhookError::BodyMismatch),
        };
        let mut pairs: Vec<_> = params.iter().collect();
        let account_sid = account(request.url, &pairs);
        let text = canonical(&mut pairs);
        let mut texts = vec![text.as_str()];
        if vouched && !text.is_empty() {
            texts.push("");
        }
        let (algorithm, shared_key, secrets) = self.secrets(request.settings, account_sid.as_deref())?;
        let mut urls = None;
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            for text in &texts {
                let checker = Checker::new(algorithm, secret.expose_secret(), text, &signature);
                // Nearly always the URL was signed as it came, and the other forms need not be made.
                let mut others = || {
                    let urls = urls.get_or_insert_with(|| {
                        url::candidates(request.url, request.user.as_ref().map(SecretString::expose_secret))
                    });
                    urls.iter().any(|url| checker.signs(url))
                };
                if checker.signs(request.url) || others() {
                    return Ok(Verified { algorithm, shared_key, account_sid });
                }
            }
        }
        Err(WebhookError::Mismatch)
    }

    /// What may have signed the request: a shared key where the settings name one, otherwise auth tokens.
    #[allow(clippy::type_complexity)]
    fn secrets(
        &self,
        settings: Option<&str>,
        account_sid: Option<&str>,
    ) -> Result<(Algorithm, Option<String>, Vec<SecretString>), WebhookError> {
        let (key, algorithm) = parse_settings(settings.unwrap_or_default())?;
        if let Some(id) = key {
            let secrets: Vec<_> = self
                .shared_keys
                .iter()
                .filter(|(known, _)| known == id)
                .map(|(_, secret)| secret.clone())
                .collect();
            return match secrets.is_empty() {
                true => Err(WebhookError::NoSecret),
                false => Ok((algorithm, Some(id.to_owned()), secrets)),
            };
        }
        let mut secrets = self.tokens.clone();
        if let (Some(lookup), Some(account_sid)) = (&self.by_account, account_sid) {
            secrets.extend(lookup(account_sid));
        }
        if secrets.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        Ok((algorithm, None, secrets))
    }
}

/// The key and the algorithm of the settings; without settings, an auth token signed with HMAC-SHA1.
fn parse_settings(settings: &str) -> Result<(Option<&str>, Algorithm), WebhookError> {
    let (mut key, mut algorithm) = (None, None);
    for part in settings.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or(WebhookError::BadSettings)?;
        let slot = match name.trim() {
            "key" => &mut key,
            "algorithm" => &mut algorithm,
            _ => continue,
        };
        if value.trim().is_empty() || slot.replace(value.trim()).is_some() {
            return Err(WebhookError::BadSettings);
        }
    }
    let algorithm = match algorithm {
        None => Algorithm::HmacSha1,
        Some(name) if name.eq_ignore_ascii_case("HMAC_SHA1") => Algorithm::HmacSha1,
        Some(name) if name.eq_ignore_ascii_case("HMAC_SHA256") => Algorithm::HmacSha256,
        Some(_) => return Err(WebhookError::UnknownAlgorithm),
    };
    Ok((key, algorithm))
}

/// The account that the signed parts of the request name, if they name one.
fn account(url: &str, params: &[(&str, &str)]) -> Option<String> {
    let mut named: Vec<_> = params
        .iter()
        .filter(|(name, _)| *name == "AccountSid")
        .map(|(_, value)| (*value).to_owned())
        .chain(url::query_values(url, "AccountSid"))
        .collect();
    named.sort();
    named.dedup();
    match named.len() {
        1 => named.pop(),
        _ => None,
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("tokens", &self.tokens.len())
            .field("shared_keys", &self.shared_keys.iter().map(|(id, _)| id).collect::<Vec<_>>())
            .field("by_account", &self.by_account.is_some())
            .finish()
    }
}
