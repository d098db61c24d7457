//! Dates and times: how much of one is said, that long it lasts.

use super::date_math::walk;
use super::error::FilterErrorKind;
use super::expression::Relation;
use crate::document::EngineKind;
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::ops::{Range, RangeInclusive};

/// A stretch of time in nanoseconds since 1970: an hour for `2026-11-23T07`, a day for `2026-11-23`, a moment where the
/// second has decimals. Engines round so too: up for `>` and `<=`, down for `>=` and `<`. They fill in a month or a day
/// that is missing before they round: `2026-11` lasts as long as `2026-11-01`, and the month is `2026-11||/M`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    text: String,
    /// First nanosecond.
    start: i128,
    /// First nanosecond behind it.
    end: i128,
    /// Whether it is asked of a field that no engine keeps as nanoseconds.
    is_of_milliseconds: bool,
}

/// What engines keep as nanoseconds since 1970, of which they do not let anybody ask for others.
const NANOSECONDS: RangeInclusive<i128> = 0..=i64::MAX as i128;

const SECOND: i128 = 1_000_000_000;
const MILLISECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;

const DATE: FilterErrorKind = FilterErrorKind::BadValue {
    expected: "a date such as 2026-11-23 or 2026-11-23T07:15:26.379Z, or date maths such as 2026-11-23||-7d/d",
};

impl Moment {
    /// Reads a date of which parts from the right may be missing: `2026-11-23T07:15:26.379899Z`, with `Z`, an offset
    /// such as `+01:00`, or nothing for UTC; milliseconds since 1970; or date maths, from `now` or from a date and `||`.
    ///
    /// # Errors
    /// When it is none of them, or `now` and nobody said when that is, in milliseconds since 1970.
    pub(super) fn parse(text: &str, now: Option<i64>) -> Result<Self, FilterErrorKind> {
        let (start, end) = match (text.strip_prefix("now"), text.split_once("||")) {
            (Some(steps), _) => {
                let walked = walked(i128::from(now.unwrap_or(0)) * MILLISECOND, steps).ok_or(DATE)?;
                now.map(|_| walked).ok_or(FilterErrorKind::NoClock)?
            }
            (None, Some((date, steps))) if !steps.is_empty() => {
                let (start, _) = stretch(date).ok_or(DATE)?;
                walked(start, steps).ok_or(DATE)?
            }
            (None, Some((date, _))) => stretch(date).ok_or(DATE)?,
            (None, None) => stretch(text).ok_or(DATE)?,
        };
        Ok(Self { text: text.to_owned(), start, end, is_of_milliseconds: false })
    }

    /// For a field of the type `date`, which reaches beyond 2262.
    pub(super) fn of_milliseconds(self) -> Self {
        Self { is_of_milliseconds: true, ..self }
    }

    /// The times that stand so to this one. A `date` without nanoseconds counts milliseconds, on both sides.
    pub(super) fn range(&self, relation: Relation, engine: EngineKind) -> Range<i128> {
        let unit = if self.has_nanoseconds(engine) { 1 } else { MILLISECOND };
        let start = self.start - self.start.rem_euclid(unit);
        let end = self.end + (-self.end).rem_euclid(unit);
        match relation {
            Relation::Equal => start..end,
            Relation::Less => i128::MIN..start,
            Relation::LessOrEqual => i128::MIN..end,
            Relation::Greater => end..i128::MAX,
            Relation::GreaterOrEqual => start..i128::MAX,
        }
    }

    /// The same as engines read it, with all the decimals that they keep; open where nothing lies behind a bound.
    pub(super) fn bounds(&self, relation: Relation, engine: EngineKind) -> Map<String, Value> {
        let range = self.range(relation, engine);
        let mut bounds = Map::new();
        for (bound, at) in [("gte", range.start), ("lt", range.end)] {
            let is_open = at == i128::MIN || at == i128::MAX;
            let is_beyond =
                self.has_nanoseconds(engine) && if bound == "gte" { at <= 0 } else { at > *NANOSECONDS.end() };
            if !is_open && !is_beyond {
                bounds.insert(bound.to_owned(), self.rfc3339(at, engine).into());
            }
        }
        bounds
    }

    fn rfc3339(&self, at: i128, engine: EngineKind) -> String {
        let (at, format) = if self.has_nanoseconds(engine) {
            (at.clamp(*NANOSECONDS.start(), *NANOSECONDS.end()), SecondsFormat::Nanos)
        } else {
            (at, SecondsFormat::Millis)
        };
        date_time(at).unwrap_or(DateTime::<Utc>::MAX_UTC).to_rfc3339_opts(format, true)
    }

    fn has_nanoseconds(&self, engine: EngineKind) -> bool {
        engine.has_nanoseconds() && !self.is_of_milliseconds
    }

    /// The text as it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// A moment as a document has it.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    stretch(text).map(|(start, _)| start)
}

