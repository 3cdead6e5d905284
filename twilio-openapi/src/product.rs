/// A live Twilio product version: the row that ties its file, feature, module and host together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Product {
    /// The spec file's stem without `twilio_`, for instance `api_v2010`. It is also the Rust module.
    pub stem: &'static str,
    /// The host of every operation, for instance `api.twilio.com`.
    pub host: &'static str,
    /// The distilled spec, compiled in.
    #[cfg(feature = "embed")]
    pub text: &'static str,
}

impl Product {
    /// The spec's file name: `twilio_<stem>.json`.
    pub fn file_name(&self) -> String {
        format!("twilio_{}.json", self.stem)
    }

    /// The Cargo feature: the stem in kebab case, for instance `api-v2010`.
    pub fn feature(&self) -> String {
        self.stem.replace('_', "-")
    }

    /// The Rust module and the name of the client's method.
    pub fn module(&self) -> &'static str {
        self.stem
    }
}

/// A spec that Twilio's packages still carry and that the SDK leaves out.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Retired {
    /// The spec file's stem without `twilio_`.
    pub stem: &'static str,
    /// The reason for leaving it out.
    pub reason: &'static str,
}

/// Every live product version, by stem.
pub fn products() -> &'static [Product] {
    PRODUCTS
}

/// The product with that stem (`api_v2010`).
pub fn find(stem: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|p| p.stem == stem)
}

macro_rules! table {
    ($($stem:literal $host:literal;)*) => {
        &[$(Product {
            stem: $stem,
            host: $host,
            #[cfg(feature = "embed")]
            text: include_str!(concat!("../specs/twilio_", $stem, ".json")),
        },)*]
    };
}

const PRODUCTS: &[Product] = table! {
    "accounts_v1" "accounts.twilio.com";
    "api_v2010" "api.twilio.com";
    "assistants_v1" "assistants.twilio.com";
    "bulkexports_v1" "bulkexports.twilio.com";
    "chat_v1" "chat.twilio.com";
    "chat_v2" "chat.twilio.com";
    "chat_v3" "chat.twilio.com";
    "content_v1" "content.twilio.com";
    "content_v2" "content.twilio.com";
    "conversations_v1" "conversations.twilio.com";
    "conversations_v2" "conversations.twilio.com";
    "events_v1" "events.twilio.com";
    "flex_v1" "flex-api.twilio.com";
    "flex_v2" "flex-api.twilio.com";
    "frontline_v1" "frontline-api.twilio.com";
    "iam_organizations" "preview-iam.twilio.com";
    "iam_scim" "iam.twilio.com";
    "iam_v1" "iam.twilio.com";
    "iam_v2" "iam.twilio.com";
    "insights_v1" "insights.twilio.com";
    "insights_v2" "insights.twilio.com";
    "insights_v3" "insights.twilio.com";
    "intelligence_v2" "intelligence.twilio.com";
    "intelligence_v3" "intelligence.twilio.com";
    "ip_messaging_v1" "ip-messaging.twilio.com";
    "ip_messaging_v2" "ip-messaging.twilio.com";
    "knowledge_v1" "knowledge.twilio.com";
    "knowledge_v2" "knowledge.twilio.com";
    "lookups_v1" "lookups.twilio.com";
    "lookups_v2" "lookups.twilio.com";
    "marketplace_v1" "marketplace.twilio.com";
    "memory_v1" "memory.twilio.com";
    "messaging_v1" "messaging.twilio.com";
    "messaging_v2" "messaging.twilio.com";
    "messaging_v3" "messaging.twilio.com";
    "monitor_v1" "monitor.twilio.com";
    "monitor_v2" "monitor.twilio.com";
    "notify_v1" "notify.twilio.com";
    "numbers_v1" "numbers.twilio.com";
    "numbers_v2" "numbers.twilio.com";
    "numbers_v3" "numbers.twilio.com";
    "oauth_v1" "oauth.twilio.com";
    "oauth_v2" "oauth.twilio.com";
    "preview" "preview.twilio.com";
    "pricing_v1" "pricing.twilio.com";
    "pricing_v2" "pricing.twilio.com";
    "proxy_v1" "proxy.twilio.com";
    "routes_v2" "routes.twilio.com";
    "routes_v3" "routes.twilio.com";
    "serverless_v1" "serverless.twilio.com";
    "studio_v1" "studio.twilio.com";
    "studio_v2" "studio.twilio.com";
    "supersim_v1" "supersim.twilio.com";
    "sync_v1" "sync.twilio.com";
    "taskrouter_v1" "taskrouter.twilio.com";
    "trunking_v1" "trunking.twilio.com";
    "trusthub_v1" "trusthub.twilio.com";
    "verify_v2" "verify.twilio.com";
    "verify_v3" "verify.twilio.com";
    "video_v1" "video.twilio.com";
    "voice_v1" "voice.twilio.com";
    "voice_v2" "voice.twilio.com";
    "voice_v3" "voice.twilio.com";
    "wireless_v1" "wireless.twilio.com";
};

/// Specs that [`products`] leaves out, with the reason.
pub const RETIRED: &[Retired] = &[
    Retired { stem: "autopilot_v1", reason: "Autopilot was shut down in 2023" },
    Retired { stem: "content_sdk", reason: "a part of content_v1 under another name" },
    Retired { stem: "fax_v1", reason: "Programmable Fax was shut down in 2021" },
    Retired { stem: "flex-api_v1", reason: "no operations; flex_v1 holds those of this host" },
    Retired { stem: "media_v1", reason: "Twilio Live was shut down" },
    Retired { stem: "microvisor_v1", reason: "Microvisor was shut down" },
    Retired { stem: "voice_oneconsole", reason: "a path of Twilio's console, no operations" },
];
