//! Tables: logs in the W3C format, and what a query gives as CSV. A header names the columns of the rows behind it, so each
//! row is given as a JSON object with these names: a line that says everything itself, wherever it is read again.
//!
//! Source: W3C, "Extended Log File Format" (WD-logfile-960323); AWS, CloudWatch Logs, `CreateDelivery`, `w3c`.

use crate::format;

/// The names of the present table's columns.
#[derive(Debug)]
pub(crate) struct Table {
    names: Vec<String>,
    /// The header's, where it is not a blank; of W3C each row may have another.
    delimiter: Option<u8>,
}

/// What a row is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// An object.
    Object,
    /// A row with more values than names: nobody can tell where one ends.
    Ambiguous,
}

impl Table {
    /// The table that begins with this line, if it is a header whose names are a load balancer's. `may_be_plain`: a header
    /// without a mark stands in a file's first line only.
    pub(crate) fn begun_by(line: &[u8], may_be_plain: bool) -> Option<Self> {
        if let Some(names) = format::w3c_names(line) {
            let is_ours = format::are_columns(&names);
            return is_ours.then_some(Self { names, delimiter: None });
        }
        let (names, delimiter) = may_be_plain.then(|| format::header_names(line)).flatten()?;
        Some(Self { names, delimiter: Some(delimiter) })
    }

    /// Puts the row into `out` as an object. A row that is cut gives an object that is cut.
    pub(crate) fn row(&self, line: &[u8], out: &mut Vec<u8>) -> Row {
        let has = |byte| memchr::memchr(byte, line).is_some();
        let delimiter = match self.delimiter {
            Some(delimiter) => delimiter,
            None if has(b'\t') => b'\t',
            None if has(b',') && !has(b' ') => b',',
            None => b' ',
        };
        let mut values = format::cut(line, delimiter, &self.names);
        if self.delimiter.is_none() && delimiter == b' ' && values.len() != self.names.len() && has(b',') {
            let by_commas = format::cut(line, b',', &self.names);
            if by_commas.len() == self.names.len() {
                values = by_commas;
            }
        }
        if values.len() > self.names.len() {
            return Row::Ambiguous;
        }
        out.clear();
        for (at, (name, value)) in self.names.iter().zip(&values).enumerate() {
            out.push(if at == 0 { b'{' } else { b',' });
            for (text, behind) in [(name, b':'), (value, b' ')] {
                // Of text into memory: it cannot fail.
                out.extend(serde_json::to_vec(text).unwrap_or_default());
                if behind == b':' {
                    out.push(behind);
                }
            }
        }
        if values.len() == self.names.len() {
            out.push(b'}');
        }
        Row::Object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(header: &str, line: &str) -> Option<String> {
        let table = Table::begun_by(header.as_bytes(), true)?;
        let mut out = Vec::new();
        match table.row(line.as_bytes(), &mut out) {
            Row::Object => Some(String::from_utf8(out).expect("JSON")),
            Row::Ambiguous => Some("ambiguous".to_owned()),
        }
    }

    #[test]
    fn rows_become_objects() {
        let header = "#Fields: type time elb client_port alpn_client_preference_list";
        let expected = r#"{"type":"tls","time":"2026-11-24T09:15:02","elb":"net/a","client_port":"192.0.2.1:1","alpn_client_preference_list":"\"h2\",\"http/1.1\""}"#;
        for line in [
            "tls\t2026-11-24T09:15:02\tnet/a\t192.0.2.1:1\t\"h2\",\"http/1.1\"",
            "tls 2026-11-24T09:15:02 net/a 192.0.2.1:1 \"h2\",\"http/1.1\"",
            "tls,2026-11-24T09:15:02,net/a,192.0.2.1:1,\"h2\",\"http/1.1\"",
            "tls,2026-11-24T09:15:02,net/a,192.0.2.1:1,\"\"\"h2\"\",\"\"http/1.1\"\"\"",
        ] {
            assert_eq!(row(header, line).as_deref(), Some(expected), "{line}");
        }
        let tabs = header.replace(' ', "\t");
        assert!(row(&tabs, "tls\t2026\tnet/a\t-\t-").is_some());
        assert_eq!(row(header, "tls\t2026\t-").as_deref(), Some(r#"{"type":"tls","time":"2026","elb":"-""#));
        assert_eq!(row(header, "tls 2026 a b c d").as_deref(), Some("ambiguous"));
        assert_eq!(row(header, "tls 2026 a b c d, e").as_deref(), Some("ambiguous"));
    }

    #[test]
    fn other_headers() {
        assert!(row("#Fields: date time x-edge-location sc-bytes c-ip", "").is_none());
        assert!(row("https 2026-11-24T09:15:02Z app/a/1 192.0.2.1:1", "").is_none());
        let message = "@timestamp,@message\r";
        let line = "2026-11-24 09:15:02.482,\"https 2026 \"\"GET\"\"\"\r";
        let expected = r#"{"@timestamp":"2026-11-24 09:15:02.482","@message":"https 2026 \"GET\""}"#;
        assert_eq!(row(message.trim(), line.trim()).as_deref(), Some(expected));
        let athena = "\"type\",\"time\",\"elb\",\"client_ip\"";
        assert!(
            row(athena, "\"h2\",\"2026\",\"a\",\"192.0.2.1\"").expect("a row").contains("\"client_ip\":\"192.0.2.1\"")
        );
        assert!(Table::begun_by(athena.as_bytes(), false).is_none());
    }
}
