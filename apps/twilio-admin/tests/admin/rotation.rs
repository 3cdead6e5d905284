//! A service's key, from its first day to its last.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::holds;
use crate::program::{Home, PASSPHRASE};

#[test]
fn a_key_is_rotated_without_a_moment_in_which_none_is_accepted() {
    let (home, ada) = Home::with_people();
    home.write("access.toml", "[access.roles.service]\npermissions = ['manage_credentials']\n");
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    home.run_as(&ada, &["vault", "set", "twilio"], &[PASSPHRASE, "the secret of an API key"]).ok();
    home.run_as(&ada, &["user", "add", "billing", "--role", "service"], &[]).ok();
    let first = home.json_as(&ada, &["key", "issue", "billing", "--expires-in", "90d"], &[]);
    let text = |issued: &Value, name: &str| issued[name].as_str().unwrap().to_owned();
    let (old, old_id) = (text(&first, "key"), text(&first, "id"));
    assert!(old.starts_with(&format!("twak_{old_id}_")));

    let secret = |key: &str| home.run_as(key, &["vault", "get", "twilio"], &[PASSPHRASE]);
    assert_eq!(secret(&old).ok().out, "the secret of an API key\n");
    // The service itself manages nobody.
    home.run_as(&old, &["key", "rotate", &old_id], &[]).failed(3, "manage_users");

    let overlap = Duration::from_secs(4);
    let rotated = Instant::now();
    let second =
        home.json_as(&ada, &["key", "rotate", &old_id, "--overlap", "4s", "--expires-in", "90d"], &[]);
    let (new, new_id) = (text(&second, "key"), text(&second, "id"));
    assert_eq!(second["user"], "billing");
    assert_eq!(secret(&new).ok().out, "the secret of an API key\n");
    let late = secret(&old);
    if rotated.elapsed() < overlap {
        assert_eq!(late.ok().out, "the secret of an API key\n");
    }
    std::thread::sleep(overlap.saturating_sub(rotated.elapsed()) + Duration::from_millis(300));
    secret(&old).failed(4, "the key is not accepted");
    home.run_as(&ada, &["key", "rotate", &old_id], &[]).failed(6, "revoked or has expired");
    secret(&new).ok();

    // Without an overlap the old one ends at once, and a revoked one too.
    let third = home.json_as(&ada, &["key", "rotate", &new_id], &[]);
    secret(&new).failed(4, "the key is not accepted");
    let revoked = home.json_as(&ada, &["key", "revoke", &text(&third, "id")], &[]);
    assert_eq!(revoked["active"], false);
    secret(&text(&third, "key")).failed(4, "the key is not accepted");

    let keys = home.json_as(&ada, &["key", "list", "--user", "billing"], &[]);
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key["active"] == false && key.get("key").is_none()), "{keys:?}");
    let used: Vec<_> = keys.iter().filter(|key| key["last_used_at"].is_string()).collect();
    assert_eq!(used.len(), 2, "{keys:?}");
    let listed = home.run_as(&ada, &["key", "list"], &[]).ok().out;
    assert!(
        listed.contains("expired 2") && listed.contains("revoked 2") && listed.contains("active"),
        "{listed}"
    );

    let found = home.run_as(
        &ada,
        &["audit", "search", "--event", "key.rotate", "--event", "key.revoke", "--json"],
        &[],
    );
    let found: Vec<Value> = found.ok().out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<_> = found.iter().map(|record| record["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["denied", "begun", "ok", "failed", "begun", "ok", "begun", "ok"], "{found:?}");
    assert!(found.iter().skip(1).all(|record| record["actor"] == "ada"));
    home.run_as(&ada, &["audit", "verify"], &[]).ok();
    let files = home.everything();
    for key in [&ada, &old, &new, &text(&third, "key")] {
        assert!(!holds(&files, key));
    }
}
