/// An operation of Twilio's specification.
#[derive(Debug)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) body: BodyKind,
    pub(crate) authenticated: bool,
    /// Whether it accepts OAuth credentials only.
    pub(crate) oauth: bool,
    /// The property with the items of a list.
    pub(crate) items: Option<&'static str>,
    /// The query parameter of a page token.
    pub(crate) page_token: Option<&'static str>,
    /// The status of the redirect that the specification documents as success.
    pub(crate) redirect: Option<u16>,
    /// The wire names of its parameters, by place.
    #[cfg(feature = "serialize")]
    pub(crate) inputs: &'static [(Place, &'static [&'static str])],
}

impl Operation {
    /// Returns the `operationId`, such as `CreateMessage`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> http::Method {
        self.method.into()
    }

    /// Returns the path with names instead of values, such as `/2010-04-01/Accounts/{AccountSid}/Messages.json`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Returns whether it accepts OAuth credentials only ([`OAuthConfig`](crate::OAuthConfig)), no auth token or API key.
    pub fn is_oauth_only(&self) -> bool {
        self.oauth
    }

    /// Returns whether it requires credentials.
    pub fn requires_credentials(&self) -> bool {
        self.authenticated
    }
}

impl Operation {
    /// Creates an operation that requires credentials and returns no list.
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

    /// Makes it a list: the property of the items, and the query parameter of a page token.
    pub(crate) const fn list(self, items: &'static str, page_token: Option<&'static str>) -> Self {
        Self { items: Some(items), page_token, ..self }
    }

    /// Makes a redirect of this status with a body its success.
    pub(crate) const fn redirect(self, status: u16) -> Self {
        Self { redirect: Some(status), ..self }
    }

    /// Makes it one without credentials.
    pub(crate) const fn anonymous(self) -> Self {
        Self { authenticated: false, ..self }
    }

    /// Makes it one that accepts OAuth credentials only.
    pub(crate) const fn oauth(self) -> Self {
        Self { oauth: true, ..self }
    }

    /// Sets the wire names of its parameters, by place.
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

/// The format of a request body.
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

/// The place of a parameter in a request.
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
