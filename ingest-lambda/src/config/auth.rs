//! How requests to the engine are authorized, from the variables that say so.

use reqwest::Url;

use super::lookup::Lookup;
use super::secret::Secret;
use super::{Auth, Credentials, Signing, SigningName, aws_host, is_loopback};

pub(super) fn read_auth(lookup: &mut Lookup, endpoint: Option<&Url>) -> Auth {
    let username = lookup.text("ALBATROSS_USERNAME");
    let password = lookup.text("ALBATROSS_PASSWORD").map(Secret::new);
    let basic = match (username, password) {
        (Some(username), Some(password)) => Some(Auth::Given(Credentials::Basic { username, password })),
        (None, None) => None,
        (Some(_), None) => {
            lookup.problem("ALBATROSS_PASSWORD is not set, but ALBATROSS_USERNAME is");
            None
        }
        (None, Some(_)) => {
            lookup.problem("ALBATROSS_USERNAME is not set, but ALBATROSS_PASSWORD is");
            None
        }
    };
    let api_key = lookup.text("ALBATROSS_API_KEY").map(|key| Auth::Given(Credentials::ApiKey(Secret::new(key))));
    let secret = read_secret_arn(lookup, "ALBATROSS_SECRET_ARN").map(Auth::Secret);
    let signed = read_signing(lookup, endpoint);
    let mut given: Vec<(&str, Auth)> = [
        ("ALBATROSS_USERNAME", basic),
        ("ALBATROSS_API_KEY", api_key),
        ("ALBATROSS_SECRET_ARN", secret),
        ("ALBATROSS_SIGV4", signed.map(Auth::SigV4)),
    ]
    .into_iter()
    .filter_map(|(name, auth)| Some((name, auth?)))
    .collect();
    if given.len() > 1 {
        let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
        lookup.problem(&format!("{} are set: choose one way of authorization", names.join(", ")));
    }
    given.pop().map_or(Auth::None, |(_, auth)| auth)
}

pub(super) fn read_secret_arn(lookup: &mut Lookup, name: &'static str) -> Option<String> {
    let known = ["secretsmanager", "ssm"];
    let arn = lookup.text(name)?;
    // arn:PARTITION:SERVICE:REGION:ACCOUNT:...
    let service = arn.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(1));
    if service.is_some_and(|service| known.contains(&service)) {
        return Some(arn);
    }
    lookup.problem(&format!("{name} is not the ARN of a Secrets Manager secret or an SSM parameter"));
    None
}

/// Service and region by the host's name, where that tells.
fn read_signing(lookup: &mut Lookup, endpoint: Option<&Url>) -> Option<Signing> {
    let service = lookup.choice("ALBATROSS_SIGV4", &[("es", SigningName::Es), ("aoss", SigningName::Aoss)]);
    let region = lookup.text("ALBATROSS_SIGV4_REGION");
    if region.as_deref().is_some_and(|region| !aws_host::is_region(region)) {
        lookup.problem("ALBATROSS_SIGV4_REGION is not the name of a region, such as eu-central-1");
    } else if region.is_some() && lookup.text("ALBATROSS_SIGV4").is_none() {
        lookup.problem("ALBATROSS_SIGV4_REGION is set, but ALBATROSS_SIGV4 is not");
    }
    let service = service?;
    let told = endpoint.and_then(Url::host_str).and_then(aws_host::service_and_region);
    Some(match told {
        Some((service, hosts)) => {
            if let Some(region) = region.filter(|region| *region != hosts) {
                lookup.problem(&format!(
                    "ALBATROSS_SIGV4_REGION is {region}, but the host of ALBATROSS_ENDPOINT is in {hosts}: unset it"
                ));
            }
            Signing { service, region: Some(hosts) }
        }
        None => Signing { service, region },
    })
}

/// Credentials are not sent where everybody on the way reads them.
pub(super) fn check_plain_http(lookup: &mut Lookup, endpoint: Option<&Url>, auth: &Auth) {
    let is_allowed = lookup.flag("ALBATROSS_ALLOW_PLAIN_HTTP", false);
    let is_plain = endpoint.is_some_and(|url| url.scheme() == "http" && !is_loopback(url));
    if is_plain && *auth != Auth::None && !is_allowed {
        lookup.problem(
            "ALBATROSS_ENDPOINT begins with http://, and credentials are set: everybody on the way could read them; \
             begin with https://, or set ALBATROSS_ALLOW_PLAIN_HTTP=true",
        );
    }
}
