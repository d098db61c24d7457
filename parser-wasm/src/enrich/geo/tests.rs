use super::*;

const CITY: &[u8] = include_bytes!("../../../../tests/fixtures/geo/city.mmdb");
const COUNTRY: &[u8] = include_bytes!("../../../../tests/fixtures/geo/country.mmdb");
const ASN: &[u8] = include_bytes!("../../../../tests/fixtures/geo/asn.mmdb");
const IPINFO_LITE: &[u8] = include_bytes!("../../../../tests/fixtures/geo/ipinfo-lite.mmdb");
const IPINFO_LOCATION: &[u8] = include_bytes!("../../../../tests/fixtures/geo/ipinfo-location.mmdb");
const DAMAGED: &[u8] = include_bytes!("../../../../tests/fixtures/geo/damaged.mmdb");
const ANONYMOUS: &[u8] = include_bytes!("../../../../tests/fixtures/geo/anonymous.mmdb");

fn databases(files: &[&[u8]]) -> GeoDatabases {
    let mut databases = GeoDatabases::default();
    for &file in files {
        databases.add(file.into()).unwrap();
    }
    databases
}

fn ask<'a>(databases: &'a GeoDatabases, address: &str) -> Geo<'a> {
    databases.of(address.parse().unwrap())
}

#[test]
fn a_city() {
    let databases = databases(&[CITY]);
    let expected = Place {
        continent_name: Some("North"),
        country_iso_code: Some("XH"),
        country_name: Some("Hills"),
        region_iso_code: Some(["XH", "AB"]),
        region_name: Some("High Moor"),
        city_name: Some("Firtown"),
        location: Some(Location { lat: 51.2993, lon: -9.491 }),
    };
    for address in ["198.51.100.7", "::ffff:198.51.100.7"] {
        assert_eq!(ask(&databases, address), Geo { place: Some(expected), system: None });
    }
}

#[test]
fn as_much_as_is_known() {
    let databases = databases(&[CITY]);
    let hills = Place { country_iso_code: Some("XH"), country_name: Some("Hills"), ..Place::default() };
    let north = Place { continent_name: Some("North"), ..hills };
    assert_eq!(ask(&databases, "198.51.100.200").place, Some(north));
    let south = Place { continent_name: Some("South"), ..Place::default() };
    assert_eq!(ask(&databases, "203.0.113.7").place, Some(south));
    let coast = Place { country_iso_code: Some("XC"), country_name: Some("Coast"), ..south };
    assert_eq!(ask(&databases, "2001:db8:1::7").place, Some(coast));
    assert_eq!(ask(&databases, "192.0.2.7"), Geo::default());
}

#[test]
fn autonomous_systems() {
    let databases = databases(&[ASN]);
    let of = |address| ask(&databases, address).system.map(|system| (system.number, system.organization_name));
    assert_eq!(of("198.51.100.7"), Some((64496, Some("Hills Telecom"))));
    assert_eq!(of("203.0.113.7"), Some((65551, None)));
    assert_eq!(of("2001:db8::7"), Some((64511, Some("Küstennetz"))));
    assert_eq!(of("192.0.2.7"), None);
}

#[test]
fn ipinfo() {
    let lite = databases(&[IPINFO_LITE]);
    let found = ask(&lite, "198.51.100.7");
    let place = found.place.unwrap();
    let country = [place.continent_name, place.country_iso_code, place.country_name];
    assert_eq!(country, [Some("North"), Some("XH"), Some("Hills")]);
    assert_eq!(found.system, Some(AutonomousSystem { number: 64496, organization_name: Some("Hills Telecom") }));

    let location = databases(&[IPINFO_LOCATION]);
    let place = ask(&location, "198.51.100.7").place.unwrap();
    let names = [place.country_iso_code, place.country_name, place.region_name, place.city_name];
    assert_eq!(names, [Some("XH"), None, Some("Upper Hills"), Some("Firtown")]);
    assert_eq!(place.location, Some(Location { lat: 51.2993, lon: -9.491 }));
    assert_eq!(ask(&location, "2001:db8::7"), Geo::default(), "the file has IPv4 only");
}

#[test]
fn the_first_that_knows_is_asked() {
    let all = databases(&[ASN, CITY, COUNTRY, IPINFO_LITE]);
    let found = ask(&all, "198.51.100.7");
    assert_eq!(found.place.unwrap().city_name, Some("Firtown"));
    assert_eq!(found.system.unwrap().number, 64496);
    assert_eq!(ask(&all, "2001:db8:2::7").place.unwrap().country_name, Some("Coast"));
    let types: Vec<String> = all.list().into_iter().map(|database| database.database_type).collect();
    assert_eq!(types.len(), 4);
    assert!(!format!("{all:?}").contains("Firtown"), "{all:?}");
    assert!(GeoDatabases::default().is_empty() && !all.is_empty());
}

#[test]
fn a_record_that_cannot_be_read_says_nothing() {
    assert_eq!(ask(&databases(&[DAMAGED]), "198.51.100.7"), Geo::default());
    assert_eq!(ask(&databases(&[DAMAGED, CITY]), "198.51.100.7").place.unwrap().country_name, Some("Hills"));
}

#[test]
fn files_that_cannot_be_used() {
    let error = |bytes: &[u8]| GeoDatabases::default().add(bytes.into()).unwrap_err();
    for bytes in [&b""[..], b"PK\x03\x04", &CITY[..CITY.len() / 2]] {
        assert!(matches!(error(bytes), GeoError::NotMmdb(_)));
    }
    assert_eq!(
        error(ANONYMOUS).to_string(),
        "the MMDB file is of type \"GeoIP2-Anonymous-IP\": expected one of cities, countries or autonomous systems"
    );
}

#[test]
fn points_off_the_earth() {
    for (lat, lon) in [(90.5, 0.0), (0.0, -180.5), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
        assert_eq!(Location::new(lat, lon), None);
    }
    assert!(Location::new(-90.0, 180.0).is_some());
}

/// Whatever byte is wrong: nothing panics, and nothing goes on for long.
#[test]
fn damage_anywhere() {
    for at in 0..CITY.len() {
        for byte in [0x00, 0xFF, CITY[at] ^ 0x20] {
            let mut damaged = CITY.to_vec();
            damaged[at] = byte;
            let mut databases = GeoDatabases::default();
            if databases.add(damaged.into()).is_ok() {
                for address in ["198.51.100.7", "203.0.113.7", "2001:db8:1::7", "192.0.2.1"] {
                    ask(&databases, address);
                }
            }
        }
    }
}
