//! Server-side encryption of what we write to S3.

/// How S3 shall encrypt an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// With S3's own keys.
    S3,
    /// With a key of KMS, by its ARN; the account's key for S3 where none is named.
    Kms(Option<String>),
}

impl Encryption {
    /// Reads `AES256`, `aws:kms` or `aws:kms:KEY_ARN`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "AES256" => Ok(Self::S3),
            "aws:kms" => Ok(Self::Kms(None)),
            _ => match text.strip_prefix("aws:kms:") {
                Some(key) if !key.is_empty() => Ok(Self::Kms(Some(key.to_owned()))),
                _ => Err(format!("is {text:?}: expected AES256, aws:kms or aws:kms:KEY_ARN")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_be_named() {
        assert_eq!(Encryption::parse("AES256"), Ok(Encryption::S3));
        assert_eq!(Encryption::parse("aws:kms"), Ok(Encryption::Kms(None)));
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/1";
        assert_eq!(Encryption::parse(&format!("aws:kms:{arn}")), Ok(Encryption::Kms(Some(arn.to_owned()))));
        for wrong in ["aes256", "aws:kms:", "kms"] {
            assert!(Encryption::parse(wrong).unwrap_err().contains("expected AES256"), "{wrong}");
        }
    }
}
