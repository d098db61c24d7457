//! Names that people know from elsewhere, and the fields that they mean: AWS's columns, Kibana's and ECS's names that
//! these documents do not have, and short words.

use crate::document::Schema;

/// Names that mean the same, and the fields of either schema that they mean. What is the end of one field's name needs
/// no row here.
struct Row {
    names: &'static [&'static str],
    ecs: &'static [&'static str],
    network_log: &'static [&'static str],
}

const fn row(
    names: &'static [&'static str],
    ecs: &'static [&'static str],
    network_log: &'static [&'static str],
) -> Row {
    Row { names, ecs, network_log }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row(&["time", "timestamp", "date"], &["@timestamp"], &["requestTime"]),
    row(&["request_creation_time"], &["event.start"], &[]),
    row(&["type"], &["aws.elb.type"], &["type"]),
    row(&["elb", "load_balancer", "loadbalancer", "lb"], &["aws.elb.name"], &["resourceId"]),
    row(&["client:port"], &["source.ip", "source.port"], &["externalIp", "externalPort"]),
    row(&["client", "client_ip", "client.ip", "clientip", "source", "remote_addr", "ip"], &["source.ip"], &["externalIp"]),
    row(&["client.address"], &["source.address"], &["externalIp"]),
    row(&["client_port", "client.port"], &["source.port"], &["externalPort"]),
    row(&["target:port", "backend:port", "destination:port"], &["aws.elb.backend.ip", "aws.elb.backend.port"], &["internalIp", "internalPort"]),
    row(&["target", "target_ip", "backend", "backend_ip", "destination", "destination_ip", "destination.ip", "server.ip", "upstream"], &["aws.elb.backend.ip"], &["internalIp"]),
    row(&["target_port", "backend_port", "destination_port", "destination.port", "server.port"], &["aws.elb.backend.port"], &["internalPort"]),
    row(&["target_addr"], &["aws.elb.backend.ip", "aws.elb.backend.arn"], &[]),
    row(&["target:port_list", "target_port_list"], &["aws.elb.target_port"], &[]),
    row(&["request_processing_time"], &["aws.elb.request_processing_time.sec"], &["processingTime"]),
    row(&["target_processing_time", "backend_processing_time"], &["aws.elb.backend_processing_time.sec"], &["targetProcessingTime"]),
    row(&["response_processing_time"], &["aws.elb.response_processing_time.sec"], &["responseProcessingTime"]),
    row(&["elb_status_code", "code", "response", "response_code"], &["http.response.status_code"], &["statusCode"]),
    row(&["status"], &["http.response.status_code", "aws.elb.health_check.status"], &["statusCode"]),
    row(&["status_code"], &["http.response.status_code", "aws.elb.health_check.status_code"], &["statusCode"]),
    row(&["target_status_code", "backend_status_code"], &["aws.elb.backend.http.response.status_code"], &["targetStatusCode"]),
    row(&["target_status_code_list"], &["aws.elb.target_status_code"], &[]),
    row(&["received_bytes", "http.request.bytes"], &["http.request.body.bytes", "source.bytes"], &["receivedBytes"]),
    row(&["sent_bytes", "http.response.bytes"], &["http.response.body.bytes", "destination.bytes"], &["sendBytes"]),
    row(&["bytes"], &["http.response.body.bytes", "http.request.body.bytes", "source.bytes", "destination.bytes"], &["sendBytes", "receivedBytes"]),
    row(&["request", "request_line"], &["url.original", "http.request.method"], &["request"]),
    row(&["request_url", "request_uri", "url", "uri"], &["url.original"], &["request"]),
    row(&["request_verb", "verb", "method"], &["http.request.method"], &["request"]),
    row(&["request_proto"], &["http.version", "url.scheme"], &["request"]),
    row(&["path", "endpoint"], &["url.path"], &["request"]),
    row(&["user_agent", "useragent", "agent", "ua"], &["user_agent.original"], &["userAgent"]),
    row(&["ssl_cipher", "tls_cipher", "cipher"], &["tls.cipher"], &["sslCipher"]),
    row(&["ssl_protocol", "tls_protocol", "tls_protocol_version"], &["tls.version", "aws.elb.ssl_protocol"], &["sslProtocol"]),
    row(&["target_group_arn"], &["aws.elb.target_group.arn"], &[]),
    row(&["target_group_id", "target_group"], &["aws.elb.target_group.name"], &[]),
    row(&["trace_id"], &["trace.id", "aws.elb.trace_id"], &["traceId"]),
    row(&["domain_name", "sni", "server_name"], &["destination.domain"], &["domainName"]),
    row(&["host", "hostname", "host.name", "domain"], &["url.domain", "destination.domain"], &["domainName"]),
    row(&["chosen_cert_arn"], &["aws.elb.chosen_cert.arn"], &[]),
    row(&["chosen_cert_serial"], &["aws.elb.chosen_cert.serial"], &[]),
    row(&["rule", "rule_priority", "matched_rule_priority"], &["aws.elb.matched_rule_priority"], &["ruleId"]),
    row(&["actions_executed", "actions", "action"], &["aws.elb.action_executed"], &[]),
    row(&["error_reason", "lambda_error_reason", "error"], &["aws.elb.error.reason"], &[]),
    row(&["ip_address", "node"], &["aws.elb.node_ip"], &[]),
    row(&["tls_handshake_latency", "tls_handshake_time"], &["aws.elb.tls_handshake_time.ms"], &[]),
    row(&["tls_keyexchange"], &["aws.elb.tls_named_group"], &[]),
    row(&["leaf_client_cert_subject"], &["tls.client.subject"], &[]),
    row(&["leaf_client_cert_validity"], &["tls.client.not_before", "tls.client.not_after"], &[]),
    row(&["leaf_client_cert_serial_number"], &["tls.client.x509.serial_number"], &[]),
    row(&["connection_time"], &["aws.elb.connection_time.ms"], &[]),
    row(&["reason_code"], &["aws.elb.health_check.reason"], &[]),
    row(&["latency"], &["albatross.latency.total_ms", "aws.elb.health_check.latency.sec"], &["targetProcessingTime"]),
    row(&["duration", "took", "elapsed"], &["event.duration", "albatross.latency.total_ms"], &["targetProcessingTime"]),
    row(&["verdict", "who"], &["albatross.verdict.by"], &[]),
    row(&["reason", "why"], &["albatross.verdict.reason"], &[]),
    row(&["account", "account_id", "aws_account_id"], &["cloud.account.id"], &[]),
    row(&["country"], &["source.geo.country_iso_code"], &[]),
    row(&["asn"], &["source.as.number"], &[]),
    row(&["port"], &["source.port", "url.port", "aws.elb.backend.port"], &["externalPort", "internalPort"]),
];

