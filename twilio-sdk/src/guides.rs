//! The README and the guides in `docs/`, whose code blocks are compiled as doc-tests.

macro_rules! guides {
    ($($(#[$when:meta])* $name:ident = $file:literal;)*) => {
        $($(#[$when])* #[doc = include_str!($file)] mod $name {})*
    };
}

guides! {
    readme = "../../README.md";
    getting_started = "../../docs/getting-started.md";
    credentials = "../../docs/credentials.md";
    #[cfg(all(feature = "axum", feature = "webhook"))]
    messages = "../../docs/messages.md";
    #[cfg(all(feature = "axum", feature = "webhook"))]
    voice = "../../docs/voice.md";
    #[cfg(all(feature = "axum", feature = "webhook"))]
    webhooks = "../../docs/webhooks.md";
    #[cfg(feature = "access-token")]
    access_tokens = "../../docs/access-tokens.md";
    token_server = "../../docs/token-server.md";
    errors_and_retries = "../../docs/errors-and-retries.md";
    #[cfg(feature = "emulator")]
    testing = "../../docs/testing.md";
    #[cfg(feature = "bulk")]
    bulk = "../../docs/bulk.md";
    #[cfg(all(feature = "axum", feature = "inbound-auth-bearer", feature = "inbound-auth-ldap", feature = "inbound-auth-tower"))]
    inbound_auth = "../../docs/inbound-auth.md";
    #[cfg(all(feature = "access-control-sqlite", feature = "vault"))]
    secrets_and_users = "../../docs/secrets-and-users.md";
    command_line = "../../docs/command-line.md";
    operations = "../../docs/operations.md";
    features = "../../docs/features.md";
    benchmarks = "../../docs/benchmarks.md";
    upgrading_specs = "../../docs/upgrading-specs.md";
}
