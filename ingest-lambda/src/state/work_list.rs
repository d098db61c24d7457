//! Every object that is not plainly done, by its key: why, since when, what was tried.
//!
//! In memory there is a brief of some forty bytes for each entry, and the whole of those that this run
//! changed; in S3 the entries lie in shards by the digest of the key, as many as they need.

use std::collections::hash_map;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::shard::{self, Entries};
use super::{Account, Entry, Folder, Kind, RELEASE, StateError, digest, entry};
use crate::at_once::at_once;
use crate::s3::Store;

/// A shard has about so many entries, a megabyte before compression.
const ENTRIES_PER_SHARD: usize = 4096;

/// Shards read or written at once.
const AT_ONCE: usize = 8;

/// So many accounts of objects that are only to be settled are held; the other objects wait.
const ACCOUNTS: usize = 10_000;

/// What a sweep has to know of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    /// Why it is on the list.
    pub kind: Kind,
    version: u32,
    first_seen_s: u32,
    last_tried_s: u32,
    until_s: u32,
    attempts: u16,
    held: bool,
    seen: bool,
}

impl Brief {
    /// When it last had its turn, in seconds since the epoch.
    #[must_use]
    pub fn last_tried_s(&self) -> u64 {
        u64::from(self.last_tried_s)
    }

    /// Since when it is on the list.
    #[must_use]
    pub fn first_seen_s(&self) -> u64 {
        u64::from(self.first_seen_s)
    }

    /// How often it had its turn.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        u32::from(self.attempts)
    }

    /// Whether the queue has it now.
    #[must_use]
    pub fn is_handed_over(&self, now_s: u64) -> bool {
        self.kind == Kind::HandedOver && u64::from(self.until_s) > now_s
    }

    /// Whether its settlement waits for somebody to allow it.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held
    }

    fn is_of(&self, etag: &str) -> bool {
        [entry::ANY_VERSION, entry::version(etag)].contains(&self.version)
    }

    fn of(entry: &Entry) -> Self {
        let seconds = |seconds: u64| u32::try_from(seconds).unwrap_or(u32::MAX);
        // Another release may know the format.
        let is_old_verdict = entry.kind == Kind::NotLog && entry.release.as_deref() != Some(RELEASE);
        Self {
            kind: if is_old_verdict { Kind::Failed } else { entry.kind },
            version: entry::version(&entry.etag),
            first_seen_s: seconds(entry.first_seen_s),
            last_tried_s: seconds(entry.last_tried_s),
            until_s: seconds(entry.handed_over_until_s.unwrap_or_default()),
            attempts: u16::try_from(entry.attempts).unwrap_or(u16::MAX),
            held: entry.held,
            seen: false,
        }
    }
}

/// The work list.
#[derive(Debug, Default)]
pub struct WorkList {
    briefs: HashMap<u64, Brief>,
    accounts: HashMap<u64, Account>,
    changes: BTreeMap<u64, Option<Entry>>,
    /// The shards are so many powers of two.
    bits: u8,
}

impl WorkList {
    /// Reads the whole list, which lies in 2^`bits` shards.
    ///
    /// # Errors
    /// When a shard cannot be read.
    pub async fn load(store: &Store, folder: &Folder, bits: u8) -> Result<Self, StateError> {
        let mut list = Self { bits, ..Self::default() };
        let shards = (0..1_u32 << bits).map(|index| {
            let (store, key) = (store.clone(), shard_key(folder, bits, index));
            async move { shard::load(&store, &key).await }
        });
        at_once(AT_ONCE, shards, |(entries, _)| entries.into_values().for_each(|entry| list.take_in(entry))).await?;
        Ok(list)
    }

    fn take_in(&mut self, entry: Entry) {
        let digest = entry.digest();
        self.briefs.insert(digest, Brief::of(&entry));
        if let Some(account) = entry.account
            && self.accounts.len() < ACCOUNTS
        {
            self.accounts.insert(digest, account);
        }
    }

    /// The shards as they are stored, as a power of two.
    #[must_use]
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// The entry of this version of an object. The listing has shown it, so it stays.
    pub fn see(&mut self, key: &str, etag: &str) -> Option<Brief> {
        let brief = self.briefs.get_mut(&digest(key))?;
        brief.seen = true;
        brief.is_of(etag).then_some(*brief)
    }

    /// What settlement has to know of an object.
    #[must_use]
    pub fn account(&self, key: &str) -> Option<&Account> {
        self.accounts.get(&digest(key))
    }

