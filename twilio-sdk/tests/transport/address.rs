//! Where requests go: the base URL, region and edge.

use twilio_sdk::{
    ApiKeyConfig, Client, ConnectionConfig, Edge, Location, ProxyServer, Region, RetryConfig, TlsConfig,
};

use crate::certificates::{Authority, Tls};
use crate::proxy::Tunnel;
use crate::server::Server;
use crate::{ACCOUNT, KEY, build, config};

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
        (Location::regional(Region::Ie1), "api.dublin.ie1.twilio.com"),
        (Location::new(Region::Au1, Edge::Roaming), "api.roaming.au1.twilio.com"),
        (Location::parse(None, Some("tokyo")).unwrap(), "api.tokyo.us1.twilio.com"),
    ] {
        let twilio = build(config(&server.url()).location(location));
        twilio.api_v2010().fetch_balance().send().await.unwrap();
        assert_eq!(server.requests().last().unwrap().header("x-forwarded-host"), Some(host));
    }
    let twilio = build(config(&server.url()).region("de1").edge("frankfurt"));
    twilio.verify_v2().fetch_service("VA1").send().await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[3].header("x-forwarded-host"), Some("verify.frankfurt.de1.twilio.com"));
    assert_eq!(requests[3].header("host"), Some(server.address.to_string().as_str()));
}

/// No name is looked up: the proxy is asked for the host, and leads to a server on this machine.
#[tokio::test]
async fn without_a_base_url_region_and_edge_make_the_host() {
    let authority = Authority::new("root");
    for (region, edge, host) in [
        (None, None, "api.twilio.com"),
        (Some("ie1"), Some("dublin"), "api.dublin.ie1.twilio.com"),
        (None, Some("sydney"), "api.sydney.us1.twilio.com"),
        (Some("jp1"), None, "api.jp1.twilio.com"),
    ] {
        let server = Server::tls(Tls::new(authority.sign(&[host])).config(), []).await;
        let tunnel = Tunnel::to(server.address).await;
        let mut config = ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "key-secret"))
            .proxy(ProxyServer::new(tunnel.url()))
            .tls(TlsConfig::new().extra_roots(authority.pem()).only_extra_roots(true))
            .retry(RetryConfig::none());
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
