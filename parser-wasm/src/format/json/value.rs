//! A member's value, and the text that its column would have.

use super::super::columns::{Field, Quoting};
use chrono::DateTime;
use serde_json::value::RawValue;

/// A value, decoded as far as a column can hold it.
#[derive(Debug)]
pub(super) enum Value {
    /// Text, a number or a word; `-` for null.
    Text(String),
    /// A list of such, and as it stands.
    List(Vec<String>, String),
    /// An object, or a list that holds more than values, as it stands.
    Other(String),
}

impl Value {
    pub(super) fn of(raw: &RawValue) -> Option<Self> {
        let raw = raw.get();
        Some(match raw.as_bytes().first() {
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
                match items.into_iter().map(scalar).collect::<Option<_>>() {
                    Some(items) => Self::List(items, raw.to_owned()),
                    None => Self::Other(raw.to_owned()),
                }
            }
            Some(b'{') => Self::Other(raw.to_owned()),
            _ => Self::Text(text(raw)?),
        })
    }

    /// The text as it is, without a column in mind.
    pub(super) fn plain(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::List(_, raw) | Self::Other(raw) => raw,
        }
    }

    /// The text that the column would have, if it can hold this value.
    pub(super) fn for_column(&self, field: &Field) -> Option<String> {
        let kind = Kind::of(field);
        match (self, kind) {
            (Self::Text(text), _) => Some(kind.text(text)),
            (Self::List(items, _), Kind::List(_) | Kind::Items) if items.is_empty() => Some("-".to_owned()),
            (Self::List(items, _), Kind::List(separator)) => Some(items.join(separator)),
            (Self::List(items, _), Kind::Items) => {
                Some(items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(","))
            }
            (Self::List(..) | Self::Other(_), _) => None,
        }
    }
}

/// An item of a list that is a value.
fn scalar(raw: &RawValue) -> Option<String> {
    let raw = raw.get();
    if raw.starts_with(['[', '{']) { None } else { text(raw) }
}

fn text(raw: &str) -> Option<String> {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).ok(),
        Some(b'n') => Some("-".to_owned()),
        _ => Some(raw.to_owned()),
    }
}

/// What a column's values are, as far as they can be written in other ways than AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Time,
    Whole,
    Decimal,
    List(&'static str),
    /// A list whose items stand in quotes.
    Items,
}

impl Kind {
    fn of(field: &Field) -> Self {
        match field.name {
            _ if field.quoting == Quoting::Items => Self::Items,
            "time" | "timestamp" | "request_creation_time" | "tls_connection_creation_time" => Self::Time,
            "elb_status_code"
            | "target_status_code"
            | "backend_status_code"
            | "status_code"
            | "received_bytes"
            | "sent_bytes"
            | "matched_rule_priority"
            | "client_port"
            | "listener_port"
            | "connection_time"
            | "tls_handshake_time"
            | "incoming_tls_alert" => Self::Whole,
            "latency" | "tls_handshake_latency" => Self::Decimal,
            name if name.ends_with("_processing_time") => Self::Decimal,
            "actions_executed" => Self::List(","),
            "target:port_list" | "target_status_code_list" => Self::List(" "),
            _ => Self::Text,
        }
    }

    /// The text as AWS would write it; what is none of this kind stays, for the column to refuse.
    fn text(self, text: &str) -> String {
        let written = match self {
            Self::Time => moment(text),
            Self::Whole => whole(text),
            Self::Decimal => decimal(text),
            Self::Text | Self::List(_) | Self::Items => None,
        };
        written.unwrap_or_else(|| text.to_owned())
    }
}

/// A number that is written as data frames and JSON's writers like it. Digits alone stay as they are.
fn number(text: &str) -> Option<f64> {
    let is_written_so = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let needs_it = text.starts_with('-') || text.contains(['.', 'e', 'E']);
    (is_written_so && needs_it).then(|| text.parse::<f64>().ok())?.filter(|number| number.is_finite())
}

/// A whole number in any notation: `200.0` is 200.
fn whole(text: &str) -> Option<String> {
    number(text).filter(|number| number.fract() == 0.0 && number.abs() < 1e15).map(|number| number.to_string())
}

/// A port, which hardly any notation spares.
pub(super) fn port(text: &str) -> Option<String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) { Some(text.to_owned()) } else { whole(text) }
}

/// A duration without sign and exponent; `-1.0` is `-1`.
fn decimal(text: &str) -> Option<String> {
    number(text).filter(|_| text.starts_with('-') || text.contains(['e', 'E'])).map(|number| number.to_string())
}

/// A moment that is no text of AWS's: the time since 1970 as a number, in milliseconds or in the unit that its size
/// tells, or a blank instead of `T`, as query tools print it.
fn moment(text: &str) -> Option<String> {
    if let Some((date, time)) = text.split_once(' ').filter(|(date, _)| date.len() == 10) {
        return Some(format!("{date}T{}", time.trim_end_matches(" UTC")));
    }
    let nanos = match (text.len(), text.split_once('.')) {
        (13, None) => text.parse::<i64>().ok()?.checked_mul(1_000_000)?,
        (16, None) => text.parse::<i64>().ok()?.checked_mul(1_000)?,
        (19, None) => text.parse::<i64>().ok()?,
        (10, None) => text.parse::<i64>().ok()?.checked_mul(1_000_000_000)?,
        (_, Some((whole, decimals))) if [10, 13].contains(&whole.len()) && (1..=9).contains(&decimals.len()) => {
            let unit = if whole.len() == 10 { 1_000_000_000 } else { 1_000_000 };
            let decimals: i64 = format!("{decimals:0<9}").parse().ok()?;
            // Of a millisecond's decimals the first six are nanoseconds.
            let part = if whole.len() == 10 { decimals } else { decimals / 1000 };
            whole.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(part)?
        }
        _ => return None,
    };
    if text.starts_with(['-', '+']) {
        return None;
    }
    Some(DateTime::from_timestamp_nanos(nanos).format("%Y-%m-%dT%H:%M:%S%.fZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_notation() {
        for (text, expected) in
            [("200.0", "200"), ("2e2", "200"), ("-1.0", "-1"), ("200", "200"), ("1.5", "1.5"), ("OK", "OK"), ("-", "-")]
        {
            assert_eq!(Kind::Whole.text(text), expected);
        }
        for (text, expected) in
            [("5.84E-4", "0.000584"), ("0.0", "0.0"), ("0.001", "0.001"), ("-1.0", "-1"), ("1e1", "10"), ("-", "-")]
        {
            assert_eq!(Kind::Decimal.text(text), expected);
        }
        assert_eq!(Kind::Decimal.text("1e400"), "1e400", "no number, but what stood there");
    }

    #[test]
    fn moments_in_every_unit() {
        for (text, expected) in [
            ("1795598102482", "2026-11-25T09:15:02.482Z"),
            ("1795598102", "2026-11-25T09:15:02Z"),
            ("1795598102.482113", "2026-11-25T09:15:02.482113Z"),
            ("1795598102482.25", "2026-11-25T09:15:02.482250Z"),
            ("1795598102482113", "2026-11-25T09:15:02.482113Z"),
            ("1795598102482113000", "2026-11-25T09:15:02.482113Z"),
            ("2026-11-25 09:15:02.482 UTC", "2026-11-25T09:15:02.482"),
            ("2026-11-25T09:15:02.482113Z", "2026-11-25T09:15:02.482113Z"),
            ("7", "7"),
            ("-795598102482", "-795598102482"),
        ] {
            assert_eq!(Kind::Time.text(text), expected);
        }
    }
}
