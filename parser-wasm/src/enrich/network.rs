//! What kind of network an address belongs to: IANA's special-purpose address registries, of IPv4 and of IPv6.

use Network::{
    Benchmarking, CarrierNat, Documentation, LinkLocal, Loopback, Multicast, Private, Public, Reserved, UniqueLocal,
    Unspecified,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

macro_rules! networks {
    ($($network:ident $code:literal $text:literal)+) => {
        /// The kind of network that an address belongs to. Codes are stable: kinds are added, never renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Network {
            $(#[doc = $text] $network,)+
        }

        impl Network {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$network),+];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$network => $code),+ }
            }
        }
    };
}

networks! {
    Public "public" "The internet."
    Private "private" "A network of one's own: RFC 1918, and NAT64 within a network."
    UniqueLocal "unique_local" "A network of one's own, IPv6."
    CarrierNat "carrier_nat" "Behind a provider's address translation."
    Loopback "loopback" "The host itself."
    LinkLocal "link_local" "The same link: no router passes it on."
    Documentation "documentation" "Examples in texts."
    Benchmarking "benchmarking" "Measurements of network devices."
    Multicast "multicast" "A group of hosts."
    Unspecified "unspecified" "No address."
    Reserved "reserved" "Not in use as a host's address, or not yet."
}

/// A block of IPv4: its first address, the length of its prefix, its kind.
type V4Block = (Ipv4Addr, u32, Network);

/// The first block that an address is in counts. What is in none is public.
const V4: &[V4Block] = &[
    (Ipv4Addr::new(10, 0, 0, 0), 8, Private),            // RFC 1918
    (Ipv4Addr::new(172, 16, 0, 0), 12, Private),         // RFC 1918
    (Ipv4Addr::new(192, 168, 0, 0), 16, Private),        // RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10, CarrierNat),      // RFC 6598
    (Ipv4Addr::new(127, 0, 0, 0), 8, Loopback),          // RFC 1122
    (Ipv4Addr::new(169, 254, 0, 0), 16, LinkLocal),      // RFC 3927
    (Ipv4Addr::new(0, 0, 0, 0), 32, Unspecified),        // RFC 1122: this host
    (Ipv4Addr::new(0, 0, 0, 0), 8, Reserved),            // RFC 791: this network
    (Ipv4Addr::new(192, 0, 0, 9), 32, Public),           // RFC 7723: port control, anycast
    (Ipv4Addr::new(192, 0, 0, 10), 32, Public),          // RFC 8155: TURN, anycast
    (Ipv4Addr::new(192, 0, 0, 0), 24, Reserved),         // RFC 6890: protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24, Documentation),    // RFC 5737
    (Ipv4Addr::new(198, 51, 100, 0), 24, Documentation), // RFC 5737
    (Ipv4Addr::new(203, 0, 113, 0), 24, Documentation),  // RFC 5737
    (Ipv4Addr::new(192, 88, 99, 0), 24, Reserved),       // RFC 7526: 6to4 relays, given up
    (Ipv4Addr::new(198, 18, 0, 0), 15, Benchmarking),    // RFC 2544
    (Ipv4Addr::new(224, 0, 0, 0), 4, Multicast),         // RFC 5771
    (Ipv4Addr::new(240, 0, 0, 0), 4, Reserved),          // RFC 1112, and RFC 8190: broadcast
];

/// A block of IPv6: its first address, the length of its prefix, its kind.
type V6Block = (Ipv6Addr, u32, V6Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum V6Kind {
    Is(Network),
    /// That of the IPv4 address which stands in its bits, so far from the right.
    OfV4(u32),
}

use V6Kind::{Is, OfV4};

/// The first block that an address is in counts; the last has them all.
const V6: &[V6Block] = &[
    (Ipv6Addr::UNSPECIFIED, 128, Is(Unspecified)),                // RFC 4291
    (Ipv6Addr::LOCALHOST, 128, Is(Loopback)),                     // RFC 4291
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, OfV4(0)),    // RFC 4291: mapped
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, OfV4(0)), // RFC 6052: NAT64
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, Is(Private)), // RFC 8215: NAT64 within a network
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, Is(Public)), // RFC 4380: Teredo
    (Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 1), 128, Is(Public)), // RFC 7723: port control, anycast
    (Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 2), 128, Is(Public)), // RFC 8155: TURN, anycast
    (Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 3), 128, Is(Public)), // RFC 9665: service registration, anycast
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, Is(Benchmarking)), // RFC 5180
    (Ipv6Addr::new(0x2001, 3, 0, 0, 0, 0, 0, 0), 32, Is(Public)), // RFC 7450: AMT
    (Ipv6Addr::new(0x2001, 4, 0x112, 0, 0, 0, 0, 0), 48, Is(Public)), // RFC 7535: AS112
    (Ipv6Addr::new(0x2001, 0x20, 0, 0, 0, 0, 0, 0), 28, Is(Public)), // RFC 7343: ORCHIDv2
    (Ipv6Addr::new(0x2001, 0x30, 0, 0, 0, 0, 0, 0), 28, Is(Public)), // RFC 9374: drones
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Is(Reserved)), // RFC 2928: protocol assignments
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Is(Documentation)), // RFC 3849
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, OfV4(80)),   // RFC 3056: 6to4
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Is(Documentation)), // RFC 9637
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Is(Public)),  // RFC 4291: global unicast
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Is(UniqueLocal)), // RFC 4193
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Is(LinkLocal)), // RFC 4291
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Is(Multicast)), // RFC 4291
    // RFC 6666: discarded; RFC 9602: segments; RFC 3879: site-local, given up; and what is not assigned.
    (Ipv6Addr::UNSPECIFIED, 0, Is(Reserved)),
];

