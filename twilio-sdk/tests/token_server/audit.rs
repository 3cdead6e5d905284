//! What the server records, and that it gives no token where it cannot.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use twilio_sdk::audit::{Audit, AuditError, Event};
use twilio_sdk::token_server::{TokenServer, TokenServerConfig};

use crate::client::log_in;
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::{PASSWORD, WRONG};

#[derive(Default)]
struct Recorder {
    events: Mutex<Vec<String>>,
    full: AtomicBool,
}

impl Audit for Recorder {
    fn record(&self, event: &Event) -> Result<(), AuditError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(AuditError::Other("the disk is full".into()));
        }
        let texts = event.texts().map(|(name, text)| format!(" {name}={text}"));
        let line =
            format!("{} {}{}", event.kind().as_str(), event.outcome().as_str(), texts.collect::<String>());
        self.events.lock().unwrap().push(line);
        Ok(())
    }
}

#[tokio::test]
async fn who_is_recognized_and_who_is_given_a_token_is_recorded_or_refused() {
    let (folder, recorder) = (Folder::new(), Arc::new(Recorder::default()));
    let config = TokenServerConfig::from_file(folder.config("", &[RULES, NO_LIMITS].concat())).unwrap();
    let config = config.audit(Arc::clone(&recorder));
    let server = Server::serve(TokenServer::bind(config).await.unwrap());
    for (name, password, status) in
        [("bob", PASSWORD, 200), ("bob", WRONG, 401), (PASSWORD, WRONG, 401), ("carol", PASSWORD, 403)]
    {
        assert_eq!(log_in(server.address, name, password).await.status, status, "{name}");
    }
    let expected = [
        "authn ok actor=bob source=127.0.0.1",
        "token.issue ok actor=bob action=voice resource=agent_bob source=127.0.0.1",
        "authn denied source=127.0.0.1 reason=the credentials are wrong",
        "authn denied source=127.0.0.1 reason=the credentials are wrong",
        "authn ok actor=carol source=127.0.0.1",
        "token.issue denied actor=carol source=127.0.0.1 reason=no rule is for the user",
    ];
    assert_eq!(*recorder.events.lock().unwrap(), expected);
    recorder.full.store(true, Ordering::Relaxed);
    let answer = log_in(server.address, "bob", PASSWORD).await;
    assert_eq!((answer.status, answer.body.as_str()), (503, r#"{"error":"this cannot be recorded now"}"#));
    server.stop().await;
}
