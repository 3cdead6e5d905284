/// What Twilio's specification says of an operation.
#[derive(Debug)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) body: BodyKind,
    pub(crate) authenticated: bool,
    /// Whether it takes OAuth credentials only.
    pub(crate) oauth: bool,
    /// The property that holds a list's items.
    pub(crate) items: Option<&'static str>,
    /// The query parameter that takes a page token.
    pub(crate) page_token: Option<&'static str>,
    /// The redirect's status that the specification documents as its success.
    pub(crate) redirect: Option<u16>,
    /// The wire names of what it takes, by place.
    #[cfg(feature = "serialize")]
    pub(crate) inputs: &'static [(Place, &'static [&'static str])],
}

impl Operation {
    /// The `operationId`, such as `CreateMessage`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The HTTP method.
    pub fn method(&self) -> http::Method {
        self.method.into()
    }

    /// The path with names in place of values, such as `/2010-04-01/Accounts/{AccountSid}/Messages.json`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Whether it takes OAuth credentials only ([`OAuthConfig`](crate::OAuthConfig)), no auth token and no API key.
    pub fn is_oauth_only(&self) -> bool {
        self.oauth
    }

    /// Whether it takes the client's credentials.
    pub fn requires_credentials(&self) -> bool {
        self.authenticated
    }
}

impl Operation {
    /// An operation that takes credentials and does not list.
    pub(crate) const fn new(id: &'static str, method: Method, path: &'static str, body: BodyKind) -> Self {
        Self {
            id,
            method,
            path,
            body,
            authenticated: true,
            oauth: false,
            items: None,
            page_token: None,
            redirect: None,
            #[cfg(feature = "serialize")]
            inputs: &[],
        }
    }

    /// One that lists: where the items are, and which query parameter takes a page token.
    pub(crate) const fn list(self, items: &'static str, page_token: Option<&'static str>) -> Self {
        Self { items: Some(items), page_token, ..self }
    }

    /// One whose success is a redirect with a body, of this status.
    pub(crate) const fn redirect(self, status: u16) -> Self {
        Self { redirect: Some(status), ..self }
    }

    /// One that takes no credentials.
    pub(crate) const fn anonymous(self) -> Self {
        Self { authenticated: false, ..self }
    }

    /// One that takes OAuth credentials only.
    pub(crate) const fn oauth(self) -> Self {
        Self { oauth: true, ..self }
    }

    /// The wire names of what it takes, by place.
    #[cfg(feature = "serialize")]
    pub(crate) const fn inputs(self, inputs: &'static [(Place, &'static [&'static str])]) -> Self {
        Self { inputs, ..self }
    }
}

/// The HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// How a request carries its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BodyKind {
    None,
    Form,
    Json,
    Scim,
}

impl BodyKind {
    pub(crate) fn content_type(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::Json => Some("application/json"),
            Self::Scim => Some("application/scim+json"),
        }
    }
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    Path,
    Query,
    Header,
    Form,
    Json,
    Body,
}
