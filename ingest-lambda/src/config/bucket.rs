//! A bucket's name, as people have it.

use crate::plain::excerpt;

/// The name, or what to write instead.
pub(super) fn name(text: &str) -> Result<String, String> {
    let given = excerpt(text);
    let instead = |name: &str, prefix: &str| {
        let prefix = prefix.trim_start_matches('/');
        let also = if prefix.is_empty() { String::new() } else { format!(", and {prefix} as ALBATROSS_PREFIX") };
        match is_name(name) {
            true => format!("{name}{also}"),
            false => "the bucket's name".to_owned(),
        }
    };
    let split = |rest: &str| {
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        excerpt(&instead(name, prefix))
    };
    if is_name(text) {
        Ok(text.to_owned())
    } else if let Some(rest) = text.strip_prefix("s3://") {
        Err(format!("is a URL, {given}: write {}", split(rest)))
    } else if text.starts_with("arn:") {
        // arn:PARTITION:s3:::NAME; access points have a region and an account.
        let write = text.split_once(":s3:::").map(|(_, rest)| split(rest));
        let write = write.unwrap_or_else(|| "the bucket's name, or the access point's alias".to_owned());
        Err(format!("is an ARN, {given}: write {write}"))
    } else if text.contains("://") {
        Err(format!("is a URL, {given}: write the bucket's name"))
    } else if text.contains('/') {
        Err(format!("holds a slash, {given}: write {}", split(text.trim_start_matches('/'))))
    } else {
        Err(format!("is {given}: the name of a bucket has letters, digits, dots and hyphens alone"))
    }
}

/// Old buckets have capitals and underscores, too.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_what_to_write_instead() {
        assert_eq!(name("my-alb.logs"), Ok("my-alb.logs".to_owned()));
        for (text, write) in [
            ("s3://logs", "write logs"),
            ("s3://logs/AWSLogs/1/", "write logs, and AWSLogs/1/ as ALBATROSS_PREFIX"),
            ("arn:aws:s3:::logs", "write logs"),
            ("arn:aws-cn:s3:::logs/*", "write logs, and * as ALBATROSS_PREFIX"),
            ("arn:aws:s3:eu-west-1:1:accesspoint/mine", "the access point's alias"),
            ("logs/", "write logs"),
            ("/logs/a/", "write logs, and a/ as ALBATROSS_PREFIX"),
            ("https://logs.s3.amazonaws.com/", "write the bucket's name"),
            ("lögs", "letters, digits"),
            ("logs ", "letters, digits"),
        ] {
            let problem = name(text).unwrap_err();
            assert!(problem.contains(write), "{text}: {problem}");
        }
    }
}
