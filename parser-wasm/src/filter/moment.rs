//! Dates and times: how much of one is said, that long it lasts.

use super::expression::Relation;
use crate::document::EngineKind;
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta};
use std::ops::{Range, RangeInclusive};

/// A stretch of time in nanoseconds since 1970: a year for `2026`, a day for `2026-11-23`, a microsecond for six
/// decimals. Engines round so too: up for `>` and `<=`, down for `>=` and `<`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    text: String,
    /// First nanosecond.
    start: i64,
    /// First nanosecond behind it.
    end: i64,
}

/// Dates that fit into nanoseconds since 1970, as engines keep them.
const YEARS: RangeInclusive<i32> = 1970..=2261;

const SECOND: i64 = 1_000_000_000;

impl Moment {
    /// Reads a date of which parts from the right may be missing: `2026-11-23T07:15:26.379899Z`, with `Z`, an offset
    /// such as `+01:00`, or nothing for UTC.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (start, end) = stretch(text)?;
        Some(Self { text: text.to_owned(), start, end })
    }

    /// The times that stand so to this one. A `date` without nanoseconds counts milliseconds, on both sides.
    pub(super) fn range(&self, relation: Relation, engine: EngineKind) -> Range<i64> {
        let unit = unit(engine);
        let start = self.start - self.start.rem_euclid(unit);
        let end = self.end + (-self.end).rem_euclid(unit);
        match relation {
            Relation::Equal => start..end,
            Relation::Less => i64::MIN..start,
            Relation::LessOrEqual => i64::MIN..end,
            Relation::Greater => end..i64::MAX,
            Relation::GreaterOrEqual => start..i64::MAX,
        }
    }

    /// The text as it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Nanoseconds in the smallest step of an engine's dates.
fn unit(engine: EngineKind) -> i64 {
    if engine.has_nanoseconds() { 1 } else { 1_000_000 }
}

/// A time as engines read it, with all the decimals that they keep.
pub(super) fn rfc3339(nanoseconds: i64, engine: EngineKind) -> String {
    let format = if engine.has_nanoseconds() { SecondsFormat::Nanos } else { SecondsFormat::Millis };
    DateTime::from_timestamp_nanos(nanoseconds).to_rfc3339_opts(format, true)
}

/// A moment as a document has it.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    stretch(text).map(|(start, _)| start)
}

fn stretch(text: &str) -> Option<(i64, i64)> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year: i32 = digits(parts.next()?, 4)?;
    let month = parts.next().map(|part| digits(part, 2));
    let day = parts.next().map(|part| digits(part, 2));
    if parts.next().is_some() || !YEARS.contains(&year) {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(Some(1))?, day.unwrap_or(Some(1))?)?;
    let start = first.and_hms_opt(0, 0, 0)?;
    let Some(time) = time else {
        let next = match (month, day) {
            (None, _) => first.with_year(year + 1)?,
            (_, None) => first.checked_add_months(Months::new(1))?,
            _ => first.succ_opt()?,
        };
        return Some((since_1970(start)?, since_1970(next.and_hms_opt(0, 0, 0)?)?));
    };
    day?;
    let (time, ahead_minutes) = split_zone(time)?;
    let (offset, lasts) = time_of_day(time)?;
    let start = since_1970(start.checked_sub_signed(TimeDelta::minutes(ahead_minutes))?)?.checked_add(offset)?;
    // With an offset, a moment of 1970 may lie before it.
    (start >= 0).then_some((start, start + lasts))
}

fn since_1970(time: NaiveDateTime) -> Option<i64> {
    time.and_utc().timestamp_nanos_opt()
}

/// The time without its zone, and by how many minutes that is ahead of UTC.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (time, zone) = time.split_at_checked(at)?;
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes): (i64, i64) = (digits(hours, 2)?, digits(minutes, 2)?);
    let ahead = (hours <= 18 && minutes < 60).then_some(hours * 60 + minutes)?;
    Some((time, if zone.starts_with('-') { -ahead } else { ahead }))
}

/// Nanoseconds since midnight of `07`, `07:15`, `07:15:26` or `07:15:26.379899`, and how long that lasts.
fn time_of_day(time: &str) -> Option<(i64, i64)> {
    let mut parts = time.splitn(3, ':');
    let hours: i64 = digits(parts.next()?, 2)?;
    let minutes = parts.next().map(|part| digits::<i64>(part, 2));
    let seconds = parts.next();
    let minute = minutes.unwrap_or(Some(0))?;
    if hours > 23 || minute > 59 {
        return None;
    }
    let start = (hours * 60 + minute) * 60 * SECOND;
    let Some(seconds) = seconds else {
        return Some((start, if minutes.is_some() { 60 * SECOND } else { 3600 * SECOND }));
    };
    let (second, decimals) = match seconds.split_once('.') {
        Some((second, decimals)) => (second, Some(decimals)),
        None => (seconds, None),
    };
    let second: i64 = digits(second, 2)?;
    if second > 59 {
        return None;
    }
    let Some(decimals) = decimals else { return Some((start + second * SECOND, SECOND)) };
    let count = decimals.len();
    if !(1..=9).contains(&count) {
        return None;
    }
    let lasts = 10_i64.pow(9 - count as u32);
    Some((start + second * SECOND + digits::<i64>(decimals, count)? * lasts, lasts))
}

fn digits<N: std::str::FromStr>(text: &str, count: usize) -> Option<N> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_moment_lasts_that_long() {
        const MIDNIGHT: i64 = 1_795_392_000 * SECOND;
        const DAY: i64 = 86_400 * SECOND;
        for (text, start, lasts) in [
            ("2026-11-23", MIDNIGHT, DAY),
            ("2026-11", MIDNIGHT - 22 * DAY, 30 * DAY),
            ("2026", MIDNIGHT - 326 * DAY, 365 * DAY),
            ("2026-11-23T01", MIDNIGHT + 3600 * SECOND, 3600 * SECOND),
            ("2026-11-23T01:02Z", MIDNIGHT + 3720 * SECOND, 60 * SECOND),
            ("2026-11-23T01:02:03", MIDNIGHT + 3723 * SECOND, SECOND),
            ("2026-11-23T01:02:03.5Z", MIDNIGHT + 3723 * SECOND + SECOND / 2, SECOND / 10),
            ("2026-11-23T00:00:00.000001Z", MIDNIGHT + 1000, 1000),
            ("2026-11-23T00:00:00.000000001Z", MIDNIGHT + 1, 1),
            ("2026-11-23T01:00:00+01:00", MIDNIGHT, SECOND),
            ("2026-11-22T23:30-00:30", MIDNIGHT, 60 * SECOND),
        ] {
            let moment = Moment::parse(text).expect(text);
            assert_eq!((moment.start, moment.end - moment.start), (start, lasts), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "x",
            "1969",
            "2262",
            "26-11-23",
            "2026-13",
            "2026-02-30",
            "2026-11-23T",
            "2026-11T07",
            "2026-11-23T24",
            "2026-11-23T07:60",
            "2026-11-23T07:00:60",
            "2026-11-23T07:00:00.",
            "2026-11-23T07:00:00.1234567890",
            "2026-11-23T07:00:00+1",
            "2026-11-23T07:00:00+19:00",
            "1970-01-01T00:00+01:00",
            "2026-11-23 07:00",
            "2026-11-23-01",
            "+026-11-23",
            "now-1d",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
