//! What some tests need of the system, by the package manager where there is one that may be asked.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// Something of the system's that tests are built or run with.
struct Need {
    /// Debian's packages.
    packages: &'static [&'static str],
    /// What to install on other systems.
    elsewhere: &'static str,
    is_there: fn(&System) -> bool,
}

/// OpenSSL's headers, with which the feature `native-tls` is built on Linux.
const OPENSSL: Need = Need {
    packages: &["libssl-dev", "pkg-config"],
    elsewhere: "OpenSSL's headers and pkg-config (libssl-dev pkg-config on Debian, openssl-devel pkgconf on Fedora)",
    // Other systems than Linux have their own TLS, which needs nothing.
    is_there: |system| !system.linux || system.has("pkg-config", "--exists openssl"),
};

/// The program that makes the private keys of tests: `ring` makes none for RSA.
const KEYS: Need = Need {
    packages: &["openssl"],
    elsewhere: "the program openssl",
    is_there: |system| system.has("openssl", "version"),
};

/// The compiler of libFuzzer, which fuzz targets are linked with.
const CXX: Need = Need {
    packages: &["g++"],
    elsewhere: "a C++ compiler (g++ on Debian, gcc-c++ on Fedora)",
    is_there: |system| system.has("c++", "--version"),
};

/// The browser that opens the pages of examples, and what drives it.
const BROWSER: Need = Need {
    packages: &["chromium", "chromium-driver"],
    elsewhere: "Chromium or Chrome, and its chromedriver (chromium chromium-driver on Debian)",
    is_there: |system| {
        let browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        // Elsewhere browsers are not where programs are looked for.
        let browser = !system.linux || browsers.iter().any(|name| system.has(name, "--version"));
        browser && system.has("chromedriver", "--version")
    },
};

/// OpenLDAP's server, which the tests of directories start.
const OPENLDAP: Need = Need {
    packages: &["slapd"],
    elsewhere: "OpenLDAP's server (slapd on Debian, openldap-servers on Fedora)",
    is_there: |system| {
        let folders = std::env::split_paths(&system.path).chain([system.sbin.clone()]);
        folders.into_iter().any(|folder| folder.join("slapd").is_file())
    },
};

/// PostgreSQL's server, which the tests of the store of people start.
const POSTGRESQL: Need = Need {
    packages: &["postgresql"],
    elsewhere: "PostgreSQL's server (postgresql on Debian, postgresql-server on Fedora)",
    is_there: |system| {
        // Debian has several versions beside each other, none of them among the programs of every user.
        let versions = std::fs::read_dir(&system.postgresql).into_iter().flatten().flatten();
        let folders = versions.map(|version| version.path().join("bin"));
        let programs = ["initdb", "postgres", "pg_ctl"];
        let mut folders = folders.chain(std::env::split_paths(&system.path));
        folders.any(|folder| programs.iter().all(|name| folder.join(name).is_file()))
    },
};

/// The system, as far as it is asked.
pub struct System {
    /// Where programs are looked for.
    path: OsString,
    /// Where Debian has programs that are not for every user.
    sbin: PathBuf,
    /// Where Debian has the versions of PostgreSQL.
    postgresql: PathBuf,
    linux: bool,
    debian: bool,
    root: bool,
}

