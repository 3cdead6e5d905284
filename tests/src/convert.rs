use serde::de::DeserializeOwned;
use serde_json::Value;
use twilio_sdk::conformance::Param;
use twilio_sdk::{Response, SendFuture};

use crate::driver::{Driven, Reply};
use crate::values::{Place, Values};

/// What a generated function calls: it takes values by name and gives them their types.
impl Values {
    /// A required value.
    pub(crate) fn need<T: DeserializeOwned>(&mut self, place: Place, name: &str) -> Result<T, String> {
        let value = self.take(place, name).ok_or_else(|| missing(name))?;
        from_text_place(value).map_err(|why| misfit(name, &why))
    }

    /// A required list.
    pub(crate) fn need_list<T: DeserializeOwned>(
        &mut self,
        place: Place,
        name: &str,
    ) -> Result<Vec<T>, String> {
        let value = self.take(place, name).ok_or_else(|| missing(name))?;
        list(value).map_err(|why| misfit(name, &why))
    }

    /// A required part of a JSON body.
    pub(crate) fn need_json<T: DeserializeOwned + Param>(
        &mut self,
        place: Place,
        name: &str,
    ) -> Result<T, String> {
        let value = self.take(place, name).ok_or_else(|| missing(name))?;
        from_json(value).map_err(|why| misfit(name, &why))
    }

    /// An optional value.
    pub(crate) fn give<T: DeserializeOwned>(&mut self, place: Place, name: &str) -> Option<T> {
        let value = self.take(place, name)?;
        let made = from_text_place(value);
        self.noted(name, made)
    }

    /// An optional list.
    pub(crate) fn give_list<T: DeserializeOwned>(&mut self, place: Place, name: &str) -> Option<Vec<T>> {
        let value = self.take(place, name)?;
        let made = list(value);
        self.noted(name, made)
    }

    /// An optional map whose keys are appended to its name.
    pub(crate) fn give_prefixed<T: DeserializeOwned>(&mut self, place: Place, name: &str) -> Option<T> {
        let value = self.take_prefixed(place, name)?;
        let made = from_text_place(value);
        self.noted(name, made)
    }

    /// An optional part of a JSON body.
    pub(crate) fn give_json<T: DeserializeOwned + Param>(&mut self, place: Place, name: &str) -> Option<T> {
        let value = self.take(place, name)?;
        let made = from_json(value);
        self.noted(name, made)
    }

    fn noted<T>(&mut self, name: &str, made: Result<T, String>) -> Option<T> {
        made.map_err(|why| self.problems.push(misfit(name, &why))).ok()
    }

    /// Sends a call whose answer is a value.
    pub(crate) fn reply<T: Param + Send + 'static>(&mut self, sending: SendFuture<Response<T>>) -> Driven {
        self.all_taken()?;
        Ok(Box::pin(async move {
            sending.await.map(|answer| Reply { json: answer.value().json(), known: answer.value().known() })
        }))
    }

    /// Sends a call whose answer is empty.
    pub(crate) fn nothing(&mut self, sending: SendFuture<Response<()>>) -> Driven {
        self.all_taken()?;
        Ok(Box::pin(async move { sending.await.map(|_| Reply::default()) }))
    }

    fn all_taken(&mut self) -> Result<(), String> {
        let left = self.left().into_iter().map(|name| format!("unreachable parameter {name}"));
        self.problems.extend(left);
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems.join("; ")) }
    }
}

fn missing(name: &str) -> String {
    format!("the required {name} is not given")
}

fn misfit(name: &str, why: &str) -> String {
    format!("{name}: {why}")
}

/// Text as the type reads it, or as JSON; numbers and truth values are taken by their text, and a list of one
/// text by that.
fn from_text_place<T: DeserializeOwned>(mut value: Value) -> Result<T, String> {
    if let Value::Array(list) = &mut value
        && let [Value::String(text)] = list.as_mut_slice()
    {
        value = Value::String(std::mem::take(text));
    }
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        other => return serde_json::from_value(other).map_err(|e| e.to_string()),
    };
    let as_text = match serde_json::from_value(Value::String(text.clone())) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let folded = text.to_ascii_lowercase();
    let json = if matches!(folded.as_str(), "true" | "false") { &folded } else { &text };
    serde_json::from_str(json).map_err(|_| format!("{text:?} does not fit its type: {as_text}"))
}

fn list<T: DeserializeOwned>(value: Value) -> Result<Vec<T>, String> {
    match value {
        Value::Array(list) => list.into_iter().map(from_text_place).collect(),
        one => Ok(vec![from_text_place(one)?]),
    }
}

/// A part of a JSON body; a property that no typed field takes is one that a user cannot reach.
fn from_json<T: DeserializeOwned + Param>(value: Value) -> Result<T, String> {
    let typed: T = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
    match unreached(&value, &typed.known(), String::new()) {
        None => Ok(typed),
        Some(path) => Err(format!("unreachable property {path}")),
    }
}

fn unreached(given: &Value, known: &Value, path: String) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(name, value)| {
            let path = format!("{path}.{name}");
            match known.get(name) {
                Some(known) => unreached(value, known, path),
                None => (!value.is_null()).then_some(path),
            }
        }),
        (Value::Array(given), Value::Array(known)) => {
            if given.len() != known.len() {
                return Some(format!("{path}[]"));
            }
            let pairs = given.iter().zip(known).enumerate();
            pairs
                .into_iter()
                .find_map(|(at, (given, known))| unreached(given, known, format!("{path}[{at}]")))
        }
        (Value::Object(_) | Value::Array(_), _) => Some(path),
        _ => None,
    }
}