    /// All briefs.
    pub fn briefs(&self) -> hash_map::Values<'_, u64, Brief> {
        self.briefs.values()
    }

    /// Enters an object, over an earlier entry of the same version, whose count goes on.
    pub fn enter(&mut self, entry: Entry) {
        let digest = entry.digest();
        let earlier = self.briefs.get(&digest).filter(|brief| brief.is_of(&entry.etag));
        let entry = entry.after(earlier.map(|brief| (brief.attempts(), brief.first_seen_s())));
        self.briefs.insert(digest, Brief { seen: true, ..Brief::of(&entry) });
        self.changes.insert(digest, Some(entry));
    }

    /// Nothing is in the queue's hands any more.
    pub fn take_back_what_was_handed_over(&mut self) {
        self.briefs.values_mut().for_each(|brief| brief.until_s = 0);
    }

    /// The object is done with.
    pub fn remove(&mut self, key: &str) {
        let digest = digest(key);
        if self.briefs.remove(&digest).is_some() {
            self.changes.insert(digest, None);
        }
    }

    /// Forgets the objects between two keys, both included, that a listing has not shown; they are gone. Without keys
    /// the listing has shown all there are.
    ///
    /// # Errors
    /// When the entries' keys cannot be read.
    pub async fn forget_unseen(
        &mut self,
        store: &Store,
        folder: &Folder,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<(), StateError> {
        let mut gone: HashSet<u64> =
            self.briefs.iter().filter(|(_, brief)| !brief.seen).map(|(digest, _)| *digest).collect();
        if (from.is_some() || to.is_some()) && !gone.is_empty() {
            let unseen = std::mem::take(&mut gone);
            Self::each(store, folder, self.bits, |entry| {
                let key = entry.key.as_str();
                let is_between = from.is_none_or(|from| from < key) && to.is_none_or(|to| key <= to);
                if is_between && unseen.contains(&entry.digest()) {
                    gone.insert(entry.digest());
                }
            })
            .await?;
        }
        for digest in gone {
            self.briefs.remove(&digest);
            self.changes.insert(digest, None);
        }
        Ok(())
    }

    /// Writes what has changed: the shards that it touches, or all of them where they are to be more
    /// or fewer. In the latter case the caller stores [`Self::bits`] and then calls [`Self::clear`].
    ///
    /// # Errors
    /// When S3 does not take it; what was written then is written again the next time.
    pub async fn save(&mut self, store: &Store, folder: &Folder) -> Result<Option<u8>, StateError> {
        let (old, new) = (self.bits, bits_for(self.briefs.len(), self.bits));
        if old != new {
            self.spread(store, folder, new).await?;
            self.bits = new;
            self.changes.clear();
            return Ok(Some(old));
        }
        let mut touched: Vec<u32> = self.changes.keys().map(|digest| shard_of(*digest, old)).collect();
        touched.dedup();
        for index in touched {
            let mine = |digest: &u64| shard_of(*digest, old) == index;
            let changes: Vec<(u64, Option<Entry>)> = self
                .changes
                .iter()
                .filter(|(digest, _)| mine(digest))
                .map(|(digest, it)| (*digest, it.clone()))
                .collect();
            shard::merge(store, &shard_key(folder, old, index), |entries| apply(&changes, entries)).await?;
        }
        self.changes.clear();
        Ok(None)
    }

    /// Writes everything into other shards, a group at a time, that is one shard on the side that has fewer.
    async fn spread(&self, store: &Store, folder: &Folder, new: u8) -> Result<(), StateError> {
        let old = self.bits;
        let groups = old.min(new);
        let within = |bits: u8, group: u32| (group << (bits - groups))..((group + 1) << (bits - groups));
        let changes: Vec<(u64, Option<Entry>)> =
            self.changes.iter().map(|(digest, it)| (*digest, it.clone())).collect();
        for group in 0..1_u32 << groups {
            let mut all = Entries::new();
            for index in within(old, group) {
                all.append(&mut shard::load(store, &shard_key(folder, old, index)).await?.0);
            }
            let from = changes.partition_point(|(digest, _)| shard_of(*digest, groups) < group);
            let to = changes.partition_point(|(digest, _)| shard_of(*digest, groups) <= group);
            apply(&changes[from..to], &mut all);
            for index in within(new, group) {
                let part: Entries = all
                    .iter()
                    .filter(|(digest, _)| shard_of(**digest, new) == index)
                    .map(|(d, it)| (*d, it.clone()))
                    .collect();
                let key = shard_key(folder, new, index);
                // What a run left that was killed here.
                let etag = store.etag(&key).await?;
                shard::write(store, &key, &part, etag.as_deref()).await?;
            }
        }
        Ok(())
    }

    /// Removes the shards of before, once nobody reads them any more.
    ///
    /// # Errors
    /// When S3 fails: they are only garbage then.
    pub async fn clear(store: &Store, folder: &Folder, bits: u8) -> Result<(), StateError> {
        Ok(store.remove_all((0..1_u32 << bits).map(|index| shard_key(folder, bits, index)).collect()).await?)
    }

    /// Reads the entry of one object, without the rest of the list.
    ///
    /// # Errors
    /// When its shard cannot be read.
    pub async fn find(store: &Store, folder: &Folder, bits: u8, key: &str) -> Result<Option<Entry>, StateError> {
        let digest = digest(key);
        let (mut entries, _) = shard::load(store, &shard_key(folder, bits, shard_of(digest, bits))).await?;
        Ok(entries.remove(&digest))
    }

    /// Reads all entries, a shard at a time.
    ///
    /// # Errors
    /// When a shard cannot be read.
    pub async fn each(store: &Store, folder: &Folder, bits: u8, mut each: impl FnMut(Entry)) -> Result<(), StateError> {
        for index in 0..1_u32 << bits {
            shard::load(store, &shard_key(folder, bits, index)).await?.0.into_values().for_each(&mut each);
        }
        Ok(())
    }
}