/// Names of Kibana's and Elastic's for which there is no field, and what to ask instead.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["message", "event.original", "log.original"],
        "a word by itself, or a field such as url.original or user_agent.original",
    ),
    (&["labels"], "a condition on what the documents say, such as albatross.verdict.by: waf"),
    (
        &["_id", "_index", "_seq_no", "_version", "_score", "_type"],
        "log.file.path and log.offset, which say where a document comes from",
    ),
    (&["_source", "_all"], "a word by itself"),
    (&["_exists_"], "the field's name and \": *\""),
    (&["_missing_"], "\"not\", the field's name and \": *\""),
    (
        &["agent.name", "agent.type", "input.type", "ecs.field", "fileset.name", "service.type"],
        "log.file.path, which says where a document comes from",
    ),
];

/// The fields that a name means which is none itself.
pub(super) fn meant(schema: Schema, name: &str) -> Option<&'static [&'static str]> {
    let is = |names: &[&str]| names.iter().any(|each| each.eq_ignore_ascii_case(name));
    let fields = |row: &Row| match schema {
        Schema::Ecs => row.ecs,
        Schema::NetworkLog => row.network_log,
    };
    let other = |row: &Row| match schema {
        Schema::Ecs => row.network_log,
        Schema::NetworkLog => row.ecs,
    };
    let found = ROWS.iter().find(|row| is(row.names)).or_else(|| ROWS.iter().find(|row| is(other(row))));
    found.map(fields).filter(|fields| !fields.is_empty())
}

/// What to ask instead of a field that documents have elsewhere, and not here.
pub(super) fn instead(name: &str) -> Option<&'static str> {
    let is = |names: &[&str]| names.iter().any(|each| each.eq_ignore_ascii_case(name));
    ELSEWHERE.iter().find(|(names, _)| is(names)).map(|(_, instead)| *instead)
}

/// How long a name is at the head of the text that has a colon in it, as some of AWS's have.
pub(super) fn length_with_colon(text: &str) -> Option<usize> {
    let names = ROWS.iter().flat_map(|row| row.names).filter(|name| name.contains(':'));
    let at_head = |name: &&&str| {
        let head = text.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        let behind = text.get(name.len()..).unwrap_or_default();
        head && !behind.starts_with(|next: char| next.is_alphanumeric() || "_.-".contains(next))
    };
    names.filter(at_head).map(|name| name.len()).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_meant_are_fields() {
        for (schema, of) in [(Schema::Ecs, 0), (Schema::NetworkLog, 1)] {
            for row in ROWS {
                for field in [row.ecs, row.network_log][of] {
                    assert!(schema.kind(field).is_some(), "{field}");
                }
            }
        }
    }

    #[test]
    fn a_name_means_one_thing() {
        let names: Vec<&str> =
            ROWS.iter().flat_map(|row| row.names).chain(ELSEWHERE.iter().flat_map(|(n, _)| *n)).copied().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn some_names_have_a_colon() {
        for (text, length) in [
            ("client:port: 1", Some(11)),
            ("Target:Port_List > 1", Some(16)),
            ("target:port_x", None),
            ("client: port", None),
            ("client:ports", None),
        ] {
            assert_eq!(length_with_colon(text), length, "{text}");
        }
    }
}
