//! Three million keys, more than an invocation can list: where objects stay, new logs do not wait for them.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use support::{Bucket, Index, Lambda, NOON_EPOCH_S, Reply, Request, Server, line};

const ACCOUNTS: usize = 30;
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
const DAYS: usize = 50;
const OBJECTS_A_DAY: usize = 1_000;
const KEYS: usize = ACCOUNTS * REGIONS.len() * DAYS * OBJECTS_A_DAY;
/// Of the flat ones fewer, as every one of them has to be listed.
const FLAT_KEYS: usize = KEYS / 10;
const PAGE: usize = 1_000;
const PAGE_TIME: Duration = Duration::from_millis(20);

/// A third of it is margin, a half of the rest is for listing.
const INVOCATION: Duration = Duration::from_secs(30);

const KEEP: (&str, &str) = ("ALBATROSS_SETTLE", "keep");

/// How keys look; in the order of their numbers, which is that of keys.
type Layout = fn(usize) -> String;

fn of_aws(number: usize) -> String {
    let (rest, object) = (number / OBJECTS_A_DAY, number % OBJECTS_A_DAY);
    let (rest, day) = (rest / DAYS, rest % DAYS);
    let (account, region) = (rest / REGIONS.len(), REGIONS[rest % REGIONS.len()]);
    let date = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap() + chrono::TimeDelta::days(day.try_into().unwrap());
    format!("AWSLogs/{account:012}/elasticloadbalancing/{region}/{}/{object:04}.log.gz", date.format("%Y/%m/%d"))
}

fn flat(number: usize) -> String {
    format!("{number:08}.log.gz")
}

/// A bucket of so many keys that nobody made: of them only the listing tells, and none is read.
struct Millions {
    layout: Layout,
    count: usize,
    /// Everything else.
    bucket: Bucket,
    pages: AtomicUsize,
}

impl Millions {
    fn serve(self: &Arc<Self>) -> Server {
        let millions = Arc::clone(self);
        Server::start(move |request| millions.answer(request))
    }

    fn answer(&self, request: &Request) -> Reply {
        let query = request.path.split_once('?').map_or("", |(_, query)| query);
        if request.method == "GET" && query.contains("list-type=2") {
            self.pages.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(PAGE_TIME);
            return self.list(query);
        }
        self.bucket.answer(request)
    }

    fn list(&self, query: &str) -> Reply {
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let text = |name: &str| value(name).unwrap_or_default().replace("%2F", "/");
        let (prefix, delimiter) = (text("prefix"), value("delimiter").is_some());
        // What a token says is the last key of the page before.
        let mut last = [text("start-after"), text("continuation-token")].into_iter().max().unwrap();
        let others = self.bucket.keys_and_all();
        let mut xml = String::new();
        let mut count = 0;
        let is_truncated = loop {
            let Some(key) = self.next(&others, &prefix, &last) else { break false };
            if count == PAGE {
                break true;
            }
            count += 1;
            let folder = key[prefix.len()..].find('/').filter(|_| delimiter).map(|end| &key[..=prefix.len() + end]);
            if let Some(folder) = folder {
                xml += &format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
                last = format!("{folder}\u{7f}");
                continue;
            }
            let modified = self.bucket.modified_of(&key).unwrap_or_else(|| "2026-09-01T00:00:00.000Z".to_owned());
            let etag = self
                .bucket
                .body(&key)
                .map_or_else(|| "&quot;e&quot;".to_owned(), |body| support::etag(&body).replace('"', "&quot;"));
            xml += &format!(
                "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><ETag>{etag}</ETag><Size>9</Size></Contents>"
            );
            last = key;
        };
        let mut head =
            format!("<ListBucketResult><KeyCount>{count}</KeyCount><IsTruncated>{is_truncated}</IsTruncated>");
        if is_truncated {
            head += &format!("<NextContinuationToken>{last}</NextContinuationToken>");
        }
        Reply::new(200, head + &xml + "</ListBucketResult>")
    }

