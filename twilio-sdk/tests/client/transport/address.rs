//! The destination of requests: base URL, region and edge.

use twilio_sdk::{
    ApiKeyConfig, Client, ConnectionConfig, Edge, Location, ProxyServer, Region, RetryConfig, TlsConfig,
};

use crate::certificates::{Authority, Tls};
use crate::server::Server;
use crate::transport::proxy::Tunnel;
use crate::transport::{ACCOUNT, KEY, build, config};

#[tokio::test]
async fn every_product_goes_to_the_base_url_and_its_path_is_kept() {
    let server = Server::start([]).await;
    let twilio = build(config(&format!("{}/gateway/", server.url())));
    twilio.api_v2010().fetch_balance().send().await.unwrap();
    twilio.verify_v2().fetch_service("VA1").send().await.unwrap();
    let requests = server.requests();
    let seen: Vec<_> =
        requests.iter().map(|r| (r.target.as_str(), r.header("x-forwarded-host").unwrap())).collect();
    let balance = format!("/gateway/2010-04-01/Accounts/{ACCOUNT}/Balance.json");
    assert_eq!(
        seen,
        [(balance.as_str(), "api.twilio.com"), ("/gateway/v2/Services/VA1", "verify.twilio.com")]
    );
    assert_eq!(requests[0].header("host"), Some(server.address.to_string().as_str()));
}

#[tokio::test]
async fn a_gateway_is_told_region_and_edge() {
    let server = Server::start([]).await;
    for (location, host) in [
        (Location::in_region(Region::Ie1), "api.dublin.ie1.twilio.com"),
        (Location::new(Region::Au1, Edge::Roaming), "api.sydney.au1.twilio.com"),
        (Location::from_names(None, Some("ashburn")).unwrap(), "api.ashburn.us1.twilio.com"),
    ] {
        let twilio = build(config(&server.url()).location(location));
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        assert_eq!(server.requests().last().unwrap().header("x-forwarded-host"), Some(host));
    }
    let twilio = build(config(&server.url()).region("au1").edge("sydney"));
    twilio.verify_v2().fetch_service("VA1").send().await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[3].header("x-forwarded-host"), Some("verify.sydney.au1.twilio.com"));
    assert_eq!(requests[3].header("host"), Some(server.address.to_string().as_str()));
}

#[test]
fn review_21_regions_that_process_no_requests_are_refused_before_anything_is_sent() {
    let base = || ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "key-secret"));
    for region in ["br1", "de1", "jp1", "jp2", "sg1", "us2"] {
        for config in [base().region(region), base().location(Location::in_region(region_of(region)))] {
            let error = Client::new(config).expect_err(region).to_string();
            for part in [region, "product.twilio.com", "Voice SDKs, SIP", "region"] {
                assert!(error.contains(part), "{region}: {error}");
            }
        }
    }
    for edge in ["frankfurt", "osaka", "sao-paulo", "singapore", "tokyo"] {
        let error = Client::new(base().edge(edge)).expect_err(edge);
        assert!(error.is_config() && error.to_string().contains("product.twilio.com"), "{error}");
    }
    let apart = Client::new(base().region("ie1").edge("sydney")).expect_err("apart");
    assert!(apart.to_string().contains("product.dublin.ie1.twilio.com"), "{apart}");
    // A gateway would be told a host that Twilio does not serve.
    assert!(Client::new(base().base_url("https://gateway.example").region("br1")).is_err());
}

fn region_of(name: &str) -> Region {
    match name {
        "br1" => Region::Br1,
        "de1" => Region::De1,
        "jp1" => Region::Jp1,
        "jp2" => Region::Jp2,
        "sg1" => Region::Sg1,
        _ => Region::Us2,
    }
}

/// No name is resolved: the proxy gets the host, and connects to a local server.
#[tokio::test]
async fn review_21_region_and_edge_make_the_host_that_is_asked() {
    let authority = Authority::new("root");
    for (region, edge, host) in [
        (None, None, "api.twilio.com"),
        (Some("ie1"), Some("dublin"), "api.dublin.ie1.twilio.com"),
        (Some("ie1"), None, "api.dublin.ie1.twilio.com"),
        (Some("AU1"), None, "api.sydney.au1.twilio.com"),
        (Some("us1"), None, "api.twilio.com"),
        (None, Some("umatilla"), "api.umatilla.us1.twilio.com"),
    ] {
        let server = Server::tls(Tls::new(authority.sign(&[host])).config(), []).await;
        let tunnel = Tunnel::to(server.address).await;
        let mut config = ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "key-secret"))
            .proxy(ProxyServer::new(tunnel.url()))
            .tls(TlsConfig::new().extra_root_certificates(authority.pem()).disable_system_roots(true))
            .retry(RetryConfig::disabled());
        if let Some(region) = region {
            config = config.region(region);
        }
        if let Some(edge) = edge {
            config = config.edge(edge);
        }
        let twilio = Client::new(config).unwrap();
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        assert_eq!(tunnel.asked()[0].target, format!("{host}:443"));
        let requests = server.requests();
        assert_eq!(requests[0].header("host"), Some(host));
        assert_eq!(requests[0].header("x-forwarded-host"), None);
    }
}
