//! Whether an index is the place that an item names.

/// Whether `place`, where an item went, is the index `named` itself, or a backing index of the data stream of that
/// name: `.ds-NAME-2026.11.23-000001` in Elasticsearch, `.ds-NAME-000001` in OpenSearch.
pub(super) fn belongs_to(place: &str, named: &str) -> bool {
    place == named || backing(place, named).is_some()
}

fn backing(place: &str, named: &str) -> Option<()> {
    let rest = place.strip_prefix(".ds-")?.strip_prefix(named)?.strip_prefix('-')?;
    let (date, generation) = rest.rsplit_once('-').unwrap_or(("", rest));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Without the look at the date, the stream `NAME-other` would be ours.
    let is_date = date.is_empty() || date.split('.').map(is_number).eq([true; 3]);
    (is_number(generation) && is_date).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_or_a_backing_index_of_its_own() {
        for (place, named, ours) in [
            ("logs-2026.11.23", "logs-2026.11.23", true),
            ("logs-2026.11.24", "logs-2026.11.23", false),
            (".ds-logs-2026.11.23-000001", "logs", true),
            (".ds-logs-000012", "logs", true),
            (".ds-logs-other-2026.11.23-000001", "logs", false),
            (".ds-logs-2026-000001", "logs", false),
            (".ds-logs-", "logs", false),
            (".fs-logs-2026.11.23-000001", "logs", false),
            ("logs-000001", "logs", false),
        ] {
            assert_eq!(belongs_to(place, named), ours, "{place} {named}");
        }
    }
}
