//! Addresses that other machines reach.

use std::net::SocketAddr;

use twilio_token_server::{TokenServer, TokenServerConfig};

use crate::fixture::{Folder, NO_LIMITS, RULES};
use crate::program::{command, run};
use crate::{ACCOUNT, KEY, SECRET};

const OTHERS: [&str; 4] = ["0.0.0.0:0", "[::]:0", "192.0.2.1:3000", "[2001:db8::1]:3000"];

#[tokio::test]
async fn review_20_without_tls_only_loopback_is_listened_on() {
    let folder = Folder::new();
    let path = folder.config("", &[RULES, NO_LIMITS].concat());
    let text = std::fs::read_to_string(&path).unwrap();
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("cert.pem", &signed.cert.pem());
    folder.write("key.pem", &signed.signing_key.serialize_pem());
    for address in OTHERS {
        let text = text.replace("127.0.0.1:0", address);
        let refused = |command: &mut std::process::Command| {
            let (status, out, errors) = run(command);
            assert!(!status.success() && out.is_empty(), "{address}: {out}");
            for part in [address, "tls", "behind_proxy"] {
                assert!(errors.contains(part), "{address} {part}: {errors}");
            }
        };
        let path = folder.write("server.toml", &text);
        refused(command().arg("-c").arg(&path));
        refused(command().arg("--check").arg("-c").arg(&path));
        let error = TokenServer::bind(TokenServerConfig::from_file(&path).unwrap()).await.unwrap_err();
        assert!(error.to_string().contains("listen"), "{error}");

        // With either, the same configuration is good; nothing is listened on here.
        let proxied = folder.write("proxied.toml", &format!("behind_proxy = true\n{text}"));
        let tls = "[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n";
        let encrypted = folder.write("encrypted.toml", &[text.as_str(), tls].concat());
        for good in [proxied, encrypted] {
            let (status, _, errors) = run(command().arg("--check").arg("-c").arg(&good));
            assert!(status.success(), "{address}: {errors}");
        }
        let proxied = TokenServerConfig::from_file(&path).unwrap().behind_proxy(true);
        proxied.check().unwrap();
    }
    // Whatever says the address.
    let path = folder.write("server.toml", &text);
    let (status, _, errors) = run(command().args(["--listen", "0.0.0.0:0", "-c"]).arg(&path));
    assert!(!status.success() && errors.contains("behind_proxy"), "{errors}");
    let environment = |extra: &[(&str, &str)]| {
        let mut command = command();
        command.envs([
            ("TWILIO_ACCOUNT_SID", ACCOUNT),
            ("TWILIO_API_KEY", KEY),
            ("TWILIO_API_SECRET", SECRET),
        ]);
        command
            .env("TOKEN_SERVER_USERS_FILE", folder.path("users.toml"))
            .env("TOKEN_SERVER_LISTEN", "0.0.0.0:0");
        command.envs(extra.iter().copied());
        command
    };
    let (status, _, errors) = run(&mut environment(&[]));
    assert!(!status.success() && errors.contains("behind_proxy"), "{errors}");
    let (status, ..) = run(environment(&[("TOKEN_SERVER_BEHIND_PROXY", "true")]).arg("--check"));
    assert!(status.success());
    let (status, ..) = run(environment(&[("TOKEN_SERVER_BEHIND_PROXY", "false")]).arg("--check"));
    assert!(!status.success());
}

#[test]
fn review_20_all_loopback_addresses_need_no_tls() {
    let folder = Folder::new();
    let config = TokenServerConfig::from_file(folder.config("", &[RULES, NO_LIMITS].concat())).unwrap();
    for address in ["127.0.0.1:0", "127.8.8.8:1", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
        config.clone().listen(address.parse::<SocketAddr>().unwrap()).check().unwrap();
    }
}
