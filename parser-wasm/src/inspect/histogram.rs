//! Rows over time, by status class.

use super::columns::Columns;

/// Classes of statuses: none, 1xx, 2xx, 3xx, 4xx, 5xx.
pub(crate) const CLASSES: usize = 6;

/// Counts per bin of time and status class.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Start of the first bin, in milliseconds since 1970, on a whole multiple of the width.
    pub start_ms: f64,
    /// Width of a bin in milliseconds: a round amount of time.
    pub bin_ms: f64,
    /// Number of bins.
    pub bins: u32,
    /// `counts[bin * 6 + class]`.
    pub counts: Vec<u32>,
}

/// Widths that people can read off an axis, from 10 ms to 28 days.
const WIDTHS_MS: [i64; 27] = {
    const SECOND: i64 = 1000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    [
        10,
        20,
        50,
        100,
        200,
        500,
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        7 * DAY,
        28 * DAY,
    ]
};

pub(crate) fn histogram(columns: &Columns, bins: u32) -> Histogram {
    let bins = i64::from(bins.max(1));
    let span = columns.times_and_classes().fold(None, |span: Option<(i64, i64)>, (time, _)| {
        Some(span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))))
    });
    let Some((first, last)) = span.map(|(first, last)| (first.div_euclid(1000), last.div_euclid(1000))) else {
        return Histogram { start_ms: 0.0, bin_ms: 0.0, bins: 0, counts: Vec::new() };
    };
    let fits = |width: &i64| last.div_euclid(*width) - first.div_euclid(*width) < bins;
    // Beyond the table (decades of logs in one drop) the width need only fit.
    let width = WIDTHS_MS.into_iter().find(fits).unwrap_or((last - first) / bins + 1);
    let start = first.div_euclid(width);
    let count = usize::try_from(last.div_euclid(width) - start + 1).unwrap_or(1);
    let mut counts = vec![0_u32; count * CLASSES];
    for (time, class) in columns.times_and_classes() {
        let bin = usize::try_from(time.div_euclid(1000).div_euclid(width) - start).unwrap_or(0);
        if let Some(cell) = counts.get_mut(bin * CLASSES + class) {
            *cell += 1;
        }
    }
    Histogram { start_ms: (start * width) as f64, bin_ms: width as f64, bins: count as u32, counts }
}
