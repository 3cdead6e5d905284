//! A real PostgreSQL server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use twilio_sdk_access::{AccessError, AccessStore, PostgresAccessStore, PostgresOptions};
use twilio_sdk_http::{TlsConfig, TlsVersion};

use crate::cases::CASES;
use crate::server::{PASSWORD, issuer, server};
use crate::spread::Spread;
use crate::{add, control, first};

/// What an error says; never the password.
fn told<T>(result: Result<T, AccessError>) -> String {
    let Err(error) = result else { panic!("it was accepted") };
    let text = format!("{error} {error:?}");
    assert!(!text.contains("p@ss") && !text.contains("p%40ss") && !text.contains(PASSWORD), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_holds_in_postgresql() {
    let Some(server) = server("every_case") else { return };
    for (name, case) in CASES {
        // Shown with the failure, where there is one.
        println!("{name}");
        server.sql("postgres", &format!("CREATE DATABASE \"{name}\"")).await;
        let (one, two) = (server.connect(name).await.unwrap(), server.connect(name).await.unwrap());
        case(Arc::new(Spread::over([one, two]))).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_start_at_once_make_the_tables_once() {
    let Some(server) = server("start") else { return };
    let stores = (0..6).map(|_| {
        let options = server.options("postgres");
        tokio::spawn(async move { options.connect().await.unwrap() })
    });
    let mut connected = Vec::new();
    for store in stores.collect::<Vec<_>>() {
        connected.push(Arc::new(store.await.unwrap()) as Arc<dyn AccessStore>);
    }
    // Each is as another machine, on connections of its own: of many, one adds the first admin.
    let adding = connected.iter().map(|store| {
        let access = control(store);
        tokio::spawn(async move { access.bootstrap_admin("ada", None).await })
    });
    let mut added = 0;
    for one in adding.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(_) => added += 1,
            Err(error) => assert!(matches!(error, AccessError::AlreadyBootstrapped), "{error}"),
        }
    }
    assert_eq!(added, 1);

    // Whoever keeps people needs no right to make tables.
    server
        .sql(
            "postgres",
            "CREATE ROLE clerk LOGIN PASSWORD 'clerk'; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
             GRANT SELECT, INSERT, UPDATE, DELETE ON twilio_access_users, twilio_access_keys, twilio_access_bindings TO clerk;
             GRANT SELECT ON twilio_access_version TO clerk",
        )
        .await;
    let url = format!("postgres://clerk:clerk@localhost:{}/postgres", server.port);
    let clerk = PostgresOptions::new(url).tls(server.tls()).connect().await.unwrap();
    assert_eq!(clerk.snapshot().await.unwrap().users.len(), 1);
    clerk.transact(Box::new(|_| Ok(vec![]))).await.unwrap();

    server.sql("postgres", "UPDATE twilio_access_version SET version = 3").await;
    assert!(told(server.connect("postgres").await).contains("use a newer program"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_must_be_who_it_should_be() {
    let Some(mut server) = server("tls") else { return };
    server.connect("postgres").await.unwrap();
    let modern = PostgresOptions::new(server.url("localhost", "postgres"))
        .tls(server.tls().min_version(TlsVersion::Tls13));
    modern.connect().await.unwrap();
    // Not encrypted on this machine, where that is asked for, and by the socket.
    let plain = format!("{}?sslmode=disable", server.url("127.0.0.1", "postgres"));
    PostgresAccessStore::connect(plain).await.unwrap();
    let socket = format!(
        "host={} port={} user=twilio password={PASSWORD} dbname=postgres",
        server.socket().display(),
        server.port
    );
    PostgresAccessStore::connect(socket).await.unwrap();

    let other = TlsConfig::new().extra_root_certificates(issuer().pem()).disable_system_roots(true);
    let untrusted = PostgresOptions::new(server.url("localhost", "postgres")).tls(other);
    assert!(told(untrusted.connect().await).contains("certificate"));
    let named = PostgresOptions::new(server.url("127.0.0.1", "postgres")).tls(server.tls());
    assert!(told(named.connect().await).contains("certificate"), "the certificate is for another name");
    let wrong =
        PostgresOptions::new(server.url("localhost", "postgres").replace("word", "wort")).tls(server.tls());
    assert!(told(wrong.connect().await).contains("password authentication failed"));

    // Whoever stands between could say that the server does no TLS.
    server.encrypts = false;
    server.restart();
    for host in ["localhost", "127.0.0.1"] {
        let prefers = format!("{}?sslmode=prefer", server.url(host, "postgres"));
        let error = told(PostgresOptions::new(prefers).tls(server.tls()).connect().await);
        assert!(error.contains("does not support TLS"), "{error}");
    }
}

#[tokio::test]
async fn settings_that_are_not_safe_are_refused_before_anybody_is_asked() {
    let rejected = [
        ("postgres://u:p%40ss@db.example.com/x?sslmode=disable", "only allowed for localhost"),
        (
            "host=localhost hostaddr=192.0.2.1 sslmode=disable user=u password=p@ss",
            "only allowed for localhost",
        ),
        ("host=localhost,db.example.com sslmode=disable user=u password=p@ss", "only allowed for localhost"),
        ("postgres://u:p%40ss@localhost/x?sslmode=verify-full", "invalid server URL"),
        ("postgres://u:p@ss@local host:x", "invalid server URL"),
        ("", "PostgreSQL"),
    ];
    for (url, why) in rejected {
        let error = told(PostgresOptions::new(url).connect().await);
        assert!(error.contains(why), "{url}: {error}");
    }
    for timeout in [Duration::ZERO, Duration::from_micros(1), Duration::MAX] {
        let options = PostgresOptions::new("postgres://u:p%40ss@localhost/x").timeout(timeout);
        assert!(!format!("{options:?}").contains("p%40ss"));
        assert!(told(options.connect().await).contains("timeout"), "{timeout:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_lets_nobody_in_and_is_found_again() {
    let Some(mut server) = server("away") else { return };
    let options = server.options("postgres").timeout(Duration::from_secs(2));
    let store: Arc<dyn AccessStore> = Arc::new(options.connect().await.unwrap());
    let access = control(&store);
    let ada = first(&access).await;
    let bob = add(&access, &ada, "bob", "viewer").await;
    access.authenticate(&bob.key).await.unwrap();
    for _ in 0..2 {
        server.stop();
        let began = Instant::now();
        assert!(told(access.authenticate(&bob.key).await).contains("PostgreSQL"));
        assert!(told(access.add_user(&ada, "eve", "viewer").await).contains("PostgreSQL"));
        assert!(told(access.permissions(&ada).await).contains("PostgreSQL"));
        assert!(began.elapsed() < Duration::from_secs(10));
        server.restart();
        access.authenticate(&bob.key).await.unwrap();
        access.set_role(&ada, "bob", "operator").await.unwrap();
    }
    // Lost connections are made anew with the first call, whichever it is.
    server.restart();
    access.set_role(&ada, "bob", "viewer").await.unwrap();
    assert_eq!(
        store.snapshot().await.unwrap().users.len(),
        2,
        "what was acknowledged is there, and nothing else"
    );
}

/// Something between the program and a server, which can stop to let anything through.
struct Between {
    port: u16,
    silent: tokio::sync::watch::Sender<bool>,
}

impl Between {
    async fn to(port: u16) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (silent, watched) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut watched = watched.clone();
                tokio::spawn(async move {
                    let mut server = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    let through = tokio::io::copy_bidirectional(&mut client, &mut server);
                    let ended = tokio::select! {
                        _ = through => true,
                        silent = watched.wait_for(|silent| *silent) => silent.is_err(),
                    };
                    if !ended {
                        // Both connections stay open, and nothing goes through any more.
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Self { port: own, silent }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_is_not_waited_for_without_end() {
    let Some(server) = server("silent") else { return };
    let between = Between::to(server.port).await;
    let url =
        server.url("localhost", "postgres").replace(&server.port.to_string(), &between.port.to_string());
    let options = PostgresOptions::new(url).tls(server.tls()).timeout(Duration::from_secs(1));
    let store: Arc<dyn AccessStore> = Arc::new(options.clone().connect().await.unwrap());
    let access = control(&store);
    let ada = first(&access).await;
    between.silent.send(true).unwrap();
    let began = Instant::now();
    assert!(told(access.permissions(&ada).await).contains("did not respond in time"));
    assert!(told(access.add_user(&ada, "bob", "viewer").await).contains("did not respond in time"));
    assert!(told(options.connect().await).contains("did not respond in time"));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    // Many who ask at once do not wait for each other.
    let began = Instant::now();
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let (access, ada) = (access.clone(), ada.clone());
            tokio::spawn(async move { access.permissions(&ada).await })
        })
        .collect();
    for one in asking {
        assert!(one.await.unwrap().is_err());
    }
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    between.silent.send(false).unwrap();
    // What is silent stays so, and is asked no more.
    access.add_user(&ada, "bob", "viewer").await.unwrap();
    access.permissions(&ada).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_waits_for_others_as_long_as_it_may() {
    let Some(server) = server("wait") else { return };
    let slow = server.connect("postgres").await.unwrap();
    let hasty = server.options("postgres").timeout(Duration::from_secs(1)).connect().await.unwrap();
    hasty.snapshot().await.unwrap();
    let patient = server.connect("postgres").await.unwrap();
    crate::cases::waits_for_a_slow_change(slow, hasty, patient, Duration::from_secs(4)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_in_the_middle_of_a_change_has_made_none() {
    let Some(mut server) = server("middle") else { return };
    let store: Arc<dyn AccessStore> = Arc::new(server.connect("postgres").await.unwrap());
    let access = control(&store);
    let ada = first(&access).await;
    let before = store.snapshot().await.unwrap();
    let (began, begun) = std::sync::mpsc::channel();
    let (stopped, go_on) = std::sync::mpsc::channel();
    let task = {
        let (store, user) = (Arc::clone(&store), before.users["ada"].clone());
        tokio::spawn(async move {
            let decide = Box::new(move |_: &twilio_sdk_access::StoreSnapshot| {
                began.send(()).unwrap();
                go_on.recv().unwrap();
                let user = twilio_sdk_access::UserRecord { name: "eve".to_owned(), ..user };
                Ok(vec![twilio_sdk_access::Change::PutUser(user)])
            });
            store.transact(decide).await
        })
    };
    tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
    server.stop();
    stopped.send(()).unwrap();
    assert!(told(task.await.unwrap()).contains("PostgreSQL"));
    server.restart();
    assert_eq!(store.snapshot().await.unwrap(), before);
    access.add_user(&ada, "eve", "viewer").await.unwrap();
}
