use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use twilio_sdk_types::AuthTokenConfig;

use crate::AccessTokenError;
use crate::capability::Signer;
use crate::check::is_sid;
use crate::json::Object;

const API: &str = "https://taskrouter.twilio.com/v1";
const EVENTS: &str = "https://event-bridge.twilio.com/v1/wschannels";

/// Allows or denies requests to a URL of TaskRouter.
///
/// ```
/// use twilio_sdk_access_token::TaskRouterPolicy;
///
/// let url = "https://taskrouter.twilio.com/v1/Workspaces/WS1/Tasks/**";
/// let policy = TaskRouterPolicy::allow("POST", url).require_form("AssignmentStatus").allow_form("Reason");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRouterPolicy {
    url: String,
    method: String,
    query_filter: Map<String, Value>,
    post_filter: Map<String, Value>,
    allow: bool,
}

impl TaskRouterPolicy {
    /// Allows requests to a URL, in which `*` matches one path segment and `**` all segments that follow.
    pub fn allow(method: impl Into<String>, url: impl Into<String>) -> Self {
        let (query_filter, post_filter) = (Map::new(), Map::new());
        Self { url: url.into(), method: method.into(), query_filter, post_filter, allow: true }
    }

    /// Denies requests to a URL. The wildcards are those of [`allow`](Self::allow).
    pub fn deny(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { allow: false, ..Self::allow(method, url) }
    }

    /// Adds a query parameter that a request must have.
    pub fn require_query(mut self, name: impl Into<String>) -> Self {
        self.query_filter.insert(name.into(), requirement(true));
        self
    }

    /// Adds a query parameter that a request may have.
    pub fn allow_query(mut self, name: impl Into<String>) -> Self {
        self.query_filter.insert(name.into(), requirement(false));
        self
    }

    /// Adds a form parameter that a request must have.
    pub fn require_form(mut self, name: impl Into<String>) -> Self {
        self.post_filter.insert(name.into(), requirement(true));
        self
    }

    /// Adds a form parameter that a request may have.
    pub fn allow_form(mut self, name: impl Into<String>) -> Self {
        self.post_filter.insert(name.into(), requirement(false));
        self
    }

    fn to_value(&self) -> Value {
        json!({
            "url": self.url,
            "method": self.method,
            "query_filter": self.query_filter,
            "post_filter": self.post_filter,
            "allow": self.allow,
        })
    }
}

fn requirement(required: bool) -> Value {
    json!({ "required": required })
}

/// Builds a token for TaskRouter's JavaScript SDK 1.x, for a worker, a task queue or a workspace, signed with the account's
/// auth token.
///
/// It allows receiving events and fetching the resource itself. A worker's token also allows fetching the workspace's
/// activities and tasks and the worker's reservations. Add everything else.
///
/// Source: <https://www.twilio.com/docs/taskrouter/js-sdk/worker>.
#[derive(Clone, Debug)]
pub struct TaskRouterCapabilityToken {
    signer: Signer,
    workspace_sid: String,
    channel: String,
    policies: Vec<TaskRouterPolicy>,
}

impl TaskRouterCapabilityToken {
    /// Creates a token for a worker (`WK…`).
    ///
    /// # Errors
    ///
    /// A SID of the wrong kind (20103 for the account, 20106 for the others), or an empty auth token (20107).
    pub fn worker(
        auth: &AuthTokenConfig,
        workspace_sid: impl Into<String>,
        worker_sid: impl Into<String>,
    ) -> Result<Self, AccessTokenError> {
        let token = Self::new(auth, workspace_sid.into(), worker_sid.into(), "WK", "worker_sid")?;
        let (workspace, worker) = (token.workspace(), token.channel.clone());
        Ok(token
            .policy(TaskRouterPolicy::allow("GET", format!("{workspace}/Activities")))
            .policy(TaskRouterPolicy::allow("GET", format!("{workspace}/Tasks/**")))
            .policy(TaskRouterPolicy::allow("GET", format!("{workspace}/Workers/{worker}/Reservations/**"))))
    }

    /// Creates a token for a task queue (`WQ…`).
    ///
    /// # Errors
    ///
    /// The same errors as [`worker`](Self::worker).
    pub fn task_queue(
        auth: &AuthTokenConfig,
        workspace_sid: impl Into<String>,
        task_queue_sid: impl Into<String>,
    ) -> Result<Self, AccessTokenError> {
        Self::new(auth, workspace_sid.into(), task_queue_sid.into(), "WQ", "taskqueue_sid")
    }

    /// Creates a token for a workspace (`WS…`).
    ///
    /// # Errors
    ///
    /// The same errors as [`worker`](Self::worker).
    pub fn workspace_wide(
        auth: &AuthTokenConfig,
        workspace_sid: impl Into<String>,
    ) -> Result<Self, AccessTokenError> {
        let workspace_sid = workspace_sid.into();
        Self::new(auth, workspace_sid.clone(), workspace_sid, "WS", "workspace_sid")
    }

