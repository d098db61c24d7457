//! A bucket named `logs`: lists in pages of two, serves ranges, puts and copies, heeds conditions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::uploads::Uploads;
use super::{Reply, Request, Server};

/// 2026-11-23T12:00:00Z.
pub const NOON_EPOCH_S: i64 = 1_795_435_200;

#[derive(Clone)]
pub struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    times: Arc<Mutex<BTreeMap<String, i64>>>,
    uploads: Uploads,
    page: usize,
}

impl Default for Bucket {
    fn default() -> Self {
        Self::with_pages_of(2)
    }
}

impl Bucket {
    pub fn of(objects: &[(&str, &[u8])]) -> Self {
        let bucket = Self::default();
        for (key, body) in objects {
            bucket.put(key, body);
        }
        bucket
    }

    /// An empty bucket that lists so many keys a page.
    pub fn with_pages_of(page: usize) -> Self {
        Self { objects: Arc::default(), times: Arc::default(), uploads: Uploads::default(), page }
    }

    pub fn put(&self, key: &str, body: &[u8]) {
        self.objects.lock().expect("lock").insert(key.to_owned(), body.to_owned());
    }

    /// All keys but those that every deployment leaves: its marker, and who it is.
    pub fn keys(&self) -> Vec<String> {
        let all = self.objects.lock().expect("lock");
        let is_left = |key: &str| key.ends_with("!albatross") || key.ends_with("/state/deployment.json");
        all.keys().filter(|key| !is_left(key)).cloned().collect()
    }

    pub fn serve(&self) -> Server {
        self.serve_with(|_| None)
    }

    /// Serves with faults: where `fault` has an answer, that is the answer.
    pub fn serve_with(&self, fault: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Server {
        let bucket = self.clone();
        Server::start(move |request| fault(request).unwrap_or_else(|| bucket.answer(request)))
    }

    pub fn answer(&self, request: &Request) -> Reply {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let key = path.trim_start_matches("/logs").trim_start_matches('/');
        let key = decode(key);
        let key = key.as_str();
        if key.is_empty() && request.method == "POST" {
            return self.delete_all(&String::from_utf8_lossy(&request.body));
        }
        if key.is_empty() && request.method == "HEAD" {
            return Reply::new(200, "").header("x-amz-bucket-region", "eu-west-1");
        }
        if key.is_empty() {
            return self.list(query);
        }
        if query.contains("uploadId=") || query.starts_with("uploads") {
            return self.uploads.answer(key, query, request, |body| self.put(key, &body));
        }
        if request.method == "PUT" {
            return self.change(key, request);
        }
        let mut objects = self.objects.lock().expect("lock");
        let Some(body) = objects.get(key) else {
            if request.method == "DELETE" && !request.headers.contains_key("if-match") {
                return Reply::new(204, "");
            }
            return Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>");
        };
        let etag = etag(body);
        if request.headers.get("if-match").is_some_and(|wanted| *wanted != etag) {
            return precondition_failed();
        }
        if request.method == "DELETE" {
            assert!(is_own(key) || request.headers.contains_key("if-match"), "an unconditional delete");
            objects.remove(key);
            return Reply::new(204, "");
        }
        if request.method == "HEAD" {
            return Reply::new(200, body.clone()).header("etag", etag).cut_at(0);
        }
        let from = request.headers.get("range").map(|range| {
            let (from, to) = range.trim_start_matches("bytes=").split_once('-').expect("a range");
            let to = to.parse().map_or(body.len() - 1, |to: usize| to.min(body.len() - 1));
            (from.parse::<usize>().expect("where it begins"), to)
        });
        match from {
            None => Reply::new(200, body.clone()),
            Some((from, to)) => {
                Reply::new(206, &body[from..=to]).header("content-range", format!("bytes {from}-{to}/{}", body.len()))
            }
        }
        .header("etag", etag)
        .header("last-modified", http_date(self.modified_s(key)))
    }

    /// PutObject and CopyObject.
    fn change(&self, key: &str, request: &Request) -> Reply {
        let mut objects = self.objects.lock().expect("lock");
        let present = objects.get(key).map(|body| etag(body));
        let absent_wanted = request.headers.get("if-none-match").is_some_and(|value| value == "*");
        let version_wanted = request.headers.get("if-match");
        if absent_wanted && present.is_some() || version_wanted.is_some_and(|wanted| present.as_ref() != Some(wanted)) {
            return precondition_failed();
        }
        let Some(source) = request.headers.get("x-amz-copy-source") else {
            let etag = etag(&request.body);
            objects.insert(key.to_owned(), request.body.clone());
            return Reply::new(200, "").header("etag", etag);
        };
        let Some(body) = objects.get(&decode(source.trim_start_matches("logs/"))).cloned() else {
            return Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>");
        };
        let etag = etag(&body);
        assert!(request.headers.contains_key("x-amz-copy-source-if-match"), "an unconditional copy");
        if request.headers["x-amz-copy-source-if-match"] != etag {
            return precondition_failed();
        }
        objects.insert(key.to_owned(), body);
        Reply::new(200, format!("<CopyObjectResult><ETag>{etag}</ETag></CopyObjectResult>"))
    }

    /// Ends every upload, as a lifecycle rule does.
    pub fn end_uploads(&self) {
        self.uploads.end();
    }

    /// All keys.
    pub fn keys_and_all(&self) -> Vec<String> {
        self.objects.lock().expect("lock").keys().cloned().collect()
    }

    /// When an object was modified, as a listing says it.
    pub fn modified_of(&self, key: &str) -> Option<String> {
        self.objects.lock().expect("lock").contains_key(key).then(|| self.modified(key))
    }

    pub fn remove(&self, key: &str) {
        self.objects.lock().expect("lock").remove(key);
    }

    /// The folder of the only deployment that has run.
    pub fn folder(&self) -> String {
        let all = self.objects.lock().expect("lock");
        let mut folders = all.keys().filter_map(|key| key.strip_suffix("state/deployment.json"));
        folders.next().expect("a deployment").to_owned()
    }

    /// What an object holds.
    pub fn body(&self, key: &str) -> Option<Vec<u8>> {
        self.objects.lock().expect("lock").get(key).cloned()
    }

    /// The keys of everything but state.
    pub fn keys_of_logs(&self) -> Vec<String> {
        self.keys().into_iter().filter(|key| !is_state(key)).collect()
    }

    /// The keys of state.
    pub fn state(&self) -> Vec<String> {
        self.keys().into_iter().filter(|key| is_state(key)).collect()
    }

    fn list(&self, query: &str) -> Reply {
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let text = |name: &str| decode(value(name).unwrap_or_default());
        let (prefix, after) = (text("prefix"), text("start-after"));
        let objects = self.objects.lock().expect("lock");
        let below = objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after);
        // Folders are listed once, with an object's place in the order of keys.
        let mut listed: Vec<(String, Option<&Vec<u8>>)> = Vec::new();
        for (key, body) in below {
            let folder = key[prefix.len()..].find('/').filter(|_| value("delimiter").is_some());
            match folder.map(|end| key[..=prefix.len() + end].to_owned()) {
                Some(folder) if listed.last().is_some_and(|(last, _)| *last == folder) => {}
                Some(folder) => listed.push((folder, None)),
                None => listed.push((key.clone(), Some(body))),
            }
        }
        // It says what was listed last, as in S3: what is deleted meanwhile hides nothing.
        let token: String = text("continuation-token").chars().rev().collect();
        let first = listed.partition_point(|(name, _)| *name <= token);
        let truncated = first + self.page < listed.len();
        let page = &listed[first..listed.len().min(first + self.page)];
        // As S3 does, everything that counts before what is listed.
        let mut xml = format!("<ListBucketResult><KeyCount>{}</KeyCount>", page.len());
        if let Some((last, _)) = page.last().filter(|_| truncated) {
            // To be told from a key.
            let token: String = last.chars().rev().collect();
            xml += &format!("<NextContinuationToken>{token}</NextContinuationToken>");
        }
        xml += &format!("<IsTruncated>{truncated}</IsTruncated>");
        for (key, body) in page {
            let Some(body) = body else {
                xml += &format!("<CommonPrefixes><Prefix>{key}</Prefix></CommonPrefixes>");
                continue;
            };
            let (modified, etag) = (self.modified(key), etag(body));
            xml += &format!(
                "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
                etag.replace('"', "&quot;"),
                body.len()
            );
        }
        Reply::new(200, xml + "</ListBucketResult>")
    }

