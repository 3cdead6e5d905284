// The two retired grants are still made and read.
#![allow(deprecated)]

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::voice::{VoiceGrant, VoiceWire};
use super::{TokenError, is_sid};

/// The longest endpoint that is accepted, in characters; Twilio does not state its own bound.
const LONGEST_ENDPOINT: usize = 256;

/// What a token allows its holder.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Grant {
    /// Calls in the browser or an app.
    Voice(VoiceGrant),
    /// Rooms of Video.
    Video(VideoGrant),
    /// Conversations.
    Chat(ChatGrant),
    /// Sync.
    Sync(SyncGrant),
    /// TaskRouter.
    TaskRouter(TaskRouterGrant),
    /// Players of live media.
    Playback(PlaybackGrant),
    /// The retired Conversations for video.
    #[deprecated(note = "Twilio has retired it; use `Grant::Video`")]
    Rtc(RtcGrant),
    /// The retired IP Messaging.
    #[deprecated(note = "Twilio has retired it; use `Grant::Chat`")]
    IpMessaging(IpMessagingGrant),
}

impl Grant {
    /// The grant's name in the token, and what it holds there.
    pub(super) fn entry(&self) -> Result<(&'static str, Value), TokenError> {
        let value = match self {
            Self::Voice(grant) => serde_json::to_value(VoiceWire::from(grant)),
            Self::Video(grant) => serde_json::to_value(grant),
            Self::Chat(grant) => serde_json::to_value(grant),
            Self::Sync(grant) => serde_json::to_value(grant),
            Self::TaskRouter(grant) => serde_json::to_value(grant),
            Self::Playback(grant) => Ok(grant.0.clone()),
            Self::Rtc(grant) => serde_json::to_value(grant),
            Self::IpMessaging(grant) => serde_json::to_value(grant),
        };
        Ok((self.name(), value.map_err(TokenError::unwritable)?))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Voice(_) => "voice",
            Self::Video(_) => "video",
            Self::Chat(_) => "chat",
            Self::Sync(_) => "data_sync",
            Self::TaskRouter(_) => "task_router",
            Self::Playback(_) => "player",
            Self::Rtc(_) => "rtc",
            Self::IpMessaging(_) => "ip_messaging",
        }
    }

    /// Refuses what Twilio would refuse later.
    pub(super) fn check(&self) -> Result<(), TokenError> {
        let name = self.name();
        let sid = |field: &str, value: &Option<String>, prefix: &str| match value {
            Some(value) if !value.is_empty() && !is_sid(value, prefix) => Err(TokenError::grant(format!(
                "{name} grant: {field} must be a SID that starts with {prefix}"
            ))),
            _ => Ok(()),
        };
        // Both products know the service "default".
        let service = |value: &Option<String>| match value.as_deref() {
            Some("default") => Ok(()),
            _ => sid("service_sid", value, "IS"),
        };
        let endpoint = |value: &Option<String>| match value {
            Some(value) if value.chars().count() > LONGEST_ENDPOINT => Err(TokenError::Grant(
                format!("{name} grant: endpoint_id is longer than {LONGEST_ENDPOINT} characters").into(),
                51004,
            )),
            _ => Ok(()),
        };
        match self {
            Self::Voice(grant) => {
                sid("outgoing application", &grant.outgoing_application_sid, "AP")?;
                sid("push_credential_sid", &grant.push_credential_sid, "CR")?;
                endpoint(&grant.endpoint_id)
            }
            Self::Video(_) => Ok(()),
            Self::Chat(grant) | Self::IpMessaging(IpMessagingGrant(grant)) => {
                service(&grant.service_sid)?;
                sid("push_credential_sid", &grant.push_credential_sid, "CR")?;
                endpoint(&grant.endpoint_id)
            }
            Self::Sync(grant) => {
                service(&grant.service_sid)?;
                endpoint(&grant.endpoint_id)
            }
            Self::TaskRouter(grant) => {
                sid("workspace_sid", &grant.workspace_sid, "WS")?;
                sid("worker_sid", &grant.worker_sid, "WK")
            }
            Self::Playback(grant) => match grant.0 {
                Value::Object(_) => Ok(()),
                _ => Err(TokenError::grant(
                    "player grant: it must be the JSON object that Twilio's API returned",
                )),
            },
            Self::Rtc(_) => Ok(()),
        }
    }
}

