//! Finding fields in a written document without reading the rest of it.
//!
//! It is for the bytes of our own serializer: no white space, keys without escapes, arrays of scalars. Other bytes are
//! no error, but what is found in them means nothing.

use memchr::memchr;
use std::borrow::Cow;

/// A set of paths (`url.original`), as a tree of keys.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    children: Vec<(Box<[u8]>, usize)>,
    path: Option<usize>,
}

/// A place in the tree: the document itself, an object that holds something of the set, or a path of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(usize);

impl Paths {
    /// The set, and the document's place in it. Paths are numbered as they come; of two equal ones the first counts.
    pub(crate) fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut tree = Self { nodes: vec![Node::default()] };
        for (number, path) in paths.into_iter().enumerate() {
            let mut place = Place(0);
            for key in path.split('.') {
                place = tree.child(place, key.as_bytes()).unwrap_or_else(|| tree.add(place, key));
            }
            if let Some(node) = tree.nodes.get_mut(place.0) {
                node.path.get_or_insert(number);
            }
        }
        tree
    }

    fn add(&mut self, parent: Place, key: &str) -> Place {
        let place = Place(self.nodes.len());
        self.nodes.push(Node::default());
        if let Some(node) = self.nodes.get_mut(parent.0) {
            node.children.push((key.as_bytes().into(), place.0));
        }
        place
    }

    /// Where a document begins.
    pub(crate) fn root(&self) -> Place {
        Place(0)
    }

    /// Where a member of an object leads to; nowhere, if nothing of the set is there.
    #[inline]
    pub(crate) fn child(&self, object: Place, key: &[u8]) -> Option<Place> {
        let children = &self.nodes.get(object.0)?.children;
        children.iter().find(|(name, _)| **name == *key).map(|(_, place)| Place(*place))
    }

    /// The number of the path that ends here.
    #[inline]
    pub(crate) fn path(&self, place: Place) -> Option<usize> {
        self.nodes.get(place.0)?.path
    }
}

/// A position in a document, moved on by whoever reads it.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'d> {
    bytes: &'d [u8],
    at: usize,
}

impl<'d> Cursor<'d> {
    /// The beginning of a document, or of any value in it.
    pub(crate) fn new(bytes: &'d [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Whether the value that comes next is an object.
    #[inline]
    pub(crate) fn is_at_object(&self) -> bool {
        self.byte() == Some(b'{')
    }

    /// Steps into the object that begins here; does nothing where none does.
    #[inline]
    pub(crate) fn enter(&mut self) -> bool {
        let is_object = self.is_at_object();
        self.at += usize::from(is_object);
        is_object
    }

    /// The key of the object's next member, whose value is then what comes next; none behind the object's end.
    #[inline]
    pub(crate) fn key(&mut self) -> Option<&'d [u8]> {
        if self.byte() == Some(b',') {
            self.at += 1;
        }
        if self.byte() != Some(b'"') {
            self.at = self.bytes.len().min(self.at + 1);
            return None;
        }
        let rest = self.bytes.get(self.at + 1..)?;
        let length = memchr(b'"', rest)?;
        // Closing quote and colon.
        self.at += length + 3;
        rest.get(..length)
    }

    /// The value that comes next, whole.
    #[inline]
    pub(crate) fn value(&mut self) -> &'d [u8] {
        let start = self.at;
        match self.byte() {
            Some(b'"') => self.skip_string(),
            Some(b'{' | b'[') => self.skip_nested(),
            _ => self.skip_literal(),
        }
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// Most strings are short: a loop is faster than what prepares for long ones.
    fn skip_string(&mut self) {
        let mut at = self.at + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'"' => {
                    self.at = at + 1;
                    return;
                }
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = self.bytes.len();
    }

    fn skip_literal(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']')).unwrap_or(rest.len());
    }

    fn skip_nested(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => {
                    self.skip_string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

/// The scalars of a value: those of an array, or the value itself.
pub(crate) fn scalars(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_array = value.first() == Some(&b'[');
    let mut cursor = Cursor { bytes: value, at: usize::from(is_array) };
    std::iter::from_fn(move || {
        if is_array && cursor.byte() == Some(b',') {
            cursor.at += 1;
        }
        let scalar = cursor.value();
        (!scalar.is_empty()).then_some(scalar)
    })
}

/// The text of a JSON string; none for another value.
#[inline]
pub(crate) fn text(scalar: &[u8]) -> Option<Cow<'_, str>> {
    let inside = scalar.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr(b'\\', inside).is_none() {
        return std::str::from_utf8(inside).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice(scalar).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &[u8] =
        br#"{"a":1,"b":{"c":"x\"}","d":{"e":[],"f":["1","2"]},"g":-0.5},"h":{"b":{"c":2}},"i":"\u00e9 \\"}"#;

    /// Every path of the set with the raw value it has in the document.
    fn found(document: &[u8], paths: &[&str]) -> Vec<(usize, String)> {
        fn object(cursor: &mut Cursor<'_>, tree: &Paths, place: Place, found: &mut Vec<(usize, String)>) {
            cursor.enter();
            while let Some(key) = cursor.key() {
                match tree.child(place, key) {
                    Some(child) if tree.path(child).is_none() && cursor.is_at_object() => {
                        object(cursor, tree, child, found);
                    }
                    child => {
                        let value = cursor.value();
                        if let Some(path) = child.and_then(|child| tree.path(child)) {
                            found.push((path, String::from_utf8_lossy(value).into_owned()));
                        }
                    }
                }
            }
        }
        let tree = Paths::new(paths.iter().copied());
        let mut all = Vec::new();
        object(&mut Cursor::new(document), &tree, tree.root(), &mut all);
        all
    }

    #[test]
    fn paths_are_found_with_their_raw_values() {
        let own = |found: &[(usize, &str)]| found.iter().map(|(p, v)| (*p, (*v).to_owned())).collect::<Vec<_>>();
        assert_eq!(
            found(DOCUMENT, &["b.c", "b.d.f", "b.g", "i", "a", "b.d.e", "no", "c", "b.d.f"]),
            own(&[(4, "1"), (0, r#""x\"}""#), (5, "[]"), (1, r#"["1","2"]"#), (2, "-0.5"), (3, r#""\u00e9 \\""#)])
        );
        assert_eq!(found(DOCUMENT, &["b", "h.b"]).len(), 2);
        assert_eq!(found(DOCUMENT, &["h.b"]), own(&[(0, r#"{"c":2}"#)]));
        assert_eq!(found(b"{}", &["a"]), []);
    }

    #[test]
    fn scalars_and_their_text() {
        let all = |value: &str| scalars(value.as_bytes()).map(|s| String::from_utf8_lossy(s).into_owned()).collect();
        let lists: [Vec<String>; 4] = [all(r#"["1","a,]"]"#), all("[]"), all("-5"), all(r#""x""#)];
        assert_eq!(lists, [vec![r#""1""#, r#""a,]""#], vec![], vec!["-5"], vec![r#""x""#]]);
        assert_eq!(text(br#""\u00e9 \\""#).as_deref(), Some("é \\"));
        assert_eq!(text(br#""plain""#).as_deref(), Some("plain"));
        assert_eq!((text(b"5"), text(b"\""), text(br#""\""#)), (None, None, None));
    }

    #[test]
    fn cut_documents_end_quietly() {
        for end in 0..DOCUMENT.len() {
            let _ = found(&DOCUMENT[..end], &["b.c", "b.d.f", "i"]);
            let _ = scalars(&DOCUMENT[end..]).count();
        }
    }
}
