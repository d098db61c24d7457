//! Records of MMDB files, as far as they are asked for. Texts borrow from the file.
//!
//! MaxMind's and DB-IP's are maps in maps, with names in several languages: `{"country": {"iso_code": "DE", "names":
//! {"en": "Germany"}}}`. IPinfo's are texts: `{"country_code": "DE", "country": "Germany"}`, or `{"country": "DE"}`. One
//! visitor walks through both: with derived types, each with visitors of its own, the page's module was 59 kB larger.

use super::{AutonomousSystem, Geo, Location, Place};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use std::fmt;

/// What a record says.
#[derive(Debug, Default)]
pub(super) struct Record<'a> {
    continent: Named<'a>,
    country: Named<'a>,
    region: Named<'a>,
    city: Named<'a>,
    lat: Option<f64>,
    lon: Option<f64>,
    system_number: Option<u32>,
    organization_name: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Named<'a> {
    code: Option<&'a str>,
    name: Option<&'a str>,
    /// The text that stands where a map might: the name where there is a code, else the code.
    bare: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Continent,
    Country,
    Region,
    City,
}

/// Where in a record the visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Root,
    Subject(Subject),
    Names(Subject),
    Code(Subject),
    Name(Subject),
    Subdivisions,
    Point,
    Lat,
    Lon,
    SystemNumber,
    OrganizationName,
}

impl At {
    /// Where a key leads to; `None` to what is not asked for.
    fn below(self, key: &str) -> Option<Self> {
        use Subject::{City, Continent, Country, Region};
        Some(match (self, key) {
            (Self::Root, "continent") => Self::Subject(Continent),
            (Self::Root, "continent_code") => Self::Code(Continent),
            (Self::Root, "continent_name") => Self::Name(Continent),
            (Self::Root, "country") => Self::Subject(Country),
            (Self::Root, "country_code") => Self::Code(Country),
            (Self::Root, "country_name") => Self::Name(Country),
            (Self::Root, "subdivisions") => Self::Subdivisions,
            (Self::Root, "region") => Self::Name(Region),
            (Self::Root, "city") => Self::Subject(City),
            (Self::Root, "location") => Self::Point,
            (Self::Root, "lat") | (Self::Point, "latitude") => Self::Lat,
            (Self::Root, "lng") | (Self::Point, "longitude") => Self::Lon,
            (Self::Root, "autonomous_system_number" | "asn") => Self::SystemNumber,
            (Self::Root, "autonomous_system_organization" | "as_name" | "name") => Self::OrganizationName,
            (Self::Subject(subject), "iso_code" | "code") => Self::Code(subject),
            (Self::Subject(subject), "names") => Self::Names(subject),
            (Self::Names(subject), "en") => Self::Name(subject),
            _ => return None,
        })
    }
}

struct Walk<'r, 'a> {
    at: At,
    record: &'r mut Record<'a>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record of places or autonomous systems")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&str>()? {
            match self.at.below(key) {
                Some(at) => map.next_value_seed(Walk { at, record: self.record })?,
                None => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(())
    }

    /// Subdivisions become smaller and smaller: the last one counts.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.at != At::Subdivisions {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        loop {
            let mut element = Record::default();
            let walk = Walk { at: At::Subject(Subject::Region), record: &mut element };
            if list.next_element_seed(walk)?.is_none() {
                return Ok(());
            }
            self.record.region = element.region;
        }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        let Self { at, record } = self;
        match at {
            At::Subject(subject) => record.named(subject).bare = Some(text),
            At::Code(subject) => record.named(subject).code = Some(text),
            At::Name(subject) => record.named(subject).name = Some(text),
            At::OrganizationName => record.organization_name = Some(text),
            At::SystemNumber => record.system_number = text.strip_prefix("AS").and_then(|digits| digits.parse().ok()),
            At::Lat => record.lat = text.parse().ok(),
            At::Lon => record.lon = text.parse().ok(),
            At::Root | At::Names(_) | At::Subdivisions | At::Point => {
                return Err(E::invalid_type(Unexpected::Str(text), &"a map or a list"));
            }
        }
        Ok(())
    }

    // Whole numbers are stored in whatever type has room for them.
    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        match self.at {
            At::Lat => self.record.lat = Some(number),
            At::Lon => self.record.lon = Some(number),
            At::SystemNumber => self.record.system_number = Some(number as u32),
            _ => return Err(E::invalid_type(Unexpected::Float(number), &self)),
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut record = Self::default();
        Walk { at: At::Root, record: &mut record }.deserialize(deserializer)?;
        Ok(record)
    }
}

impl<'a> Named<'a> {
    fn code(self) -> Option<&'a str> {
        self.code.or(self.bare)
    }

    fn name(self) -> Option<&'a str> {
        self.name.or(self.code.and(self.bare))
    }
}

impl<'a> Record<'a> {
    fn named(&mut self, subject: Subject) -> &mut Named<'a> {
        match subject {
            Subject::Continent => &mut self.continent,
            Subject::Country => &mut self.country,
            Subject::Region => &mut self.region,
            Subject::City => &mut self.city,
        }
    }

    pub(super) fn geo(self) -> Geo<'a> {
        let country_iso_code = self.country.code();
        let place = Place {
            continent_name: self.continent.name(),
            country_iso_code,
            country_name: self.country.name(),
            region_iso_code: country_iso_code.zip(self.region.code).map(|(country, region)| [country, region]),
            region_name: self.region.name,
            // Cities have no codes.
            city_name: self.city.name.or(self.city.bare),
            location: self.lat.zip(self.lon).and_then(|(lat, lon)| Location::new(lat, lon)),
        };
        let organization_name = self.organization_name;
        let system = self.system_number.map(|number| AutonomousSystem { number, organization_name });
        Geo { place: place.present(), system }
    }
}
