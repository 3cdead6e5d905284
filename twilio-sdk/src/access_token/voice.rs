use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::grant::is_unset;

/// Calls in the browser or an app. A field that is set to an empty text is as good as unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoiceGrant {
    /// Whether calls may come in; not unless set.
    pub incoming_allow: bool,
    /// The TwiML application that outgoing calls reach, `AP…`; none may go out unless set.
    pub outgoing_application_sid: Option<String>,
    /// What is passed on to that application.
    pub outgoing_params: BTreeMap<String, Value>,
    /// The push credential, `CR…`.
    pub push_credential_sid: Option<String>,
    /// Tells devices of one identity apart; 256 characters at most.
    pub endpoint_id: Option<String>,
}

impl VoiceGrant {
    /// A grant that allows no call yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether calls may come in; not unless set.
    pub fn incoming_allow(mut self, allow: bool) -> Self {
        self.incoming_allow = allow;
        self
    }

    /// The TwiML application that outgoing calls reach, `AP…`.
    pub fn outgoing_application_sid(mut self, sid: impl Into<String>) -> Self {
        self.outgoing_application_sid = Some(sid.into());
        self
    }

    /// Passes a value on to the outgoing application; without such an application it goes nowhere.
    pub fn outgoing_param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.outgoing_params.insert(name.into(), value.into());
        self
    }

    /// The push credential, `CR…`.
    pub fn push_credential_sid(mut self, sid: impl Into<String>) -> Self {
        self.push_credential_sid = Some(sid.into());
        self
    }

    /// Tells devices of one identity apart; 256 characters at most.
    pub fn endpoint_id(mut self, id: impl Into<String>) -> Self {
        self.endpoint_id = Some(id.into());
        self
    }
}

/// A voice grant as it stands in a token.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct VoiceWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    incoming: Option<Incoming>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outgoing: Option<Outgoing>,
    #[serde(skip_serializing_if = "is_unset")]
    push_credential_sid: Option<String>,
    #[serde(skip_serializing_if = "is_unset")]
    endpoint_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Incoming {
    #[serde(default)]
    allow: bool,
}

#[derive(Serialize, Deserialize)]
struct Outgoing {
    application_sid: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, Value>,
}

impl From<&VoiceGrant> for VoiceWire {
    fn from(grant: &VoiceGrant) -> Self {
        let sid = grant.outgoing_application_sid.clone().filter(|sid| !sid.is_empty());
        Self {
            incoming: grant.incoming_allow.then_some(Incoming { allow: true }),
            outgoing: sid
                .map(|application_sid| Outgoing { application_sid, params: grant.outgoing_params.clone() }),
            push_credential_sid: grant.push_credential_sid.clone(),
            endpoint_id: grant.endpoint_id.clone(),
        }
    }
}

impl From<VoiceWire> for VoiceGrant {
    fn from(wire: VoiceWire) -> Self {
        let (outgoing_application_sid, outgoing_params) = match wire.outgoing {
            Some(outgoing) => (Some(outgoing.application_sid), outgoing.params),
            None => (None, BTreeMap::new()),
        };
        Self {
            incoming_allow: wire.incoming.is_some_and(|incoming| incoming.allow),
            outgoing_application_sid,
            outgoing_params,
            push_credential_sid: wire.push_credential_sid,
            endpoint_id: wire.endpoint_id,
        }
    }
}
