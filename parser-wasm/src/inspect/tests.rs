use super::*;
use crate::enrich::Knowledge;
use crate::item::ItemWriter;

fn line(second: u32, status: &str) -> String {
    format!(
        r#"http 2026-11-23T00:00:{second:02}.000000Z app/a/1 192.0.2.1:4711 10.0.0.1:80 0.001 0.002 0.000 {status} 7 8 "GET http://a.example:80/x HTTP/1.1" "curl/8" - - -"#
    )
}

fn opened(files: &[(&str, String)]) -> Inspection {
    let mut inspection = Inspection::new("").expect("defaults");
    for (name, text) in files {
        inspection.begin(name, None).expect("a file");
        for chunk in text.as_bytes().chunks(100) {
            inspection.push(chunk);
        }
        inspection.finish();
    }
    inspection
}

#[test]
fn rows_and_rejections_of_several_files() {
    let mut inspection = opened(&[
        ("a.log", format!("{}\n\nnonsense\n{}", line(1, "200 200"), line(2, "502 -"))),
        ("b.log", format!("Enable AccessLog for ELB: app/a/1 at 2026-11-23T00:00:00.000Z\n{}\n", line(3, "- -"))),
    ]);
    let summary = inspection.summary();
    assert_eq!((summary.rows, summary.rejected, summary.blank, summary.control), (3.0, 1.0, 1.0, 1.0));
    assert_eq!(summary.status_classes, [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(summary.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [2.0, 1.0]);
    assert_eq!((summary.first_ms, summary.last_ms), (Some(1_795_392_001_000.0), Some(1_795_392_003_000.0)));

    let rows = inspection.rows(1, 10);
    assert_eq!(rows.iter().map(|row| (row.file, row.line)).collect::<Vec<_>>(), [(0.0, 4.0), (1.0, 2.0)]);
    assert_eq!(
        (rows[0].status, rows[0].verdict_reason, rows[0].duration_ms),
        (Some(502), "target_closed_connection", Some(3.0))
    );
    assert_eq!(inspection.raw(2), line(3, "- -"));
    assert_eq!((inspection.raw(3), inspection.document(3)), (String::new(), String::new()));

    let rejections = inspection.rejections(0, 10);
    assert_eq!(
        (rejections[0].line, rejections[0].code, rejections[0].raw.as_str()),
        (3.0, "too_few_fields", "nonsense")
    );
}

#[test]
fn a_row_shows_what_would_be_sent() {
    let mut inspection = opened(&[("x/a.log.gz", line(1, "200 200"))]);
    let bytes = line(1, "200 200").into_bytes();
    let mut out = Vec::new();
    let writer = ItemWriter::new(&Settings::default(), &Source::file("a.log.gz"), &Knowledge::default());
    let expected = Line { number: 1, offset: 0, bytes: &bytes, length: bytes.len() as u64 };
    assert!(matches!(writer.write(&expected, &mut out), LineOutcome::Item(_)));
    let shown = format!("{}\n{}\n", inspection.action(0), inspection.document(0));
    assert_eq!(shown.into_bytes(), out);
}

#[test]
fn documents_say_what_is_known() {
    let mut inspection = opened(&[("a.log", line(1, "200 200").replace("192.0.2.1", "198.51.100.7"))]);
    inspection.set_filter("albatross.bot: true or source.geo.city_name: *", 0).expect("a filter");
    assert_eq!(inspection.summary().rows, 0.0);
    inspection.set_user_agent_rules(crate::UAP_CORE_RULES).expect("rules");
    assert_eq!(inspection.summary().rows, 1.0);
    inspection.add_geo_database(include_bytes!("../../../tests/fixtures/geo/city.mmdb")).expect("a database");
    let document = inspection.document(0);
    assert!(document.contains(r#""name":"curl""#) && document.contains("Firtown"), "{document}");
    assert!(inspection.set_user_agent_rules("").is_err() && inspection.add_geo_database(b"").is_err());
    assert_eq!(inspection.document(0), document);
}

#[test]
fn rows_of_every_format_show_what_they_have() {
    let log = [
        &line(1, "200 200"),
        r#"2026-11-23T00:00:02Z 192.0.2.1 4711 443 TLSv1.3 TLS_AES 0.004 "-" - - Success"#,
        "lambda 2026-11-23T00:00:03Z 0.5 arn:aws:lambda:eu-west-1:1:function:f web FAIL 502 TargetError",
        "tls 2.0 2026-11-23T00:00:04 net/a/1 b 192.0.2.1:4711 10.0.0.1:443 7200000 2 98 246 - - - - - - -",
        r#"2026-11-23T00:00:05Z web 192.0.2.1:4711 10.0.0.1:80 0.001 0.002 0.000 200 200 7 8 "GET http://a.example:80/x HTTP/1.1" "curl/8" - -"#,
        r#"{"time":"2026-11-23T00:00:06Z","type":"http","elb":"a","client_port":"192.0.2.1:4711","elb_status_code":404}"#,
    ];
    let mut inspection = opened(&[("mixed.log", log.join("\n"))]);
    let rows = inspection.rows(0, 10);
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (&*row.client, &*row.method, row.status, row.target_status, &*row.target, row.duration_ms))
        .collect();
    let client = "192.0.2.1:4711";
    assert_eq!(
        shown,
        [
            (client, "GET", Some(200), Some(200), "10.0.0.1:80", Some(3.0)),
            (client, "", None, None, "", Some(4.0)),
            ("", "", None, Some(502), "arn:aws:lambda:eu-west-1:1:function:f", Some(500.0)),
            (client, "", None, None, "10.0.0.1:443", Some(7_200_000.0)),
            (client, "GET", Some(200), Some(200), "10.0.0.1:80", Some(3.0)),
            (client, "", Some(404), None, "", None),
        ]
    );
    let formats: Vec<_> = rows.iter().map(|row| row.format).collect();
    assert_eq!(formats, ["alb_access", "alb_connection", "alb_health_check", "nlb_tls", "classic", "alb_access"]);
    let sent_bytes: Vec<_> = rows.iter().map(|row| row.sent_bytes).skip(1).collect();
    assert_eq!(sent_bytes, [None, None, Some(246.0), Some(8.0), None]);
    assert_eq!(inspection.summary().rejected, 0.0);
    assert!(inspection.document(5).contains("\"status_code\":404"));
}

#[test]
fn damage_is_kept_for_the_summary() {
    let mut inspection = Inspection::new("").expect("defaults");
    inspection.begin("cut.log.gz", Some("s3://b/cut.log.gz")).expect("a source");
    inspection.push(&[0x1F, 0x8B, 8, 0]);
    inspection.finish();
    let file = inspection.summary().files.remove(0);
    assert_eq!(file.source.as_deref(), Some("s3://b/cut.log.gz"));
    assert!(file.damage.expect("damage").contains("cut"));
    assert!(inspection.begin("a.log", Some("nowhere")).is_err());
}

#[test]
fn histogram_bins_are_round_and_hold_every_row() {
    let log: String = (0..60).map(|second| line(second, "200 200") + "\n").collect();
    let inspection = opened(&[("a.log", log + &line(59, "404 404"))]);
    let histogram = inspection.histogram(20);
    assert_eq!((histogram.bin_ms, histogram.bins), (5000.0, 12));
    assert_eq!(histogram.start_ms % histogram.bin_ms, 0.0);
    assert_eq!(histogram.counts.iter().sum::<u32>(), 61);
    assert_eq!(histogram.counts[11 * 6 + 4], 1);
    assert_eq!(inspection.histogram(1).bins, 1);
    assert_eq!(opened(&[]).histogram(20).bins, 0);
}

#[test]
fn a_filter_selects_rows_and_everything_is_about_them() {
    let log = |from: u32| format!("{}\n{}\nnonsense\n", line(from, "200 200"), line(from + 1, "502 -"));
    let mut inspection = opened(&[("a.log", log(1)), ("b.log", log(3))]);
    inspection.set_filter("http.response.status_code >= 500", 0).expect("a filter");
    let rows = |inspection: &mut Inspection| inspection.rows(0, 9).iter().map(|row| row.row).collect::<Vec<_>>();
    assert_eq!(rows(&mut inspection), [1.0, 3.0]);
    assert_eq!(inspection.rows(1, 1)[0].line, 2.0);
    let summary = inspection.summary();
    assert_eq!((summary.rows, summary.rejected, summary.files[0].rows), (2.0, 2.0, 2.0));
    assert_eq!(summary.status_classes, [0.0, 0.0, 0.0, 0.0, 0.0, 2.0]);
    assert_eq!(inspection.histogram(10).counts.iter().sum::<u32>(), 2);
    // Documents are asked for by the row's own number.
    assert!(inspection.document(3).contains("00:00:04"));

    inspection.begin("c.log", None).expect("a file");
    inspection.push(log(5).as_bytes());
    inspection.finish();
    assert_eq!(rows(&mut inspection), [1.0, 3.0, 5.0]);
    assert!(inspection.set_filter("http.response.status_code > x", 0).is_err());
    assert_eq!(rows(&mut inspection).len(), 3);
    inspection.set_filter(" ", 0).expect("no filter");
    assert_eq!(inspection.summary().rows, 6.0);
}

#[test]
fn what_the_settings_leave_out_is_not_sent_and_not_selected() {
    let mut inspection = Inspection::new(r#"{"filter":"http.response.status_code: 200"}"#).expect("settings");
    inspection.begin("a.log", None).expect("a file");
    inspection.push(format!("{}\n{}\n", line(1, "200 200"), line(2, "502 -")).as_bytes());
    inspection.finish();
    assert_eq!((inspection.summary().rows, inspection.document(1)), (2.0, String::new()));
    assert!(!inspection.document(0).is_empty());
    inspection.set_filter("*", 0).expect("a filter");
    assert_eq!(inspection.summary().rows, 1.0);
}

#[test]
fn problems_of_filters_are_told_as_javascript_counts() {
    let inspection = Inspection::new("").expect("settings");
    assert_eq!(inspection.check_filter("  ", 0), None);
    assert_eq!(inspection.check_filter("url.path: /a*", 0), None);
    let problem = inspection.check_filter("\"😀\" or log.offset: a", 0).expect("a problem");
    assert_eq!((problem.offset, problem.length, problem.expected), (20.0, 1.0, "a whole number such as 500"));
    assert_eq!(problem.message, "expected a whole number such as 500");
}

#[test]
fn a_missing_key_is_told_and_a_given_one_used() {
    let mut inspection = Inspection::new(r#"{"redact":{"addresses":"hmac"}}"#).expect("settings");
    inspection.begin("a.log", None).expect("a file");
    inspection.push(line(1, "200 200").as_bytes());
    inspection.finish();
    assert!(inspection.lacks_redaction_key() && inspection.document(0).contains("hmac-needs-a-key"));
    assert!(inspection.set_redaction_key("short").is_err());
    inspection.set_redaction_key("0123456789abcdef").expect("a key");
    assert!(!inspection.lacks_redaction_key() && !inspection.document(0).contains("hmac-needs-a-key"));
}

#[test]
fn the_page_refuses_what_the_schema_has_no_documents_for() {
    let mut inspection = Inspection::new(r#"{"schema":"network-log"}"#).expect("settings");
    inspection.begin("a.log", None).expect("a file");
    inspection
        .push(b"http 2026-11-23T00:00:00.000001Z app/a/1 192.0.2.1:1 - -1 -1 -1 404 - 1 2 \"- - -\" \"-\" - - -\n");
    inspection.push(b"http 2026-11-23T12:44:58.901409Z 1.12 10.0.31.9:80 web FAIL 502 TargetError\n");
    inspection.finish();
    assert_eq!((inspection.progress().rows, inspection.progress().rejected), (1.0, 1.0));
    assert!(inspection.document(0).starts_with(r#"{"type":"http","requestTime":"#));
    assert_eq!(inspection.rejections(0, 1)[0].code, "other_format");
    assert_eq!(inspection.check_filter("statusCode: 404", 0), None);
    assert!(inspection.check_filter("http.response.status_code: 404", 0).is_some());
}
