use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;
use twilio_sdk_audit::AuditError;

/// A file with so many users, whose hashes cost little to read.
fn users(count: usize) -> String {
    let hash = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzYWx0$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";
    let user = |number| format!("[[auth.users]]\nusername = \"u{number}\"\npassword_hash = {hash:?}\n");
    (0..count).map(user).collect()
}

/// A file in a folder of the test's own; the next ones take its place at once.
struct Changing(PathBuf);

impl Changing {
    fn new(test: &str) -> Self {
        #[cfg(unix)]
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        let folder = std::env::temp_dir().join(format!("twilio-sdk-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = Self(folder.join("users.toml"));
        file.becomes(1);
        file
    }

    fn becomes(&self, count: usize) {
        let next = self.0.with_extension("next");
        std::fs::write(&next, users(count)).expect("a file");
        std::fs::rename(next, &self.0).expect("the next file");
    }
}

impl Drop for Changing {
    fn drop(&mut self) {
        let _ = self.0.parent().map(std::fs::remove_dir_all);
    }
}

/// Stops whoever records first, who has read the file and not yet taken its users, until told to go on.
struct Pause(Mutex<Option<(Sender<()>, Receiver<()>)>>);

impl AuditSink for Pause {
    fn record(&self, _: &AuditEvent) -> Result<(), AuditError> {
        let first = self.0.lock().expect("a lock").take();
        if let Some((stopped, go_on)) = first {
            stopped.send(()).expect("somebody waits");
            go_on.recv().expect("a word");
        }
        Ok(())
    }
}

#[test]
fn the_users_of_an_older_file_that_come_last_do_not_stay() {
    let file = Changing::new("older");
    let ((stopped, is_stopped), (go_on, may_go_on)) = (channel(), channel());
    let store = FileUserStore::open(&file.0).expect("good users");
    let store = store.audit(Pause(Mutex::new(Some((stopped, may_go_on)))));
    file.becomes(2);
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| store.reload());
        is_stopped.recv().expect("the slow one has read two users");
        file.becomes(3);
        store.reload().expect("three users");
        assert_eq!(store.len(), 3);
        go_on.send(()).expect("the slow one waits");
        slow.join().expect("no panic").expect("two users");
    });
    assert_eq!(store.len(), 2, "the slow one was the last");
    store.seen.lock().expect("a lock").checked -= CHECK_INTERVAL;
    store.reload_if_changed();
    assert_eq!(store.len(), 3, "its file is not taken for the one that is there");
}

#[test]
fn of_many_who_read_a_changing_file_at_once_none_leaves_old_users_behind() {
    let file = Changing::new("many");
    let store = FileUserStore::open(&file.0).expect("good users");
    for round in 0..20 {
        let count = round % 7 + 1;
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2 {
                        store.reload().expect("half a file is never seen");
                    }
                });
            }
            file.becomes(count);
        });
        let stamp = store.seen.lock().expect("a lock").stamp;
        let current = stamp == Stamp::of(&file.0);
        assert!(!current || store.len() == count, "round {round}: old users, and no new look");
    }
}