    /// Of an object put without a time: the later in the alphabet, the older.
    fn modified_s(&self, key: &str) -> i64 {
        let at = self.times.lock().expect("lock").get(key).copied();
        at.unwrap_or_else(|| {
            let first = key.bytes().filter(u8::is_ascii_alphanumeric).take(4);
            NOON_EPOCH_S - first.fold(0, |place, byte| place * 128 + i64::from(byte)) % 36_000
        })
    }

    fn modified(&self, key: &str) -> String {
        let epoch_s = self.modified_s(key);
        let (day, second) = (epoch_s.div_euclid(86_400), epoch_s.rem_euclid(86_400));
        let date = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day") + chrono::TimeDelta::days(day);
        format!("{date}T{:02}:{:02}:{:02}.000Z", second / 3600, second / 60 % 60, second % 60)
    }

    /// Puts an object that was last modified then.
    pub fn put_at(&self, key: &str, body: &[u8], epoch_s: i64) {
        self.times.lock().expect("lock").insert(key.to_owned(), epoch_s);
        self.put(key, body);
    }

    /// DeleteObjects.
    fn delete_all(&self, body: &str) -> Reply {
        let mut objects = self.objects.lock().expect("lock");
        for part in body.split("<Key>").skip(1) {
            let key = part.split("</Key>").next().expect("a key");
            assert!(is_own(key), "{key} was deleted, whatever version it is");
            objects.remove(key);
        }
        Reply::new(200, "<DeleteResult></DeleteResult>")
    }
}

fn is_own(key: &str) -> bool {
    key.starts_with("albatross/")
}

/// The state of a deployment.
fn is_state(key: &str) -> bool {
    is_own(key) && key.contains("/state/")
}

fn http_date(epoch_s: i64) -> String {
    chrono::DateTime::from_timestamp(epoch_s, 0).expect("a time").format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A key as it stands in a URL.
fn decode(key: &str) -> String {
    let mut parts = key.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two hex digits"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn precondition_failed() -> Reply {
    Reply::new(412, "<Error><Code>PreconditionFailed</Code></Error>")
}

pub fn etag(body: &[u8]) -> String {
    let sum = body.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("\"{sum:016x}\"")
}
