//! `albatross parse`: what goes where, and the exit statuses.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Output, Stdio};

use serde_json::Value;
use support::{albatross, cut_gzip, line, log};
use tempfile::TempDir;

fn file(dir: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn parse(args: &[&str], files: &[PathBuf]) -> Output {
    albatross().arg("parse").args(args).args(files).output().unwrap()
}

fn json_lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn documents_come_in_order_over_all_files() {
    let dir = TempDir::new().unwrap();
    let (a, b) = (file(&dir, "a.log", log(500).as_bytes()), file(&dir, "b.log", line(501).trim_end().as_bytes()));
    let output = parse(&[], &[a, b]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let documents = json_lines(&output.stdout);
    assert_eq!(documents.len(), 501);
    for (number, document) in (1..).zip(&documents) {
        assert!(document.to_string().contains(&format!(":80/{number}\"")), "{document}");
    }
}

#[test]
fn bulk_is_what_the_shared_writer_writes() {
    use parser_wasm::{GeoDatabases, ItemWriter, Knowledge, Limits, LogReader, Settings, Source};
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.log", log(3).as_bytes());
    let source = "s3://logs/x/a.log";
    let output = parse(&["--bulk", "--source", source], &[path]);

    let knowledge = Knowledge::of_uap_core(GeoDatabases::default());
    let writer = ItemWriter::new(&Settings::default(), &Source::parse(source).unwrap(), &knowledge);
    let mut reader = LogReader::new(Limits::default());
    let mut expected = Vec::new();
    reader.push(log(3).as_bytes()).unwrap();
    while let Some(line) = reader.next_line() {
        writer.write(&line, &mut expected);
    }
    assert_eq!(output.stdout, expected);
}

#[test]
fn rejected_lines_are_reported_and_only_strict_minds() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.log", format!("{}nonsense\n\n{}", line(1), line(2)).as_bytes());
    for (args, status) in [(&[][..], 0), (&["--strict"][..], 3)] {
        let output = parse(args, std::slice::from_ref(&path));
        assert_eq!(output.status.code(), Some(status));
        assert_eq!(json_lines(&output.stdout).len(), 2);
        let rejections = json_lines(&output.stderr);
        assert_eq!(rejections.len(), 1);
        let keys: Vec<&str> = rejections[0].as_object().unwrap().keys().map(String::as_str).collect();
        for key in ["file", "line", "offset", "code", "field", "span", "message", "raw"] {
            assert!(keys.contains(&key), "{key}");
        }
        assert_eq!((&rejections[0]["line"], &rejections[0]["raw"]), (&2.into(), &"nonsense".into()));
    }
}

#[test]
fn damage_and_failed_reads_come_after_everything_good() {
    let dir = TempDir::new().unwrap();
    let cut = file(&dir, "cut.log.gz", &cut_gzip(&(log(2) + "http 2018-07")));
    let missing = dir.path().join("missing.log");
    let good = file(&dir, "good.log", format!("bad\n{}", line(3)).as_bytes());
    let output = parse(&["--strict"], &[cut.clone(), missing, good]);
    assert_eq!(output.status.code(), Some(1), "a failed read weighs more than a rejected line");
    assert_eq!(json_lines(&output.stdout).len(), 3);
    let notes = json_lines(&output.stderr);
    assert_eq!(notes.len(), 3);
    assert_eq!((&notes[0]["kind"], &notes[0]["line"]), (&"truncated".into(), &3.into()));
    assert_eq!(notes[0]["file"], cut.to_string_lossy().as_ref());
    assert_eq!(notes[1]["kind"], "read");
}

#[test]
fn every_format_is_read_mixed_and_one_can_be_forced() {
    let dir = TempDir::new().unwrap();
    let connection = "2026-09-23T07:11:32.882572Z 192.0.2.1 61814 80 - - - \"-\" - - - TID_1\n";
    let path = file(&dir, "mixed.log", format!("{}{connection}", line(1)).as_bytes());
    let read = |args: &[&str]| {
        let output = parse(args, std::slice::from_ref(&path));
        (json_lines(&output.stdout), json_lines(&output.stderr))
    };
    let (documents, rejections) = read(&[]);
    assert_eq!((documents.len(), rejections.len()), (2, 0));
    assert_eq!(documents[1]["event"]["dataset"], "aws.elb_logs");
    let (documents, rejections) = read(&["--type", "alb_connection"]);
    assert_eq!((documents.len(), rejections.len()), (1, 1));
    assert_eq!(rejections[0]["field"], "timestamp");
}

#[test]
fn where_clients_are() {
    let dir = TempDir::new().unwrap();
    let text = line(1).replace("192.168.131.39", "198.51.100.7");
    let path = file(&dir, "a.log", text.as_bytes());
    let geo = |name: &str| format!("{}/../tests/fixtures/geo/{name}.mmdb", env!("CARGO_MANIFEST_DIR"));
    let output = parse(&["--geo", &geo("city"), "--geo", &geo("asn")], std::slice::from_ref(&path));
    let source = &json_lines(&output.stdout)[0]["source"];
    assert_eq!((&source["geo"]["city_name"], &source["as"]["number"]), (&"Firtown".into(), &64496.into()));

    let output = parse(&["--geo", "/no/such.mmdb", "--geo", &geo("anonymous")], &[path]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 2);
}

#[test]
fn bad_usage_is_two() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.log", b"");
    let bad_settings = file(&dir, "settings.json", br#"{"colour":"red"}"#);
    let bad_settings = bad_settings.to_str().unwrap();
    for args in [
        &["--no-such-flag"][..],
        &["--source", "http://not-s3"],
        &["--settings", "/no/such/file"],
        &["--type", "elb"],
        &["--settings", bad_settings],
    ] {
        assert_eq!(parse(args, std::slice::from_ref(&path)).status.code(), Some(2), "{args:?}");
    }
    let two_of_one_source = parse(&["--source", "s3://b/k.log"], &[path.clone(), path]);
    assert_eq!(two_of_one_source.status.code(), Some(2));
}

#[test]
fn standard_input_is_read_and_a_closed_pipe_ends_quietly() {
    let mut child = albatross()
        .args(["parse", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || {
        let log = log(2000);
        // Fails when the command has gone, which is what is wanted.
        while stdin.write_all(log.as_bytes()).is_ok() {}
    });
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    assert!(first.starts_with('{'));
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_filter_leaves_out_and_redaction_takes_out() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.log", format!("{}nonsense\n{}", log(3), line(4)).as_bytes());
    let settings = file(&dir, "settings.json", br#"{"filter":"url.path: \"/1\"","redact":{"query":"mask"}}"#);
    let settings = settings.to_str().unwrap();
    let found = |args: &[&str]| json_lines(&parse(args, std::slice::from_ref(&path)).stdout);
    assert_eq!(found(&["--settings", settings]).len(), 1);

    // The options take the place of the settings, each of its own part.
    let args = ["--settings", settings, "--where", "url.path: (/2 or /3) and source.ip: 192.168.131.0"];
    let documents = found(&[&args[..], &["--redact", "addresses=truncate,remove=user_agent"]].concat());
    assert_eq!(documents.len(), 2);
    assert_eq!((&documents[0]["url"]["path"], documents[0].get("user_agent")), (&"/2".into(), None));
    assert_eq!(documents[0]["source"]["address"], "192.168.131.0");

    let key = file(&dir, "key", b"0123456789abcdef\n");
    let replaced = found(&["--redact", "addresses=hmac", "--redact-key-file", key.to_str().unwrap()]);
    assert_eq!(replaced.len(), 4);
    assert_eq!(replaced[0]["source"]["address"].as_str().map(str::len), Some(32));
}

#[test]
fn what_is_wrong_with_a_filter_is_shown_at_its_place() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.log", log(1).as_bytes());
    let says = |args: &[&str]| {
        let output = parse(args, std::slice::from_ref(&path));
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let message = says(&["--where", "curl and url.pth: /a"]);
    assert!(message.contains("did you mean url.path?\n  curl and url.pth: /a\n           ^^^^^^^\n"), "{message}");
    assert!(says(&["--redact", "query"]).contains("expected query=mask"));
    assert!(says(&["--redact", "remove=@timestamp"]).contains("cannot be removed"));
    assert!(says(&["--redact", "addresses=hmac"]).contains("--redact-key-file"));
    let short = file(&dir, "key", b"short");
    assert!(says(&["--redact-key-file", short.to_str().unwrap()]).contains("16 bytes"));
}

#[test]
fn a_filter_is_printed_as_the_engine_is_asked_it() {
    let output = albatross().args(["filter", "url.port: 80"]).output().unwrap();
    let body = &json_lines(&output.stdout)[0];
    assert_eq!(body["query"]["bool"]["filter"][0]["term"]["url.port"], 80);
    assert_eq!(albatross().args(["filter", "url.port: x"]).output().unwrap().status.code(), Some(2));
    let output = albatross().args(["filter", "@timestamp >= now-1d/d"]).output().unwrap();
    let body = &json_lines(&output.stdout)[0]["query"]["bool"]["filter"][0];
    let bound = body["range"]["@timestamp"]["gte"].as_str().unwrap();
    assert!(bound > "2026" && bound.ends_with("T00:00:00.000000000Z"), "{bound}");
    let all = albatross().args(["filter", ""]).output().unwrap();
    assert_eq!(json_lines(&all.stdout)[0]["query"]["bool"]["filter"][0]["match_all"], serde_json::json!({}));
}

#[test]
fn what_begins_with_a_hyphen_is_a_filter_all_the_same() {
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "a.log", log(2).as_bytes());
    let refused = albatross().args(["filter", "-http.response.status_code: 1"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("expected \"not\" and a space for \"-\""), "{message}");
    let output = parse(&["--where", "-x"], std::slice::from_ref(&path));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let output = parse(&["--where", ""], std::slice::from_ref(&path));
    assert_eq!(json_lines(&output.stdout).len(), 2);
    for help in ["--help", "-h"] {
        let output = albatross().args(["filter", help]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{help}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("Usage: albatross filter"), "{help}");
    }
}

#[test]
fn a_folder_gives_every_log_below_it_in_the_order_of_names() {
    let dir = TempDir::new().unwrap();
    let day = dir.path().join("AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/23");
    std::fs::create_dir_all(&day).unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    std::fs::write(day.join("0a1b.gz"), support::gzip(&line(2))).unwrap();
    std::fs::write(day.join("readme.md"), b"x").unwrap();
    file(&dir, "B.log", line(3).as_bytes());
    file(&dir, "notes.txt", b"x");
    let output = parse(&[], &[dir.path().to_owned()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let documents = json_lines(&output.stdout);
    let urls: Vec<&str> = documents.iter().filter_map(|it| it["url"]["path"].as_str()).collect();
    assert_eq!(urls, ["/2", "/3"]);
    assert_eq!(documents[0]["cloud"]["account"]["id"], "123456789012");
    assert_eq!(documents[0]["cloud"]["region"], "eu-west-1");
    let told = json_lines(&output.stderr);
    assert_eq!(told[0]["message"], "2 files in it are no logs by their names, and were passed over");

    let empty = parse(&[], &[dir.path().join("empty")]);
    assert_eq!((empty.status.code(), empty.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8_lossy(&empty.stderr).contains("no file below this folder is a log by its name"));
    let source = parse(&["--source", "s3://b/k.log"], &[dir.path().to_owned()]);
    assert_eq!(source.status.code(), Some(2), "one source is none of several files");
}

/// A file in an archive, as tar stores it.
fn entry(name: &str, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    block[148..156].fill(b' ');
    block[156] = b'0';
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend_from_slice(content);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

#[test]
fn each_log_in_an_archive_is_a_file_of_its_own() {
    let dir = TempDir::new().unwrap();
    let archive = [
        entry("logs/a.log.gz", &support::gzip(&log(2))),
        entry("logs/b.log.gz", &cut_gzip(&line(3))),
        entry("logs/c.log", format!("x\n{}", line(4)).as_bytes()),
        vec![0; 1024],
    ]
    .concat();
    let output = parse(&["--bulk"], &[file(&dir, "logs.tar", &archive)]);
    assert_eq!(output.status.code(), Some(1), "a file in it is damaged");
    let bulk = json_lines(&output.stdout);
    let places: Vec<_> = bulk
        .chunks(2)
        .map(|item| {
            (item[1]["log"]["file"]["path"].as_str().unwrap(), &item[0]["create"]["_id"].as_str().unwrap()[12..18])
        })
        .collect();
    let line = |number: u32| format!("-----{}", number - 1);
    let expected =
        [("logs/a.log.gz", line(1)), ("logs/a.log.gz", line(2)), ("logs/b.log.gz", line(1)), ("logs/c.log", line(2))];
    assert_eq!(places, expected.each_ref().map(|(path, number)| (*path, number.as_str())));
    let told = json_lines(&output.stderr);
    let of = |kind: &str| {
        told.iter().find(|it| it["kind"] == kind || it["code"] == kind).unwrap_or_else(|| panic!("{told:?}"))
    };
    assert_eq!(of("truncated")["file"], "logs/b.log.gz");
    assert_eq!(of("too_few_fields")["file"], "logs/c.log");
    assert!(of("notice")["file"].as_str().unwrap().ends_with("logs.tar"));
}

#[test]
fn what_is_no_log_is_named_once_for_the_file() {
    let dir = TempDir::new().unwrap();
    let bare = log(3).replace('"', "");
    for (content, kind, advice) in [
        (bare.as_bytes(), "delimiter", "as JSON"),
        (b"<Error><Code>AccessDenied</Code></Error>\nx\n", "s3_access_denied", "fetch the log again"),
        (b"PAR1xxxxxxxx\nx\n", "parquet", "json, w3c or plain"),
        (b"#Version: 1.0\n#Fields: date time c-ip\nx\n", "other_w3c", "CloudFront"),
        (b"https 2026\rhttps 2026\r", "carriage_returns", "tr"),
    ] {
        let output = parse(&[], &[file(&dir, "x.log", content)]);
        let told = json_lines(&output.stderr);
        assert_eq!((output.status.code(), told.len()), (Some(1), 1), "{told:?}");
        assert_eq!(told[0]["kind"], kind);
        assert!(told[0]["message"].as_str().unwrap().contains(advice), "{told:?}");
    }
}

#[test]
fn lines_whose_values_cannot_be_told_apart_are_told_once() {
    let dir = TempDir::new().unwrap();
    let plain = "http,2025-10-31T12:44:59.875678Z,0.019,10.0.0.97:80,web,PASS,200,-,app/web/1,198.51.100.60\n";
    let bare = "https,2026-09-23T07:15:47Z,app/a/1,192.0.2.1:1,-,-1,-1,-1,404,-,1,2,GET http://a/,a (b, c),-,-,-,-\n";
    let output = parse(&[], &[file(&dir, "x.log", format!("{plain}{bare}{plain}{bare}").as_bytes())]);
    assert_eq!((output.status.code(), json_lines(&output.stdout).len()), (Some(1), 2));
    let told = json_lines(&output.stderr);
    assert_eq!((told.len(), &told[0]["kind"], &told[0]["lines"]), (1, &"delimiter".into(), &2.into()), "{told:?}");
}

#[test]
fn an_entry_broken_over_several_lines_is_told_once() {
    let dir = TempDir::new().unwrap();
    let broken = line(1).replace(" 10.0.0.1:80", "\n10.0.0.1:80").replace(" \"-\" \"-\"", "\n\"-\" \"-\"");
    let text = format!("{broken}{}x\n{}", line(2), line(3).split_at(60).0);
    let output = parse(&["--strict"], &[file(&dir, "x.log", text.as_bytes())]);
    assert_eq!((output.status.code(), json_lines(&output.stdout).len()), (Some(3), 1));
    let told = json_lines(&output.stderr);
    let codes: Vec<_> = told.iter().map(|it| (it["code"].as_str().unwrap(), it["line"].as_u64().unwrap())).collect();
    assert_eq!(codes[0], ("broken_entry", 1), "{told:?}");
    assert_eq!(codes[1..].iter().map(|(_, line)| *line).collect::<Vec<_>>(), [7, 8], "{told:?}");
    assert_eq!(told[0]["lines"], 5, "{told:?}");
}