impl System {
    /// The system that this program runs on.
    pub fn here() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let user = Command::new("id").arg("-u").output();
        Self {
            path,
            sbin: "/usr/sbin".into(),
            postgresql: "/usr/lib/postgresql".into(),
            linux: cfg!(target_os = "linux"),
            debian: Path::new("/etc/debian_version").exists(),
            root: user.is_ok_and(|output| output.stdout.trim_ascii() == b"0"),
        }
    }

    /// Has what `native-tls` is built with, from Debian's packages where it is missing and they may be installed.
    ///
    /// # Errors
    ///
    /// It is not there, and the message says what to install.
    pub fn ensure_openssl(&self, offline: bool) -> Result<()> {
        self.ensure(&OPENSSL, offline)
    }

    /// Has the program `openssl`, in the same way.
    ///
    /// # Errors
    ///
    /// It is not there, and the message says what to install.
    pub fn ensure_keys(&self, offline: bool) -> Result<()> {
        self.ensure(&KEYS, offline)
    }

    /// Has a C++ compiler, in the same way.
    ///
    /// # Errors
    ///
    /// It is not there, and the message says what to install.
    pub fn ensure_cxx(&self, offline: bool) -> Result<()> {
        self.ensure(&CXX, offline)
    }

    /// Has OpenLDAP's server, in the same way.
    ///
    /// # Errors
    ///
    /// It is not there, and the message says what to install.
    pub fn ensure_openldap(&self, offline: bool) -> Result<()> {
        self.ensure(&OPENLDAP, offline)
    }

    /// Has PostgreSQL's server, in the same way.
    ///
    /// # Errors
    ///
    /// It is not there, and the message says what to install.
    pub fn ensure_postgresql(&self, offline: bool) -> Result<()> {
        self.ensure(&POSTGRESQL, offline)
    }

    /// Has Chromium and its driver, in the same way.
    ///
    /// # Errors
    ///
    /// They are not there, and the message says what to install.
    pub fn ensure_browser(&self, offline: bool) -> Result<()> {
        self.ensure(&BROWSER, offline)
    }

    fn ensure(&self, need: &Need, offline: bool) -> Result<()> {
        if (need.is_there)(self) {
            return Ok(());
        }
        let packages = need.packages.join(" ");
        if self.debian && self.root && !offline {
            // Lists that are missing or old are the usual reason why a package is not found.
            let install = || self.install(need.packages);
            let installed = install() || (self.runs("apt-get", &["update"]) && install());
            if installed && (need.is_there)(self) {
                return Ok(());
            }
            bail!("`apt-get install {packages}` failed");
        }
        if self.debian {
            bail!("install {packages} (as root: apt-get install {packages})");
        }
        bail!("install {}", need.elsewhere)
    }

    /// Whether a program is there and succeeds, whatever it says.
    fn has(&self, program: &str, arguments: &str) -> bool {
        let mut command = self.command(program);
        command.args(arguments.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn install(&self, packages: &[&str]) -> bool {
        let arguments = ["install", "--yes", "--no-install-recommends"];
        self.runs("apt-get", &[&arguments[..], packages].concat())
    }

    fn runs(&self, program: &str, arguments: &[&str]) -> bool {
        self.command(program).args(arguments).status().is_ok_and(|status| status.success())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", &self.path).env("DEBIAN_FRONTEND", "noninteractive");
        command
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A system whose `apt-get install` succeeds from the given call on and writes down what it was asked.
    fn system(folder: &Path, succeeds: Option<usize>, debian: bool, root: bool) -> System {
        let log = folder.join("log");
        let there = folder.join("there");
        let program = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        for name in ["c++", "openssl", "pkg-config", "chromium", "chromedriver"] {
            program(name, format!("[ -e '{}' ]", there.display()));
        }
        let most = succeeds.unwrap_or(999);
        program(
            "apt-get",
            format!(
                "echo \"$*\" >>'{log}'\n[ \"$1\" = update ] && exit 0\n\
                 [ \"$(/usr/bin/wc -l <'{log}')\" -ge {most} ] && : >'{there}' && : >'{slapd}' && \
                 for name in initdb postgres pg_ctl; do : >'{folder}'/$name; done",
                log = log.display(),
                there = there.display(),
                slapd = folder.join("slapd").display(),
                folder = folder.display()
            ),
        );
        let (sbin, postgresql) = (folder.join("sbin"), folder.join("versions"));
        System { path: folder.as_os_str().to_owned(), sbin, postgresql, linux: true, debian, root }
    }

    fn asked(folder: &Path) -> Vec<String> {
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_there_is_not_installed_and_what_is_missing_once() {
        let folder = tempfile::tempdir().unwrap();
        let system = system(folder.path(), Some(1), true, true);
        system.ensure_openssl(false).unwrap();
        system.ensure_openssl(false).unwrap();
        assert_eq!(asked(folder.path()), ["install --yes --no-install-recommends libssl-dev pkg-config"]);
    }

    #[test]
    fn a_browser_is_installed_with_its_driver() {
        let folder = tempfile::tempdir().unwrap();
        let system = system(folder.path(), Some(1), true, true);
        system.ensure_browser(false).unwrap();
        system.ensure_browser(true).unwrap();
        assert_eq!(asked(folder.path()), ["install --yes --no-install-recommends chromium chromium-driver"]);
        std::fs::remove_file(folder.path().join("chromedriver")).unwrap();
        let error = system.ensure_browser(true).unwrap_err();
        assert!(error.to_string().contains("chromium-driver"), "{error:#}");
        let fedora = System { debian: false, ..system };
        assert!(fedora.ensure_browser(false).unwrap_err().to_string().contains("chromedriver"));
    }

    #[test]
    fn openldap_is_installed_where_it_is_in_no_folder_of_programs() {
        let folder = tempfile::tempdir().unwrap();
        let system = system(folder.path(), Some(1), true, true);
        system.ensure_openldap(false).unwrap();
        system.ensure_openldap(false).unwrap();
        assert_eq!(asked(folder.path()), ["install --yes --no-install-recommends slapd"]);
        std::fs::create_dir(&system.sbin).unwrap();
        std::fs::rename(folder.path().join("slapd"), system.sbin.join("slapd")).unwrap();
        system.ensure_openldap(true).unwrap();
    }

    #[test]
    fn postgresql_is_installed_where_there_is_no_version_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let system = system(folder.path(), Some(1), true, true);
        system.ensure_postgresql(false).unwrap();
        system.ensure_postgresql(false).unwrap();
        assert_eq!(asked(folder.path()), ["install --yes --no-install-recommends postgresql"]);
        let version = system.postgresql.join("17/bin");
        std::fs::create_dir_all(&version).unwrap();
        for name in ["initdb", "postgres", "pg_ctl"] {
            assert!(name == "initdb" || system.ensure_postgresql(true).is_err());
            std::fs::rename(folder.path().join(name), version.join(name)).unwrap();
        }
        system.ensure_postgresql(true).unwrap();
    }

    #[test]
    fn what_makes_keys_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let system = system(folder.path(), Some(1), true, true);
        assert!(system.ensure_keys(true).unwrap_err().to_string().contains("openssl"));
        system.ensure_keys(false).unwrap();
        assert_eq!(asked(folder.path()), ["install --yes --no-install-recommends openssl"]);
    }

    #[test]
    fn a_compiler_for_libfuzzer_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let system = system(folder.path(), Some(1), true, true);
        assert!(system.ensure_cxx(true).unwrap_err().to_string().contains("g++"));
        system.ensure_cxx(false).unwrap();
        assert_eq!(asked(folder.path()), ["install --yes --no-install-recommends g++"]);
    }

    #[test]
    fn old_lists_are_renewed_once() {
        let folder = tempfile::tempdir().unwrap();
        system(folder.path(), Some(3), true, true).ensure_openssl(false).unwrap();
        let asked = asked(folder.path());
        assert_eq!((asked.len(), asked[1].as_str()), (3, "update"));
    }

    #[test]
    fn what_cannot_be_installed_is_named() {
        for (debian, root, offline, tries) in
            [(true, true, false, 3), (true, true, true, 0), (true, false, false, 0), (false, true, false, 0)]
        {
            let folder = tempfile::tempdir().unwrap();
            let error = system(folder.path(), None, debian, root).ensure_openssl(offline).unwrap_err();
            assert!(error.to_string().contains("libssl-dev pkg-config"), "{error:#}");
            assert_eq!(asked(folder.path()).len(), tries, "{error:#}");
        }
    }

    #[test]
    fn other_systems_need_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let system = System { linux: false, ..system(folder.path(), None, false, false) };
        system.ensure_openssl(false).unwrap();
    }
}