    /// The first key behind another that begins so.
    fn next(&self, others: &[String], prefix: &str, after: &str) -> Option<String> {
        let is_behind = |key: &str| key > after && key >= prefix;
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = (low + high) / 2;
            if is_behind(&(self.layout)(middle)) { high = middle } else { low = middle + 1 }
        }
        let mine = (low < self.count).then(|| (self.layout)(low));
        let other = others.get(others.partition_point(|key| !is_behind(key))).cloned();
        mine.into_iter().chain(other).filter(|key| key.starts_with(prefix)).min()
    }
}

/// A Lambda on such a bucket, of which an earlier release had done all keys.
fn with_all_done(layout: Layout, count: usize) -> (Arc<Millions>, Index, Lambda) {
    let millions = Arc::new(Millions { layout, count, bucket: Bucket::default(), pages: AtomicUsize::new(0) });
    let (index, s3) = (Index::default(), millions.serve());
    let engine = index.serve();
    let name = support::deployment(&s3, &engine, &[KEEP]);
    let checkpoint = format!("{{\"through_ms\":{},\"done\":{{}},\"failed\":{{}}}}", NOON_EPOCH_S * 1000);
    millions.bucket.put(&format!("albatross/state/{name}/checkpoint.json"), checkpoint.as_bytes());
    let lambda = Lambda::start(&s3, &engine, &[KEEP]);
    (millions, index, lambda)
}

#[test]
#[ignore = "takes minutes: `make test` runs it after the others"]
fn new_logs_of_awss_layout_are_indexed_within_two_ticks() {
    let (millions, index, lambda) = with_all_done(of_aws, KEYS);
    let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let today = chrono::DateTime::from_timestamp(today.try_into().unwrap(), 0).unwrap().format("%Y/%m/%d");
    let first = lambda.tick(INVOCATION).answer;
    assert!(first["stopped"].as_str().unwrap().starts_with("listing"), "{first}");
    let mut wanted = 0;
    for round in 0..4 {
        for account in [0, 7, ACCOUNTS - 1] {
            let key = format!("AWSLogs/{account:012}/elasticloadbalancing/us-east-1/{today}/new-{round}.log");
            millions.bucket.put_at(&key, line(wanted).as_bytes(), NOON_EPOCH_S + 60);
            wanted += 1;
        }
        let ticks = [lambda.tick(INVOCATION).answer, lambda.tick(INVOCATION).answer];
        assert_eq!(index.count(), wanted, "{ticks:?}");
    }
    assert_eq!(index.requests().iter().sum::<usize>(), wanted, "nothing old was read");
    let peak = lambda.peak_rss_bytes();
    assert!(peak < 256 << 20, "{} MiB", peak >> 20);
}

#[test]
#[ignore = "takes minutes: `make test` runs it after the others"]
fn new_logs_among_flat_keys_are_indexed_within_one_listing() {
    let (millions, index, lambda) = with_all_done(flat, FLAT_KEYS);
    let key = format!("{}-new.log", flat(FLAT_KEYS / 2).trim_end_matches(".log.gz"));
    millions.bucket.put_at(&key, line(1).as_bytes(), NOON_EPOCH_S + 60);
    let answers = Mutex::new(Vec::new());
    for _ in 0..30 {
        let answer = lambda.tick(INVOCATION).answer;
        let is_whole = answer["stopped"].is_null();
        answers.lock().unwrap().push(answer);
        if is_whole {
            break;
        }
    }
    let answers = answers.into_inner().unwrap();
    assert_eq!(index.count(), 1, "{answers:?}");
    let listed: u64 = answers.iter().map(|it| it["objects"]["listed"].as_u64().unwrap()).sum();
    assert_eq!(listed, FLAT_KEYS as u64 + 1, "each key was listed once: {answers:?}");
    assert!(lambda.peak_rss_bytes() < 256 << 20);
}