    fn new(
        auth: &AuthTokenConfig,
        workspace_sid: String,
        channel: String,
        prefix: &str,
        field: &str,
    ) -> Result<Self, AccessTokenError> {
        let signer = Signer::new(auth)?;
        for (field, sid, prefix) in [("workspace_sid", &workspace_sid, "WS"), (field, &channel, prefix)] {
            if !is_sid(sid, prefix) {
                return Err(AccessTokenError::grant(format!("{field}: not a SID that starts with {prefix}")));
            }
        }
        let events = format!("{EVENTS}/{}/{channel}", signer.account_sid);
        let policies =
            vec![TaskRouterPolicy::allow("GET", &events), TaskRouterPolicy::allow("POST", &events)];
        let token = Self { signer, workspace_sid, channel, policies };
        let resource = token.resource();
        Ok(token.policy(TaskRouterPolicy::allow("GET", resource)))
    }

    fn workspace(&self) -> String {
        format!("{API}/Workspaces/{}", self.workspace_sid)
    }

    /// Returns the URL of the worker, task queue or workspace.
    fn resource(&self) -> String {
        let (workspace, sid) = (self.workspace(), &self.channel);
        match sid.get(..2) {
            Some("WK") => format!("{workspace}/Workers/{sid}"),
            Some("WQ") => format!("{workspace}/TaskQueues/{sid}"),
            _ => workspace,
        }
    }

    /// Allows fetching the subresources.
    pub fn allow_fetch_subresources(self) -> Self {
        let subresources = format!("{}/**", self.resource());
        self.policy(TaskRouterPolicy::allow("GET", subresources))
    }

    /// Allows updating the resource itself.
    pub fn allow_updates(self) -> Self {
        let resource = self.resource();
        self.policy(TaskRouterPolicy::allow("POST", resource))
    }

    /// Allows updating the subresources.
    pub fn allow_update_subresources(self) -> Self {
        let subresources = format!("{}/**", self.resource());
        self.policy(TaskRouterPolicy::allow("POST", subresources))
    }

    /// Allows deleting the resource itself.
    pub fn allow_delete(self) -> Self {
        let resource = self.resource();
        self.policy(TaskRouterPolicy::allow("DELETE", resource))
    }

    /// Allows deleting the subresources.
    pub fn allow_delete_subresources(self) -> Self {
        let subresources = format!("{}/**", self.resource());
        self.policy(TaskRouterPolicy::allow("DELETE", subresources))
    }

    /// Allows a worker to change its activity, and none of its other properties.
    pub fn allow_activity_updates(self) -> Self {
        let resource = self.resource();
        self.policy(TaskRouterPolicy::allow("POST", resource).require_form("ActivitySid"))
    }

    /// Allows a worker to accept or reject reservations and to update tasks.
    pub fn allow_reservation_updates(self) -> Self {
        let (tasks, resource) = (format!("{}/Tasks/**", self.workspace()), self.resource());
        self.policy(TaskRouterPolicy::allow("POST", tasks))
            .policy(TaskRouterPolicy::allow("POST", format!("{resource}/Reservations/**")))
    }

    /// Adds a policy.
    pub fn policy(mut self, policy: TaskRouterPolicy) -> Self {
        self.policies.push(policy);
        self
    }

    /// Sets how long the token is valid, from 1 s to [`MAX_TTL`](crate::MAX_TTL). Fractions of seconds are truncated.
    /// Default: [`DEFAULT_TTL`](crate::DEFAULT_TTL).
    ///
    /// # Errors
    ///
    /// [`AccessTokenError::Lifetime`] for any other duration (Twilio error 20104).
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, AccessTokenError> {
        self.signer.set_ttl(ttl)?;
        Ok(self)
    }

    /// Sets the time of signing, for tests and fixed clocks. Default: now.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.signer.issued_at = Some(time);
        self
    }

    /// Signs the token and returns the JWT.
    ///
    /// # Errors
    ///
    /// None are known: the constructors have checked everything.
    pub fn sign(&self) -> Result<String, AccessTokenError> {
        let signer = &self.signer;
        let kind = |prefix: &str| self.channel.starts_with(prefix).then_some(self.channel.as_str());
        let payload = Object::new()
            .with("account_sid", signer.account_sid.as_str())
            .with("workspace_sid", self.workspace_sid.as_str())
            .with("channel", self.channel.as_str())
            .with("version", "v1")
            .with("friendly_name", self.channel.as_str())
            .with("policies", Value::Array(self.policies.iter().map(TaskRouterPolicy::to_value).collect()))
            .with_optional("worker_sid", kind("WK"))
            .with_optional("taskqueue_sid", kind("WQ"))
            .with("iss", signer.account_sid.as_str())
            .with("exp", signer.expiry());
        signer.sign(&payload)
    }
}
