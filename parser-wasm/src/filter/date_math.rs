//! Date maths as engines have it: `-1d`, `+1y-2M`, `/w`, one step after the other.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};

/// Engines take no unit less than this from what they have rounded up, whatever the field's own smallest step is.
const LEAST: TimeDelta = TimeDelta::milliseconds(1);

/// Where the steps lead from a time. Rounding ends at the first moment of its unit, or at the last millisecond of it.
pub(super) fn walk(from: DateTime<Utc>, steps: &str, rounds_up: bool) -> Option<DateTime<Utc>> {
    let (mut at, mut rest) = (from, steps);
    while let Some(operator) = rest.chars().next() {
        rest = rest.get(operator.len_utf8()..)?;
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (count, behind) = rest.split_at_checked(digits)?;
        let unit = behind.chars().next()?;
        rest = behind.get(unit.len_utf8()..)?;
        let count: Option<u32> = if count.is_empty() { None } else { Some(count.parse().ok()?) };
        at = match (operator, count) {
            ('/', None) if rounds_up => moved(floor(at, unit)?, unit, 1, true)?.checked_sub_signed(LEAST)?,
            ('/', None) => floor(at, unit)?,
            ('+' | '-', count) => moved(at, unit, count.unwrap_or(1), operator == '+')?,
            _ => return None,
        };
    }
    Some(at)
}

fn moved(at: DateTime<Utc>, unit: char, count: u32, forward: bool) -> Option<DateTime<Utc>> {
    let months = |months| {
        let months = Months::new(months);
        if forward { at.checked_add_months(months) } else { at.checked_sub_months(months) }
    };
    let seconds = |seconds: i64| {
        let delta = TimeDelta::try_seconds(i64::from(count) * seconds)?;
        if forward { at.checked_add_signed(delta) } else { at.checked_sub_signed(delta) }
    };
    match unit {
        'y' => months(count.checked_mul(12)?),
        'M' => months(count),
        'w' => seconds(7 * 86_400),
        'd' => seconds(86_400),
        'h' | 'H' => seconds(3600),
        'm' => seconds(60),
        's' => seconds(1),
        _ => None,
    }
}

/// The first moment of the unit that a time is in.
fn floor(at: DateTime<Utc>, unit: char) -> Option<DateTime<Utc>> {
    let day = at.date_naive();
    let midnight = |day: NaiveDate| Some(day.and_hms_opt(0, 0, 0)?.and_utc());
    let seconds = |seconds: i64| DateTime::from_timestamp(at.timestamp() - at.timestamp().rem_euclid(seconds), 0);
    match unit {
        'y' => midnight(NaiveDate::from_ymd_opt(day.year(), 1, 1)?),
        'M' => midnight(NaiveDate::from_ymd_opt(day.year(), day.month(), 1)?),
        'w' => midnight(day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))?),
        'd' => seconds(86_400),
        'h' | 'H' => seconds(3600),
        'm' => seconds(60),
        's' => seconds(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(steps: &str, rounds_up: bool) -> Option<String> {
        let from = "2026-11-25T09:15:02.482113Z".parse().expect("a time");
        Some(walk(from, steps, rounds_up)?.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }

    #[test]
    fn steps_lead_to_a_time() {
        for (steps, down, up) in [
            ("", "2026-11-25T09:15:02.482113Z", "2026-11-25T09:15:02.482113Z"),
            ("-1h", "2026-11-25T08:15:02.482113Z", "2026-11-25T08:15:02.482113Z"),
            ("-h", "2026-11-25T08:15:02.482113Z", "2026-11-25T08:15:02.482113Z"),
            ("+1y-2M", "2027-09-25T09:15:02.482113Z", "2027-09-25T09:15:02.482113Z"),
            ("+3M+3d+1y", "2028-02-28T09:15:02.482113Z", "2028-02-28T09:15:02.482113Z"),
            ("/y", "2026-01-01T00:00:00Z", "2026-12-31T23:59:59.999Z"),
            ("/M", "2026-11-01T00:00:00Z", "2026-11-30T23:59:59.999Z"),
            ("/w", "2026-11-23T00:00:00Z", "2026-11-29T23:59:59.999Z"),
            ("-1d/d", "2026-11-24T00:00:00Z", "2026-11-24T23:59:59.999Z"),
            ("/H", "2026-11-25T09:00:00Z", "2026-11-25T09:59:59.999Z"),
            ("/m+30s", "2026-11-25T09:15:30Z", "2026-11-25T09:16:29.999Z"),
            ("/s", "2026-11-25T09:15:02Z", "2026-11-25T09:15:02.999Z"),
        ] {
            assert_eq!(walked(steps, false).as_deref(), Some(down), "{steps}");
            assert_eq!(walked(steps, true).as_deref(), Some(up), "{steps}");
        }
    }

    #[test]
    fn what_is_no_date_maths() {
        for steps in
            ["-1", "-", "1d", "-1x", "/2d", " -1h", "- 1h", "-1d ", "+99999999999d", "+4000000000y", "*2d", "-é"]
        {
            assert_eq!(walked(steps, false), None, "{steps}");
        }
    }
}
