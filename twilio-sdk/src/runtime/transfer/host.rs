use progenitor_client::ClientInfo;

use crate::runtime::Handle;

/// No specification marks personal names.
const PII: &[&str] = &[];

/// Nor does one define rules.
#[cfg(feature = "request-validation")]
mod rules {
    pub(super) const OPERATIONS: crate::runtime::Rules = &[];
}

/// Defines a client of a host without a specification.
macro_rules! host {
    ($(#[$doc:meta])* $name:ident = $host:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            base_url: String,
            http: reqwest::Client,
            handle: Handle,
        }

        impl $name {
            pub(crate) fn new(handle: &Handle) -> Self {
                let base_url = handle.endpoint().base_url($host);
                Self { base_url, http: handle.http().clone(), handle: handle.clone() }
            }
        }

        impl ClientInfo<Handle> for $name {
            fn api_version() -> &'static str {
                ""
            }

            fn baseurl(&self) -> &str {
                &self.base_url
            }

            fn client(&self) -> &reqwest::Client {
                &self.http
            }

            fn inner(&self) -> &Handle {
                &self.handle
            }
        }

        crate::auth::hooks!($name, "media", $host);
    };
}

host! {
    /// Recordings and the media of messages.
    ApiFiles = "api.twilio.com"
}

host! {
    /// Uploads of versions of assets and functions.
    ServerlessUpload = "serverless-upload.twilio.com"
}

host! {
    /// Media of Conversations; Twilio documents the host with its region only.
    ConversationsMedia = "mcs.us1.twilio.com"
}
