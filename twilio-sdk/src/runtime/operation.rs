/// The facts of an operation that a request is built from.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Operation {
    pub id: &'static str,
    pub method: Method,
    /// The path template.
    pub path: &'static str,
    pub body: BodyKind,
    /// Whether it takes the client's credentials.
    pub authenticated: bool,
    /// The property that holds a list's items.
    pub items: Option<&'static str>,
    /// The query parameter that takes a page token.
    pub page_token: Option<&'static str>,
}

impl Operation {
    /// An operation that takes credentials and does not list.
    pub const fn new(id: &'static str, method: Method, path: &'static str, body: BodyKind) -> Self {
        Self { id, method, path, body, authenticated: true, items: None, page_token: None }
    }

    /// One that lists: where the items are, and which query parameter takes a page token.
    pub const fn list(self, items: &'static str, page_token: Option<&'static str>) -> Self {
        Self { items: Some(items), page_token, ..self }
    }

    /// One that takes no credentials.
    pub const fn anonymous(self) -> Self {
        Self { authenticated: false, ..self }
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
