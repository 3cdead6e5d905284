//! Responses that deviate from the specification, as Twilio's do.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::sample::{DATE, DECIMAL, OLD_TIME, TIME};

/// A change of one value; `None` leaves it as it is.
type Change = fn(&Json) -> Option<Json>;

/// Named variants of a response.
pub fn mutations(answer: &Json) -> Vec<(&'static str, Json)> {
    let changes: [(&str, Change); 11] = [
        ("null for every scalar", |json| scalar(json).then_some(Json::Null)),
        ("null for every list", |json| matches!(json, Json::List(_)).then_some(Json::Null)),
        ("numbers and truth values as text", |json| match json {
            Json::Number(text) => Some(Json::Text(text.clone())),
            Json::Bool(flag) => Some(Json::Text(flag.to_string())),
            _ => None,
        }),
        ("text as numbers", |json| json.as_text().map(|_| Json::Number("12345".to_owned()))),
        ("text as truth values", |json| json.as_text().map(|_| Json::Bool(true))),
        ("times with fractions and offsets", |json| match json.as_text()? {
            TIME => Some(text("2026-01-02T03:04:05.678901-07:00")),
            OLD_TIME => Some(text("Fri, 02 Jan 2026 03:04:05 -0730")),
            DATE => Some(text("2026-01-02T00:00:00.000Z")),
            _ => None,
        }),
        ("empty text", |json| json.as_text().map(|_| text(""))),
        ("long numbers", |json| match json {
            Json::Number(text) if text == DECIMAL => {
                Some(Json::Number("-12345678901234.1234567890123".to_owned()))
            }
            Json::Number(_) => Some(Json::Number("9007199254740993".to_owned())),
            _ => None,
        }),
        ("numbers with fractions", |json| match json {
            Json::Number(_) => Some(Json::Number("1.50".to_owned())),
            _ => None,
        }),
        ("objects for lists", |json| match json {
            Json::List(_) => Some(Json::Object(BTreeMap::new())),
            _ => None,
        }),
        ("lists for scalars", |json| scalar(json).then(|| Json::List(vec![Json::Bool(true)]))),
    ];
    let mut all: Vec<_> = changes.iter().map(|(name, change)| (*name, changed(answer, *change))).collect();
    all.push(("null everywhere", each(answer, |_| Json::Null)));
    all.push(("absent everywhere", empty(answer)));
    all.push(("other shapes", each(answer, other_shape)));
    all.push(("unknown fields", with_unknown(answer)));
    all
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn scalar(json: &Json) -> bool {
    matches!(json, Json::Text(_) | Json::Number(_) | Json::Bool(_))
}

/// What stands below the answer itself, changed; the answer stays an object or a list.
fn changed(json: &Json, change: Change) -> Json {
    each(json, |inner| change(inner).unwrap_or_else(|| changed(inner, change)))
}

fn each(json: &Json, change: impl Fn(&Json) -> Json) -> Json {
    match json {
        Json::Object(map) => {
            Json::Object(map.iter().map(|(name, value)| (name.clone(), change(value))).collect())
        }
        Json::List(list) => Json::List(list.iter().map(change).collect()),
        other => other.clone(),
    }
}

fn empty(json: &Json) -> Json {
    match json {
        Json::Object(_) => Json::Object(BTreeMap::new()),
        Json::List(_) => Json::List(Vec::new()),
        other => other.clone(),
    }
}

fn other_shape(json: &Json) -> Json {
    match json {
        Json::Object(_) => Json::List(vec![text("x")]),
        Json::List(_) => text("x"),
        _ => Json::Object(BTreeMap::from([("x".to_owned(), Json::Null), ("y".to_owned(), text("z"))])),
    }
}

fn with_unknown(json: &Json) -> Json {
    match each(json, with_unknown) {
        Json::Object(mut map) => {
            let list = Json::List(vec![Json::Number("0.5".to_owned()), Json::Null]);
            map.insert("not_in_the_specification".to_owned(), list);
            Json::Object(map)
        }
        other => other,
    }
}
