//! Every variable there is: the only list of them.

/// One environment variable of ours.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is not set, in words or as a value; none where it must be set.
    pub default: Option<&'static str>,
    /// What it decides.
    pub about: &'static str,
}

const fn variable(name: &'static str, default: Option<&'static str>, about: &'static str) -> Variable {
    Variable { name, default, about }
}

/// The variables, in the order in which a reader would ask for them.
pub const VARIABLES: &[Variable] = &[
    variable("ALBATROSS_BUCKET", None, "the bucket that the load balancers write to"),
    variable("ALBATROSS_PREFIX", Some("all keys"), "only keys that begin with this"),
    variable(
        "ALBATROSS_ENDPOINT",
        Some("from the cloud id"),
        "URL of Elasticsearch or OpenSearch, with its path where it sits behind one",
    ),
    variable("ALBATROSS_CLOUD_ID", Some("none"), "Elastic Cloud id, instead of the URL"),
    variable("ALBATROSS_USERNAME", Some("none"), "user for basic authentication"),
    variable("ALBATROSS_PASSWORD", Some("none"), "password for basic authentication"),
    variable("ALBATROSS_API_KEY", Some("none"), "API key, encoded as Elasticsearch hands it out"),
    variable(
        "ALBATROSS_SECRET_ARN",
        Some("none"),
        "ARN of a Secrets Manager secret or an SSM parameter: JSON with username and password, or with api_key",
    ),
    variable(
        "ALBATROSS_SIGV4",
        Some("none"),
        "sign requests with the AWS credentials: es for Amazon OpenSearch Service, aoss for Serverless",
    ),
    variable(
        "ALBATROSS_SIGV4_REGION",
        Some("the host's, else AWS_REGION"),
        "region that signatures name, where the host's name (*.REGION.es.amazonaws.com) does not tell",
    ),
    variable(
        "ALBATROSS_ALLOW_PLAIN_HTTP",
        Some("false"),
        "true to send credentials to an engine without TLS on another machine",
    ),
    variable("ALBATROSS_CA_FILE", Some("the system's"), "PEM file with the certificate authorities to trust"),
    variable("ALBATROSS_REQUEST_TIMEOUT_SECONDS", Some("30"), "how long the engine may take to answer, 1 to 300"),
    variable(
        "ALBATROSS_S3_ENCRYPTION",
        Some("the bucket's"),
        "how S3 encrypts what this program writes: AES256, aws:kms or aws:kms:KEY_ARN",
    ),
    variable(
        "ALBATROSS_S3_PATH_STYLE",
        Some("false"),
        "true to name buckets in the path of a request, as some stores ask; so it is anyway at localhost and at IP addresses",
    ),
    variable("ALBATROSS_SETTINGS", Some("the defaults"), "what documents look like, as JSON (the page exports it)"),
    variable("ALBATROSS_SETTINGS_URI", Some("none"), "s3://bucket/key of that JSON, instead of the text itself"),
    variable(
        "ALBATROSS_GEO_FILES",
        Some("none"),
        "MMDB files of places or autonomous systems, separated by commas, such as those of a Lambda layer below /opt; the first that knows an address counts",
    ),
    variable(
        "ALBATROSS_REDACT_KEY",
        Some("none"),
        "secret under which settings with addresses: hmac replace addresses, 16 bytes at least",
    ),
    variable(
        "ALBATROSS_REDACT_KEY_ARN",
        Some("none"),
        "ARN of a Secrets Manager secret or an SSM parameter whose text is that secret, instead of the text itself",
    ),
    variable("ALBATROSS_SETTLE", None, "what becomes of an indexed object: delete, archive or keep"),
    variable(
        "ALBATROSS_ARCHIVE_TO",
        Some("none"),
        "s3://bucket/prefix/ for archived objects; in the same bucket below ALBATROSS_OWN_PREFIX, or outside ALBATROSS_PREFIX",
    ),
    variable(
        "ALBATROSS_DELETE_FILTERED",
        Some("false"),
        "true to delete objects nearly all of whose lines were filtered out, also where a run lets nothing through",
    ),
    variable(
        "ALBATROSS_OWN_PREFIX",
        Some("albatross/"),
        "where the state and the quarantine of every deployment lie in the bucket; never swept, and not above ALBATROSS_PREFIX",
    ),
    variable(
        "ALBATROSS_EVENTS",
        Some("false"),
        "true when S3 events arrive too: a sweep then takes only objects older than 15 minutes",
    ),
    variable(
        "ALBATROSS_FANOUT_QUEUE_URL",
        Some("none"),
        "SQS queue to which a sweep hands its objects instead of working on them itself",
    ),
    variable("ALBATROSS_BACKFILL_QUEUE_URL", Some("none"), "SQS queue to which a backfill hands its objects"),
    variable(
        "ALBATROSS_BATCH_BYTES",
        Some("3145728"),
        "most bytes of a bulk request before compression, 10000 to 104857600",
    ),
    variable("ALBATROSS_OBJECTS_IN_FLIGHT", Some("4"), "objects worked on at once, 1 to 64"),
    variable(
        "ALBATROSS_OLD_INDICES",
        Some("100"),
        "most indices of days before the last 31, or to come, that one run writes to, 0 to 100000: a line's time names its index, and a cluster takes so many shards",
    ),
    variable("ALBATROSS_RETENTION_DAYS", Some("for ever"), "setup: how long documents are kept, 1 to 36500"),
    variable(
        "ALBATROSS_DASHBOARDS_URL",
        Some("none"),
        "setup by work order: OpenSearch Dashboards or Kibana outside ALBATROSS_ENDPOINT that may be sent its credentials",
    ),
    variable(
        "ALBATROSS_GRANT_ROLE",
        Some("any"),
        "setup by work order: the only backend role that may be granted the rights of an ingest",
    ),
    variable("ALBATROSS_LOG_LEVEL", Some("info"), "the least that is logged: error, warn, info or debug"),
];
