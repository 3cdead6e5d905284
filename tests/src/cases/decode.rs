use serde_json::value::RawValue;

use super::Verdict;
use crate::driver::{Driver, Failure, Outcome, find};
use crate::json::Json;
use crate::recorder::Answer;
use crate::surface::surface;

/// A response to decode.
#[derive(Debug, serde::Deserialize)]
pub struct Decode {
    /// The name in reports.
    pub id: serde_json::Value,
    /// The product's stem.
    pub product: String,
    /// The `operationId`.
    pub operation_id: String,
    /// The response status.
    pub status: u16,
    /// The response body; none where it is `null` or absent.
    #[serde(default)]
    pub response: Option<Box<RawValue>>,
}

impl Decode {
    /// Sends the request with sampled values, serves the response, and compares the decoded value with it.
    pub async fn run(self, mut driver: Driver) -> (Driver, Verdict) {
        let Ok(surface) = surface(&self.product) else { return (driver, Verdict::Skipped) };
        let found = surface.operation(&self.operation_id);
        let found = found.and_then(|operation| {
            Some((operation, surface.required(&operation.id)?, find(&self.product, &operation.id)?))
        });
        let Some((operation, values, drive)) = found else { return (driver, Verdict::Skipped) };
        let body = self.response.map(|raw| raw.get().to_owned()).filter(|text| text != "null");
        let body = body.unwrap_or_default();
        let answer = Answer { status: self.status, body: body.clone().into_bytes() };
        let outcome = driver.run(drive, values, answer).await;
        let differences = check_answer(&surface.api, operation, self.status, &body, &outcome);
        let verdict =
            if differences.is_empty() { Verdict::Passed } else { Verdict::Failed(differences.join("; ")) };
        (driver, verdict)
    }
}

/// Returns how the typed response differs from the one served.
pub fn check_answer(
    api: &twilio_codegen::analyze::Api,
    operation: &twilio_codegen::analyze::Operation,
    status: u16,
    body: &str,
    outcome: &Outcome,
) -> Vec<String> {
    let reply = match &outcome.result {
        Ok(reply) if status < 400 => reply,
        Ok(_) => return vec![format!("the status {status} is taken for a success")],
        Err(Failure::Call(error)) if error.is_api() && status >= 400 => return error_fields(error, body),
        Err(failure) => return vec![failure.to_string()],
    };
    if body.trim().is_empty() {
        return Vec::new();
    }
    match Json::parse(body) {
        Ok(answer) => crate::decode::differences(api, &operation.output, &answer, &reply.json, &reply.known),
        Err(error) => vec![format!("the answer is not JSON: {error}")],
    }
}

/// What an error must say of the answer that it came from.
fn error_fields(error: &twilio_sdk::Error, body: &str) -> Vec<String> {
    let Ok(answer) = Json::parse(body) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(Json::Number(code)) = answer.get("code")
        && error.code().map(|code| code.to_string()).as_ref() != Some(code)
    {
        found.push(format!("the error's code is {:?} and not {code}", error.code()));
    }
    if let Some(message) = answer.get("message").and_then(Json::as_text)
        && error.message() != Some(message)
    {
        found.push(format!("the error's message is {:?} and not {message:?}", error.message()));
    }
    found
}
