use crate::common::client_at;
use crate::media::server::{Server, Step, ok, redirect};
use crate::media::{MEDIA, MESSAGE, RECORDING};

fn has_credentials(head: &str) -> bool {
    head.to_ascii_lowercase().contains("\r\nauthorization: basic ")
}

#[tokio::test]
async fn redirects_on_the_same_host_keep_the_credentials_and_relative_ones_are_resolved() {
    let server = Server::start(|path| match path {
        "/base/b?c=d" => ok("content"),
        "/base/a" => redirect("b?c=d#part"),
        _ => redirect("/base/a"),
    })
    .await;
    let download = client_at(&server.url).media().recording(RECORDING).download().await.unwrap();
    assert_eq!(download.bytes_with_limit(7).await.unwrap(), "content");
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|head| has_credentials(head)), "{requests:?}");
    assert!(requests.iter().all(|head| head.contains("x-forwarded-host: api.twilio.com")), "{requests:?}");
}

#[tokio::test]
async fn credentials_that_were_dropped_do_not_come_back() {
    let second = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let target = std::sync::Arc::clone(&second);
    let first = Server::start(move |path| match path {
        "/back" => ok("content"),
        _ => redirect(&format!("{}/there", target.lock().unwrap())),
    })
    .await;
    let back = format!("{}/back", first.url);
    let other = Server::start(move |_| redirect(&back)).await;
    second.lock().unwrap().clone_from(&other.url);
    let download = client_at(&first.url).media().message(MESSAGE, MEDIA).download().await.unwrap();
    assert_eq!(download.bytes_with_limit(7).await.unwrap(), "content");
    let (first, other) = (first.requests(), other.requests());
    assert!(has_credentials(&first[0]) && !has_credentials(&other[0]) && !has_credentials(&first[1]));
    assert!(!first[1].contains("x-forwarded-host"), "{first:?}");
}

#[tokio::test]
async fn the_same_port_by_another_name_is_another_host() {
    let server = Server::start(|path| match path {
        "/content" => ok("content"),
        _ => Vec::new(),
    })
    .await;
    let named = server.url.replace("127.0.0.1", "localhost");
    let front = Server::start(move |_| redirect(&format!("{named}/content"))).await;
    let twilio = client_at(&front.url);
    let download = twilio.media().recording(RECORDING).download().await.unwrap();
    assert_eq!(download.bytes_with_limit(7).await.unwrap(), "content");
    assert!(has_credentials(&front.requests()[0]) && !has_credentials(&server.requests()[0]));
}

#[tokio::test]
async fn circles_and_long_ways_are_errors() {
    let circle = Server::start(|path| match path {
        "/a" => redirect("/b"),
        _ => redirect("/a"),
    })
    .await;
    let error = client_at(&circle.url).media().recording(RECORDING).download().await.unwrap_err();
    assert!(error.is_redirect() && error.to_string().contains("loop"), "{error}");
    assert_eq!((circle.requests().len(), error.attempts()), (3, 1));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(307));

    let long = Server::start(|path| redirect(&format!("{path}x"))).await;
    let error = client_at(&long.url).media().recording(RECORDING).download().await.unwrap_err();
    assert!(error.is_redirect() && error.to_string().contains("more than 5"), "{error}");
    assert_eq!(long.requests().len(), 6);
}

#[tokio::test]
async fn what_is_not_tls_and_not_this_machine_is_not_asked() {
    for location in [
        "http://192.0.2.1/x",
        "http://example.invalid/x",
        "//example.invalid/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "http://user:pass@127.0.0.1/x",
        "http://",
    ] {
        let server = Server::start(move |_| redirect(location)).await;
        let error = client_at(&server.url).media().recording(RECORDING).download().await.unwrap_err();
        assert!(error.is_redirect(), "{location}: {error:?}");
        assert_eq!(server.requests().len(), 1);
        assert!(!error.to_string().contains("pass@"), "{error}");
    }
    let nowhere = Server::start(|_| {
        vec![Step::Send("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned())]
    })
    .await;
    let error = client_at(&nowhere.url).media().recording(RECORDING).download().await.unwrap_err();
    assert!(error.is_redirect(), "{error:?}");
}
