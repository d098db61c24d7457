//! A bulk answer's items, judged one by one as they are read: there are thousands, and hardly any is worth keeping.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::response::{BodyItem, Verdict};

/// Reads the answer's object; `index_of` is the index that an item names, by its number.
pub(super) struct Items<F> {
    pub(super) sent: usize,
    pub(super) index_of: F,
}

impl<'de, 'a, F: Fn(usize) -> &'a str> DeserializeSeed<'de> for Items<F> {
    type Value = Vec<Verdict>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(Body(self))
    }
}

struct Body<F>(Items<F>);

impl<'de, 'a, F: Fn(usize) -> &'a str> Visitor<'de> for Body<F> {
    type Value = Vec<Verdict>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bulk answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut list, mut verdicts) = (Some(List(self.0)), None);
        while let Some(name) = members.next_key::<&str>()? {
            match list.take_if(|_| name == "items") {
                Some(list) => verdicts = Some(members.next_value_seed(list)?),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        verdicts.ok_or_else(|| A::Error::missing_field("items"))
    }
}

struct List<F>(Items<F>);

impl<'de, 'a, F: Fn(usize) -> &'a str> DeserializeSeed<'de> for List<F> {
    type Value = Vec<Verdict>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, 'a, F: Fn(usize) -> &'a str> Visitor<'de> for List<F> {
    type Value = Vec<Verdict>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.0.sent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let Items { sent, index_of } = self.0;
        let mut verdicts = Vec::with_capacity(sent);
        while let Some(item) = items.next_element::<BodyItem<'de>>()? {
            if verdicts.len() == sent {
                return Err(A::Error::custom(format!("more than the {sent} items that were sent")));
            }
            verdicts.push(item.verdict(|| index_of(verdicts.len())));
        }
        if verdicts.len() < sent {
            return Err(A::Error::custom(format!("{} items of the {sent} that were sent", verdicts.len())));
        }
        Ok(verdicts)
    }
}
