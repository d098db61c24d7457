//! Text that a string must hold for a regex to match: what spares most of the regexes for most of the strings.
//!
//! Letter case is not looked at, and texts are compared by hashes of two and three bytes. A rule is passed over only
//! where it cannot match; one that is tried in vain costs no more than time.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The most texts that a part of a regex may be spelled out into.
const MOST_SPELLED: usize = 32;
/// Fewer bytes than this tell nothing.
const SHORTEST: usize = 2;
const HASH_BITS: u32 = 15;

/// Texts of which each, or any, is meant, in lower case.
type Literals = Vec<Vec<u8>>;

/// Which two and three bytes in a row are in a string.
pub(super) struct Grams([u64; 1 << (HASH_BITS - 6)]);

impl Grams {
    pub(super) fn of(text: &[u8]) -> Self {
        let mut grams = Self([0; 1 << (HASH_BITS - 6)]);
        for (pair, triple) in text.windows(2).zip(text.windows(3).map(Some).chain([None])) {
            grams.add(hash(pair));
            if let Some(triple) = triple {
                grams.add(hash(triple));
            }
        }
        grams
    }

    fn add(&mut self, hash: u16) {
        if let Some(word) = self.0.get_mut(usize::from(hash / 64)) {
            *word |= 1 << (hash % 64);
        }
    }

    fn has(&self, hash: u16) -> bool {
        self.0.get(usize::from(hash / 64)).is_some_and(|word| word >> (hash % 64) & 1 == 1)
    }
}

fn hash(gram: &[u8]) -> u16 {
    let number = gram.iter().fold(1_u32, |number, byte| number << 8 | u32::from(byte.to_ascii_lowercase()));
    // The upper bits of a product with 2³²/φ are well mixed; fifteen of them fit.
    (number.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as u16
}

/// What a string must hold: of each set, all grams of one text.
#[derive(Debug, Default)]
pub(super) struct Required(Box<[AnyOf]>);

type AnyOf = Box<[Box<[u16]>]>;

impl Required {
    pub(super) fn by(hir: &Hir) -> Self {
        let sets = match shape(hir) {
            Shape::Exact(texts) => telling(vec![texts]),
            Shape::Holds(sets) => sets,
        };
        Self(sets.iter().map(|texts| texts.iter().map(|text| grams(text)).collect()).collect())
    }

    /// Whether a string with these grams can match.
    pub(super) fn is_in(&self, grams: &Grams) -> bool {
        self.0.iter().all(|texts| texts.iter().any(|text| text.iter().all(|&gram| grams.has(gram))))
    }
}

fn grams(text: &[u8]) -> Box<[u16]> {
    text.windows(text.len().clamp(1, 3)).map(hash).collect()
}

/// What is known of the strings that a part of a regex matches.
enum Shape {
    /// They are these and no others.
    Exact(Literals),
    /// They hold, of each set, one text.
    Holds(Vec<Literals>),
}

fn shape(hir: &Hir) -> Shape {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Shape::Exact(vec![Vec::new()]),
        HirKind::Literal(literal) => Shape::Exact(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => members(class).map_or(Shape::Holds(Vec::new()), Shape::Exact),
        HirKind::Capture(capture) => shape(&capture.sub),
        HirKind::Repetition(repetition) => match (repetition.min, repetition.max, shape(&repetition.sub)) {
            (0, Some(1), Shape::Exact(mut texts)) => {
                texts.push(Vec::new());
                Shape::Exact(texts)
            }
            (0, ..) => Shape::Holds(Vec::new()),
            (_, _, Shape::Exact(texts)) => Shape::Holds(telling(vec![texts])),
            (_, _, holds) => holds,
        },
        HirKind::Concat(parts) => in_a_row(parts),
        HirKind::Alternation(branches) => one_of(branches),
    }
}

fn members(class: &Class) -> Option<Literals> {
    let Class::Bytes(class) = class else { return None };
    let size: usize = class.iter().map(|range| range.len()).sum();
    if size > MOST_SPELLED {
        return None;
    }
    let mut members: Literals = class
        .iter()
        .flat_map(|range| range.start()..=range.end())
        .map(|byte| vec![byte.to_ascii_lowercase()])
        .collect();
    members.sort_unstable();
    members.dedup();
    Some(members)
}

fn in_a_row(parts: &[Hir]) -> Shape {
    let mut sets = Vec::new();
    let mut run: Literals = vec![Vec::new()];
    let mut is_exact = true;
    for part in parts {
        match shape(part) {
            Shape::Exact(next) if run.len() * next.len() <= MOST_SPELLED => {
                run = run.iter().flat_map(|text| next.iter().map(move |more| [&text[..], more].concat())).collect();
            }
            Shape::Exact(next) => {
                sets.push(std::mem::replace(&mut run, next));
                is_exact = false;
            }
            Shape::Holds(more) => {
                sets.push(std::mem::replace(&mut run, vec![Vec::new()]));
                sets.extend(more);
                is_exact = false;
            }
        }
    }
    if is_exact {
        return Shape::Exact(run);
    }
    sets.push(run);
    Shape::Holds(telling(sets))
}

fn one_of(branches: &[Hir]) -> Shape {
    let mut all = Vec::new();
    let mut is_exact = true;
    for branch in branches {
        match shape(branch) {
            Shape::Exact(texts) => all.extend(texts),
            Shape::Holds(sets) => {
                is_exact = false;
                match sets.into_iter().max_by_key(shortest) {
                    Some(texts) => all.extend(texts),
                    None => return Shape::Holds(Vec::new()),
                }
            }
        }
    }
    if is_exact && all.len() <= MOST_SPELLED { Shape::Exact(all) } else { Shape::Holds(telling(vec![all])) }
}

fn shortest(texts: &Literals) -> usize {
    texts.iter().map(Vec::len).min().unwrap_or(0)
}

/// The sets that tell strings apart: a text that is in every string makes its set useless.
fn telling(mut sets: Vec<Literals>) -> Vec<Literals> {
    sets.retain(|texts| shortest(texts) >= SHORTEST);
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can_match(regex: &str, text: &str) -> bool {
        let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(regex).unwrap();
        Required::by(&hir).is_in(&Grams::of(text.as_bytes()))
    }

    #[test]
    fn what_cannot_match_is_passed_over() {
        for (regex, holds, lacks) in [
            ("(Foxy)/(\\d+)", "a FOXY/1", "a foxi/1"),
            ("(?i)foxy", "FoXy", "fox"),
            ("Foxy.*(?:Tab|Phone)", "foxy x phone", "foxy x fone"),
            ("(?:Foxy|Wolf[0-9]+)$", "wolf7", "wol"),
            ("a[bc]d?e", "xacex", "xaxex"),
            ("(?:Foxy)+Wolf", "FoxyFoxyWolf", "FoxyFoxyWol"),
            ("ab", "xab", "ba"),
        ] {
            assert!(can_match(regex, holds), "{regex}: {holds}");
            assert!(!can_match(regex, lacks), "{regex}: {lacks}");
        }
    }

    #[test]
    fn what_says_nothing_is_tried() {
        for regex in ["", "a", ".*", "(?:Foxy|)", "(?:Foxy|[a-z]+)", "[a-z]+Q?", "(?:Foxy)*"] {
            assert!(can_match(regex, ""), "{regex}");
            assert!(can_match(regex, "z"), "{regex}");
        }
    }
}
