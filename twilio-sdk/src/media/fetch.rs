use super::ConversationMedia;
use crate::runtime::RequestBuilder;

/// Asks what is known of a file of Conversations.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until `send` is awaited"]
pub struct FetchConversationMedia(pub(super) RequestBuilder<ConversationMedia>);

crate::runtime::sending!(FetchConversationMedia => ConversationMedia);
