use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::capability::Signer;
use super::{TokenError, is_sid};
use crate::AuthTokenConfig;

const API: &str = "https://taskrouter.twilio.com/v1";
const EVENTS: &str = "https://event-bridge.twilio.com/v1/wschannels";

/// Whether a request that a [`Policy`] speaks of must have a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FilterRequirement {
    /// It must be there; otherwise it may be.
    pub required: bool,
}

/// What a capability token says of requests to one URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    url: String,
    method: String,
    query_filter: BTreeMap<String, FilterRequirement>,
    post_filter: BTreeMap<String, FilterRequirement>,
    allow: bool,
}

impl Policy {
    /// Allows requests to a URL, in which `*` stands for one part of the path and `**` for all that follow.
    pub fn allow(method: impl Into<String>, url: impl Into<String>) -> Self {
        let (query_filter, post_filter) = (BTreeMap::new(), BTreeMap::new());
        Self { url: url.into(), method: method.into(), query_filter, post_filter, allow: true }
    }

    /// Forbids them.
    pub fn deny(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { allow: false, ..Self::allow(method, url) }
    }

    /// Names a parameter of the query that a request must or may have.
    pub fn query(mut self, name: impl Into<String>, required: bool) -> Self {
        self.query_filter.insert(name.into(), FilterRequirement { required });
        self
    }

    /// Names a parameter of the form that a request must or may have.
    pub fn form(mut self, name: impl Into<String>, required: bool) -> Self {
        self.post_filter.insert(name.into(), FilterRequirement { required });
        self
    }
}

/// The token of TaskRouter's JavaScript SDK 1.x for a worker, a task queue or a workspace, signed with the account's
/// auth token.
///
/// It allows the channel of events and fetching the resource itself, and a worker's token the workspace's activities,
/// tasks and the worker's reservations too. Everything else is added.
///
/// Source: <https://www.twilio.com/docs/taskrouter/js-sdk/worker>.
#[derive(Clone, Debug)]
pub struct TaskRouterCapabilityToken {
    signer: Signer,
    workspace_sid: String,
    channel: String,
    policies: Vec<Policy>,
}

#[derive(Serialize)]
struct Payload<'a> {
    account_sid: &'a str,
    workspace_sid: &'a str,
    channel: &'a str,
    version: &'static str,
    friendly_name: &'a str,
    policies: &'a [Policy],
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taskqueue_sid: Option<&'a str>,
    iss: &'a str,
    exp: u64,
}

impl TaskRouterCapabilityToken {
    /// A token for a worker (`WK…`).
    ///
    /// # Errors
    ///
    /// SIDs of another kind (20103 for the account's, 20106 for others), or no auth token (20107).
    pub fn worker(
        auth: &AuthTokenConfig,
        workspace_sid: impl Into<String>,
        worker_sid: impl Into<String>,
    ) -> Result<Self, TokenError> {
        let token = Self::new(auth, workspace_sid.into(), worker_sid.into(), "WK", "worker_sid")?;
        let (workspace, worker) = (token.workspace(), token.channel.clone());
        Ok(token
            .policy(Policy::allow("GET", format!("{workspace}/Activities")))
            .policy(Policy::allow("GET", format!("{workspace}/Tasks/**")))
            .policy(Policy::allow("GET", format!("{workspace}/Workers/{worker}/Reservations/**"))))
    }

    /// A token for a task queue (`WQ…`).
    ///
    /// # Errors
    ///
    /// As [`worker`](Self::worker).
    pub fn task_queue(
        auth: &AuthTokenConfig,
        workspace_sid: impl Into<String>,
        task_queue_sid: impl Into<String>,
    ) -> Result<Self, TokenError> {
        Self::new(auth, workspace_sid.into(), task_queue_sid.into(), "WQ", "taskqueue_sid")
    }

    /// A token for a whole workspace (`WS…`).
    ///
    /// # Errors
    ///
    /// As [`worker`](Self::worker).
    pub fn workspace_wide(
        auth: &AuthTokenConfig,
        workspace_sid: impl Into<String>,
    ) -> Result<Self, TokenError> {
        let workspace_sid = workspace_sid.into();
        Self::new(auth, workspace_sid.clone(), workspace_sid, "WS", "workspace_sid")
    }

