//! How far an error of S3 reaches: the only table of its codes.

/// How far an error reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The one object that the request was about.
    Object,
    /// Everybody: who asks, with what, or where. No other object fares better.
    Everybody,
    /// Nobody's failure while anything gets through: S3 is busy, or the network is.
    Passing,
}

use Reach::{Everybody, Object, Passing};

/// What is known of S3's codes. <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
pub const CODES: &[(&str, Reach)] = &[
    ("AccountProblem", Everybody),
    ("AllAccessDisabled", Everybody),
    ("AuthorizationHeaderMalformed", Everybody),
    ("ExpiredToken", Everybody),
    ("ExpiredTokenException", Everybody),
    ("IllegalLocationConstraintException", Everybody),
    ("IncompleteSignature", Everybody),
    ("InvalidAccessKeyId", Everybody),
    ("InvalidAccessPoint", Everybody),
    ("InvalidBucketName", Everybody),
    ("InvalidClientTokenId", Everybody),
    ("InvalidPayer", Everybody),
    ("InvalidSecurity", Everybody),
    ("InvalidToken", Everybody),
    ("InvalidTokenId", Everybody),
    ("MissingAuthenticationToken", Everybody),
    ("MissingSecurityHeader", Everybody),
    ("NoSuchAccessPoint", Everybody),
    ("NoSuchBucket", Everybody),
    ("NotImplemented", Everybody),
    ("NotSignedUp", Everybody),
    ("OptInRequired", Everybody),
    ("PermanentRedirect", Everybody),
    ("Redirect", Everybody),
    ("RequestExpired", Everybody),
    ("RequestTimeTooSkewed", Everybody),
    ("SignatureDoesNotMatch", Everybody),
    ("TemporaryRedirect", Everybody),
    ("TokenRefreshRequired", Everybody),
    ("UnrecognizedClientException", Everybody),
    ("AccessDenied", Object),
    ("AccessDeniedException", Object),
    ("BadDigest", Object),
    ("ConditionalRequestConflict", Object),
    ("EntityTooLarge", Object),
    ("EntityTooSmall", Object),
    ("InvalidArgument", Object),
    ("InvalidObjectState", Object),
    ("InvalidPart", Object),
    ("InvalidRange", Object),
    ("InvalidRequest", Object),
    ("KMS.DisabledException", Object),
    ("KMS.KMSInvalidStateException", Object),
    ("KMS.NotFoundException", Object),
    ("KeyTooLongError", Object),
    ("MethodNotAllowed", Object),
    ("NoSuchKey", Object),
    ("NoSuchUpload", Object),
    ("NotFound", Object),
    ("PreconditionFailed", Object),
    ("BandwidthLimitExceeded", Passing),
    ("InternalError", Passing),
    ("KMS.ThrottlingException", Passing),
    ("OperationAborted", Passing),
    ("RequestLimitExceeded", Passing),
    ("RequestTimeout", Passing),
    ("ServiceUnavailable", Passing),
    ("SlowDown", Passing),
    ("Throttling", Passing),
    ("ThrottlingException", Passing),
    ("TooManyRequests", Passing),
];

/// How far an answer reaches: by its code, or by its status where it has none, as all answers to HEAD. None
/// where neither is known.
pub(super) fn of_answer(code: Option<&str>, status: u16) -> Option<Reach> {
    if let Some(code) = code
        && let Some((_, reach)) = CODES.iter().find(|(known, _)| *known == code)
    {
        return Some(*reach);
    }
    match status {
        // The answer was cut, whatever it was.
        200..=299 if code.is_none() => Some(Passing),
        301 | 307 => Some(Everybody),
        408 | 429 | 500.. => Some(Passing),
        400 | 401 | 403 | 404 | 409 | 412 | 416 if code.is_none() => Some(Object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_the_same_table() {
        let text = include_str!("../../../docs/operations.md");
        for (name, reach) in [("everybody's", Everybody), ("the object's", Object), ("passing", Passing)] {
            let row = text.lines().find(|line| line.starts_with(&format!("| {name} |"))).expect(name);
            let codes: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
            let known: Vec<&str> = CODES.iter().filter(|(_, it)| *it == reach).map(|(code, _)| *code).collect();
            assert_eq!(codes, known, "{name}");
        }
    }

    #[test]
    fn a_code_counts_before_a_status_and_a_status_without_one() {
        assert_eq!(of_answer(Some("ExpiredToken"), 400), Some(Everybody));
        assert_eq!(of_answer(Some("KMS.DisabledException"), 400), Some(Object), "another log may have another key");
        assert_eq!(of_answer(Some("SlowDown"), 200), Some(Passing), "a copy fails within its answer");
        assert_eq!(of_answer(None, 403), Some(Object));
        assert_eq!(of_answer(None, 301), Some(Everybody));
        assert_eq!(of_answer(Some("Unheard"), 502), Some(Passing));
        assert_eq!(of_answer(Some("Unheard"), 400), None);
    }
}
