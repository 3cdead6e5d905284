use super::ConversationMedia;
use crate::runtime::RequestBuilder;

/// Fetches the metadata of a file of Conversations.
#[derive(Clone, Debug)]
#[must_use = "sends nothing until `send` is awaited"]
pub struct FetchConversationMedia(pub(super) RequestBuilder<ConversationMedia>);

crate::runtime::sending!(FetchConversationMedia => ConversationMedia);