    fn new(
        auth: &AuthTokenConfig,
        workspace_sid: String,
        channel: String,
        prefix: &str,
        field: &str,
    ) -> Result<Self, TokenError> {
        let signer = Signer::new(auth)?;
        for (field, sid, prefix) in [("workspace_sid", &workspace_sid, "WS"), (field, &channel, prefix)] {
            if !is_sid(sid, prefix) {
                return Err(TokenError::grant(format!("{field} must be a SID that starts with {prefix}")));
            }
        }
        let events = format!("{EVENTS}/{}/{channel}", signer.account_sid);
        let policies = vec![Policy::allow("GET", &events), Policy::allow("POST", &events)];
        let token = Self { signer, workspace_sid, channel, policies };
        let own = token.resource();
        Ok(token.policy(Policy::allow("GET", own)))
    }

    fn workspace(&self) -> String {
        format!("{API}/Workspaces/{}", self.workspace_sid)
    }

    /// The resource that the token is for.
    fn resource(&self) -> String {
        let (workspace, sid) = (self.workspace(), &self.channel);
        match sid.get(..2) {
            Some("WK") => format!("{workspace}/Workers/{sid}"),
            Some("WQ") => format!("{workspace}/TaskQueues/{sid}"),
            _ => workspace,
        }
    }

    /// Allows fetching what is below the resource.
    pub fn allow_fetch_subresources(self) -> Self {
        let below = format!("{}/**", self.resource());
        self.policy(Policy::allow("GET", below))
    }

    /// Allows updating the resource itself.
    pub fn allow_updates(self) -> Self {
        let own = self.resource();
        self.policy(Policy::allow("POST", own))
    }

    /// Allows updating what is below the resource.
    pub fn allow_update_subresources(self) -> Self {
        let below = format!("{}/**", self.resource());
        self.policy(Policy::allow("POST", below))
    }

    /// Allows deleting the resource itself.
    pub fn allow_delete(self) -> Self {
        let own = self.resource();
        self.policy(Policy::allow("DELETE", own))
    }

    /// Allows deleting what is below the resource.
    pub fn allow_delete_subresources(self) -> Self {
        let below = format!("{}/**", self.resource());
        self.policy(Policy::allow("DELETE", below))
    }

    /// Allows a worker to change its activity, and nothing else of itself.
    pub fn allow_activity_updates(self) -> Self {
        let own = self.resource();
        self.policy(Policy::allow("POST", own).form("ActivitySid", true))
    }

    /// Allows a worker to answer reservations and update tasks.
    pub fn allow_reservation_updates(self) -> Self {
        let (tasks, own) = (format!("{}/Tasks/**", self.workspace()), self.resource());
        self.policy(Policy::allow("POST", tasks))
            .policy(Policy::allow("POST", format!("{own}/Reservations/**")))
    }

    /// Adds any policy.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policies.push(policy);
        self
    }

    /// How long the token lives, from 1 to 86400 s; an hour unless set. Fractions of seconds are cut off.
    ///
    /// # Errors
    ///
    /// Any other time is an error (Twilio error 20104).
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, TokenError> {
        self.signer.set_ttl(ttl)?;
        Ok(self)
    }

    /// The moment in which the token counts as signed; when it really is unless set.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.signer.issued_at = Some(time);
        self
    }

    /// The token's text.
    ///
    /// # Errors
    ///
    /// None are known: everything was checked before.
    pub fn sign(&self) -> Result<String, TokenError> {
        let signer = &self.signer;
        let kind = |prefix: &str| self.channel.starts_with(prefix).then_some(self.channel.as_str());
        let payload = Payload {
            account_sid: &signer.account_sid,
            workspace_sid: &self.workspace_sid,
            channel: &self.channel,
            version: "v1",
            friendly_name: &self.channel,
            policies: &self.policies,
            worker_sid: kind("WK"),
            taskqueue_sid: kind("WQ"),
            iss: &signer.account_sid,
            exp: signer.expiry(),
        };
        signer.sign(&payload)
    }
}
