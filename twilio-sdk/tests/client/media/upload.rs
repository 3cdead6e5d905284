use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use twilio_emulator::Emulator;
use twilio_sdk::RetryConfig;
use twilio_sdk::media::{AssetVersion, UploadContent, UploadRequest, Visibility};

use crate::common::{client, client_at, mock};
use crate::media::server::{Server, Step};
use crate::media::{RESOURCE, SERVERLESS, SERVICE, content};

pub(super) fn asset(mock: &Emulator, content: UploadContent) -> UploadRequest<AssetVersion> {
    client(mock).media().upload_asset(
        SERVERLESS,
        RESOURCE,
        "/pictures/cat.png",
        Visibility::Protected,
        content,
    )
}

pub(super) fn quick() -> RetryConfig {
    RetryConfig::new().initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(2))
}

/// A reader without known length.
pub(super) fn reader(bytes: Bytes) -> impl tokio::io::AsyncRead + Send + 'static {
    io::Cursor::new(bytes)
}

/// A stream of these chunks, with pauses between them.
struct Pieces(Vec<Result<Bytes, String>>, bool);

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes, String>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.1 = !self.1;
        if self.1 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready((!self.0.is_empty()).then(|| self.0.remove(0)))
    }
}

fn pieces<const N: usize>(pieces: [&'static str; N]) -> Pieces {
    Pieces(pieces.into_iter().map(|piece| Ok(Bytes::from(piece))).collect(), false)
}

#[tokio::test]
async fn an_asset_goes_up_as_a_form_with_its_names_and_its_content() {
    let mock = mock().await;
    let sent = content(3_000_001);
    let named = UploadContent::reader(reader(sent.clone()), 3_000_001)
        .content_type("image/png")
        .filename("Katze \"1\"; ü.png");
    let response = asset(&mock, named).send_with_response().await.unwrap();
    assert_eq!((response.status().as_u16(), response.attempts()), (201, 1));
    let version = response.into_value();
    assert!(version.sid.is_some_and(|sid| sid.is_well_formed()));
    assert_eq!(version.asset_sid.as_ref().map(AsRef::as_ref), Some(RESOURCE));
    assert_eq!(version.service_sid.as_ref().map(AsRef::as_ref), Some(SERVERLESS));
    assert_eq!(
        (version.path.as_deref(), version.visibility),
        (Some("/pictures/cat.png"), Some(Visibility::Protected))
    );

    let request = &mock.requests()[0];
    assert_eq!(
        (request.host.as_str(), request.operation_id),
        ("serverless-upload.twilio.com", Some("CreateAssetVersion"))
    );
    assert_eq!(request.path, format!("/v1/Services/{SERVERLESS}/Assets/{RESOURCE}/Versions"));
    assert_eq!(
        request.form,
        [("Path".into(), "/pictures/cat.png".into()), ("Visibility".into(), "protected".into())]
    );
    let file = request.file.as_ref().unwrap();
    assert_eq!((file.size, file.is_pattern), (3_000_001, true));
    assert_eq!(
        (file.name.as_deref(), file.content_type.as_deref()),
        (Some("Katze \"1\"; ü.png"), Some("image/png"))
    );
    assert!(request.body == sent);
    // The length is known, so that no chunked encoding is needed.
    let length: u64 = request.header("content-length").unwrap().parse().unwrap();
    assert!(length > 3_000_001 && request.header("transfer-encoding").is_none());
    assert!(request.authorization().is_some());
}

#[tokio::test]
async fn a_function_goes_up_with_its_own_type_and_name() {
    let mock = mock().await;
    let media = client(&mock).media();
    let code = "exports.handler = (context, event, callback) => callback();";
    let version =
        media.upload_function(SERVERLESS, RESOURCE, "/hello", Visibility::Public, code).send().await.unwrap();
    assert_eq!(version.function_sid.as_ref().map(AsRef::as_ref), Some(RESOURCE));
    let request = &mock.requests()[0];
    assert_eq!(request.path, format!("/v1/Services/{SERVERLESS}/Functions/{RESOURCE}/Versions"));
    let file = request.file.as_ref().unwrap();
    assert_eq!(
        (file.name.as_deref(), file.content_type.as_deref()),
        (Some("hello"), Some("application/javascript"))
    );
    assert_eq!(request.body, code.as_bytes());
}

#[tokio::test]
async fn conversations_media_comes_down_as_it_went_up() {
    let mock = mock().await;
    let media = client(&mock).media();
    let sent = content(2_000_003);
    let whole = UploadContent::stream(
        Pieces(vec![Ok(sent.slice(..7)), Ok(Bytes::new()), Ok(sent.slice(7..))], false),
        2_000_003,
    );
    let call = media.upload_conversation(SERVICE, whole.content_type("image/png").filename("a b&c.png"));
    let answer = call.send().await.unwrap();
    assert_eq!((answer.size, answer.content_type.as_deref()), (Some(2_000_003), Some("image/png")));
    assert_eq!(answer.filename.as_deref(), Some("a b&c.png"));
    let sid = answer.sid.unwrap();
    assert!(sid.is_well_formed());
    let request = &mock.requests()[0];
    assert_eq!(
        (request.header("content-type"), request.header("content-length")),
        (Some("image/png"), Some("2000003"))
    );
    assert_eq!(request.header("x-forwarded-host"), Some("mcs.us1.twilio.com"));

    mock.clear_requests();
    let download = media.conversation(SERVICE, &sid).download().await.unwrap();
    assert_eq!(download.content_type(), Some("image/png"));
    assert!(download.bytes_with_limit(2_000_003).await.unwrap() == sent);
    let requests = mock.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].authorization().is_some() && requests[1].authorization().is_none());
    assert!(requests[1].header("x-forwarded-host").is_none());

    let known = media.fetch_conversation(SERVICE, &sid).send().await.unwrap();
    let link = known.links.as_ref().and_then(|links| links.content_direct_temporary.as_ref()).unwrap();
    assert!(
        link.expose_secret().contains("signature=") && !format!("{known:?}").contains("signature="),
        "{known:?}"
    );
    #[cfg(feature = "serialize")]
    {
        let text = serde_json::to_string(&known).unwrap();
        let again: twilio_sdk::media::ConversationMedia = serde_json::from_str(&text).unwrap();
        assert_eq!((again.sid, again.size, again.date_created), (known.sid, known.size, known.date_created));
    }
    let error =
        media.conversation(SERVICE, "ME00000000000000000000000000000000").download().await.unwrap_err();
    assert!(error.is_not_found() && error.code() == Some(20404), "{error}");
    mock.stub_next(200, &[], r#"{"sid":"ME1","links":{}}"#);
    let error = media.conversation(SERVICE, "ME1").download().await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("content_direct_temporary"), "{error}");
}

