//! For engines that take no index names in a bulk body (`rest.action.multi.allow_explicit_index: false`), so that
//! who may write where is guarded by the URL: one request for each index, at `INDEX/_bulk`.

use std::ops::Range;

/// The items, all of one index, without its name in their actions.
pub(super) fn without_names<'a>(items: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for item in items {
        let name = name_in(item);
        // The member, and the comma behind it.
        let start = name.start.saturating_sub(MEMBER.len());
        let end = name.end + QUOTE;
        let end = end + usize::from(item.get(end) == Some(&b','));
        out.extend_from_slice(item.get(..start).unwrap_or_default());
        out.extend_from_slice(item.get(end..).unwrap_or_default());
    }
    out
}

const MEMBER: &[u8] = br#""_index":""#;
const QUOTE: usize = 1;

/// Where in an item the name of its index stands, as `ItemWriter` writes it. It is asked of every item.
pub(super) fn name_in(item: &[u8]) -> Range<usize> {
    const CREATE: &[u8] = br#"{"create":{"_index":""#;
    const INDEX: &[u8] = br#"{"index":{"_index":""#;
    let start = if item.starts_with(CREATE) { CREATE.len() } else { INDEX.len() };
    let length = item.get(start..).unwrap_or_default().iter().position(|byte| *byte == b'"').unwrap_or_default();
    start..start + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_go_without_the_name_and_documents_stay() {
        let items: [&[u8]; 3] = [
            b"{\"create\":{\"_index\":\"logs\",\"_id\":\"1\"}}\n{\"_index\":\"x\"}\n",
            b"{\"index\":{\"_index\":\"logs\",\"_type\":\"_doc\",\"_id\":\"2\"}}\n{}\n",
            b"{\"create\":{\"_index\":\"logs\"}}\n{}\n",
        ];
        assert_eq!(
            String::from_utf8_lossy(&without_names(items.into_iter())),
            "{\"create\":{\"_id\":\"1\"}}\n{\"_index\":\"x\"}\n\
             {\"index\":{\"_type\":\"_doc\",\"_id\":\"2\"}}\n{}\n\
             {\"create\":{}}\n{}\n"
        );
    }
}
