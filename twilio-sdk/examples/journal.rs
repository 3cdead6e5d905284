//! Sends a message to many recipients exactly once each, even if the program is killed and restarted.
//!
//! ```text
//! cargo run -p twilio-sdk --example journal --features bulk -- RECIPIENTS JOURNAL
//! ```
//!
//! RECIPIENTS has one number per line. The first run creates JOURNAL. After a crash, run it again with the same files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use twilio_sdk::Client;
use twilio_sdk::bulk::BulkSender;

/// An error of a file, of Twilio, or of the journal.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

const FROM: &str = "+15017122661";
const BODY: &str = "The kettle is on.";

/// The largest accepted difference between Twilio's clock and the local one.
const SKEW: Duration = Duration::from_secs(300);

/// The state of a recipient in the journal. A recipient without a state has not been sent anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The request was about to be sent, and its outcome is unknown.
    InDoubt,
    /// Twilio accepted the message.
    Sent,
    /// Twilio rejected the message.
    Rejected,
}

/// A file with one line per step: `begin SECONDS`, then `send NUMBER` before each request, and after it `sent NUMBER SID`,
/// `rejected NUMBER ERROR` or, after a crash, `none NUMBER`.
pub struct Journal {
    file: File,
    begun: SystemTime,
    states: BTreeMap<String, State>,
}

impl Journal {
    /// Opens or creates the journal. Fails if another process has it open.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        file.try_lock()?;
        let mut content = String::new();
        file.read_to_string(&mut content)?;
        // A crash interrupted an incomplete last line, so nothing was sent after it.
        let whole = content.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let mut journal = Self { file, begun: SystemTime::now(), states: BTreeMap::new() };
        for line in content.get(..whole).unwrap_or_default().lines() {
            let mut words = line.split(' ');
            match (words.next(), words.next()) {
                (Some("begin"), Some(seconds)) => {
                    journal.begun = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.parse()?);
                }
                (Some(step), Some(to)) => journal.apply(step, to)?,
                _ => return Err(format!("{}: `{line}` is not a line of a journal", path.display()).into()),
            }
        }
        if whole == 0 {
            let seconds = journal.begun.duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
            journal.append(&format!("begin {seconds}"))?;
        }
        Ok(journal)
    }

    fn apply(&mut self, step: &str, to: &str) -> Result<(), Failure> {
        let state = match step {
            "send" => Some(State::InDoubt),
            "sent" => Some(State::Sent),
            "rejected" => Some(State::Rejected),
            "none" => None,
            _ => return Err(format!("`{step}` is not a step of a journal").into()),
        };
        match state {
            Some(state) => self.states.insert(to.to_owned(), state),
            None => self.states.remove(to),
        };
        Ok(())
    }

    /// Writes a step and syncs it to disk.
    fn note(&mut self, step: &str, to: &str, detail: &str) -> Result<(), Failure> {
        self.append(format!("{step} {to} {detail}").trim_end())?;
        self.apply(step, to)
    }

    fn append(&mut self, line: &str) -> Result<(), Failure> {
        self.file.write_all(format!("{line}\n").as_bytes())?;
        Ok(self.file.sync_data()?)
    }

    /// Returns the state of a recipient.
    pub fn state(&self, to: &str) -> Option<State> {
        self.states.get(to).copied()
    }

    fn in_doubt(&self) -> Vec<String> {
        let in_doubt = self.states.iter().filter(|(_, state)| **state == State::InDoubt);
        in_doubt.map(|(to, _)| to.clone()).collect()
    }

    /// Returns the time since the last line was written.
    fn age(&self) -> Result<Duration, Failure> {
        Ok(self.file.metadata()?.modified()?.elapsed().unwrap_or_default())
    }
}

