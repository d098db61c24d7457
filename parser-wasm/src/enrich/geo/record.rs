//! Records of MMDB files, as far as they are asked for. Texts borrow from the file.

use super::{AutonomousSystem, Geo, Location, Place};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// MaxMind's record, of any of its databases.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Nested<'a> {
    #[serde(borrow)]
    continent: Named<'a>,
    country: Named<'a>,
    subdivisions: Last<Named<'a>>,
    city: Named<'a>,
    location: Coordinates,
    autonomous_system_number: Option<Number>,
    autonomous_system_organization: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(default)]
struct Named<'a> {
    iso_code: Option<&'a str>,
    #[serde(borrow)]
    names: Names<'a>,
}

#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(default)]
struct Names<'a> {
    en: Option<&'a str>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Coordinates {
    latitude: Option<Number>,
    longitude: Option<Number>,
}

/// A number of whatever type the file's maker chose.
#[derive(Debug, Clone, Copy)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyNumber;

        impl Visitor<'_> for AnyNumber {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number as f64))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
                Ok(Number(number))
            }
        }

        deserializer.deserialize_any(AnyNumber)
    }
}

/// The last element of a list: of subdivisions, the smallest.
#[derive(Debug, Default)]
struct Last<T>(T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Last<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Elements<T> {
            type Value = Last<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
                let mut last = T::default();
                while let Some(element) = elements.next_element()? {
                    last = element;
                }
                Ok(Last(last))
            }
        }

        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

impl<'a> Nested<'a> {
    pub(super) fn geo(self) -> Geo<'a> {
        let region = self.subdivisions.0;
        let point = |(Number(lat), Number(lon))| Location::new(lat, lon);
        let place = Place {
            continent_name: self.continent.names.en,
            country_iso_code: self.country.iso_code,
            country_name: self.country.names.en,
            region_iso_code: self.country.iso_code.zip(region.iso_code).map(|(country, region)| [country, region]),
            region_name: region.names.en,
            city_name: self.city.names.en,
            location: self.location.latitude.zip(self.location.longitude).and_then(point),
        };
        let organization_name = self.autonomous_system_organization;
        let system = self
            .autonomous_system_number
            .map(|Number(number)| AutonomousSystem { number: number as u32, organization_name });
        Geo { place: place.present(), system }
    }
}

/// IPinfo's record. `country` is the code where there is no `country_code`, else the name; so is `continent`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Flat<'a> {
    continent: Option<&'a str>,
    continent_code: Option<&'a str>,
    continent_name: Option<&'a str>,
    country: Option<&'a str>,
    country_code: Option<&'a str>,
    country_name: Option<&'a str>,
    region: Option<&'a str>,
    city: Option<&'a str>,
    lat: Option<&'a str>,
    lng: Option<&'a str>,
    asn: Option<&'a str>,
    as_name: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Flat<'a> {
    pub(super) fn geo(self) -> Geo<'a> {
        let degrees = |text: Option<&str>| text?.parse().ok();
        let place = Place {
            continent_name: self.continent_name.or(self.continent_code.and(self.continent)),
            country_iso_code: self.country_code.or(self.country),
            country_name: self.country_name.or(self.country_code.and(self.country)),
            region_iso_code: None,
            region_name: self.region,
            city_name: self.city,
            location: degrees(self.lat).zip(degrees(self.lng)).and_then(|(lat, lon)| Location::new(lat, lon)),
        };
        let number = self.asn.and_then(|asn| asn.strip_prefix("AS")?.parse().ok());
        let organization_name = self.as_name.or(self.name);
        let system = number.map(|number| AutonomousSystem { number, organization_name });
        Geo { place: place.present(), system }
    }
}
