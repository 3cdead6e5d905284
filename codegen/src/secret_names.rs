// Decides from a name whether its value is a secret. `twilio-sdk-redact` has the same file, and a test keeps the two equal: at
// run time nothing depends on the generator.

/// Names that are secret as they stand, folded.
const SECRET: &[&str] = &[
    "authorizationcode",
    "authpayload",
    "customcode",
    "devicecode",
    "jwt",
    "otp",
    // The URL of a QR code that holds the shared secret of one-time passwords.
    "otpauthqrcodeurl",
    "pass",
    "passcode",
    "pin",
    "portoutpin",
    "pwd",
    "securitycode",
    // A certificate with its private key.
    "tlscert",
    "verificationcode",
];

/// Ends of names that are secret, folded and in the singular: `X-Api-Key`, `webhookSecret`, `X-Twilio-Signature`.
const SECRET_ENDS: &[&str] = &[
    "accesskey",
    "apikey",
    "assertion",
    "authkey",
    "authorization",
    "codeverifier",
    "cookie",
    "credential",
    "encryptionkey",
    "masterkey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "sharedkey",
    "signature",
    "signingkey",
    "token",
    "writekey",
];

/// Names that end like a secret and are none: where a list goes on, and whether passkeys are discoverable.
const HARMLESS: &[&str] = &[
    "discoverablecredentials",
    "nextpagetoken",
    "nexttoken",
    "pagetoken",
    "previouspagetoken",
    "previoustoken",
];

/// A name without letter case, `-`, `_` and spaces.
pub fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_') && !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns whether a folded name, or a part of it as in `binding.secret`, is that of a secret.
pub fn is_secret(folded: &str) -> bool {
    folded.split(['.', '[', ']', ':', '/', '$']).any(|part| {
        let singular = part.strip_suffix('s').unwrap_or(part);
        let listed = |name: &str| SECRET.contains(&name) || SECRET_ENDS.iter().any(|end| name.ends_with(end));
        (listed(part) || listed(singular)) && !HARMLESS.contains(&part)
    })
}