fn date_time(nanoseconds: i128) -> Option<DateTime<Utc>> {
    let seconds = i64::try_from(nanoseconds.div_euclid(SECOND)).ok()?;
    DateTime::from_timestamp(seconds, nanoseconds.rem_euclid(SECOND) as u32)
}

fn since_1970(time: DateTime<Utc>) -> i128 {
    i128::from(time.timestamp()) * SECOND + i128::from(time.timestamp_subsec_nanos())
}

/// Where date maths leads: to one moment, unless it rounds.
fn walked(from: i128, steps: &str) -> Option<(i128, i128)> {
    let from = date_time(from)?;
    Some((since_1970(walk(from, steps, false)?), since_1970(walk(from, steps, true)?) + 1))
}

fn stretch(text: &str) -> Option<(i128, i128)> {
    date_and_time(text).or_else(|| milliseconds(text))
}

fn date_and_time(text: &str) -> Option<(i128, i128)> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year: i32 = digits(parts.next()?, 4)?;
    let month = parts.next().map(|part| digits(part, 2));
    let day = parts.next().map(|part| digits(part, 2));
    if parts.next().is_some() || (time.is_some() && day.is_none()) {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(Some(1))?, day.unwrap_or(Some(1))?)?;
    let midnight = since_1970(first.and_hms_opt(0, 0, 0)?.and_utc());
    let Some(time) = time.filter(|time| !time.is_empty()) else { return Some((midnight, midnight + DAY)) };
    let (time, ahead) = split_zone(time)?;
    let (offset, lasts) = time_of_day(time)?;
    let start = midnight + offset - ahead;
    Some((start, start + lasts))
}

/// Milliseconds since 1970, with decimals or without.
fn milliseconds(text: &str) -> Option<(i128, i128)> {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let (sign, number) = whole.strip_prefix('-').map_or((1, whole), |number| (-1, number));
    let start = sign * digits::<i128>(number, number.len().min(15))? * MILLISECOND;
    let Some(decimals) = decimals else { return Some((start, start + MILLISECOND)) };
    let count = decimals.len();
    if !(1..=6).contains(&count) {
        return None;
    }
    let start = start + sign * digits::<i128>(decimals, count)? * 10_i128.pow(6 - count as u32);
    Some((start, start + 1))
}

/// The time without its zone, and by how many nanoseconds that is ahead of UTC.
fn split_zone(time: &str) -> Option<(&str, i128)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (time, zone) = time.split_at_checked(at)?;
    let (hours, minutes) = zone.get(1..)?.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { "00" } else { minutes.strip_prefix(':').unwrap_or(minutes) };
    let (hours, minutes): (i64, i64) = (digits(hours, 2)?, digits(minutes, 2)?);
    let ahead = TimeDelta::minutes((hours <= 18 && minutes < 60).then_some(hours * 60 + minutes)?);
    let ahead = i128::from(ahead.num_seconds()) * SECOND;
    Some((time, if zone.starts_with('-') { -ahead } else { ahead }))
}

/// Nanoseconds since midnight of `07`, `07:15`, `07:15:26` or `07:15:26.379899`, and how long that lasts.
fn time_of_day(time: &str) -> Option<(i128, i128)> {
    let mut parts = time.splitn(3, ':');
    let hours: i128 = digits(parts.next()?, 2)?;
    let minutes = parts.next().map(|part| digits::<i128>(part, 2));
    let seconds = parts.next();
    let minute = minutes.unwrap_or(Some(0))?;
    if hours > 23 || minute > 59 {
        return None;
    }
    let start = (hours * 60 + minute) * 60 * SECOND;
    let Some(seconds) = seconds else {
        return Some((start, if minutes.is_some() { 60 * SECOND } else { 3600 * SECOND }));
    };
    let (second, decimals) = match seconds.split_once(['.', ',']) {
        Some((second, decimals)) => (second, Some(decimals)),
        None => (seconds, None),
    };
    let second: i128 = digits(second, 2)?;
    if second > 59 {
        return None;
    }
    let Some(decimals) = decimals else { return Some((start + second * SECOND, SECOND)) };
    let count = decimals.len();
    if !(1..=9).contains(&count) {
        return None;
    }
    let unit = 10_i128.pow(9 - count as u32);
    Some((start + second * SECOND + digits::<i128>(decimals, count)? * unit, 1))
}

