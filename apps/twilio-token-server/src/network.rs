//! Networks that count as one client, and their connection limits.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The limit of an IPv6 /48, in multiples of the limit of one network.
pub(crate) const SITE: u32 = 4;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the network that counts as one client: an IPv4 address or the /64 of an IPv6 address, of which one client may use
/// all addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    masked(address, 64)
}

/// Returns the /48 of an IPv6 address, the typical allocation of one customer.
pub(crate) fn site(address: IpAddr) -> Option<IpAddr> {
    matches!(address.to_canonical(), IpAddr::V6(_)).then(|| masked(address, 48))
}

fn masked(address: IpAddr, bits: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> bits))),
    }
}

/// Counts open connections per network.
pub(crate) struct Places {
    /// By network and length of its prefix.
    open: Mutex<HashMap<(IpAddr, u32), u32>>,
}

/// A counted connection, released on drop.
pub(crate) struct Place {
    places: Arc<Places>,
    networks: Vec<(IpAddr, u32)>,
}

impl Places {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { open: Mutex::default() })
    }

    /// Counts a connection from an address, unless its network has reached its limit.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, max: u32) -> Option<Place> {
        let mut bounds = vec![((network(address), 64), max)];
        bounds.extend(site(address).map(|site| ((site, 48), max.saturating_mul(SITE))));
        let mut open = lock(&self.open);
        if bounds.iter().any(|(network, max)| open.get(network).is_some_and(|open| open >= max)) {
            return None;
        }
        for (network, _) in &bounds {
            *open.entry(*network).or_default() += 1;
        }
        Some(Place {
            places: Arc::clone(self),
            networks: bounds.into_iter().map(|(network, _)| network).collect(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = lock(&self.places.open);
        for network in &self.networks {
            match open.get_mut(network) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(open.remove(network)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn addresses_that_one_client_may_have_count_as_one() {
        let same = |a: &str, b: &str| network(ip(a)) == network(ip(b));
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
        assert_eq!(site(ip("2001:db8:1:2::1")), site(ip("2001:db8:1:3::1")));
        assert_eq!(site(ip("192.0.2.1")), None);
    }

    #[test]
    fn review_06_places_are_bounded_by_network_and_given_back() {
        let places = Places::new();
        let taken = |text: fn(u32) -> String| -> Vec<Place> {
            (0..20).filter_map(|n| places.take(ip(&text(n)), 2)).collect()
        };
        let one = taken(|_| "192.0.2.1".to_owned());
        assert_eq!(one.len(), 2);
        assert_eq!(taken(|n| format!("198.51.100.{n}")).len(), 20, "others");
        assert_eq!(taken(|n| format!("2001:db8:1:2::{n}")).len(), 2, "one network");
        assert_eq!(taken(|n| format!("2001:db8:1:{n:x}::1")).len(), 8, "the networks of one site");
        drop(one);
        assert!(lock(&places.open).is_empty());
    }
}
