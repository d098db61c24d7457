//! The `network-log` document: flat, with every field in every document. What a line does not have stands as AWS logs
//! it: `"-"`, or a number that means the same.

use super::field::Type;
use super::json::Object;
use crate::format::AlbAccess;
use crate::logged::Logged;
use crate::record::Seconds;
use crate::text::Text;

/// Every field, in the order of the document.
pub(super) const FIELDS: [(&str, Type); 21] = [
    ("type", Type::Keyword),
    ("requestTime", Type::Time),
    ("resourceId", Type::Keyword),
    // `-` is no address.
    ("internalIp", Type::Keyword),
    ("internalPort", Type::Long),
    ("externalIp", Type::Ip),
    ("externalPort", Type::Long),
    ("processingTime", Type::Float),
    ("targetProcessingTime", Type::Float),
    ("responseProcessingTime", Type::Float),
    ("statusCode", Type::Long),
    ("targetStatusCode", Type::Long),
    ("receivedBytes", Type::Long),
    ("sendBytes", Type::Long),
    ("request", Type::Keyword),
    ("userAgent", Type::Keyword),
    ("sslCipher", Type::Keyword),
    ("sslProtocol", Type::Keyword),
    ("traceId", Type::Keyword),
    ("domainName", Type::Keyword),
    ("ruleId", Type::Long),
];

/// Appends one document, in one line without line ending.
pub(crate) fn write(record: &AlbAccess<'_>, out: &mut Vec<u8>) {
    Object::write(out, |o| {
        logged(o, "type", record.r#type);
        o.time("requestTime", record.time.text);
        logged(o, "resourceId", record.elb);
        let (target, client) = (record.target.value(), record.client.value());
        o.string("internalIp", target.map_or("-", |target| target.address));
        o.number("internalPort", Some(target.and_then(|target| target.port).unwrap_or(0)));
        o.string("externalIp", client.map_or("-", |client| client.address));
        o.number("externalPort", Some(client.and_then(|client| client.port).unwrap_or(0)));
        seconds(o, "processingTime", record.request_processing_time);
        seconds(o, "targetProcessingTime", record.target_processing_time);
        seconds(o, "responseProcessingTime", record.response_processing_time);
        o.number("statusCode", Some(record.elb_status_code.value().unwrap_or(0)));
        o.number("targetStatusCode", Some(record.target_status_code.value().unwrap_or(0)));
        o.number("receivedBytes", Some(record.received_bytes.value().unwrap_or(0)));
        o.number("sendBytes", Some(record.sent_bytes.value().unwrap_or(0)));
        logged(o, "request", record.request.map(|request| request.logged));
        logged(o, "userAgent", record.user_agent);
        logged(o, "sslCipher", record.ssl_cipher);
        logged(o, "sslProtocol", record.ssl_protocol);
        logged(o, "traceId", record.trace_id);
        logged(o, "domainName", record.domain_name);
        o.number("ruleId", Some(record.matched_rule_priority.value().unwrap_or(-1)));
    });
}

fn logged(o: &mut Object<'_>, key: &str, text: Logged<Text<'_>>) {
    o.string(key, &text.value().unwrap_or(Text(b"-")).as_logged());
}

fn seconds(o: &mut Object<'_>, key: &str, seconds: Logged<Seconds<'_>>) {
    o.literal(key, Some(seconds.value().map_or("-1", |seconds| seconds.text)));
}

#[cfg(test)]
mod tests {
    use crate::Knowledge;
    use crate::{ItemWriter, Line, LineOutcome, Settings, Source};

    fn document(line: &[u8]) -> String {
        let settings = Settings::from_json(r#"{"schema":"network-log"}"#).expect("settings");
        let line = Line { number: 1, offset: 0, bytes: line, length: line.len() as u64 };
        let mut out = Vec::new();
        let LineOutcome::Item(item) =
            ItemWriter::new(&settings, &Source::file("a.log"), &Knowledge::default()).write(&line, &mut out)
        else {
            panic!("an item")
        };
        String::from_utf8(out[item.document].to_vec()).expect("UTF-8")
    }

    #[test]
    fn every_field_in_its_order() {
        let line = br#"h2 2019-07-15T08:41:02.100200Z app/web/98e3a879de9d6b42 2001:db8::7:5815 10.20.20.37:80 0.001 0.30 0.000 502 200 153 3860 "GET https://a.example:443/\x22?q=1 HTTP/1.1" "curl/8 \xFF" ECDHE TLSv1.2 arn:aws:tg "Root=1-2-3" "a.example" "arn:aws:cert" 7 2019-07-15T08:41:02.000000Z"#;
        assert_eq!(
            document(line),
            r#"{"type":"h2","requestTime":"2019-07-15T08:41:02.100200Z","resourceId":"app/web/98e3a879de9d6b42","internalIp":"10.20.20.37","internalPort":80,"externalIp":"2001:db8::7","externalPort":5815,"processingTime":0.001,"targetProcessingTime":0.30,"responseProcessingTime":0.000,"statusCode":502,"targetStatusCode":200,"receivedBytes":153,"sendBytes":3860,"request":"GET https://a.example:443/\\x22?q=1 HTTP/1.1","userAgent":"curl/8 \\xFF","sslCipher":"ECDHE","sslProtocol":"TLSv1.2","traceId":"Root=1-2-3","domainName":"a.example","ruleId":7}"#
        );
    }

    #[test]
    fn what_is_missing_stands_as_aws_logs_it() {
        let line = b"http 2016-08-10T23:39:43.065466Z app/web/1 192.0.2.7:46532 - -1 -1 -1 - - 0 57 \"- http://a.example:80- \" \"caf\xC3\xA9 \xFF\" - - -";
        assert_eq!(
            document(line),
            r#"{"type":"http","requestTime":"2016-08-10T23:39:43.065466Z","resourceId":"app/web/1","internalIp":"-","internalPort":0,"externalIp":"192.0.2.7","externalPort":46532,"processingTime":-1,"targetProcessingTime":-1,"responseProcessingTime":-1,"statusCode":0,"targetStatusCode":0,"receivedBytes":0,"sendBytes":57,"request":"- http://a.example:80- ","userAgent":"café \\xFF","sslCipher":"-","sslProtocol":"-","traceId":"-","domainName":"-","ruleId":-1}"#
        );
    }
}
