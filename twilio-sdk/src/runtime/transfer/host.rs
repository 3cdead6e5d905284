use progenitor_client::ClientInfo;

use crate::runtime::Handle;

/// No specification says which of these names are personal.
const PII: &[&str] = &[];

/// Nor what their values must be like.
#[cfg(feature = "request-validation")]
mod rules {
    pub(super) const OPERATIONS: crate::runtime::Rules = &[];
}

/// A client of a host that no specification describes.
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
    /// Where versions of assets and functions are put.
    ServerlessUpload = "serverless-upload.twilio.com"
}

host! {
    /// Media of Conversations; Twilio documents the host with its region only.
    ConversationsMedia = "mcs.us1.twilio.com"
}
