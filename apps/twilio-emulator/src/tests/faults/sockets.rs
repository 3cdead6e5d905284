//! Connections that end, and how many there are.

use super::*;

#[tokio::test]
async fn connections_are_reset() {
    let bench = Bench::new().await;
    for (fault, executed, status) in [
        (Fault::reset(), false, 0),
        (Fault::reset().delayed(Duration::from_millis(20)), false, 0),
        (Fault::reset_after_execution(), true, 0),
        (Fault::reset_in_body(), true, 201),
    ] {
        let before = bench.emulator.connection_count();
        bench.emulator.inject_fault(RequestMatcher::any(), fault.clone()).unwrap().times(1);
        let error = match bench.create().send().await {
            Ok(response) => {
                assert_eq!((response.status().as_u16(), status), (201, 201));
                response.bytes().await.unwrap_err()
            }
            Err(error) => error,
        };
        assert_eq!(io_kind(&error), Some(ErrorKind::ConnectionReset), "{fault:?}: {error:?}");
        let record = bench.last();
        assert_eq!((record.executed, record.status), (executed, status), "{fault:?}");
        assert_eq!(record.form.is_empty(), fault.kind() == "reset");
        assert_eq!(record.operation_id, Some("CreateMessage"));
        // The next request needs a new connection.
        assert_eq!(receive(bench.create()).await.status, 201);
        assert!(bench.emulator.connection_count() > before);
    }
}

#[tokio::test]
async fn an_answer_without_a_body_breaks_off_before_it_begins() {
    let bench = Bench::new().await;
    let delete = |bench: &Bench| {
        let url = format!("{}/v2/Services/VA00000000000000000000000000000001", bench.emulator.base_url());
        let builder = bench.client.delete(url).header("X-Forwarded-Host", "verify.twilio.com");
        builder.basic_auth(USER, Some("secret")).send()
    };
    assert_eq!(delete(&bench).await.unwrap().status(), 204);
    bench.emulator.inject_fault(RequestMatcher::any(), Fault::reset_in_body()).unwrap().times(1);
    assert_eq!(io_kind(&delete(&bench).await.unwrap_err()), Some(ErrorKind::ConnectionReset));
    bench.emulator.inject_fault(RequestMatcher::any(), Fault::truncated_body()).unwrap().times(1);
    let error = delete(&bench).await.unwrap_err();
    assert_ne!(io_kind(&error), Some(ErrorKind::ConnectionReset), "{error:?}");
    assert_eq!((bench.last().executed, bench.last().status), (true, 0));
}

#[tokio::test]
async fn resets_and_broken_bodies_reach_clients_of_http_2() {
    let emulator = Emulator::start().await.unwrap();
    let client = super::http_builder().http2_prior_knowledge().build().unwrap();
    let bench = Bench { emulator, client };
    let whole = bench.response().await.text;
    for fault in [Fault::reset(), Fault::reset_after_execution(), Fault::reset_in_body()] {
        bench.emulator.inject_fault(RequestMatcher::any(), fault.clone()).unwrap().times(1);
        let outcome = match bench.list().send().await {
            Ok(response) => response.bytes().await,
            Err(error) => Err(error),
        };
        assert!(outcome.is_err(), "{fault:?}");
    }
    bench.emulator.inject_fault(RequestMatcher::any(), Fault::truncated_body()).unwrap().times(1);
    assert!(bench.list().send().await.unwrap().bytes().await.is_err());
    bench
        .emulator
        .inject_fault(RequestMatcher::any(), Fault::slow_body(50, Duration::from_millis(1)))
        .unwrap()
        .times(1);
    assert_eq!(bench.response().await.text, whole);
}

#[tokio::test]
async fn connections_are_counted() {
    let bench = Bench::new().await;
    assert_eq!((bench.emulator.connection_count(), bench.emulator.open_connection_count()), (0, 0));
    bench.response().await;
    bench.response().await;
    assert_eq!((bench.emulator.connection_count(), bench.emulator.open_connection_count()), (1, 1));
    let waiting =
        bench.emulator.inject_fault(RequestMatcher::any(), Fault::delay(Duration::MAX)).unwrap().times(3);
    let calls: Vec<_> = (0..3).map(|_| tokio::spawn(bench.list().send())).collect();
    until(|| waiting.hits() == 3).await;
    assert_eq!((bench.emulator.connection_count(), bench.emulator.open_connection_count()), (3, 3));
    for call in calls {
        call.abort();
    }
    let Bench { emulator, client } = bench;
    drop(client);
    until(|| emulator.open_connection_count() == 0).await;
    assert_eq!(emulator.connection_count(), 3);
}
