//! What an object's name says about its content.

use super::Format;
use super::folder::is_delivered_to;

/// The parts of a name as AWS gives them (AWS, "Access log files"):
/// `[conn_log_|health_check_log_]ACCOUNT_elasticloadbalancing_REGION_[app.|net.]NAME…`.
pub(crate) struct AwsName<'n> {
    pub(crate) account: &'n str,
    pub(crate) region: &'n str,
    pub(crate) format: Format,
}

impl<'n> AwsName<'n> {
    pub(crate) fn parse(base_name: &'n str) -> Option<Self> {
        // AWS's page had a point behind the word at first.
        let kinds = [("conn_log", Format::AlbConnection), ("health_check_log", Format::AlbHealthCheck)];
        let prefixed = kinds.into_iter().find_map(|(word, format)| {
            let rest = base_name.strip_prefix(word)?;
            Some((rest.strip_prefix(['_', '.'])?, format))
        });
        let (account, rest) = prefixed.map_or(base_name, |(rest, _)| rest).split_once("_elasticloadbalancing_")?;
        let (region, balancer) = rest.split_once('_')?;
        let format = match prefixed {
            Some((_, format)) => format,
            None if balancer.starts_with("app.") => Format::AlbAccess,
            None if balancer.starts_with("net.") => Format::NlbTls,
            // A Classic Load Balancer's name has no point.
            None if balancer.split('_').next().is_some_and(|name| !name.contains('.')) => Format::Classic,
            None => return None,
        };
        Some(Self { account, region, format })
    }
}

/// What an object is, by its key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A load balancer's log, by the name that AWS gives those of this format.
    NamedByAws(Format),
    /// Somebody's log: the name says nothing against a load balancer's, and nothing for it.
    NamedLog,
    /// A log of the newer delivery, by the folder that it lies in: its names are not documented.
    Delivered,
    /// A table in Apache Parquet in such a folder, which is not read.
    Parquet,
    /// The file by which Elastic Load Balancing tests its permission to write:
    /// `AWSLogs/ACCOUNT/ELBAccessLogTestFile` and its siblings.
    TestFile,
    /// Anything else.
    Other,
}

impl KeyKind {
    /// Logs end in `.log` or `.log.gz`, whoever wrote them. Where load balancers' logs are delivered, other names are
    /// logs, too.
    pub fn of(key: &str) -> Self {
        let name = key.rsplit('/').next().unwrap_or(key);
        if name.starts_with("ELB") && name.ends_with("LogTestFile") {
            return Self::TestFile;
        }
        if name.ends_with(".log") || name.ends_with(".log.gz") {
            return AwsName::parse(name).map_or(Self::NamedLog, |name| Self::NamedByAws(name.format));
        }
        let is_delivered = !name.is_empty() && !name.starts_with(['.', '_', '!']) && is_delivered_to(key);
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "parquet" if is_delivered => Self::Parquet,
            _ if !is_delivered => Self::Other,
            // The end of a name without a known extension is a part of it.
            "zip" | "md" | "html" | "pdf" | "yaml" | "yml" | "tmp" | "crc" => Self::Other,
            _ => Self::Delivered,
        }
    }

    /// Whether it may be a log, so that it has to be read.
    pub fn may_be_log(self) -> bool {
        matches!(self, Self::NamedByAws(_) | Self::NamedLog | Self::Delivered)
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
            (format!("{dir}{alb}_{tail}"), KeyKind::NamedByAws(Format::AlbAccess)),
            ("access.log".to_owned(), KeyKind::NamedLog),
            ("2019/logs/a.log.gz".to_owned(), KeyKind::NamedLog),
            (format!("{dir}conn_log_{alb}_{tail}"), KeyKind::NamedByAws(Format::AlbConnection)),
            (format!("{dir}conn_log.{alb}_{tail}"), KeyKind::NamedByAws(Format::AlbConnection)),
            (format!("{dir}health_check_log_{alb}_{tail}"), KeyKind::NamedByAws(Format::AlbHealthCheck)),
            (
                format!("{dir}1_elasticloadbalancing_eu-west-1_net.n.1_20261123T2105Z_3tq5ezpk.log.gz"),
                KeyKind::NamedByAws(Format::NlbTls),
            ),
            (
                format!("{dir}1_elasticloadbalancing_eu-west-1_old_20T_1.1.1.1_r.log"),
                KeyKind::NamedByAws(Format::Classic),
            ),
            (format!("{dir}1_elasticloadbalancing_eu-west-1_new.n.1_{tail}"), KeyKind::NamedLog),
            ("p/AWSLogs/123456789012/ELBAccessLogTestFile".to_owned(), KeyKind::TestFile),
            ("AWSLogs/1/ELBConnectionLogTestFile".to_owned(), KeyKind::TestFile),
            ("AWSLogs/1/ELBHealthCheckLogTestFile".to_owned(), KeyKind::TestFile),
            (format!("{dir}{alb}_20261123T2105Z_3tq5ezpk.gz"), KeyKind::Delivered),
            (format!("{dir}0a1b2c3d.json.gz"), KeyKind::Delivered),
            (format!("{dir}0a1b2c3d"), KeyKind::Delivered),
            ("MyLogs/us-east-1/2026/09/10/0a1b2c3d.gz".to_owned(), KeyKind::Delivered),
            (format!("{dir}0a1b2c3d.parquet"), KeyKind::Parquet),
            (format!("{dir}_temporary"), KeyKind::Other),
            (format!("{dir}readme.md"), KeyKind::Other),
            (dir.to_owned(), KeyKind::Other),
            ("0a1b2c3d.gz".to_owned(), KeyKind::Other),
            ("p/".to_owned(), KeyKind::Other),
            ("p/readme.txt".to_owned(), KeyKind::Other),
        ] {
            assert_eq!(KeyKind::of(&key), kind, "{key}");
        }
    }
}
