//! The rooms of a crate, its files and folders right below `src`, do not go round in circles. Each crate that names this
//! file among its tests is looked at in its turn.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What each room takes from others.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in fs::read_dir(&src).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // The doors: what they take is all there is.
        if !["lib", "main", "bin"].contains(&name.as_str()) {
            rooms.entry(name).or_default().extend(taken(&path));
        }
    }
    let names: BTreeSet<String> = rooms.keys().cloned().collect();
    rooms.iter_mut().for_each(|(name, taken)| taken.retain(|it| it != name && names.contains(it)));
    rooms
}

/// The rooms that a file, or all files of a folder, name, but for their tests and comments.
fn taken(path: &Path) -> BTreeSet<String> {
    if path.file_stem().is_some_and(|name| name == "tests") {
        return BTreeSet::new();
    }
    if path.is_dir() {
        return fs::read_dir(path).unwrap().flat_map(|entry| taken(&entry.unwrap().path())).collect();
    }
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let name = |rest: &str| {
        let name: String = rest.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
        let is_room = name.starts_with(|first: char| first.is_lowercase());
        assert!(is_room, "{}: name the room of crate::{name}, not the door", path.display());
        name
    };
    code.split("crate::").skip(1).map(name).collect()
}

/// A way from a room back to itself.
fn circle(rooms: &BTreeMap<String, BTreeSet<String>>, way: &mut Vec<String>, clear: &mut BTreeSet<String>) -> bool {
    let last = way.last().unwrap().clone();
    for next in &rooms[&last] {
        if way.contains(next) {
            way.push(next.clone());
            return true;
        }
        if !clear.contains(next) {
            way.push(next.clone());
            if circle(rooms, way, clear) {
                return true;
            }
            way.pop();
        }
    }
    clear.insert(last);
    false
}

#[test]
fn no_room_needs_itself_by_way_of_others() {
    let rooms = rooms();
    let ways: usize = rooms.values().map(BTreeSet::len).sum();
    assert!(rooms.len() > 10 && ways > rooms.len(), "the rooms are read: {rooms:?}");
    let mut clear = BTreeSet::new();
    for name in rooms.keys() {
        let mut way = vec![name.clone()];
        assert!(!circle(&rooms, &mut way, &mut clear), "{}", way.join(" → "));
    }
}

#[test]
fn a_circle_is_found() {
    let room = |name: &str, taken: &str| (name.to_owned(), BTreeSet::from([taken.to_owned()]));
    let rooms = BTreeMap::from([room("a", "b"), room("b", "c"), room("c", "b")]);
    let mut way = vec!["a".to_owned()];
    assert!(circle(&rooms, &mut way, &mut BTreeSet::new()));
    assert_eq!(way, ["a", "b", "c", "b"]);
}
