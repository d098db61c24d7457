//! The client's address, shortened or replaced.

use super::settings::AddressRedaction;
use crate::document::{Cursor, Schema, Type, text};
use hmac::{Hmac, KeyInit, Mac};
use memchr::memmem;
use sha2::Sha256;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Stands for what only the key can make.
const NO_KEY: &str = "hmac-needs-a-key";

/// Fewer bytes could be found by trying.
const LEAST_KEY_BYTES: usize = 16;

/// The secret under which addresses are replaced. It is no setting: who has it can tell addresses by trying them all.
#[derive(Clone)]
pub struct RedactionKey(Box<Hmac<Sha256>>);

/// Why bytes are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a redaction key has {LEAST_KEY_BYTES} bytes at least, and no white space around it is counted: found {found}")]
pub struct KeyError {
    /// Bytes that were given.
    found: usize,
}

impl RedactionKey {
    /// A key of these bytes, without white space around them: a file may end in a line feed.
    ///
    /// # Errors
    /// When they are too few to be a secret.
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.trim_ascii();
        let error = KeyError { found: bytes.len() };
        if bytes.len() < LEAST_KEY_BYTES {
            return Err(error);
        }
        Hmac::new_from_slice(bytes).map(|mac| Self(Box::new(mac))).map_err(|_| error)
    }

    /// The first 128 bits, in hex, of HMAC-SHA256 over the address as text (RFC 5952 for IPv6).
    fn replace(&self, address: IpAddr) -> String {
        let mut mac = (*self.0).clone();
        mac.update(address.to_string().as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for RedactionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactionKey")
    }
}

/// What becomes of the client's address.
#[derive(Debug)]
pub(super) enum Addresses {
    Truncate,
    Hmac(Option<RedactionKey>),
}

impl Addresses {
    pub(super) fn new(how: AddressRedaction, key: Option<&RedactionKey>) -> Self {
        match how {
            AddressRedaction::Truncate => Self::Truncate,
            AddressRedaction::Hmac => Self::Hmac(key.cloned()),
        }
    }

    /// What is left of an address, alone or with a port. Those of others stay; where the client's is not known, any
    /// might be it.
    pub(super) fn text(&self, text: &str, kind: Type, client: Option<IpAddr>) -> Option<String> {
        let client = client?;
        let is_client = |address: &IpAddr| address.to_canonical() == client;
        let alone = text.parse::<IpAddr>().ok();
        if alone.as_ref().is_some_and(is_client) {
            return self.left(kind, client);
        }
        // An IPv6 address with a port may read as another without one.
        let with_port = text.rsplit_once(':').and_then(|(host, port)| {
            let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
            Some((host.parse::<IpAddr>().ok()?, port))
        });
        match (alone, with_port) {
            (_, Some((address, port))) if is_client(&address) => Some(format!("{}:{port}", self.left(kind, client)?)),
            (None, None) => None,
            _ => Some(text.to_owned()),
        }
    }

    /// Takes the client's address out of all texts that follow `start`: a URL, a header or a name may repeat it.
    pub(super) fn sweep(&self, document: &mut Vec<u8>, start: usize, client: IpAddr) {
        let Some(left) = self.left(Type::Keyword, client) else { return };
        for form in forms(client) {
            let mut from = start;
            while let Some(found) = document.get(from..).and_then(|rest| memmem::find(rest, form.as_bytes())) {
                let (at, end) = (from + found, from + found + form.len());
                let may_belong = |byte: Option<&u8>| byte.is_some_and(|byte| is_of_an_address(*byte, client));
                if may_belong(document.get(..at).and_then(<[u8]>::last)) || may_belong(document.get(end)) {
                    from = end;
                } else {
                    document.splice(at..end, left.bytes());
                    from = at + left.len();
                }
            }
        }
    }

    /// What is left of the client's address, in a field of this type.
    fn left(&self, kind: Type, client: IpAddr) -> Option<String> {
        match self {
            Self::Truncate => Some(truncated(client).to_string()),
            Self::Hmac(_) if kind == Type::Ip => None,
            Self::Hmac(Some(key)) => Some(key.replace(client)),
            Self::Hmac(None) => Some(NO_KEY.to_owned()),
        }
    }
}

/// How people write an address: with dots, or with dashes as in names of hosts; shortened, or in full.
fn forms(address: IpAddr) -> [String; 2] {
    match address {
        IpAddr::V4(address) => [address.to_string(), address.to_string().replace('.', "-")],
        IpAddr::V6(address) => [address.to_string(), address.segments().map(|part| format!("{part:04x}")).join(":")],
    }
}

