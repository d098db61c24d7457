use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_variables(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

/// The problems that variables have beside a good bucket and endpoint.
fn problems(variables: &[(&str, &str)]) -> Vec<String> {
    let good =
        [("ALBATROSS_BUCKET", "logs"), ("ALBATROSS_ENDPOINT", "http://engine:9200"), ("ALBATROSS_SETTLE", "delete")];
    read(&[&good[..], variables].concat()).map_or_else(|error| error.problems, |_| Vec::new())
}

#[test]
fn the_least_that_is_needed() {
    let config = read(&[
        ("ALBATROSS_BUCKET", "logs"),
        ("ALBATROSS_ENDPOINT", "https://engine.example:9200/behind/a-path"),
        ("ALBATROSS_SETTLE", "delete"),
        ("ALBATROSS_USERNAME", ""),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert_eq!(config.bucket, "logs");
    assert_eq!(config.prefix, "");
    assert_eq!(config.endpoint.as_str(), "https://engine.example:9200/behind/a-path/");
    assert_eq!(config.auth, Auth::None);
    assert_eq!(config.settle, Settle::Delete);
    assert!(!config.events);
}

#[test]
fn defaults_are_those_of_the_list() {
    let config =
        read(&[("ALBATROSS_BUCKET", "b"), ("ALBATROSS_ENDPOINT", "http://e"), ("ALBATROSS_SETTLE", "keep")]).unwrap();
    for (name, value) in [
        ("ALBATROSS_REQUEST_TIMEOUT_SECONDS", config.request_timeout.as_secs().to_string()),
        ("ALBATROSS_OWN_PREFIX", config.own_prefix),
        ("ALBATROSS_EVENTS", config.events.to_string()),
        ("ALBATROSS_BATCH_BYTES", config.batch_bytes.to_string()),
        ("ALBATROSS_OBJECTS_IN_FLIGHT", config.objects_in_flight.to_string()),
    ] {
        let variable = VARIABLES.iter().find(|variable| variable.name == name).unwrap();
        assert_eq!(variable.default, Some(value.as_str()), "{name}");
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let error = read(&[
        ("ALBATROSS_ENDPOINT", "ftp://engine"),
        ("ALBATROSS_PASSWORD", "hunter2"),
        ("ALBATROSS_SETTINGS", "{"),
        ("ALBATROSS_EVENTS", "yes"),
        ("ALBATROSS_BATCH_BYTES", "1"),
        ("ALBATROSS_SETTEL", "keep"),
    ])
    .unwrap_err();
    let names: Vec<&str> = error.problems.iter().filter_map(|problem| problem.split([' ', ':']).next()).collect();
    assert_eq!(
        names,
        [
            "ALBATROSS_SETTEL",
            "ALBATROSS_BUCKET",
            "ALBATROSS_ENDPOINT",
            "ALBATROSS_USERNAME",
            "ALBATROSS_SETTINGS",
            "ALBATROSS_SETTLE",
            "ALBATROSS_EVENTS",
            "ALBATROSS_BATCH_BYTES"
        ]
    );
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn one_way_of_authorization() {
    let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:engine-AbCdEf";
    let tls = ("ALBATROSS_ENDPOINT", "https://engine");
    assert!(problems(&[tls, ("ALBATROSS_SECRET_ARN", arn)]).is_empty());
    assert!(problems(&[tls, ("ALBATROSS_SECRET_ARN", "arn:aws-us-gov:ssm:us-gov-west-1:1:parameter/a/b")]).is_empty());
    assert_eq!(problems(&[("ALBATROSS_SECRET_ARN", "arn:aws:s3:::x")]).len(), 1);
    let both = problems(&[tls, ("ALBATROSS_API_KEY", "k"), ("ALBATROSS_SIGV4", "es")]);
    assert_eq!(both, ["ALBATROSS_API_KEY, ALBATROSS_SIGV4 are set: choose one way of authorization"]);
    assert_eq!(problems(&[("ALBATROSS_SIGV4", "s3")]).len(), 1);
}

#[test]
fn credentials_go_by_tls_or_stay_on_this_machine() {
    let key = ("ALBATROSS_API_KEY", "k");
    for (endpoint, good) in [
        ("https://engine", true),
        ("http://localhost:9200", true),
        ("http://127.0.0.2:9200", true),
        ("http://[::1]:9200", true),
        ("http://engine:9200", false),
        ("http://localhost.example:9200", false),
        ("http://10.0.0.1", false),
    ] {
        let found = problems(&[("ALBATROSS_ENDPOINT", endpoint), key]);
        assert_eq!(found.is_empty(), good, "{endpoint}: {found:?}");
        assert!(good || found[0].starts_with("ALBATROSS_ENDPOINT begins with http://"));
    }
    assert!(problems(&[key, ("ALBATROSS_ALLOW_PLAIN_HTTP", "true")]).is_empty());
    assert_eq!(problems(&[("ALBATROSS_SIGV4", "es")]).len(), 1, "session tokens too");
    assert!(problems(&[]).is_empty(), "nothing is sent that anybody could steal");
}

#[test]
fn a_signature_is_for_the_hosts_region() {
    let signing = |variables: &[(&str, &str)]| {
        let good = [("ALBATROSS_BUCKET", "logs"), ("ALBATROSS_SETTLE", "keep"), ("ALBATROSS_SIGV4", "es")];
        match read(&[&good[..], variables].concat()).unwrap().auth {
            Auth::SigV4(Signing { service, region }) => (service.as_str(), region),
            other => panic!("{other:?}"),
        }
    };
    let domain = ("ALBATROSS_ENDPOINT", "https://search-x.eu-central-1.es.amazonaws.com");
    let collection = ("ALBATROSS_ENDPOINT", "https://x.us-east-2.aoss.amazonaws.com");
    let (own, given) = (("ALBATROSS_ENDPOINT", "https://search.example"), ("ALBATROSS_SIGV4_REGION", "eu-west-3"));
    assert_eq!(signing(&[domain]), ("es", Some("eu-central-1".to_owned())));
    assert_eq!(signing(&[collection]), ("aoss", Some("us-east-2".to_owned())));
    assert_eq!(signing(&[own, given]), ("es", Some("eu-west-3".to_owned())));
    assert_eq!(signing(&[own]), ("es", None));
    assert_eq!(problems(&[given]).len(), 1);
    let elsewhere = problems(&[("ALBATROSS_SIGV4", "es"), domain, given]);
    assert!(elsewhere.len() == 1 && elsewhere[0].contains("is in eu-central-1"), "{elsewhere:?}");
}

#[test]
fn what_is_wrong_in_setup_and_log_is_said() {
    for (name, value) in [
        ("ALBATROSS_LOG_LEVEL", "loud"),
        ("ALBATROSS_GRANT_ROLE", "*"),
        ("ALBATROSS_DASHBOARDS_URL", "http://kibana.example"),
        ("ALBATROSS_BUCKET", "s3://logs"),
        ("ALBATROSS_REDACT_KEY_ARN", "arn:aws:s3:::key"),
    ] {
        let found = problems(&[(name, value)]);
        assert!(found.len() == 1 && found[0].starts_with(name), "{found:?}");
    }
    let arn = "arn:aws:ssm:eu-west-3:1:parameter/key";
    let both = problems(&[("ALBATROSS_REDACT_KEY", "hunter2-hunter2-hunter2"), ("ALBATROSS_REDACT_KEY_ARN", arn)]);
    assert_eq!(both, ["ALBATROSS_REDACT_KEY_ARN is set, and ALBATROSS_REDACT_KEY too: give one of them"]);
}

#[test]
fn a_redaction_key_is_long_and_does_not_show() {
    let short = problems(&[("ALBATROSS_REDACT_KEY", "hunter2")]);
    assert!(short.len() == 1 && short[0].starts_with("ALBATROSS_REDACT_KEY ") && !short[0].contains("hunter2"));
    let config = read(&[
        ("ALBATROSS_BUCKET", "logs"),
        ("ALBATROSS_ENDPOINT", "http://engine"),
        ("ALBATROSS_SETTLE", "keep"),
        ("ALBATROSS_REDACT_KEY", "hunter2-hunter2-hunter2"),
    ])
    .unwrap();
    assert!(config.redaction_key.is_some() && !format!("{config:?}").contains("hunter2"));
}

#[test]
fn every_unusable_mmdb_file_is_named() {
    let found = problems(&[("ALBATROSS_GEO_FILES", "/no/such.mmdb, /dev/null")]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("ALBATROSS_GEO_FILES /no/such.mmdb: "), "{found:?}");
    assert!(found[1].starts_with("ALBATROSS_GEO_FILES /dev/null: not a usable MMDB file"), "{found:?}");
}

#[test]
fn nothing_of_our_own_is_swept() {
    for refused in [
        &[("ALBATROSS_PREFIX", "albatross/")][..],
        &[("ALBATROSS_PREFIX", "a/b/"), ("ALBATROSS_OWN_PREFIX", "a/")],
        &[("ALBATROSS_OWN_PREFIX", "albatross")],
        &[("ALBATROSS_OWN_PREFIX", "/")],
        &[("ALBATROSS_SETTLE", "archive")],
        &[("ALBATROSS_ARCHIVE_TO", "s3://other/")],
        &[("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/")],
        &[("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/archive")],
        &[("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/")],
        &[("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/state/a/")],
        &[
            ("ALBATROSS_SETTLE", "archive"),
            ("ALBATROSS_ARCHIVE_TO", "s3://logs/AWSLogs/"),
            ("ALBATROSS_PREFIX", "AWSLogs/1/"),
        ],
        &[("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/old/")],
        &[
            ("ALBATROSS_SETTLE", "archive"),
            ("ALBATROSS_ARCHIVE_TO", "s3://logs/AWSLogs/old/"),
            ("ALBATROSS_PREFIX", "AWSLogs/"),
        ],
    ] {
        assert_eq!(problems(refused).len(), 1, "{refused:?}: {:?}", problems(refused));
    }
    let outside = [("ALBATROSS_ARCHIVE_TO", "s3://logs/old/"), ("ALBATROSS_PREFIX", "AWSLogs/")];
    assert!(problems(&[&outside[..], &[("ALBATROSS_SETTLE", "archive")]].concat()).is_empty());
    let config = read(&[
        ("ALBATROSS_BUCKET", "logs"),
        ("ALBATROSS_ENDPOINT", "http://engine"),
        ("ALBATROSS_SETTLE", "archive"),
        ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/old/"),
    ])
    .unwrap();
    assert!(config.is_own("albatross/quarantine/lines/x") && config.is_own("albatross/old/AWSLogs/x"));
    assert!(!config.is_own("AWSLogs/x"));
    // Whatever is set later, an old archive is none of the logs.
    let later =
        read(&[("ALBATROSS_BUCKET", "logs"), ("ALBATROSS_ENDPOINT", "http://engine"), ("ALBATROSS_SETTLE", "keep")])
            .unwrap();
    assert!(later.is_own("albatross/old/AWSLogs/x"));
    assert!(problems(&[("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://other/")]).is_empty());
}
