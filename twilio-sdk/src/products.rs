// Written by cargo xtask gen from the product table; do not edit.

/// The release of Twilio's OpenAPI files that this version is generated from: package and version.
pub const SPEC_VERSION: &str = "@twilio/cli-core 9.0.0";

/// The number of operations in those files, of all products.
pub const OPERATIONS: usize = 1589;

crate::client::products! {
    accounts_v1 = "accounts-v1", "accounts.twilio.com";
    api_v2010 = "api-v2010", "api.twilio.com";
    assistants_v1 = "assistants-v1", "assistants.twilio.com";
    bulkexports_v1 = "bulkexports-v1", "bulkexports.twilio.com";
    chat_v1 = "chat-v1", "chat.twilio.com";
    chat_v2 = "chat-v2", "chat.twilio.com";
    chat_v3 = "chat-v3", "chat.twilio.com";
    content_v1 = "content-v1", "content.twilio.com";
    content_v2 = "content-v2", "content.twilio.com";
    conversations_v1 = "conversations-v1", "conversations.twilio.com";
    conversations_v2 = "conversations-v2", "conversations.twilio.com";
    events_v1 = "events-v1", "events.twilio.com";
    flex_v1 = "flex-v1", "flex-api.twilio.com";
    flex_v2 = "flex-v2", "flex-api.twilio.com";
    frontline_v1 = "frontline-v1", "frontline-api.twilio.com";
    iam_organizations = "iam-organizations", "preview-iam.twilio.com";
    iam_scim = "iam-scim", "iam.twilio.com";
    iam_v1 = "iam-v1", "iam.twilio.com";
    iam_v2 = "iam-v2", "iam.twilio.com";
    insights_v1 = "insights-v1", "insights.twilio.com";
    insights_v2 = "insights-v2", "insights.twilio.com";
    insights_v3 = "insights-v3", "insights.twilio.com";
    intelligence_v2 = "intelligence-v2", "intelligence.twilio.com";
    intelligence_v3 = "intelligence-v3", "intelligence.twilio.com";
    ip_messaging_v1 = "ip-messaging-v1", "ip-messaging.twilio.com";
    ip_messaging_v2 = "ip-messaging-v2", "ip-messaging.twilio.com";
    knowledge_v1 = "knowledge-v1", "knowledge.twilio.com";
    knowledge_v2 = "knowledge-v2", "knowledge.twilio.com";
    lookups_v1 = "lookups-v1", "lookups.twilio.com";
    lookups_v2 = "lookups-v2", "lookups.twilio.com";
    marketplace_v1 = "marketplace-v1", "marketplace.twilio.com";
    memory_v1 = "memory-v1", "memory.twilio.com";
    messaging_v1 = "messaging-v1", "messaging.twilio.com";
    messaging_v2 = "messaging-v2", "messaging.twilio.com";
    messaging_v3 = "messaging-v3", "messaging.twilio.com";
    monitor_v1 = "monitor-v1", "monitor.twilio.com";
    monitor_v2 = "monitor-v2", "monitor.twilio.com";
    notify_v1 = "notify-v1", "notify.twilio.com";
    numbers_v1 = "numbers-v1", "numbers.twilio.com";
    numbers_v2 = "numbers-v2", "numbers.twilio.com";
    numbers_v3 = "numbers-v3", "numbers.twilio.com";
    oauth_v1 = "oauth-v1", "oauth.twilio.com";
    oauth_v2 = "oauth-v2", "oauth.twilio.com";
    preview = "preview", "preview.twilio.com";
    pricing_v1 = "pricing-v1", "pricing.twilio.com";
    pricing_v2 = "pricing-v2", "pricing.twilio.com";
    proxy_v1 = "proxy-v1", "proxy.twilio.com";
    routes_v2 = "routes-v2", "routes.twilio.com";
    routes_v3 = "routes-v3", "routes.twilio.com";
    serverless_v1 = "serverless-v1", "serverless.twilio.com";
    studio_v1 = "studio-v1", "studio.twilio.com";
    studio_v2 = "studio-v2", "studio.twilio.com";
    supersim_v1 = "supersim-v1", "supersim.twilio.com";
    sync_v1 = "sync-v1", "sync.twilio.com";
    taskrouter_v1 = "taskrouter-v1", "taskrouter.twilio.com";
    trunking_v1 = "trunking-v1", "trunking.twilio.com";
    trusthub_v1 = "trusthub-v1", "trusthub.twilio.com";
    verify_v2 = "verify-v2", "verify.twilio.com";
    verify_v3 = "verify-v3", "verify.twilio.com";
    video_v1 = "video-v1", "video.twilio.com";
    voice_v1 = "voice-v1", "voice.twilio.com";
    voice_v2 = "voice-v2", "voice.twilio.com";
    voice_v3 = "voice-v3", "voice.twilio.com";
    wireless_v1 = "wireless-v1", "wireless.twilio.com";
}
