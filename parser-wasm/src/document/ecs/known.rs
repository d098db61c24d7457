//! What is known of the client beside the line.

use crate::document::json::Object;
use crate::enrich::{Geo, Known};
use crate::record::Endpoint;
use crate::text::Text;

/// `source.address`, `.ip`, `.port`, `.geo` and `.as`.
pub(super) fn client(o: &mut Object<'_>, client: Option<Endpoint<'_>>, known: &Known<'_>) {
    if let Some(client) = client {
        o.string("address", client.address);
        o.string("ip", client.address);
        o.number("port", client.port);
    }
    place_and_system(o, &known.geo);
}

fn place_and_system(o: &mut Object<'_>, geo: &Geo<'_>) {
    if let Some(place) = &geo.place {
        o.object("geo", |o| {
            o.optional("continent_name", place.continent_name);
            o.optional("country_iso_code", place.country_iso_code);
            o.optional("country_name", place.country_name);
            o.optional("region_iso_code", place.region_iso_code.map(|parts| parts.join("-")).as_deref());
            o.optional("region_name", place.region_name);
            o.optional("city_name", place.city_name);
            if let Some(location) = place.location {
                o.object("location", |o| {
                    o.literal("lat", Some(&location.lat.to_string()));
                    o.literal("lon", Some(&location.lon.to_string()));
                });
            }
        });
    }
    if let Some(system) = geo.system {
        o.object("as", |o| {
            o.number("number", Some(system.number));
            o.object("organization", |o| o.optional("name", system.organization_name));
        });
    }
}

/// `user_agent.*`.
pub(super) fn user_agent(o: &mut Object<'_>, original: Option<Text<'_>>, known: &Known<'_>) {
    o.text("original", original);
    let Some(user_agent) = known.user_agent.as_deref() else { return };
    o.optional("name", user_agent.name.as_deref());
    o.optional("version", user_agent.version.as_deref());
    o.object("os", |o| {
        o.optional("name", user_agent.os_name.as_deref());
        o.optional("version", user_agent.os_version.as_deref());
        o.optional("full", user_agent.os_full.as_deref());
    });
    o.object("device", |o| o.optional("name", user_agent.device_name.as_deref()));
}