fn apply(changes: &[(u64, Option<Entry>)], entries: &mut Entries) {
    for (digest, change) in changes {
        match change {
            Some(entry) => drop(entries.insert(*digest, entry.clone())),
            None => drop(entries.remove(digest)),
        }
    }
}

/// As many shards as the entries need. They become fewer only when three quarters are empty, so that a list
/// that breathes is not written anew each time.
fn bits_for(entries: usize, bits: u8) -> u8 {
    let needed = u8::try_from(entries.div_ceil(ENTRIES_PER_SHARD).max(1).next_power_of_two().trailing_zeros());
    let needed = needed.unwrap_or(u8::MAX).min(16);
    if needed < bits && needed + 2 > bits && needed > 0 { bits } else { needed }
}

/// The shard of a digest: its first bits.
fn shard_of(digest: u64, bits: u8) -> u32 {
    if bits == 0 { 0 } else { u32::try_from(digest >> (64 - u32::from(bits))).unwrap_or_default() }
}

fn shard_key(folder: &Folder, bits: u8, index: u32) -> String {
    folder.state(&format!("work/{bits}-{index:04x}.ndjson.gz"))
}

#[cfg(test)]
mod tests {
    use super::super::shard::tests::entry;
    use super::*;

    #[test]
    fn a_version_that_is_new_is_another_object() {
        let mut list = WorkList::default();
        list.enter(entry("a"));
        list.enter(Entry { last_tried_s: 9, first_seen_s: 9, ..entry("a") });
        let brief = list.see("a", "e").unwrap();
        assert_eq!((brief.attempts(), brief.first_seen_s(), brief.last_tried_s()), (2, 5, 9));
        assert_eq!(list.see("a", "other"), None);
        list.enter(Entry { etag: "other".to_owned(), ..entry("a") });
        assert_eq!(list.see("a", "other").unwrap().attempts(), 1);
        list.remove("a");
        assert!(list.briefs.is_empty() && list.changes.values().all(Option::is_none));
    }

    #[test]
    fn a_verdict_of_another_release_is_tried_again() {
        let not_log = |release: &str| Entry { kind: Kind::NotLog, release: Some(release.to_owned()), ..entry("a") };
        assert_eq!(Brief::of(&not_log(RELEASE)).kind, Kind::NotLog);
        assert_eq!(Brief::of(&not_log("0.0.1")).kind, Kind::Failed);
    }

    #[test]
    fn shards_follow_the_number_of_entries() {
        for (entries, bits, wanted) in [
            (0, 0, 0),
            (4096, 0, 0),
            (4097, 0, 1),
            (1_000_000, 0, 8),
            (1_000_000, 8, 8),
            (400_000, 8, 8),
            (200_000, 8, 6),
            (10, 8, 0),
        ] {
            assert_eq!(bits_for(entries, bits), wanted, "{entries} in 2^{bits}");
        }
        assert_eq!((shard_of(u64::MAX, 0), shard_of(u64::MAX, 8), shard_of(1 << 63, 1)), (0, 255, 1));
    }
}