fn digits<N: std::str::FromStr>(text: &str, count: usize) -> Option<N> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_moment_lasts_that_long() {
        const MIDNIGHT: i128 = 1_795_392_000 * SECOND;
        for (text, start, lasts) in [
            ("2026-11-23", MIDNIGHT, DAY),
            // Engines fill in month and day before they round.
            ("2026-11", MIDNIGHT - 22 * DAY, DAY),
            ("2026", MIDNIGHT - 326 * DAY, DAY),
            ("2026-11-23T", MIDNIGHT, DAY),
            ("2026-11-23T01", MIDNIGHT + 3600 * SECOND, 3600 * SECOND),
            ("2026-11-23T01:02Z", MIDNIGHT + 3720 * SECOND, 60 * SECOND),
            ("2026-11-23T01:02:03", MIDNIGHT + 3723 * SECOND, SECOND),
            // To them, decimals are all the decimals there are.
            ("2026-11-23T01:02:03.5Z", MIDNIGHT + 3723 * SECOND + SECOND / 2, 1),
            ("2026-11-23T01:02:03,5Z", MIDNIGHT + 3723 * SECOND + SECOND / 2, 1),
            ("2026-11-23T00:00:00.000001Z", MIDNIGHT + 1000, 1),
            ("2026-11-23T00:00:00.000000001Z", MIDNIGHT + 1, 1),
            ("2026-11-23T01:00:00+01:00", MIDNIGHT, SECOND),
            ("2026-11-23T01:00:00+0100", MIDNIGHT, SECOND),
            ("2026-11-23T01:00:00+01", MIDNIGHT, SECOND),
            ("2026-11-22T23:30-00:30", MIDNIGHT, 60 * SECOND),
            ("1970-01-01T00:00+01:00", -3600 * SECOND, 60 * SECOND),
            ("1601-01-01", -11_644_473_600 * SECOND, DAY),
            ("9999-12-31", 253_402_214_400 * SECOND, DAY),
            ("1795392000000", MIDNIGHT, MILLISECOND),
            ("1795392000000.298", MIDNIGHT + 298_000, 1),
            ("-1", -MILLISECOND, MILLISECOND),
            ("20261123", 20_261_123 * MILLISECOND, MILLISECOND),
            ("2026-11-23||", MIDNIGHT, DAY),
            ("2026-11-23||+1h", MIDNIGHT + 3600 * SECOND, 1),
            ("1795392000000||-1d", MIDNIGHT - DAY, 1),
            ("2026-11-23T07||/d", MIDNIGHT, DAY - MILLISECOND + 1),
            ("2026-11||/M", MIDNIGHT - 22 * DAY, 30 * DAY - MILLISECOND + 1),
            ("now", MIDNIGHT + 3600 * SECOND, 1),
            ("now-1h", MIDNIGHT, 1),
            ("now/d", MIDNIGHT, DAY - MILLISECOND + 1),
        ] {
            let moment = Moment::parse(text, Some(1_795_395_600_000)).expect(text);
            assert_eq!((moment.start, moment.end - moment.start), (start, lasts), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "x",
            "26-11-23",
            "2026-13",
            "2026-02-30",
            "2026-11T07",
            "2026-11-23T24",
            "2026-11-23T07:60",
            "2026-11-23T07:00:60",
            "2026-11-23T07:00:00.",
            "2026-11-23T07:00:00.1234567890",
            "2026-11-23T07:00:00+1",
            "2026-11-23T07:00:00+19:00",
            "2026-11-23 07:00",
            "2026-11-23-01",
            "+026-11-23",
            "now-1x",
            "now - 1d",
            "NOW",
            "||",
            "2026-11-23||1d",
            "-2026-11-23",
            "+1",
            "1e3",
            "1.5.5",
            "1234567890123456",
        ] {
            assert_eq!(Moment::parse(text, Some(0)), Err(DATE), "{text}");
        }
        assert_eq!(Moment::parse("now-1d", None), Err(FilterErrorKind::NoClock));
        assert_eq!(Moment::parse("now-1x", None), Err(DATE));
    }

    #[test]
    fn engines_with_nanoseconds_are_asked_for_no_other_times() {
        let asked = |text: &str, relation, engine| {
            let moment = Moment::parse(text, None).expect(text);
            serde_json::to_string(&moment.bounds(relation, engine)).expect("JSON")
        };
        let current = |text, relation| asked(text, relation, EngineKind::Current);
        assert_eq!(current("2300", Relation::Less), "{}");
        assert_eq!(current("2300", Relation::Greater), r#"{"gte":"2262-04-11T23:47:16.854775807Z"}"#);
        assert_eq!(current("1950", Relation::GreaterOrEqual), "{}");
        assert_eq!(current("1950", Relation::Less), r#"{"lt":"1970-01-01T00:00:00.000000000Z"}"#);
        let older = asked("1950", Relation::Less, EngineKind::Elasticsearch6);
        assert_eq!(older, r#"{"lt":"1950-01-01T00:00:00.000Z"}"#);
        let certificate = Moment::parse("9000", None).expect("a date").of_milliseconds();
        let asked = serde_json::to_string(&certificate.bounds(Relation::GreaterOrEqual, EngineKind::Current));
        assert_eq!(asked.expect("JSON"), r#"{"gte":"9000-01-01T00:00:00.000Z"}"#);
    }
}
