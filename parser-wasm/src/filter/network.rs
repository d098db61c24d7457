//! Addresses and networks, as engines keep them: 128 bits, IPv4 as `::ffff:a.b.c.d`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A range of addresses that share their first bits; one address shares all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    first: u128,
    bits: u32,
}

impl Network {
    /// Reads an address or a network in CIDR notation.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (width, missing) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let bits: u32 = match prefix {
            Some(prefix) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => prefix.parse().ok()?,
            Some(_) => return None,
            None => width,
        };
        let first = number(address) & mask(bits.checked_add(missing)?);
        (bits <= width).then_some(Self { first, bits: bits + missing })
    }

    /// The address, if it is one alone.
    pub(super) fn address(self) -> Option<u128> {
        (self.bits == 128).then_some(self.first)
    }

    pub(super) fn contains(self, address: IpAddr) -> bool {
        number(address) & mask(self.bits) == self.first
    }
}

/// An address as a number, by which engines order them.
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn mask(bits: u32) -> u128 {
    u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0)
}

/// An address, or a network whose other bits are zero.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = Ipv6Addr::from_bits(self.first);
        let (first, bits, width) = match first.to_ipv4_mapped() {
            // Engines count the bits of an IPv4 address from its own beginning.
            Some(first) if self.bits >= 96 => (IpAddr::V4(first), self.bits - 96, 32),
            _ => (IpAddr::V6(first), self.bits, 128),
        };
        write!(f, "{first}")?;
        if bits < width { write!(f, "/{bits}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_in_their_plainest_spelling() {
        for (text, plain) in [
            ("192.0.2.7", Some("192.0.2.7")),
            ("192.0.2.7/24", Some("192.0.2.0/24")),
            ("192.0.2.7/32", Some("192.0.2.7")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("2001:DB8:0:0:0:0:0:1", Some("2001:db8::1")),
            ("2001:db8::1/32", Some("2001:db8::/32")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("::ffff:192.0.2.7/120", Some("192.0.2.0/24")),
            ("::/0", Some("::/0")),
            ("192.0.2.7/33", None),
            ("192.0.2.7/+4", None),
            ("192.0.2.7/", None),
            ("192.0.2/24", None),
            ("2001:db8::1/129", None),
            ("192.0.2.7/4294967295", None),
            ("a", None),
        ] {
            assert_eq!(Network::parse(text).map(|network| network.to_string()).as_deref(), plain, "{text}");
        }
    }

    #[test]
    fn addresses_in_networks() {
        let contains = |network: &str, address: &str| {
            Network::parse(network).expect("a network").contains(address.parse().expect("an address"))
        };
        assert!(contains("192.0.2.0/24", "192.0.2.255") && !contains("192.0.2.0/24", "192.0.3.0"));
        assert!(contains("::/0", "192.0.2.1") && contains("0.0.0.0/0", "192.0.2.1"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:ffff::") && !contains("2001:db8::/32", "2001:db9::"));
        assert!(contains("192.0.2.1", "::ffff:192.0.2.1"));
    }
}
