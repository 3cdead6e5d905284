//! A vault's file, damaged (`d`) and used (`u`): damaged it never opens as something else and is never written to, and
//! whatever is put in comes out.
#![no_main]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use twilio_fuzz::keep;
use twilio_sdk::types::SecretString;
use twilio_sdk::vault::{Vault, VaultError, VaultOptions, Argon2Params};

/// Where the file says how much work its key is: changed, it may ask for a gigabyte.
const WORK: std::ops::Range<usize> = 10..22;

struct Good {
    path: PathBuf,
    vault: Vault,
    bytes: Vec<u8>,
}

static GOOD: LazyLock<Good> = LazyLock::new(|| {
    // In memory where that can be had: every change is made to survive the machine's failing, which takes its time.
    let memory = PathBuf::from("/dev/shm");
    let base = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = base.join(format!("twilio-fuzz-vault-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let path = folder.join("secrets.vault");
    let vault = VaultOptions::new(&path).argon2_params(little_work()).create(&passphrase()).expect("a vault");
    vault.set("a", "first", None).expect("an entry");
    vault.set("b", "second", None).expect("an entry");
    let bytes = std::fs::read(&path).expect("a file");
    Good { path, vault, bytes }
});

fn little_work() -> Argon2Params {
    Argon2Params::new(8, 1, 1).expect("little work")
}

fn passphrase() -> SecretString {
    "correct horse battery staple".into()
}

fn seeds() {
    keep("untouched", b"d");
    for (name, place) in [
        ("magic", 0_u16),
        ("version", 8),
        ("kind", 9),
        ("salt", 22),
        ("check", 38),
        ("nonce", 54),
        ("body", 78),
        ("end", 1100),
    ] {
        let [high, low] = place.to_be_bytes();
        keep(name, &[b'd', 0, high, low, 1]);
    }
    keep("cut", &[b'd', 1, 4, 0]);
    keep("longer", &[b'd', 2, 4, 0]);
    keep("used", b"us\x01as\x01bg\x01ad\x01ag\x01as\x03xyz");
}

/// Changes bytes (`0`, place, exclusive or), cuts the file (`1`, length) or adds to it (`2`, how many).
fn damaged(mut file: Vec<u8>, mut edits: &[u8]) -> Vec<u8> {
    while let Some(([kind, high, low], rest)) = edits.split_first_chunk() {
        let number = usize::from(u16::from_be_bytes([*high, *low]));
        edits = rest;
        match kind % 3 {
            0 => {
                let Some((mask, rest)) = edits.split_first() else { break };
                edits = rest;
                if let Some(byte) = file.get_mut(number).filter(|_| !WORK.contains(&number)) {
                    *byte ^= mask;
                }
            }
            1 => file.truncate(number),
            _ => file.resize(file.len() + number % 2048, 0),
        }
    }
    file
}

fn damage(edits: &[u8]) {
    let Good { path, vault, bytes } = &*GOOD;
    let file = damaged(bytes.clone(), edits);
    std::fs::write(path, &file).expect("a file");
    let opened = Vault::open(path, &passphrase());
    if file == *bytes {
        let entry = opened.and_then(|vault| vault.get("a")).expect("the vault itself");
        assert_eq!(entry.string().expect("a text").expose_secret(), "first");
        return;
    }
    assert!(opened.is_err(), "it opens as something else");
    for refused in [
        vault.get("a").map(drop),
        vault.list().map(drop),
        vault.set("c", "x", None).map(drop),
        vault.delete("a").map(drop),
        vault.rekey(&passphrase(), little_work()),
        VaultOptions::new(path).argon2_params(little_work()).create(&passphrase()).map(drop),
    ] {
        assert!(refused.is_err());
    }
    assert_eq!(std::fs::read(path).expect("a file"), file, "it was written to");
}

/// Puts in, takes out and asks, `s`, `d` or `g` and then a length and a name of that length.
fn used(mut steps: &[u8]) {
    let Good { path, vault, bytes } = &*GOOD;
    std::fs::write(path, bytes).expect("a file");
    let mut expected: BTreeMap<String, String> =
        [("a", "first"), ("b", "second")].map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    for number in 0..8 {
        let Some(([kind, length], rest)) = steps.split_first_chunk() else { break };
        let (name, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        steps = rest;
        let Ok(name) = std::str::from_utf8(name) else { continue };
        match kind {
            b's' => match vault.set(name, format!("value {number}").as_str(), None) {
                Ok(was_there) => {
                    assert_eq!(
                        expected.insert(name.to_owned(), format!("value {number}")).is_some(),
                        was_there
                    );
                }
                Err(error) => assert!(matches!(error, VaultError::InvalidName), "{error}"),
            },
            b'd' => assert_eq!(vault.delete(name).expect("a vault"), expected.remove(name).is_some()),
            _ => match (vault.get(name), expected.get(name)) {
                (Ok(entry), Some(text)) => assert_eq!(entry.string().expect("a text").expose_secret(), text),
                (Err(VaultError::NotFound(_)), None) => {}
                (found, expected) => panic!("{found:?} and not {expected:?}"),
            },
        }
    }
    let again = Vault::open(path, &passphrase()).expect("the same vault");
    let names: Vec<String> =
        again.list().expect("a vault").iter().map(|info| info.name().to_owned()).collect();
    assert_eq!(names, expected.keys().cloned().collect::<Vec<_>>());
    for (name, text) in &expected {
        assert_eq!(again.get(name).expect("an entry").string().expect("a text").expose_secret(), text);
    }
}

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    match data.split_first() {
        Some((b'd', edits)) => damage(edits),
        Some((b'u', steps)) => used(steps),
        _ => return Corpus::Reject,
    }
    Corpus::Keep
});
