//! `slapd` on this machine, with a folder of its own.
#![allow(dead_code)]

#[path = "../common/process.rs"]
mod process;

use std::ffi::OsString;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use process::serving;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use twilio_sdk_inbound_auth::TlsConfig;
use twilio_sdk_inbound_auth::{
    AuthError, Credential, LdapConfig, LdapUserStore, UserDetails, UserStore as _,
};

use crate::directory::{ADMIN, ADMIN_PASSWORD, BASE, ldif};

/// A server, which ends with the value.
pub(crate) struct Server {
    folder: PathBuf,
    process: Option<Child>,
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    /// The certificate that the server's is signed with.
    pub(crate) ca: String,
}

/// The program, from the folders where programs are and where Debian puts it.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A server for a test, which tells where there is none.
pub(crate) fn server(test: &str) -> Option<Server> {
    let (Some(slapd), Some(slapadd), true) =
        (program("slapd"), program("slapadd"), Path::new("/etc/ldap/schema").is_dir())
    else {
        eprintln!("not run, for want of OpenLDAP (apt-get install slapd): {test} in twilio-sdk/tests/ldap");
        return None;
    };
    Some(Server::start(test, &slapd, &slapadd))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    fn start(test: &str, slapd: &Path, slapadd: &Path) -> Self {
        let folder = std::env::temp_dir().join(format!("twilio-sdk-ldap-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("data")).unwrap();
        let ca = certificates(&folder);
        std::fs::write(folder.join("slapd.conf"), configuration(&folder)).unwrap();
        feed(slapadd, &folder, &ldif());
        let mut server = Self { folder, process: None, port: 0, tls_port: 0, ca };
        // A port may be taken between the moment it is found free and the server's start.
        for _ in 0..5 {
            (server.port, server.tls_port) = (free_port(), free_port());
            if server.run(slapd) {
                return server;
            }
        }
        panic!("slapd does not start");
    }

    /// Starts the program on the ports; whether it listens.
    fn run(&mut self, slapd: &Path) -> bool {
        let mut urls = OsString::from(format!("ldap://127.0.0.1:{} ", self.port));
        urls.push(format!("ldaps://127.0.0.1:{}", self.tls_port));
        let log = std::fs::File::create(self.folder.join("log")).unwrap();
        let process = Command::new(slapd)
            // Level 256 writes a line for each operation.
            .args(["-d", "256", "-f"])
            .arg(self.folder.join("slapd.conf"))
            .arg("-h")
            .arg(urls)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let is_ready = || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
                && TcpStream::connect(("127.0.0.1", self.tls_port)).is_ok()
        };
        self.process = serving(process, is_ready);
        self.process.is_some()
    }

    /// How many binds with a password the server has been sent for an entry since it was started last.
    pub(crate) fn binds(&self, dn: &str) -> usize {
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap();
        let bind = format!("BIND dn=\"{dn}\" method=128");
        log.lines().filter(|line| line.contains(&bind)).count()
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it again on the same ports.
    pub(crate) fn restart(&mut self) {
        self.stop();
        assert!((0..5).any(|_| self.run(&program("slapd").unwrap())), "slapd does not start again");
    }

    /// Changes the directory, by LDIF (RFC 2849), and starts the server again.
    pub(crate) fn change(&mut self, ldif: &str) {
        self.stop();
        feed(&program("slapmodify").expect("OpenLDAP 2.5 or later"), &self.folder, ldif);
        self.restart();
    }

    /// How the directory is asked, by the settings of an ordinary one.
    pub(crate) fn config(&self) -> LdapConfig {
        let mut config = LdapConfig::new(
            format!("ldap://127.0.0.1:{}", self.port),
            ADMIN,
            ADMIN_PASSWORD,
            [format!("ou=Users,{BASE}")],
        );
        config.user_search_filter = "(&(objectClass=inetOrgPerson)(uid=?))".to_owned();
        config.group_search_base = vec![format!("ou=Groups,{BASE}")];
        config
    }

    pub(crate) fn tls(&self) -> TlsConfig {
        TlsConfig::new().extra_root_certificates(self.ca.clone()).disable_system_roots(true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Gives LDIF to one of the server's tools.
fn feed(tool: &Path, folder: &Path, ldif: &str) {
    let mut process = Command::new(tool)
        .arg("-f")
        .arg(folder.join("slapd.conf"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(ldif.as_bytes()).unwrap();
    assert!(process.wait().unwrap().success(), "{} fails", tool.display());
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/nis.schema\ninclude /etc/ldap/schema/inetorgperson.schema\n\
         pidfile {folder}/pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
         TLSCACertificateFile {folder}/ca.pem\nTLSCertificateFile {folder}/server.pem\n\
         TLSCertificateKeyFile {folder}/server.key\n\
         access to attrs=userPassword by anonymous auth by * none\naccess to * by * none\n\
         database mdb\nmaxsize 10485760\nsuffix \"{BASE}\"\nrootdn \"{ADMIN}\"\nrootpw {ADMIN_PASSWORD}\n\
         directory {folder}/data\nindex objectClass eq\n"
    )
}

/// Writes a certificate for `localhost` and its key, and gives that of its issuer.
fn certificates(folder: &Path) -> String {
    let ca = issuer();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
    let pem = ca.pem();
    std::fs::write(folder.join("ca.pem"), &pem).unwrap();
    std::fs::write(folder.join("server.pem"), server.pem()).unwrap();
    std::fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    pem
}

pub(crate) fn issuer() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

pub(crate) async fn ask(store: &LdapUserStore, name: &str, password: &str) -> Result<UserDetails, AuthError> {
    store.authenticate(&Credential::new(name, password).unwrap()).await
}

pub(crate) fn is_unavailable(result: &Result<UserDetails, AuthError>) -> bool {
    matches!(result, Err(error @ AuthError::Unavailable(_)) if error.status() == 503)
}
