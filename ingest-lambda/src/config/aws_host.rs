//! What the name of an engine's host says of AWS's service and region.

use super::SigningName;

/// Service and region of `NAME.REGION.es.amazonaws.com` and its like: a signature must name both, whatever the region
/// of this process is.
/// <https://docs.aws.amazon.com/general/latest/gr/opensearch-service.html>
pub(super) fn service_and_region(host: &str) -> Option<(SigningName, String)> {
    let host = host.trim_end_matches('.');
    let domain = |suffix| host.strip_suffix(suffix);
    let (service, rest) = if let Some(rest) = domain(".amazonaws.com").or_else(|| domain(".amazonaws.com.cn")) {
        let (rest, service) = rest.rsplit_once('.')?;
        (service, rest.to_owned())
    } else {
        // NAME.aos.REGION.on.aws, which has IPv6 too.
        let (rest, region) = domain(".on.aws")?.rsplit_once('.')?;
        let (name, service) = rest.rsplit_once('.')?;
        (service, format!("{name}.{region}"))
    };
    let service = match service {
        "es" | "aos" => SigningName::Es,
        "aoss" => SigningName::Aoss,
        _ => return None,
    };
    let (_, region) = rest.rsplit_once('.')?;
    is_region(region).then(|| (service, region.to_owned()))
}

/// As far as its form tells.
pub(super) fn is_region(text: &str) -> bool {
    text.contains('-') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_and_collections_name_both() {
        for (host, expected) in [
            ("search-x-abc.eu-central-1.es.amazonaws.com", Some((SigningName::Es, "eu-central-1"))),
            ("vpc-x-abc.cn-north-1.es.amazonaws.com.cn", Some((SigningName::Es, "cn-north-1"))),
            ("abc.us-gov-west-1.aoss.amazonaws.com", Some((SigningName::Aoss, "us-gov-west-1"))),
            ("search-x-abc.aos.us-east-1.on.aws", Some((SigningName::Es, "us-east-1"))),
            ("eu-central-1.es.amazonaws.com", None),
            ("x.eu-central-1.s3.amazonaws.com", None),
            ("search.example", None),
            ("x.eu-central-1.es.amazonaws.com.example", None),
        ] {
            let expected = expected.map(|(service, region)| (service, region.to_owned()));
            assert_eq!(service_and_region(host), expected, "{host}");
        }
    }
}
