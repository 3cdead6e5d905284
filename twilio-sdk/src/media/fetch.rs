use super::ConversationMedia;
use crate::runtime::Call;

/// Asks what is known of a file of Conversations.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until `send` is awaited"]
pub struct FetchConversationMedia(pub(super) Call<ConversationMedia>);

crate::runtime::sending!(FetchConversationMedia => ConversationMedia);
