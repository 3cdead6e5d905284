use super::path;
use crate::analyze::Type;

/// A type as a reader writes it.
pub(super) fn plain(ty: &Type) -> String {
    match ty {
        Type::List(item) => format!("[{}]", plain(item)),
        Type::Map(value) => format!("{{string: {}}}", plain(value)),
        Type::Json => "json".to_owned(),
        Type::Secret(_) => "secret".to_owned(),
        Type::Text => "string".to_owned(),
        other => path(other).to_string().rsplit(' ').next().unwrap_or_default().to_owned(),
    }
}
