//! Which permission or setting is probably missing where S3 denies something: its own words rarely say.

use super::request::Subject;

/// What to look at after a denial.
pub(super) fn advice(subject: &Subject<'_>, code: Option<&str>, words: &str, is_encrypted: bool) -> String {
    let writes =
        !matches!(subject.operation, "GetObject" | "HeadObject" | "HeadBucket" | "ListObjectsV2" | "DeleteObject");
    if words.to_ascii_lowercase().contains("kms") {
        // S3 names the action where it can; parts of an upload are decrypted when it is completed.
        return match (words.contains("kms:GenerateDataKey"), writes) {
            (false, false) => "the role needs kms:Decrypt on the key".to_owned(),
            (true, false) => "the role needs kms:GenerateDataKey on the key".to_owned(),
            (_, true) => "the role needs kms:GenerateDataKey and kms:Decrypt on the key".to_owned(),
        };
    }
    let on = format!("arn:aws:s3:::{}", subject.bucket);
    match subject.operation {
        "ListObjectsV2" | "HeadBucket" => format!("the role needs s3:ListBucket on {on}"),
        "GetObject" => format!(
            "the role needs s3:GetObject on {on}/{}; without s3:ListBucket S3 denies also what is not there",
            subject.key
        ),
        "HeadObject" if code.is_none() => format!(
            "the role needs s3:ListBucket on {on}, not narrowed to another prefix: without it S3 denies what is not \
             there; and s3:GetObject on {on}/{}",
            subject.key
        ),
        "HeadObject" => format!("the role needs s3:GetObject on {on}/{}", subject.key),
        "DeleteObject" | "DeleteObjects" => format!("the role needs s3:DeleteObject on {on}/{}", subject.key),
        "AbortMultipartUpload" => format!("the role needs s3:AbortMultipartUpload on {on}/{}", subject.key),
        operation => {
            let source = if operation == "CopyObject" { ", and s3:GetObject on the original" } else { "" };
            let encryption = if is_encrypted {
                ""
            } else {
                "; where the bucket's policy demands encryption, set ALBATROSS_S3_ENCRYPTION"
            };
            format!("the role needs s3:PutObject on {on}/{}{source}{encryption}", subject.key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::request::Whose;

    fn of(operation: &'static str, code: Option<&str>, words: &str, is_encrypted: bool) -> String {
        let subject = Subject { operation, bucket: "logs", key: "a.log", whose: Whose::Own };
        advice(&subject, code, words, is_encrypted)
    }

    #[test]
    fn a_denial_names_what_is_probably_missing() {
        let denied = Some("AccessDenied");
        assert_eq!(of("ListObjectsV2", denied, "", false), "the role needs s3:ListBucket on arn:aws:s3:::logs");
        assert!(
            of("GetObject", denied, "", false).starts_with("the role needs s3:GetObject on arn:aws:s3:::logs/a.log")
        );
        assert!(of("HeadObject", None, "", false).contains("s3:ListBucket on arn:aws:s3:::logs, not narrowed"));
        assert!(of("PutObject", denied, "", false).contains("set ALBATROSS_S3_ENCRYPTION"));
        assert!(!of("PutObject", denied, "", true).contains("ALBATROSS_S3_ENCRYPTION"));
        assert!(of("CopyObject", denied, "", true).contains("s3:GetObject on the original"));
        assert!(of("DeleteObject", denied, "", false).contains("s3:DeleteObject"));
    }

    #[test]
    fn words_about_kms_name_the_action_on_the_key() {
        let words = "User is not authorized to perform: kms:Decrypt on resource";
        assert!(of("GetObject", Some("AccessDenied"), words, false).contains("kms:Decrypt on the key"));
        let words = "not authorized to perform: kms:GenerateDataKey";
        assert!(of("PutObject", Some("AccessDenied"), words, false).contains("kms:GenerateDataKey"));
    }
}
