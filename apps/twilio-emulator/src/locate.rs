//! Finds the host and the operation of a request.

use super::links::Named;
use super::record::RecordedRequest;
use super::rejection::Rejection;
use super::route::{self, Found, Matched};

/// Finds the operation, and what named its host. Fills in the record.
pub(super) fn locate(record: &mut RecordedRequest) -> Result<(Matched, Named), Rejection> {
    let first = record.path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
    let (host, named) = match route::known_host(&first) {
        Some(host) => {
            let prefix = format!("/{first}");
            // A client that appends a link's path to a base URL with the host repeats the host.
            while let Some(rest) = record.path.strip_prefix(&prefix)
                && (rest.is_empty() || rest.starts_with('/'))
            {
                record.path = rest.to_owned();
            }
            (host, Named::InPath(prefix))
        }
        None => named_host(record)?,
    };
    host.clone_into(&mut record.host);
    match route::find(host, &record.method, &record.path) {
        Found::Operation(matched) => {
            record.product = Some(matched.route.product.stem);
            record.operation_id = Some(matched.operation.id);
            record.path_values = matched.values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            Ok((matched, named))
        }
        Found::WrongMethod(allow) => Err(Rejection::method(allow)),
        Found::Nothing => Err(Rejection::not_found(&record.path)),
        Found::Broken(message) => Err(Rejection::new(500, 20500, message)),
    }
}

/// Returns the host that a header names, else the only host that has the path.
fn named_host(record: &RecordedRequest) -> Result<(&'static str, Named), Rejection> {
    if let Some(host) = record.header("x-forwarded-host").and_then(route::known_host) {
        return Ok((host, Named::Forwarded));
    }
    if let Some(host) = route::known_host(&record.host) {
        return Ok((host, Named::AsHost));
    }
    let hosts = route::hosts_with(&record.path).map_err(|message| Rejection::new(500, 20500, message))?;
    match hosts.as_slice() {
        [] => Err(Rejection::not_found(&record.path)),
        [host] => Ok((host, Named::ByPath)),
        [host, ..] => {
            let mut rejection = Rejection::not_found(&record.path);
            rejection.message.push_str(&format!(
                ": {} have it; name the host as the first path segment (/{host}{}) or in the header X-Forwarded-Host",
                hosts.join(", "),
                record.path,
            ));
            Err(rejection)
        }
    }
}
