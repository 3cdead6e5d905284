//! Files that another user could change are rejected, each by the command that mends it.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use crate::config_file::{AUTH, Folder, loader};

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Returns the problems of a file.
fn problem(path: &Path) -> Option<String> {
    loader(&[]).load_file(path).err().map(|error| {
        assert!(error.is_config() && error.config_problems().len() == 1, "{error}");
        assert_eq!(error.config_problems()[0].file(), Some(path.to_str().unwrap()));
        error.to_string()
    })
}

#[track_caller]
fn rejected(path: &Path, words: &[&str]) {
    let error = problem(path).expect("is rejected");
    for word in words {
        assert!(error.contains(word), "{word}: {error}");
    }
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn review_17_a_file_that_others_can_write_is_rejected() {
    let folder = Folder::new();
    let path = folder.write("twilio.toml", AUTH);
    let command = format!("chmod go-w {}", path.display());
    for mode in [0o666, 0o602, 0o646, 0o622, 0o777] {
        chmod(&path, mode);
        rejected(&path, &["can be written by other users", &format!("mode {mode:04o}"), &command]);
    }
    for mode in [0o600, 0o400, 0o640, 0o644, 0o755] {
        chmod(&path, mode);
        assert_eq!(problem(&path), None, "{mode:o}");
    }
}

#[test]
fn review_17_a_group_that_can_write_is_rejected_unless_it_is_roots_own() {
    let folder = Folder::new();
    let path = folder.write("twilio.toml", AUTH);
    chmod(&path, 0o664);
    if is_root() {
        chown(&path, None, Some(0)).unwrap();
        assert_eq!(problem(&path), None);
        chown(&path, None, Some(4242)).unwrap();
    }
    rejected(&path, &["can be written by other users", "mode 0664"]);
}

#[test]
fn review_17_a_file_of_another_user_is_rejected() {
    let folder = Folder::new();
    let path = folder.write("twilio.toml", AUTH);
    if chown(&path, Some(4242), None).is_err() {
        assert!(!is_root());
        return;
    }
    rejected(&path, &["belongs to another user (uid 4242)", &format!("chown 0 {}", path.display())]);
}

#[test]
fn review_17_a_folder_in_which_others_could_replace_the_file_is_rejected() {
    let folder = Folder::new();
    let inner = folder.path().join("above/inner");
    std::fs::create_dir_all(&inner).unwrap();
    let path = inner.join("twilio.toml");
    std::fs::write(&path, AUTH).unwrap();
    for open in [inner.as_path(), inner.parent().unwrap()] {
        chmod(open, 0o777);
        let command = format!("chmod go-w {}", open.canonicalize().unwrap().display());
        rejected(&path, &["can be replaced by other users", "mode 0777", &command]);
        // With the sticky bit, as /tmp has it, only owners replace their files.
        chmod(open, 0o1777);
        assert_eq!(problem(&path), None);
        chmod(open, 0o755);
        if is_root() {
            chown(open, Some(4242), None).unwrap();
            rejected(&path, &["can be replaced by another user (uid 4242)", "chown 0 "]);
            chown(open, Some(0), None).unwrap();
        }
    }
    assert_eq!(problem(&path), None);
}

/// As Kubernetes mounts secrets: `twilio.toml -> ..data/twilio.toml`, `..data -> ..2026`.
#[test]
fn review_17_links_are_followed_and_the_targets_mode_decides() {
    let folder = Folder::new();
    let version = folder.path().join("..2026");
    std::fs::create_dir(&version).unwrap();
    let target = version.join("twilio.toml");
    std::fs::write(&target, AUTH).unwrap();
    symlink("..2026", folder.path().join("..data")).unwrap();
    let path = folder.path().join("twilio.toml");
    symlink("..data/twilio.toml", &path).unwrap();
    assert_eq!(problem(&path), None);
    chmod(&target, 0o666);
    rejected(&path, &["mode 0666"]);
    chmod(&target, 0o644);
    chmod(&version, 0o777);
    rejected(&path, &["can be replaced", "..2026"]);
    chmod(&version, 0o755);
    // A link that others can replace is as good as a file that they can write.
    let open = Folder::new();
    let link = open.path().join("twilio.toml");
    symlink(&target, &link).unwrap();
    chmod(open.path(), 0o777);
    rejected(&link, &["can be replaced"]);
    chmod(open.path(), 0o755);
    assert_eq!(problem(&link), None);
}

#[test]
fn review_17_files_with_certificates_are_judged_too() {
    let folder = Folder::new();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let roots = folder.write("roots.pem", &made.cert.pem());
    let path =
        folder.write("twilio.toml", &format!("{AUTH}[tls]\nextra_root_certificates = ['roots.pem']\n"));
    assert_eq!(problem(&path), None);
    chmod(&roots, 0o666);
    rejected(&path, &["tls.extra_root_certificates", "can be written by other users", "chmod go-w"]);
}
