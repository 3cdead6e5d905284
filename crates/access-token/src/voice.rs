use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::json::{grant_serde, insert, optional_string};

/// Grants phone calls in a browser or an app. An empty string counts as unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoiceGrant {
    /// Whether the client may receive calls. Default: `false`.
    pub incoming_allow: bool,
    /// The SID (`AP…`) of the TwiML application that handles outgoing calls. Without it the client cannot make calls.
    pub outgoing_application_sid: Option<String>,
    /// The parameters that Twilio passes to the application.
    pub outgoing_params: BTreeMap<String, Value>,
    /// The SID of the push credential, `CR…`.
    pub push_credential_sid: Option<String>,
    /// The ID that distinguishes devices of one identity, at most 256 characters.
    pub endpoint_id: Option<String>,
}

impl VoiceGrant {
    /// Creates a grant that allows no calls yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether the client may receive calls. Default: `false`.
    pub fn incoming_allow(mut self, allow: bool) -> Self {
        self.incoming_allow = allow;
        self
    }

    /// Sets the SID (`AP…`) of the TwiML application that handles outgoing calls.
    pub fn outgoing_application_sid(mut self, sid: impl Into<String>) -> Self {
        self.outgoing_application_sid = Some(sid.into());
        self
    }

    /// Adds a parameter that Twilio passes to the outgoing application. It is ignored without an application.
    pub fn outgoing_param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.outgoing_params.insert(name.into(), value.into());
        self
    }

    /// Sets the SID of the push credential, `CR…`.
    pub fn push_credential_sid(mut self, sid: impl Into<String>) -> Self {
        self.push_credential_sid = Some(sid.into());
        self
    }

    /// Sets the ID that distinguishes devices of one identity, at most 256 characters.
    pub fn endpoint_id(mut self, id: impl Into<String>) -> Self {
        self.endpoint_id = Some(id.into());
        self
    }

    /// Returns the grant as a token holds it.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut grant = Map::new();
        if self.incoming_allow {
            grant.insert("incoming".to_owned(), json!({"allow": true}));
        }
        let mut outgoing = Map::new();
        insert(&mut outgoing, "application_sid", &self.outgoing_application_sid);
        if !outgoing.is_empty() {
            if !self.outgoing_params.is_empty() {
                let params = self.outgoing_params.iter().map(|(name, value)| (name.clone(), value.clone()));
                outgoing.insert("params".to_owned(), Value::Object(params.collect()));
            }
            grant.insert("outgoing".to_owned(), Value::Object(outgoing));
        }
        insert(&mut grant, "push_credential_sid", &self.push_credential_sid);
        insert(&mut grant, "endpoint_id", &self.endpoint_id);
        grant
    }

    /// Returns the grant of a token. `None` if it is malformed.
    pub(crate) fn from_json(grant: &Map<String, Value>) -> Option<Self> {
        let incoming_allow = match grant.get("incoming") {
            None | Some(Value::Null) => false,
            Some(incoming) => match incoming.as_object()?.get("allow") {
                None => false,
                Some(allow) => allow.as_bool()?,
            },
        };
        let (outgoing_application_sid, outgoing_params) = match grant.get("outgoing") {
            None | Some(Value::Null) => (None, BTreeMap::new()),
            Some(outgoing) => {
                let outgoing = outgoing.as_object()?;
                let params = match outgoing.get("params") {
                    None => BTreeMap::new(),
                    Some(params) => {
                        let params = params.as_object()?;
                        params.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
                    }
                };
                (Some(outgoing.get("application_sid")?.as_str()?.to_owned()), params)
            }
        };
        Some(Self {
            incoming_allow,
            outgoing_application_sid,
            outgoing_params,
            push_credential_sid: optional_string(grant, "push_credential_sid")?,
            endpoint_id: optional_string(grant, "endpoint_id")?,
        })
    }
}

grant_serde!(VoiceGrant);
