use crate::json::{Json, same_double, same_number};

/// Whether the typed answer, all of it, is the answer; properties that are `null` may be left out.
pub(super) fn compare(answer: &Json, json: &Json, path: &str, found: &mut Vec<String>) {
    match (answer, json) {
        (Json::Object(answer), Json::Object(json)) => {
            for (name, value) in answer.iter().filter(|(_, value)| **value != Json::Null) {
                match json.get(name) {
                    Some(json) => compare(value, json, &format!("{path}.{name}"), found),
                    None => found.push(format!("{path}.{name} is lost")),
                }
            }
            let new = json.iter().filter(|(name, value)| {
                **value != Json::Null && answer.get(*name).is_none_or(|answer| *answer == Json::Null)
            });
            found.extend(new.map(|(name, value)| format!("{path}.{name} is new: {value}")));
        }
        (Json::List(answer), Json::List(json)) => {
            if answer.len() != json.len() {
                found.push(format!("{path} has {} elements and not {}", json.len(), answer.len()));
            }
            for (at, (answer, json)) in answer.iter().zip(json).enumerate() {
                compare(answer, json, &format!("{path}[{at}]"), found);
            }
        }
        (Json::Number(answer), Json::Number(json)) if same_double(answer, json) => {}
        // A decimal with more digits than a double holds is written as text.
        (Json::Number(answer), Json::Text(json)) if long(answer) && same_number(answer, json) => {}
        (answer, json) if answer == json => {}
        _ => found.push(format!("{path} is {json} and not {answer}")),
    }
}

fn long(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(|double| !same_number(&format!("{double}"), number))
}
