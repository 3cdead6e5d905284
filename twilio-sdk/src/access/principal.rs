/// A person who has shown a key. Only [`AccessControl::authenticate`](super::AccessControl::authenticate) makes one.
///
/// It says who somebody is, and nothing about what that person may do: each check asks the store anew. From the moment at
/// which the key is revoked or has expired, or the user is removed, the principal may do nothing any more, also where a new
/// user has the same name.
///
/// ```no_run
/// # async fn example(access: twilio_sdk::access::AccessControl) -> Result<(), twilio_sdk::access::AccessError> {
/// let principal = access.authenticate(&"twak_…".into()).await?;
/// access.list_users(&principal).await?;
/// # Ok(())
/// # }
/// ```
///
/// Nothing else is an principal, not even where all of its parts are known:
///
/// ```compile_fail,E0451
/// # async fn example(access: twilio_sdk::access::AccessControl) -> Result<(), twilio_sdk::access::AccessError> {
/// let text = String::new;
/// let principal = twilio_sdk::access::Principal { name: text(), role: text(), key: text(), source: None };
/// access.list_users(&principal).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Principal {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) key: String,
    pub(super) source: Option<String>,
}

impl Principal {
    /// The name of the user.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The role that the user had when the key was shown.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The id of the key that was shown.
    pub fn key_id(&self) -> &str {
        &self.key
    }

    /// From where the key was shown, where that was said.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }
}
