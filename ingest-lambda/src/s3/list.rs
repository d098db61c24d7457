//! Listing: page by page, each of them whole.

use std::time::Duration;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{Object, ObjectStorageClass, OptionalObjectAttributes};

use super::request::Whose;
use super::{S3Error, Store};

/// A page that is not whole is asked for so often.
const ATTEMPTS: u32 = 4;

/// Before it is asked for again.
const PAUSE: Duration = Duration::from_millis(250);

/// An object as the listing shows it; orders by age, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedObject {
    /// `LastModified`, in milliseconds since the epoch.
    pub modified_ms: i64,
    /// The key.
    pub key: String,
    /// The size in bytes.
    pub size_bytes: u64,
    /// The `ETag`; empty where the server gives none.
    pub etag: String,
    /// Whether it has to be restored before it can be read. Of an object in Intelligent-Tiering only
    /// reading tells.
    pub archived: bool,
}

impl ListedObject {
    #[cfg(test)]
    pub(crate) fn new(key: &str, modified_ms: i64) -> Self {
        Self { modified_ms, key: key.to_owned(), size_bytes: 1, etag: String::new(), archived: false }
    }
}

/// A part of a listing.
#[derive(Debug, Default)]
pub struct Page {
    /// The objects, in the order of keys.
    pub objects: Vec<ListedObject>,
    /// The folders, where these were asked for.
    pub folders: Vec<String>,
}

/// A listing under way.
#[derive(Debug)]
pub struct Pages<'a> {
    store: &'a Store,
    prefix: String,
    delimiter: Option<&'static str>,
    token: Option<String>,
    after: Option<String>,
    is_over: bool,
    turns: Turns,
}

/// Notices a listing that goes round in a circle, of whatever length, by one token that it remembers: that of the
/// latest page whose number is a power of two.
#[derive(Debug, Default)]
struct Turns {
    pages: u64,
    remembered: Option<String>,
}

impl Turns {
    /// Whether a page goes on where an earlier one did.
    fn repeat(&mut self, token: &str) -> bool {
        let repeats = self.remembered.as_deref() == Some(token);
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.remembered = Some(token.to_owned());
        }
        repeats
    }
}

impl Store {
    /// All objects under a prefix.
    #[must_use]
    pub fn pages(&self, prefix: &str) -> Pages<'_> {
        let (prefix, turns) = (prefix.to_owned(), Turns::default());
        Pages { store: self, prefix, delimiter: None, token: None, after: None, is_over: false, turns }
    }

    /// The folders right below a prefix, and the objects that lie in none.
    #[must_use]
    pub fn folders(&self, prefix: &str) -> Pages<'_> {
        Pages { delimiter: Some("/"), ..self.pages(prefix) }
    }
}

impl Pages<'_> {
    /// The same, from the first key behind this one.
    #[must_use]
    pub fn after(mut self, key: &str) -> Self {
        self.after = Some(key.to_owned());
        self
    }

    /// The next page; none after the last.
    ///
    /// # Errors
    /// When it cannot be had, or is not whole however often it is asked for: what it leaves out
    /// would count as gone.
    pub async fn next(&mut self) -> Result<Option<Page>, S3Error> {
        if self.is_over {
            return Ok(None);
        }
        let mut attempt = 1;
        let (page, token) = loop {
            let problem = match whole(self.ask().await?) {
                Ok(whole) => break whole,
                Err(problem) => problem,
            };
            tracing::debug!(prefix = self.prefix, problem, "asking for a page of the listing again");
            if attempt == ATTEMPTS {
                return Err(S3Error::ShortListing { problem });
            }
            tokio::time::sleep(PAUSE * attempt).await;
            attempt += 1;
        };
        if token.as_deref().is_some_and(|token| self.turns.repeat(token)) {
            return Err(S3Error::ShortListing { problem: "it goes on where it went on before" });
        }
        self.is_over = token.is_none();
        self.token = token;
        Ok(Some(page))
    }

    async fn ask(&self) -> Result<ListObjectsV2Output, S3Error> {
        let request = || {
            let request = self.store.client.list_objects_v2().bucket(&self.store.bucket).prefix(&self.prefix);
            let request = request.set_delimiter(self.delimiter.map(str::to_owned));
            // A restored object keeps its class: only this tells it from one that is not.
            let request = request.optional_object_attributes(OptionalObjectAttributes::RestoreStatus);
            request.set_start_after(self.after.clone()).set_continuation_token(self.token.clone()).send()
        };
        self.store.send(self.store.subject("ListObjectsV2", &self.prefix, Whose::Own), request).await
    }
}

