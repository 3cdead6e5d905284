use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// File names to contents.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The folders and files of the repository that the tasks read and write.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The repository that cargo runs this program in, which need not be the one it was built in where
    /// several share a target folder.
    pub(crate) fn here() -> Self {
        let manifest =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let manifest = Path::new(&manifest);
        Self::at(manifest.parent().unwrap_or(manifest))
    }

    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn openapi(&self) -> PathBuf {
        self.root.join("twilio-openapi")
    }

    pub(crate) fn specs(&self) -> PathBuf {
        self.openapi().join("specs")
    }

    pub(crate) fn upstream(&self) -> PathBuf {
        self.openapi().join("upstream")
    }

    pub(crate) fn surface(&self) -> PathBuf {
        self.openapi().join("surface")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.openapi().join("upstream.lock.toml")
    }

    /// A path as messages show it: relative to the repository.
    pub(crate) fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// Runs cargo in the repository, its output going to the terminal.
    pub(crate) fn cargo<I, S>(&self, arguments: I) -> Result<()>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(&self.root).args(arguments);
        self.run(command)
    }

    /// Builds a program of a package for release, and tells where it is.
    pub(crate) fn release(&self, package: &str, program: &str, features: &[&str]) -> Result<PathBuf> {
        let build = ["build", "--quiet", "--release", "-p", package, "--bin", program];
        self.cargo(build.iter().chain(features))?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or(self.root.join("target"), PathBuf::from);
        Ok(target.join("release").join(program))
    }

    /// Runs a command, and fails with its words when it fails.
    pub(crate) fn run(&self, mut command: Command) -> Result<()> {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let name =
            Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let shown = format!("{name} {}", words.join(" "));
        println!("$ {shown}");
        let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
        if !status.success() {
            bail!("`{shown}` failed ({status})");
        }
        Ok(())
    }
}

/// Every `twilio_*.json` file of a folder; `None` where the folder does not exist.
pub(crate) fn spec_files(folder: &Path) -> Result<Option<Files>> {
    if !folder.exists() {
        return Ok(None);
    }
    let unreadable = || format!("cannot read {}", folder.display());
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let Some(name) = path.file_name().and_then(OsStr::to_str).filter(|name| is_spec_file(name)) else {
            continue;
        };
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.insert(name.to_owned(), bytes);
    }
    Ok(Some(files))
}

/// Whether a file name is that of a spec.
pub(crate) fn is_spec_file(name: &str) -> bool {
    stem(name).is_some()
}

/// `api_v2010` of `twilio_api_v2010.json`.
pub(crate) fn stem(name: &str) -> Option<&str> {
    name.strip_prefix("twilio_")?.strip_suffix(".json").filter(|stem| !stem.is_empty())
}

/// Writes by way of a neighbouring file, so that nobody sees half of it; leaves an equal file untouched.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> Result<bool> {
    if std::fs::read_to_string(path).is_ok_and(|current| current == text) {
        return Ok(false);
    }
    let failed = || format!("cannot write {}", path.display());
    let folder = path.parent().with_context(failed)?;
    let mut file = tempfile::Builder::new().prefix(".gen-").tempfile_in(folder).with_context(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(failed)?;
    let permissions = std::fs::metadata(path).map(|current| current.permissions());
    let file = file.persist(path).with_context(failed)?;
    match permissions {
        Ok(permissions) => file.set_permissions(permissions).with_context(failed)?,
        Err(_) => readable_by_all(&file).with_context(failed)?,
    }
    Ok(true)
}

/// Temporary files are private; what ends up in the repository is not.
#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
