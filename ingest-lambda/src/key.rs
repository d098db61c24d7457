//! What an object's key says about its content.

/// What an object is, by its key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// An ALB access log, by the name that AWS gives them.
    NamedByAws,
    /// Somebody's log: the name says nothing against an access log, and nothing for it.
    NamedLog,
    /// The file by which Elastic Load Balancing tests its permission to write:
    /// `AWSLogs/ACCOUNT/ELBAccessLogTestFile` and its siblings.
    TestFile,
    /// Anything else, among it the logs of other formats: ALB connection and health-check logs,
    /// those of Network and Classic Load Balancers.
    Other,
}

impl KeyKind {
    /// Names as AWS gives them: an ALB's access log ends in
    /// `ACCOUNT_elasticloadbalancing_REGION_app.NAME.ID_TIME_IP_RANDOM.log.gz`; the other ALB logs
    /// put a word in front, an NLB has `net.` for `app.`, a Classic Load Balancer neither.
    #[must_use]
    pub fn of(key: &str) -> Self {
        let name = key.rsplit('/').next().unwrap_or(key);
        if name.starts_with("ELB") && name.ends_with("LogTestFile") {
            return Self::TestFile;
        }
        if !(name.ends_with(".log") || name.ends_with(".log.gz")) {
            return Self::Other;
        }
        if name.starts_with("conn_log") || name.starts_with("health_check_log") {
            return Self::Other;
        }
        match (name.contains("_elasticloadbalancing_"), name.contains("_app.")) {
            (true, true) => Self::NamedByAws,
            (true, false) => Self::Other,
            (false, _) => Self::NamedLog,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_aws_gives_them() {
        let dir = "p/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/23/";
        let tail = "20261123T2105Z_10.0.0.1_3tq5ezpk.log.gz";
        let alb = "123456789012_elasticloadbalancing_eu-west-1_app.shop.0a1b2c3d4e5f6071";
        for (key, kind) in [
            (format!("{dir}{alb}_{tail}"), KeyKind::NamedByAws),
            ("access.log".to_owned(), KeyKind::NamedLog),
            ("2019/logs/a.log.gz".to_owned(), KeyKind::NamedLog),
            (format!("{dir}conn_log_{alb}_{tail}"), KeyKind::Other),
            (format!("{dir}conn_log.{alb}_{tail}"), KeyKind::Other),
            (format!("{dir}health_check_log_{alb}_{tail}"), KeyKind::Other),
            (format!("{dir}1_elasticloadbalancing_eu-west-1_net.n.1_{tail}"), KeyKind::Other),
            (format!("{dir}1_elasticloadbalancing_eu-west-1_old_20T_1.1.1.1_r.log"), KeyKind::Other),
            ("p/AWSLogs/123456789012/ELBAccessLogTestFile".to_owned(), KeyKind::TestFile),
            ("AWSLogs/1/ELBConnectionLogTestFile".to_owned(), KeyKind::TestFile),
            ("AWSLogs/1/ELBHealthCheckLogTestFile".to_owned(), KeyKind::TestFile),
            ("p/".to_owned(), KeyKind::Other),
            ("p/readme.txt".to_owned(), KeyKind::Other),
        ] {
            assert_eq!(KeyKind::of(&key), kind, "{key}");
        }
    }
}