/// A page and the token of the next, or why the page is not whole. An answer that was cut may still
/// read as XML, and `IsTruncated` comes before what is listed.
fn whole(answer: ListObjectsV2Output) -> Result<(Page, Option<String>), &'static str> {
    let objects = answer.contents.unwrap_or_default();
    let folders = answer.common_prefixes.unwrap_or_default();
    let count = answer.key_count.ok_or("it does not say how much it lists")?;
    if usize::try_from(count) != Ok(objects.len() + folders.len()) {
        return Err("it lists another number than it says");
    }
    let token = match (answer.is_truncated, answer.next_continuation_token) {
        (Some(false), _) => None,
        (Some(true), Some(token)) if !token.is_empty() => Some(token),
        (Some(true), _) => return Err("it does not say where it goes on"),
        (None, _) => return Err("it does not say whether it is complete"),
    };
    let object = |object: Object| {
        Some(ListedObject {
            archived: is_archived(&object),
            modified_ms: object.last_modified?.to_millis().ok()?,
            key: object.key.filter(|key| !key.is_empty())?,
            size_bytes: object.size?.try_into().ok()?,
            etag: object.e_tag.unwrap_or_default(),
        })
    };
    let objects = objects.into_iter().map(object).collect::<Option<_>>().ok_or("an object in it is not whole")?;
    let folders = folders.into_iter().map(|folder| folder.prefix).collect::<Option<_>>();
    Ok((Page { objects, folders: folders.ok_or("a folder in it is not whole")? }, token))
}

/// Whether an object lies in an archive, and no copy of it is restored at present.
fn is_archived(object: &Object) -> bool {
    let is_cold = matches!(object.storage_class, Some(ObjectStorageClass::Glacier | ObjectStorageClass::DeepArchive));
    let is_restored = object.restore_status.as_ref().is_some_and(|status| status.restore_expiry_date.is_some());
    is_cold && !is_restored
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::primitives::DateTime;

    use super::*;

    #[test]
    fn only_what_has_to_be_restored_is_archived() {
        for (class, is_archived) in
            [("GLACIER", true), ("DEEP_ARCHIVE", true), ("GLACIER_IR", false), ("STANDARD_IA", false)]
        {
            let object = Object::builder().key("k").last_modified(DateTime::from_secs(1)).size(3);
            let object = object.storage_class(class.into()).build();
            let answer = ListObjectsV2Output::builder().is_truncated(false).key_count(1).contents(object).build();
            assert_eq!(whole(answer).unwrap().0.objects[0].archived, is_archived, "{class}");
        }
    }

    #[test]
    fn a_listing_that_goes_round_ends() {
        for circle in 1..50 {
            let mut turns = Turns::default();
            let pages = (0..1000).take_while(|page| !turns.repeat(&format!("{}", page % circle))).count();
            assert!((circle..4 * circle + 2).contains(&pages), "{circle}: {pages}");
        }
        let mut turns = Turns::default();
        assert!((0..10_000).all(|page| !turns.repeat(&page.to_string())));
    }

    #[test]
    fn a_page_that_is_not_whole_is_refused() {
        let object = || Object::builder().key("k").last_modified(DateTime::from_secs(1)).size(3).e_tag("\"e\"");
        let answer = |count, object: Object| {
            ListObjectsV2Output::builder().is_truncated(false).key_count(count).contents(object)
        };
        let (page, token) = whole(answer(1, object().build()).build()).unwrap();
        let listed = ListedObject {
            modified_ms: 1000,
            key: "k".to_owned(),
            size_bytes: 3,
            etag: "\"e\"".to_owned(),
            archived: false,
        };
        assert_eq!((page.objects, token), (vec![listed], None));
        for (broken, why) in [
            (answer(2, object().build()), "another number"),
            (answer(1, object().build()).set_key_count(None), "how much"),
            (answer(1, object().build()).set_is_truncated(None), "complete"),
            (answer(1, object().build()).is_truncated(true), "goes on"),
            (answer(1, object().set_key(None).build()), "not whole"),
            (answer(1, object().set_last_modified(None).build()), "not whole"),
            (answer(1, object().set_size(None).build()), "not whole"),
        ] {
            let problem = whole(broken.build()).unwrap_err();
            assert!(problem.contains(why), "{problem}");
        }
    }
}