/// Looks each recipient in doubt up at Twilio: at most as many as requests were in flight.
///
/// Requests in flight during the crash may still reach Twilio, so this waits until `settled` has passed since then.
async fn reconcile(twilio: &Client, journal: &mut Journal, settled: Duration) -> Result<(), Failure> {
    let in_doubt = journal.in_doubt();
    if !in_doubt.is_empty() {
        tokio::time::sleep(settled.saturating_sub(journal.age()?)).await;
    }
    let begun = (journal.begun - SKEW).duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let begun = i64::try_from(begun)?;
    for to in in_doubt {
        // Queued messages have no sending date yet, so the creation date identifies those of this run.
        let mut messages = twilio.api_v2010().list_message().to(to.as_str()).from(FROM).items();
        let mut found = None;
        while let (None, Some(message)) = (&found, messages.next().await) {
            let message = message?;
            let created = message.date_created.as_ref().and_then(|time| time.to_datetime());
            let of_this_run = created.is_some_and(|time| time.unix_timestamp() >= begun)
                && message.to.as_deref() == Some(to.as_str())
                && message.body.as_deref() == Some(BODY);
            found = of_this_run.then_some(message.sid).flatten();
        }
        match found {
            Some(sid) => journal.note("sent", &to, sid.as_str())?,
            None => journal.note("none", &to, "")?,
        }
    }
    Ok(())
}

/// Sends the message to every recipient who does not have it, and returns the state of all of them.
///
/// A recipient whose request failed but may have executed stays in doubt, for the next run.
pub async fn send_all(
    twilio: &Client,
    recipients: BTreeSet<String>,
    path: &Path,
    settled: Duration,
) -> Result<Journal, Failure> {
    let mut journal = Journal::open(path)?;
    reconcile(twilio, &mut journal, settled).await?;
    let left: Vec<String> = recipients.into_iter().filter(|to| journal.state(to).is_none()).collect();

    let (api, journal) = (twilio.api_v2010(), Arc::new(Mutex::new(journal)));
    let (intents, unwritten) = (Arc::clone(&journal), Arc::new(Mutex::new(None)));
    let failed = Arc::clone(&unwritten);
    // The iterator yields a request just before it is sent, and ends if the journal cannot be written.
    let requests = left.clone().into_iter().map_while(move |to| {
        let written = lock(&intents).note("send", &to, "");
        match written {
            Ok(()) => Some(api.create_message(to).from(FROM).body(BODY)),
            Err(error) => {
                *lock(&failed) = Some(error);
                None
            }
        }
    });
    let mut sent = BulkSender::new().concurrency(32).send_iter(requests);
    while let Some(outcome) = sent.next().await {
        let Some(to) = usize::try_from(outcome.index).ok().and_then(|index| left.get(index)) else {
            continue;
        };
        match outcome.result {
            Ok(message) => {
                let sid = message.sid.map(|sid| sid.as_str().to_owned()).unwrap_or_default();
                lock(&journal).note("sent", to, &sid)?;
            }
            Err(error) if error.may_have_executed() => eprintln!("{to} is in doubt: {error}"),
            Err(error) => lock(&journal).note("rejected", to, &error.to_string().replace('\n', " "))?,
        }
    }
    drop(sent);
    if let Some(error) = lock(&unwritten).take() {
        return Err(error);
    }
    Arc::into_inner(journal)
        .map(|journal| journal.into_inner().unwrap_or_else(PoisonError::into_inner))
        .ok_or_else(|| "requests are still in flight".into())
}

/// Locks a mutex even if another thread panicked while holding it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args_os().skip(1);
    let (recipients, path) = arguments.next().zip(arguments.next()).ok_or("name RECIPIENTS and JOURNAL")?;
    let recipients = std::fs::read_to_string(recipients)?.lines().map(str::to_owned).collect();
    // Longer than a request may take, and longer than Twilio needs to list a message.
    let journal =
        send_all(&Client::from_env()?, recipients, Path::new(&path), Duration::from_secs(120)).await?;
    for (to, state) in &journal.states {
        println!("{to} {state:?}");
    }
    Ok(())
}
