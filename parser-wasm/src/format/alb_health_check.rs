//! Application Load Balancer health check logs (since November 2025).
//!
//! Source: AWS, "Health check logs for your Application Load Balancer", health check log entries: 8 columns at first,
//! 10 in the documentation of 2026.

use super::columns::{self, Columns, Extra, Field, Quoting, field_table};
use super::error::ParseError;
use crate::logged::Logged;
use crate::record::{HealthTarget, Seconds, Timestamp};
use crate::text::Text;
use std::net::IpAddr;

field_table! {
    TYPE "type" Either
    TIME "time" | "timestamp" Either
    LATENCY "latency" Either
    TARGET_ADDR "target_addr" Either
    TARGET_GROUP_ID "target_group_id" Either
    STATUS "status" Either
    STATUS_CODE "status_code" Either
    REASON_CODE "reason_code" Either
    ELB "elb" Either
    IP_ADDRESS "ip_address" Either
}

/// The columns of the first version (2025-11).
pub(super) const REQUIRED: usize = 8;

/// One health check of a target, as an Application Load Balancer logged it. Fields have AWS's names.
#[derive(Debug)]
pub struct AlbHealthCheck<'a> {
    /// Protocol of the check: `http`, `https`, `h2`, `grpc`, `lambda`; an open set.
    pub r#type: Logged<Text<'a>>,
    /// When the check began.
    pub time: Timestamp<'a>,
    /// How long it took.
    pub latency: Logged<Seconds<'a>>,
    /// What was checked.
    pub target_addr: Logged<HealthTarget<'a>>,
    /// The target group, by its name.
    pub target_group_id: Logged<Text<'a>>,
    /// `PASS` or `FAIL`.
    pub status: Logged<Text<'a>>,
    /// The status of the target's answer; of gRPC, its own.
    pub status_code: Logged<u16>,
    /// AWS's reason code of a failure.
    pub reason_code: Logged<Text<'a>>,
    /// The load balancer: `app/NAME/ID`.
    pub elb: Logged<Text<'a>>,
    /// The load balancer node's address.
    pub ip_address: Logged<IpAddr>,
    /// Columns newer than this table, as logged.
    pub extra: Extra<'a>,
}

impl<'a> AlbHealthCheck<'a> {
    /// Reads one line, without its line ending.
    ///
    /// # Errors
    /// When the line has fewer than 8 columns, a column is not separated or quoted as AWS does it, or a value is not
    /// of its field's type. The error names the first such field.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        columns::parse(line, &FIELDS, REQUIRED, Self::of)
    }

    pub(super) fn of(columns: &Columns<'a, { FIELDS.len() }>) -> Result<Self, ParseError> {
        Ok(Self {
            r#type: columns.protocol(TYPE)?,
            time: columns.required_time(TIME)?,
            latency: columns.seconds(LATENCY)?,
            target_addr: match columns.text(TARGET_ADDR) {
                Logged::Value(arn) if arn.0.starts_with(b"arn:") => Logged::Value(HealthTarget::Arn(arn)),
                _ => columns.endpoint(TARGET_ADDR)?.map(HealthTarget::Endpoint),
            },
            target_group_id: columns.text(TARGET_GROUP_ID),
            status: columns.never_dash(STATUS)?,
            status_code: columns.status(STATUS_CODE)?,
            reason_code: columns.text(REASON_CODE),
            elb: columns.text(ELB),
            ip_address: columns.ip(IP_ADDRESS)?,
            extra: columns.extra()?,
        })
    }

    /// Whether the target passed; `None` for a status that is neither `PASS` nor `FAIL`.
    pub fn passed(&self) -> Option<bool> {
        match self.status.value()?.0 {
            b"PASS" => Some(true),
            b"FAIL" => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::ErrorKind;
    use super::*;

    #[test]
    fn endpoints_and_functions_are_checked() {
        let target =
            |line: &'static str| AlbHealthCheck::parse(line.as_bytes()).map(|record| record.target_addr.value());
        let line = "http 2025-10-31T12:44:59.875678Z 0.019584011 10.0.0.97:80 web PASS 200 - app/web/1 198.51.100.60";
        assert!(matches!(target(line), Ok(Some(HealthTarget::Endpoint(endpoint))) if endpoint.port == Some(80)));
        let line = "lambda 2025-10-31T12:44:59.875678Z 0.1 arn:aws:lambda:eu-west-1:1:function:f web FAIL - TimedOut";
        assert!(matches!(target(line), Ok(Some(HealthTarget::Arn(_)))));
        let error = target("http 2025-10-31T12:44:59.875678Z 0.1 host:80 web PASS 200 -").expect_err("an error");
        assert_eq!((error.kind, error.field), (ErrorKind::BadAddress, Some("target_addr")));
        let error = target("http 2025-10-31T12:44:59.875678Z 0.1 10.0.0.97:80 web PASS").expect_err("an error");
        assert_eq!(error.kind, ErrorKind::TooFewFields { found: 6, expected: 8 });
    }
}