impl Network {
    /// The kind of network that the address belongs to. An IPv6 address that stands for one of IPv4 is of that one's.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let differs = |block: Ipv4Addr| (address.to_bits() ^ block.to_bits()).leading_zeros();
        V4.iter().find(|&&(block, length, _)| differs(block) >= length).map_or(Public, |&(_, _, network)| network)
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let differs = |block: Ipv6Addr| (address.to_bits() ^ block.to_bits()).leading_zeros();
        match V6.iter().find(|&&(block, length, _)| differs(block) >= length) {
            Some(&(_, _, Is(network))) => network,
            Some(&(_, _, OfV4(shift))) => Self::of_v4(Ipv4Addr::from_bits((address.to_bits() >> shift) as u32)),
            None => Reserved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(address: &str) -> &'static str {
        Network::of(address.parse().unwrap()).code()
    }

    /// The first and the last address of each row, unless a row before it has them.
    #[test]
    fn every_block() {
        for &(block, length, network) in V4 {
            let last = Ipv4Addr::from_bits(block.to_bits() | u32::MAX.checked_shr(length).unwrap_or(0));
            assert_eq!(Network::of(last.into()), network, "{block}/{length}");
            let is_within_another = matches!((block.octets(), length), ([0, 0, 0, 0], 8));
            assert!(is_within_another || Network::of(block.into()) == network, "{block}/{length}");
        }
        for &(block, length, kind) in V6.iter().filter(|row| row.1 > 0) {
            let Is(network) = kind else { continue };
            let last = Ipv6Addr::from_bits(block.to_bits() | u128::MAX.checked_shr(length).unwrap_or(0));
            let is_within_another = matches!(length, 3 | 23);
            assert!(length == 3 || Network::of(last.into()) == network, "{block}/{length}");
            assert!(is_within_another || Network::of(block.into()) == network, "{block}/{length}");
        }
    }

    #[test]
    fn addresses() {
        for (address, expected) in [
            ("9.255.255.255", "public"),
            ("10.0.0.0", "private"),
            ("11.0.0.0", "public"),
            ("172.15.255.255", "public"),
            ("172.31.255.255", "private"),
            ("172.32.0.0", "public"),
            ("192.168.255.1", "private"),
            ("100.63.255.255", "public"),
            ("100.127.255.255", "carrier_nat"),
            ("127.8.9.1", "loopback"),
            ("169.254.169.254", "link_local"),
            ("0.0.0.0", "unspecified"),
            ("0.0.0.1", "reserved"),
            ("192.0.0.8", "reserved"),
            ("192.0.0.9", "public"),
            ("192.0.2.7", "documentation"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.7", "documentation"),
            ("192.88.99.1", "reserved"),
            ("198.19.255.255", "benchmarking"),
            ("198.20.0.0", "public"),
            ("239.255.255.255", "multicast"),
            ("255.255.255.255", "reserved"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::2", "reserved"),
            ("::ffff:10.0.0.1", "private"),
            ("::ffff:8.8.8.8", "public"),
            ("64:ff9b::100.64.0.1", "carrier_nat"),
            ("64:ff9b:1::1", "private"),
            ("100::1", "reserved"),
            ("2001::1", "public"),
            ("2001:1::1", "public"),
            ("2001:1::4", "reserved"),
            ("2001:2::1", "benchmarking"),
            ("2001:10::1", "reserved"),
            ("2001:200::1", "public"),
            ("2001:db8::1", "documentation"),
            ("2002:a00:1::1", "private"),
            ("2002:808:808::1", "public"),
            ("2a00:1450::1", "public"),
            ("3fff:fff::1", "documentation"),
            ("3fff:1000::1", "public"),
            ("4000::1", "reserved"),
            ("5f00::1", "reserved"),
            ("fd12::1", "unique_local"),
            ("fe80::1", "link_local"),
            ("fec0::1", "reserved"),
            ("ff02::1", "multicast"),
        ] {
            assert_eq!(code(address), expected, "{address}");
        }
    }

    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<_> = Network::ALL.iter().map(|network| network.code()).collect();
        assert_eq!(codes.len(), Network::ALL.len());
    }
}
