//! The file: who may use it, what becomes of a broken one, who waits for whom.

use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_vault::{VaultError, VaultOptions};

use crate::folder::Folder;
use crate::{cheap, create, open, passphrase, text};

/// Weakness 26 of the systems this replaces: readable by all, written in place, without a lock.
#[cfg(unix)]
#[test]
fn weakness_26_the_file_and_its_folder_are_their_owners_alone() {
    use crate::folder::{chmod, mode};
    let folder = Folder::new();
    let path = folder.path().join("made/for/it/secrets.vault");
    let vault = VaultOptions::new(&path).argon2_params(cheap()).create(&passphrase()).unwrap();
    vault.set("a", "s3cret", None).unwrap();
    for made in ["made", "made/for", "made/for/it"] {
        assert_eq!(mode(&folder.path().join(made)), 0o700);
    }
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    for wrong in [0o640, 0o604, 0o620, 0o601] {
        chmod(&path, wrong);
        assert!(matches!(open(&path), Err(VaultError::InsecurePermissions("file"))), "{wrong:o}");
        assert!(matches!(vault.set("a", "x", None), Err(VaultError::InsecurePermissions("file"))));
    }
    chmod(&path, 0o600);
    chmod(path.parent().unwrap(), 0o755);
    assert!(matches!(open(&path), Err(VaultError::InsecurePermissions("directory"))));
    let beside = VaultOptions::new(path.with_file_name("other")).argon2_params(cheap()).create(&passphrase());
    assert!(matches!(beside, Err(VaultError::InsecurePermissions("directory"))));
    chmod(path.parent().unwrap(), 0o700);
    assert_eq!(text(&open(&path).unwrap(), "a"), "s3cret");
    let link = path.with_file_name("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(matches!(open(&link), Err(VaultError::Corrupt(_))));
}

#[test]
fn weakness_25_a_file_that_cannot_be_read_is_never_written_over() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("a", "s3cret", None).unwrap();
    let whole = std::fs::read(vault.path()).unwrap();
    let mut newer = whole.clone();
    newer[8] = 2;
    let mut spoilt = whole.clone();
    let last = spoilt.len() - 1;
    spoilt[last] ^= 1;
    let broken = [
        Vec::new(),
        b"twvault\0".to_vec(),
        b"something else".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        newer,
        spoilt,
    ];
    for bytes in broken {
        std::fs::write(vault.path(), &bytes).unwrap();
        for result in [
            vault.set("b", "x", None).map(drop),
            vault.delete("a").map(drop),
            vault.rekey(&"next".into(), cheap()),
            vault.get("a").map(drop),
            open(vault.path()).map(drop),
        ] {
            assert!(matches!(result, Err(VaultError::Corrupt(_))), "{result:?}");
        }
        let again = VaultOptions::new(vault.path()).argon2_params(cheap()).create(&passphrase());
        assert!(matches!(again, Err(VaultError::AlreadyExists)));
        assert_eq!(std::fs::read(vault.path()).unwrap(), bytes);
    }
    std::fs::write(vault.path(), whole).unwrap();
    assert_eq!(text(&vault, "a"), "s3cret");
}

#[test]
fn a_file_is_not_larger_than_a_vault_can_be() {
    let folder = Folder::new();
    let vault = create(&folder);
    let file = std::fs::OpenOptions::new().write(true).open(vault.path()).unwrap();
    file.set_len(1 << 30).unwrap();
    assert!(matches!(open(vault.path()), Err(VaultError::Corrupt(_))));
}

#[test]
fn changes_of_many_threads_are_all_there() {
    let folder = Folder::new();
    let vault = Arc::new(create(&folder));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            // Two share a vault, two have their own.
            let vault = if thread < 2 { Arc::clone(&vault) } else { Arc::new(open(vault.path()).unwrap()) };
            std::thread::spawn(move || {
                for number in 0..20 {
                    vault.set(&format!("{thread}-{number}"), format!("{number}"), None).unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(vault.list().unwrap().len(), 80);
}

#[test]
fn a_lock_that_does_not_come_in_time_is_an_error() {
    let folder = Folder::new();
    let path = folder.file("secrets.vault");
    let options = VaultOptions::new(&path).argon2_params(cheap()).lock_timeout(Duration::from_millis(20));
    let vault = options.create(&passphrase()).unwrap();
    let held = std::fs::File::open(folder.file("secrets.vault.lock")).unwrap();
    held.lock().unwrap();
    assert!(matches!(vault.set("a", "x", None), Err(VaultError::Locked)));
    // Reading needs no lock.
    assert!(vault.list().unwrap().is_empty());
    held.unlock().unwrap();
    vault.set("a", "x", None).unwrap();
}
