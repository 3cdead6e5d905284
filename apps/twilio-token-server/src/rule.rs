use std::time::Duration;

use twilio_sdk_access_token::{
    AccessToken, ChatGrant, DEFAULT_TTL, Grant, MAX_TTL, SyncGrant, TaskRouterGrant, VideoGrant, VoiceGrant,
};
use twilio_sdk_config::internal::file::Reader;
use twilio_sdk_inbound_auth::UserDetails;
use twilio_sdk_types::ApiKeyConfig;

/// A string with `{username}` as placeholder.
#[derive(Clone, Debug)]
pub(crate) struct Template(String);

impl Template {
    fn parse(text: &str) -> Result<Self, String> {
        let rest = text.replace("{username}", "");
        match rest.contains(['{', '}']) {
            true => Err("contains a { or } that is not part of {username}".to_owned()),
            false if text.is_empty() => Err("is empty".to_owned()),
            false => Ok(Self(text.to_owned())),
        }
    }

    /// Returns whether the string is the same for all users.
    fn is_fixed(&self) -> bool {
        !self.0.contains("{username}")
    }

    fn fill(&self, user: &UserDetails) -> String {
        self.0.replace("{username}", &user.username)
    }
}

/// Which users get which token.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Usernames. If both lists are empty, the rule matches any user.
    users: Vec<String>,
    /// Scopes, of which a user needs one.
    scopes: Vec<String>,
    identity: Template,
    pub(crate) ttl: Duration,
    grants: Grants,
}

#[derive(Clone, Debug, Default)]
struct Grants {
    video: Option<Option<Template>>,
    voice: Option<Voice>,
    chat: Option<(Option<Template>, Option<Template>)>,
    sync: Option<Option<Template>>,
    task_router: Option<(Option<Template>, Option<Template>, Option<Template>)>,
}

impl Grants {
    /// Returns the grants without values that depend on the user.
    fn fixed(&self) -> Self {
        let fixed = |template: &Option<Template>| template.clone().filter(Template::is_fixed);
        Self {
            video: self.video.clone(),
            voice: self.voice.as_ref().map(|voice| Voice {
                incoming: voice.incoming,
                application: fixed(&voice.application),
                push_credential: fixed(&voice.push_credential),
            }),
            chat: self.chat.as_ref().map(|(service, push)| (fixed(service), fixed(push))),
            sync: self.sync.as_ref().map(fixed),
            task_router: self
                .task_router
                .as_ref()
                .map(|(workspace, worker, role)| (fixed(workspace), fixed(worker), fixed(role))),
        }
    }
}

#[derive(Clone, Debug)]
struct Voice {
    incoming: bool,
    application: Option<Template>,
    push_credential: Option<Template>,
}

impl Rule {
    pub(crate) fn video_for_all(room: &str) -> Result<Self, String> {
        let grants = Grants { video: Some(Some(Template::parse(room)?)), ..Grants::default() };
        let identity = Template("{username}".to_owned());
        Ok(Self { users: Vec::new(), scopes: Vec::new(), identity, ttl: DEFAULT_TTL, grants })
    }

    pub(crate) fn matches(&self, user: &UserDetails) -> bool {
        (self.users.is_empty() && self.scopes.is_empty())
            || self.users.contains(&user.username)
            || user.has_any_scope(&self.scopes)
    }

    /// Returns why Twilio would reject every token of the rule.
    fn problem(&self) -> Option<String> {
        let example = UserDetails::new("example", [""; 0]);
        let fixed = Self { grants: self.grants.fixed(), ..self.clone() };
        let key = ApiKeyConfig::new("AC0", "SK0", "0".repeat(32));
        let token = AccessToken::new(&key, fixed.identity(&example));
        let token = token.map(|token| fixed.grants(&example).into_iter().fold(token, AccessToken::grant));
        token.and_then(|token| token.sign()).err().map(|error| error.to_string())
    }

    pub(crate) fn identity(&self, user: &UserDetails) -> String {
        self.identity.fill(user)
    }

    pub(crate) fn grants(&self, user: &UserDetails) -> Vec<Grant> {
        let fill = |template: &Option<Template>| template.as_ref().map(|template| template.fill(user));
        let mut grants: Vec<Grant> = Vec::new();
        if let Some(room) = &self.grants.video {
            grants.push(VideoGrant { room: fill(room) }.into());
        }
        if let Some(voice) = &self.grants.voice {
            let grant = VoiceGrant {
                incoming_allow: voice.incoming,
                outgoing_application_sid: fill(&voice.application),
                push_credential_sid: fill(&voice.push_credential),
                ..VoiceGrant::default()
            };
            grants.push(grant.into());
        }
        if let Some((service, push_credential)) = &self.grants.chat {
            let grant = ChatGrant {
                service_sid: fill(service),
                push_credential_sid: fill(push_credential),
                ..ChatGrant::default()
            };
            grants.push(grant.into());
        }
        if let Some(service) = &self.grants.sync {
            grants.push(SyncGrant { service_sid: fill(service), ..SyncGrant::default() }.into());
        }
        if let Some((workspace, worker, role)) = &self.grants.task_router {
            let grant = TaskRouterGrant {
                workspace_sid: fill(workspace),
                worker_sid: fill(worker),
                role: fill(role),
            };
            grants.push(grant.into());
        }
        grants
    }
}

/// Reads one table of `rules`.
pub(crate) fn rule(reader: &Reader<'_>) -> Option<Rule> {
    let users = reader.strings("users").unwrap_or_default();
    let scopes = reader.strings("scopes").unwrap_or_default();
    for key in ["users", "scopes"] {
        if reader.has(key) && users.is_empty() && scopes.is_empty() {
            reader.problem(key, "is empty; leave it out to match every user");
        }
    }
    let identity = template(reader, "identity").unwrap_or(Template("{username}".to_owned()));
    let ttl = reader.duration("ttl").unwrap_or(DEFAULT_TTL);
    if ttl < Duration::from_secs(1) || ttl > MAX_TTL {
        reader.problem("ttl", "must be between 1 s and 24 h");
    }
    let (video, voice, chat) = (reader.table("video"), reader.table("voice"), reader.table("chat"));
    let (sync, task_router) = (reader.table("sync"), reader.table("task_router"));
    let room = template(&video, "room");
    let voice_grant = Voice {
        incoming: voice.flag("incoming").unwrap_or(false),
        application: template(&voice, "outgoing_application_sid"),
        push_credential: template(&voice, "push_credential_sid"),
    };
    let chat_grant = (template(&chat, "service_sid"), template(&chat, "push_credential_sid"));
    let sync_service = template(&sync, "service_sid");
    let task_router_grant = (
        template(&task_router, "workspace_sid"),
        template(&task_router, "worker_sid"),
        template(&task_router, "role"),
    );
    let grants = Grants {
        video: video.is_present().then_some(room),
        voice: voice.is_present().then_some(voice_grant),
        chat: chat.is_present().then_some(chat_grant),
        sync: sync.is_present().then_some(sync_service),
        task_router: task_router.is_present().then_some(task_router_grant),
    };
    if !reader.is_present() {
        return None;
    }
    let rule = Rule { users, scopes, identity, ttl, grants };
    if let Some(message) = rule.problem() {
        reader.problem("", message);
    }
    Some(rule)
}

fn template(reader: &Reader<'_>, key: &str) -> Option<Template> {
    let text = reader.string(key)?;
    Template::parse(&text).map_err(|message| reader.problem(key, message)).ok()
}
