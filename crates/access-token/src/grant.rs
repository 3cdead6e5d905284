// The two retired grants can still be created and verified.
#![allow(deprecated)]

use std::fmt;

use serde_json::{Map, Value};

use crate::check::is_sid;
use crate::json::{grant_serde, insert, optional_string};
use crate::{AccessTokenError, VoiceGrant};

/// The longest endpoint ID that is accepted, in characters. Twilio documents no limit.
const MAX_ENDPOINT_ID: usize = 256;

/// A permission of a token's holder, for one product.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Grant {
    /// Phone calls in a browser or an app.
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
    /// Returns the name of the grant in a token, such as `voice` or `data_sync`.
    pub fn name(&self) -> &'static str {
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

    /// Returns the grant as a token holds it.
    pub(crate) fn to_value(&self) -> Value {
        Value::Object(match self {
            Self::Voice(grant) => grant.to_json(),
            Self::Video(grant) => grant.to_json(),
            Self::Chat(grant) => grant.to_json(),
            Self::Sync(grant) => grant.to_json(),
            Self::TaskRouter(grant) => grant.to_json(),
            Self::Playback(grant) => return grant.0.clone(),
            Self::Rtc(grant) => grant.to_json(),
            Self::IpMessaging(grant) => grant.to_json(),
        })
    }

    /// Rejects values that Twilio would reject later.
    pub(crate) fn check(&self) -> Result<(), AccessTokenError> {
        let name = self.name();
        let sid = |field: &str, value: &Option<String>, prefix: &str| match value {
            Some(value) if !value.is_empty() && !is_sid(value, prefix) => Err(AccessTokenError::grant(
                format!("{name} grant: {field} is not a SID that starts with {prefix}"),
            )),
            _ => Ok(()),
        };
        // Both products accept the service "default".
        let service = |value: &Option<String>| match value.as_deref() {
            Some("default") => Ok(()),
            _ => sid("service_sid", value, "IS"),
        };
        let endpoint = |value: &Option<String>| match value {
            Some(value) if value.chars().count() > MAX_ENDPOINT_ID => Err(AccessTokenError::Grant(
                format!("{name} grant: endpoint_id is longer than {MAX_ENDPOINT_ID} characters").into(),
                51004,
            )),
            _ => Ok(()),
        };
        match self {
            Self::Voice(grant) => {
                sid("outgoing_application_sid", &grant.outgoing_application_sid, "AP")?;
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
                _ => Err(AccessTokenError::grant(
                    "player grant: not an object; pass the JSON object `grant` of Twilio's response",
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

/// Declares a grant whose fields are strings with the names of the token's members.
macro_rules! string_grant {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                pub $field: Option<String>,
            )*
        }

        impl $name {
            /// Creates a grant without restrictions. An empty string counts as unset.
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

            pub(crate) fn to_json(&self) -> Map<String, Value> {
                let mut grant = Map::new();
                $(insert(&mut grant, stringify!($field), &self.$field);)*
                grant
            }

            pub(crate) fn from_json(grant: &Map<String, Value>) -> Option<Self> {
                Some(Self { $($field: optional_string(grant, stringify!($field))?,)* })
            }
        }

        grant_serde!($name);
    };
}

string_grant! {
    /// Grants access to the rooms of Video: all, or one.
    VideoGrant {
        /// The name or SID (`RM…`) of the only room.
        room,
    }
}

string_grant! {
    /// Grants access to Conversations and to the older Programmable Chat.
    ChatGrant {
        /// The SID of the service, `IS…`.
        service_sid,
        /// The ID that distinguishes devices of one identity, at most 256 characters.
        endpoint_id,
        /// The SID of the role for this deployment.
        deployment_role_sid,
        /// The SID of the push credential, `CR…`.
        push_credential_sid,
    }
}

string_grant! {
    /// Grants access to Sync.
    SyncGrant {
        /// The SID of the service, `IS…`, or `default`.
        service_sid,
        /// The ID that distinguishes devices of one identity, at most 256 characters.
        endpoint_id,
    }
}

string_grant! {
    /// Grants access to TaskRouter.
    TaskRouterGrant {
        /// The SID of the workspace, `WS…`.
        workspace_sid,
        /// The SID of the worker, `WK…`.
        worker_sid,
        /// The role, such as `worker`.
        role,
    }
}

string_grant! {
    /// The grant of the retired Conversations for video (`rtc`).
    #[deprecated(note = "Twilio has retired it; use `VideoGrant`")]
    RtcGrant {
        /// The SID of the profile, `VS…`.
        configuration_profile_sid,
    }
}

/// The grant of the retired IP Messaging (`ip_messaging`), with the fields of [`ChatGrant`].
#[deprecated(note = "Twilio has retired it; use `ChatGrant`")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IpMessagingGrant(
    /// The fields, which are those of its successor.
    pub ChatGrant,
);

impl IpMessagingGrant {
    fn to_json(&self) -> Map<String, Value> {
        self.0.to_json()
    }

    fn from_json(grant: &Map<String, Value>) -> Option<Self> {
        ChatGrant::from_json(grant).map(Self)
    }
}

grant_serde!(IpMessagingGrant);

/// The grant of a player of live media, unchanged as Twilio's `PlaybackGrant` resource returned it.
///
/// Its holder can play the stream, so `Debug` redacts it.
#[derive(Clone, PartialEq)]
pub struct PlaybackGrant(
    /// The JSON object `grant` of Twilio's response.
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
    fn an_empty_string_counts_as_unset() {
        let chat = || ChatGrant::new().service_sid("").endpoint_id("").push_credential_sid("");
        let grants: [Grant; 5] = [
            VoiceGrant::new().outgoing_application_sid("").push_credential_sid("").endpoint_id("").into(),
            chat().into(),
            IpMessagingGrant(chat()).into(),
            SyncGrant::new().service_sid("").into(),
            TaskRouterGrant::new().workspace_sid("").worker_sid("").role("").into(),
        ];
        for grant in grants {
            grant.check().expect("no SID to reject");
            assert_eq!(grant.to_value(), serde_json::json!({}), "{grant:?}");
        }
        let slash: Grant = ChatGrant::new().service_sid("IS1/..").into();
        assert_eq!(slash.check().expect_err("not a SID").code(), Some(20106));
    }

    #[test]
    fn grants_are_serialized_as_a_token_holds_them() {
        let grant = ChatGrant::new().service_sid("IS1").endpoint_id("");
        let json = serde_json::to_value(&grant).expect("JSON");
        assert_eq!(json, serde_json::json!({"service_sid": "IS1"}));
        let again: ChatGrant = serde_json::from_value(json).expect("a grant");
        assert_eq!(again.service_sid.as_deref(), Some("IS1"));
        assert!(serde_json::from_value::<ChatGrant>(serde_json::json!({"service_sid": 5})).is_err());
        let voice = VoiceGrant::new().incoming_allow(true).outgoing_application_sid("AP1");
        let voice = voice.outgoing_param("a", 1);
        let json = serde_json::to_value(&voice).expect("JSON");
        assert_eq!(serde_json::from_value::<VoiceGrant>(json).expect("a grant"), voice);
        for malformed in [
            serde_json::json!({"incoming": true}),
            serde_json::json!({"incoming": {"allow": "yes"}}),
            serde_json::json!({"outgoing": {}}),
            serde_json::json!({"outgoing": {"application_sid": "AP1", "params": []}}),
            serde_json::json!({"endpoint_id": 1}),
        ] {
            assert!(serde_json::from_value::<VoiceGrant>(malformed.clone()).is_err(), "{malformed}");
        }
    }
}