macro_rules! grants {
    ($($variant:ident($grant:ident)),*) => {$(
        impl From<$grant> for Grant {
            fn from(grant: $grant) -> Self {
                Self::$variant(grant)
            }
        }
    )*};
}

grants!(
    Voice(VoiceGrant),
    Video(VideoGrant),
    Chat(ChatGrant),
    Sync(SyncGrant),
    TaskRouter(TaskRouterGrant),
    Playback(PlaybackGrant),
    Rtc(RtcGrant),
    IpMessaging(IpMessagingGrant)
);

/// Declares a grant whose fields are texts under their own names.
macro_rules! text_grant {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(skip_serializing_if = "is_unset")]
                pub $field: Option<String>,
            )*
        }

        impl $name {
            /// A grant without restrictions. A field that is set to an empty text is as good as unset.
            pub fn new() -> Self {
                Self::default()
            }

            $(
                $(#[$field_doc])*
                pub fn $field(mut self, value: impl Into<String>) -> Self {
                    self.$field = Some(value.into());
                    self
                }
            )*
        }
    };
}

pub(super) fn is_unset(value: &Option<String>) -> bool {
    value.as_deref().is_none_or(str::is_empty)
}

text_grant! {
    /// Rooms of Video: all of them, or one.
    VideoGrant {
        /// The one room, by name or SID (`RM`).
        room,
    }
}

text_grant! {
    /// Conversations (and Programmable Chat before it).
    ChatGrant {
        /// The service, `IS…`.
        service_sid,
        /// Tells devices of one identity apart; 256 characters at most.
        endpoint_id,
        /// The role on this deployment.
        deployment_role_sid,
        /// The push credential, `CR…`.
        push_credential_sid,
    }
}

text_grant! {
    /// Sync.
    SyncGrant {
        /// The service, `IS…` or `default`.
        service_sid,
        /// Tells devices of one identity apart; 256 characters at most.
        endpoint_id,
    }
}

text_grant! {
    /// TaskRouter.
    TaskRouterGrant {
        /// The workspace, `WS…`.
        workspace_sid,
        /// The worker, `WK…`.
        worker_sid,
        /// The role, such as `worker`.
        role,
    }
}

text_grant! {
    /// The retired Conversations for video (key `rtc`).
    #[deprecated(note = "Twilio has retired it; use `VideoGrant`")]
    RtcGrant {
        /// The profile, `VS…`.
        configuration_profile_sid,
    }
}

/// The retired IP Messaging (key `ip_messaging`), with the fields of [`ChatGrant`].
#[deprecated(note = "Twilio has retired it; use `ChatGrant`")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IpMessagingGrant(
    /// The fields, which are those of the grant that came after it.
    pub ChatGrant,
);

/// The grant of a player, as Twilio's `PlaybackGrant` resource returned it: kept word for word.
///
/// Whoever has it can play the stream, so `Debug` does not show it.
#[derive(Clone, PartialEq)]
pub struct PlaybackGrant(
    /// The object `grant` of Twilio's answer.
    pub Value,
);

impl fmt::Debug for PlaybackGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaybackGrant([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_counts_as_unset() {
        let chat = || ChatGrant::new().service_sid("").endpoint_id("").push_credential_sid("");
        let grants: [Grant; 5] = [
            VoiceGrant::new().outgoing_application_sid("").push_credential_sid("").endpoint_id("").into(),
            chat().into(),
            IpMessagingGrant(chat()).into(),
            SyncGrant::new().service_sid("").into(),
            TaskRouterGrant::new().workspace_sid("").worker_sid("").role("").into(),
        ];
        for grant in grants {
            grant.check().expect("no SID to refuse");
            assert_eq!(grant.entry().expect("JSON").1, serde_json::json!({}), "{grant:?}");
        }
        let slash: Grant = ChatGrant::new().service_sid("IS1/..").into();
        assert_eq!(slash.check().expect_err("no SID").code(), Some(20106));
    }
}
