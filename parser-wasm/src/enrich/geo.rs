//! Where a client is and whose network it uses, as MMDB files know it: those of MaxMind (GeoIP2, GeoLite2), DB-IP and
//! IPinfo.

mod record;

use maxminddb::{MaxMindDbError, Reader};
use record::Record;
use serde::Serialize;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeoError {
    /// The bytes are not those of an MMDB file, or not all of them.
    #[error("not a usable MMDB file: download it again, and unpack it where it comes packed")]
    NotMmdb(#[source] MaxMindDbError),
    /// It is an MMDB file, about something else.
    #[error("the MMDB file is of type {found:?}: expected one of cities, countries or autonomous systems")]
    UnsuitableType {
        /// The type that the file says it is of.
        found: String,
    },
}

/// The files given, in the order given. Cheap to clone.
#[derive(Clone, Default)]
pub struct GeoDatabases {
    readers: Vec<Arc<Reader<Arc<[u8]>>>>,
}

/// Which data a file holds: documents depend on it as they do on the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GeoDatabase {
    /// What it calls itself, such as `GeoLite2-City`.
    #[serde(rename = "type")]
    pub database_type: String,
    /// When it was made, in seconds since 1970.
    pub build_epoch: u64,
}

/// What the files know of an address.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Geo<'a> {
    /// `source.geo`.
    pub place: Option<Place<'a>>,
    /// `source.as`.
    pub system: Option<AutonomousSystem<'a>>,
}

/// A place, in the fields that Elasticsearch's `geoip` processor gives unless told otherwise. Names are English.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Place<'a> {
    /// `continent_name`.
    pub continent_name: Option<&'a str>,
    /// `country_iso_code`.
    pub country_iso_code: Option<&'a str>,
    /// `country_name`.
    pub country_name: Option<&'a str>,
    /// `region_iso_code`, in its two parts, which `-` joins.
    pub region_iso_code: Option<[&'a str; 2]>,
    /// `region_name`.
    pub region_name: Option<&'a str>,
    /// `city_name`.
    pub city_name: Option<&'a str>,
    /// `location`.
    pub location: Option<Location>,
}

/// A point on the earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// `lat`.
    pub lat: f64,
    /// `lon`.
    pub lon: f64,
}

/// An autonomous system: a network of the internet, under one hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutonomousSystem<'a> {
    /// `number`.
    pub number: u32,
    /// `organization.name`.
    pub organization_name: Option<&'a str>,
}

impl GeoDatabases {
    /// Adds a file. Where two know a place, or an autonomous system, the one added first is asked.
    ///
    /// # Errors
    /// If the file is no MMDB, or of a type that says neither place nor autonomous system.
    pub fn add(&mut self, mmdb: Arc<[u8]>) -> Result<(), GeoError> {
        let reader = Reader::from_source(mmdb).map_err(GeoError::NotMmdb)?;
        let database_type = &reader.metadata().database_type;
        if !is_suitable(database_type) {
            return Err(GeoError::UnsuitableType { found: database_type.clone() });
        }
        self.readers.push(Arc::new(reader));
        Ok(())
    }

    /// Whether no file was given.
    pub fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// Which files were given.
    pub fn list(&self) -> Vec<GeoDatabase> {
        let of = |reader: &Arc<Reader<Arc<[u8]>>>| {
            let metadata = reader.metadata();
            GeoDatabase { database_type: metadata.database_type.clone(), build_epoch: metadata.build_epoch }
        };
        self.readers.iter().map(of).collect()
    }

    /// What the files know of an address. A record that cannot be read says nothing.
    pub fn of(&self, address: IpAddr) -> Geo<'_> {
        let mut known = Geo::default();
        for reader in &self.readers {
            let record = reader.lookup(address.to_canonical()).and_then(|found| found.decode::<Record<'_>>());
            let Ok(Some(record)) = record else { continue };
            let found = record.geo();
            known.place = known.place.or(found.place);
            known.system = known.system.or(found.system);
        }
        known
    }
}

/// Without the files' bytes.
impl fmt::Debug for GeoDatabases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list().fmt(f)
    }
}

impl fmt::Display for GeoDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.database_type, self.build_epoch)
    }
}

impl Location {
    /// `None` where there is no such point: an engine would refuse the whole document.
    fn new(lat: f64, lon: f64) -> Option<Self> {
        (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some(Self { lat, lon })
    }
}

/// By the type's name: `GeoLite2-City`, `DBIP-ASN-Lite (compat=GeoLite2-ASN)`, `ipinfo lite.mmdb`.
fn is_suitable(database_type: &str) -> bool {
    let name = database_type.to_ascii_lowercase();
    let words: &[&str] = match name.starts_with("ipinfo") {
        true => &["lite", "country", "location", "asn"],
        false => &["city", "country", "enterprise", "asn", "isp"],
    };
    words.iter().any(|word| name.contains(word))
}

impl Place<'_> {
    /// `None` where nothing is known: an object without fields says nothing.
    fn present(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

#[cfg(test)]
mod tests;