/// Whether a byte beside an address makes another address of it.
fn is_of_an_address(byte: u8, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => byte.is_ascii_digit(),
        IpAddr::V6(_) => byte.is_ascii_hexdigit() || byte == b':',
    }
}

fn truncated(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
    }
}

/// The client's address, as the document has it.
pub(super) fn client(document: &[u8], schema: Schema) -> Option<IpAddr> {
    let mut cursor = Cursor::new(document);
    for wanted in schema.client_field().split('.') {
        cursor.enter();
        while cursor.key()? != wanted.as_bytes() {
            cursor.value();
        }
    }
    text(cursor.value())?.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b" 0123456789abcdef\n";

    fn left(addresses: &Addresses, text: &str, kind: Type) -> Option<String> {
        addresses.text(text, kind, Some("192.0.2.7".parse().expect("an address")))
    }

    #[test]
    fn only_the_clients_address_is_shortened() {
        for (text, expected) in [
            ("192.0.2.7", Some("192.0.2.0")),
            ("::ffff:192.0.2.7", Some("192.0.2.0")),
            ("192.0.2.7:80", Some("192.0.2.0:80")),
            ("192.0.2.8", Some("192.0.2.8")),
            ("192.0.2.8:443", Some("192.0.2.8:443")),
            ("192.0.2.7.", None),
            ("", None),
        ] {
            assert_eq!(left(&Addresses::Truncate, text, Type::Ip).as_deref(), expected, "{text}");
        }
        let client = "2001:db8:1:2:3::4".parse().ok();
        for (text, expected) in [
            ("2001:db8:1:2:3:0:0:4", "2001:db8:1::"),
            ("[2001:db8:1:2:3::4]:80", "2001:db8:1:::80"),
            ("2001:db8:1:2:3::4:80", "2001:db8:1:::80"),
        ] {
            assert_eq!(Addresses::Truncate.text(text, Type::Keyword, client).as_deref(), Some(expected));
        }
        assert_eq!(Addresses::Truncate.text("192.0.2.7", Type::Ip, None), None);
    }

    #[test]
    fn texts_repeat_no_client() {
        let swept = |text: &str, client: &str| {
            let mut document = text.as_bytes().to_vec();
            Addresses::Truncate.sweep(&mut document, 2, client.parse().expect("an address"));
            String::from_utf8(document).expect("UTF-8")
        };
        for (text, expected) in [
            (r#"{ "a":"from 192.0.2.7, to 192.0.2.70""#, r#"{ "a":"from 192.0.2.0, to 192.0.2.70""#),
            (r#"{ "a":"host-192-0-2-7.example 1192.0.2.7""#, r#"{ "a":"host-192.0.2.0.example 1192.0.2.7""#),
            (r#"{ "a":"?ip=192.0.2.7&b=192.0.2.7""#, r#"{ "a":"?ip=192.0.2.0&b=192.0.2.0""#),
        ] {
            assert_eq!(swept(text, "192.0.2.7"), expected);
        }
        let all = r#"{ "2001:db8::1:7", "2001:0db8:0000:0000:0000:0000:0001:0007", "2001:db8::1:77""#;
        assert_eq!(swept(all, "2001:db8::1:7"), r#"{ "2001:db8::", "2001:db8::", "2001:db8::1:77""#);
    }

    #[test]
    fn a_replaced_address_is_no_address() {
        let addresses = Addresses::new(AddressRedaction::Hmac, Some(&RedactionKey::new(KEY).expect("a key")));
        // printf 192.0.2.7 | openssl dgst -sha256 -hmac 0123456789abcdef
        let expected = "9fbed8536e880124770a33603f35e906";
        assert_eq!(left(&addresses, "192.0.2.7", Type::Keyword).as_deref(), Some(expected));
        assert_eq!(left(&addresses, "192.0.2.7", Type::Ip), None);
        assert_eq!(left(&addresses, "192.0.2.8", Type::Ip).as_deref(), Some("192.0.2.8"));
        assert_eq!(left(&Addresses::Hmac(None), "192.0.2.7:1", Type::Keyword).as_deref(), Some("hmac-needs-a-key:1"));
    }

    #[test]
    fn keys_are_long_and_do_not_show() {
        assert_eq!(RedactionKey::new(b"  short \n").expect_err("short"), KeyError { found: 5 });
        assert_eq!(format!("{:?}", RedactionKey::new(KEY).expect("a key")), "RedactionKey");
    }
}