#[tokio::test]
async fn names_that_could_carry_headers_are_refused_and_nothing_is_sent() {
    let mock = mock().await;
    let media = client(&mock).media();
    let evil = "x\"\r\nContent-Type: text/html\r\n\r\n<script>";
    let path = |path: &str| media.upload_asset(SERVERLESS, RESOURCE, path, Visibility::Public, "x");
    let calls = [
        asset(&mock, UploadContent::bytes("x").filename(evil)),
        asset(&mock, UploadContent::bytes("x").filename("")),
        asset(&mock, UploadContent::bytes("x").content_type("text/plain\r\nX-Evil: 1")),
        asset(&mock, UploadContent::bytes("x").content_type("text")),
        path(evil),
        path(""),
        media.upload_asset(SERVERLESS, RESOURCE, "/x", Visibility::from("public\r\nX-Evil: 1"), "x"),
        media.upload_asset("", RESOURCE, "/x", Visibility::Public, "x"),
    ];
    for (index, call) in calls.into_iter().enumerate() {
        let error = call.send().await.unwrap_err();
        assert!(error.is_invalid_request() && !error.to_string().contains("script"), "{index}: {error}");
    }
    let call = media.upload_conversation(SERVICE, UploadContent::bytes("x").filename("a\nb"));
    assert!(call.send().await.unwrap_err().is_invalid_request());
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn content_that_is_not_as_it_was_announced_is_never_carried_out() {
    let mock = mock().await;
    let failing = || Pieces(vec![Ok("abc".into()), Err("the disk is gone".to_owned())], false);
    for (content, reason) in [
        (UploadContent::reader(reader(content(1000)), 1001), "1000 of 1001"),
        (UploadContent::reader(reader(content(1000)), 999), "longer than the announced 999"),
        (UploadContent::stream(pieces(["ab", "cd"]), 5), "4 of 5"),
        (UploadContent::stream(pieces(["ab", "cd"]), 3), "longer than the announced 3"),
        (UploadContent::stream(failing(), 10), "the disk is gone"),
    ] {
        let error = asset(&mock, content).with_retry(quick()).with_idempotent(true).send().await.unwrap_err();
        assert!(error.is_upload() && !error.may_have_executed(), "{error:?}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!((error.attempts(), error.operation_id()), (1, Some("CreateAssetVersion")));
        assert!(std::error::Error::source(&error).is_some());
    }
    let short = UploadContent::stream(pieces(["ab"]), 5);
    assert!(client(&mock).media().upload_conversation(SERVICE, short).send().await.unwrap_err().is_upload());
    assert!(mock.requests().iter().all(|request| !request.executed), "{:?}", mock.requests());
}

#[tokio::test]
async fn an_upload_that_stands_still_is_a_time_out_and_a_slow_one_is_not() {
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let twilio = client_at(&format!("http://{}", deaf.local_addr().unwrap()));
    let call = |bytes| twilio.media().upload_conversation(SERVICE, UploadContent::bytes(bytes));
    // Larger than the socket buffers, and smaller: no progress, and no response.
    for size in [64 << 20, 100] {
        let error =
            call(content(size)).with_idle_timeout(Duration::from_millis(80)).send().await.unwrap_err();
        assert!(error.is_timeout() && error.attempts() == 1, "{error:?}");
    }
    let error = call(content(100)).with_timeout(Duration::from_millis(80)).send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");

    let mock = mock().await;
    let (mut write, read) = tokio::io::duplex(16);
    let writing = tokio::spawn(async move {
        for piece in content(30).chunks(10) {
            tokio::time::sleep(Duration::from_millis(60)).await;
            tokio::io::AsyncWriteExt::write_all(&mut write, piece).await.unwrap();
        }
    });
    let slow =
        asset(&mock, UploadContent::reader(read.take(30), 30)).with_idle_timeout(Duration::from_millis(5000));
    assert!(slow.send().await.is_ok());
    writing.await.unwrap();
    assert!(mock.requests()[0].file.as_ref().unwrap().is_pattern);
}

#[tokio::test]
async fn twilios_refusal_is_typed_also_for_large_content() {
    let mock = Emulator::builder().accept_basic("someone", "else").start().await.unwrap();
    let error = asset(&mock, UploadContent::bytes(content(8 << 20))).send().await.unwrap_err();
    assert!(error.is_unauthorized() && error.code() == Some(20003), "{error}");
    let error = client(&mock).media().upload_conversation("IS1", "x").send().await.unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
}

#[tokio::test]
async fn a_refusal_that_comes_before_the_end_of_the_content_is_heard() {
    let refusing = Server::start(|_| {
        let body = r#"{"code":20413,"message":"too large","status":413}"#;
        let head = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 50\r\nConnection: close\r\n\r\n";
        vec![Step::Send(format!("{head}{body} ")), Step::Wait(Duration::from_secs(60))]
    })
    .await;
    let twilio = client_at(&refusing.url);
    let error =
        twilio.media().upload_conversation(SERVICE, UploadContent::bytes(content(64 << 20))).send().await;
    let error = error.unwrap_err();
    assert_eq!((error.status().map(|s| s.as_u16()), error.code()), (Some(413), Some(20413)), "{error:?}");
}

#[tokio::test]
async fn nothing_of_content_or_link_is_printed() {
    let mock = mock().await;
    let call = asset(&mock, UploadContent::bytes("private words").filename("private.txt"));
    let url = client(&mock).media().url("https://api.twilio.com/hidden?token=1");
    let printed = format!("{call:?} {url:?} {:?}", client(&mock).media());
    for hidden in ["private", "hidden", "token=1", "key-secret"] {
        assert!(!printed.contains(hidden), "{printed}");
    }
    assert!(printed.contains("CreateAssetVersion") && printed.contains("FetchMedia"), "{printed}");
}
