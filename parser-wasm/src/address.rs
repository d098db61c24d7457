//! IP addresses in text, read without the general parser: nearly every line has two.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 or IPv6 address in text.
pub(crate) fn parse(bytes: &[u8]) -> Option<IpAddr> {
    match version_4(bytes) {
        Some(ip) => Some(IpAddr::V4(ip)),
        None => version_6(bytes).map(IpAddr::V6),
    }
}

/// Four decimal octets without leading zeros.
fn version_4(bytes: &[u8]) -> Option<Ipv4Addr> {
    let (mut address, mut octet, mut digits, mut dots) = (0_u32, 0_u32, 0, 0);
    for &byte in bytes {
        match byte {
            b'0'..=b'9' if digits == 0 || octet > 0 => {
                octet = octet * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 && dots < 3 => {
                address = address << 8 | octet;
                (octet, digits, dots) = (0, 0, dots + 1);
            }
            _ => return None,
        }
        if octet > 255 {
            return None;
        }
    }
    (digits > 0 && dots == 3).then(|| Ipv4Addr::from(address << 8 | octet))
}

/// Groups of hexadecimal digits around at most one `::`. An address that ends as IPv4 is left to the general parser,
/// which is several times slower.
fn version_6(bytes: &[u8]) -> Option<Ipv6Addr> {
    if memchr::memchr(b'.', bytes).is_some() {
        return std::str::from_utf8(bytes).ok()?.parse().ok();
    }
    let mut groups = [0; 8];
    let Some(gap) = bytes.windows(2).position(|pair| pair == b"::") else {
        return (hexadecimal_groups(bytes, &mut groups)? == groups.len()).then(|| Ipv6Addr::from(groups));
    };
    let before = hexadecimal_groups(bytes.get(..gap)?, &mut groups)?;
    let mut behind = [0; 8];
    let count = hexadecimal_groups(bytes.get(gap + 2..)?, &mut behind)?;
    // `::` stands for one group at least.
    if before + count >= groups.len() {
        return None;
    }
    for (group, value) in groups.iter_mut().rev().zip(behind.iter().take(count).rev()) {
        *group = *value;
    }
    Some(Ipv6Addr::from(groups))
}

/// Puts groups of one to four digits between colons into `groups`, and says how many there are.
fn hexadecimal_groups(bytes: &[u8], groups: &mut [u16; 8]) -> Option<usize> {
    if bytes.is_empty() {
        return Some(0);
    }
    let mut count = 0;
    for part in bytes.split(|&byte| byte == b':') {
        if part.is_empty() || part.len() > 4 {
            return None;
        }
        *groups.get_mut(count)? = part.iter().try_fold(0, |value: u16, &digit| {
            let digit = char::from(digit).to_digit(16)?;
            Some(value << 4 | u16::try_from(digit).ok()?)
        })?;
        count += 1;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_standard_library() {
        let v4 = ["", ".", "0", "1", "25", "255", "256", "00", "x", "1.2", "0.0.0"];
        let v6 = ["", ":", "::", "0", "1", "ab", "FFFF", "12345", "g", "192.0.2.1", "1:2:3", "a:b:c:d"];
        let mut addresses = 0;
        for pieces in [&v4[..], &v6[..]] {
            let mut texts = vec![String::new()];
            for _ in 0..5 {
                texts =
                    texts.iter().flat_map(|text| pieces.iter().map(move |piece| format!("{text}{piece}"))).collect();
            }
            for text in texts {
                let expected = text.parse::<IpAddr>().ok();
                addresses += usize::from(expected.is_some());
                assert_eq!(parse(text.as_bytes()), expected, "{text}");
            }
        }
        assert!(addresses > 1_000, "{addresses}");
    }
}
