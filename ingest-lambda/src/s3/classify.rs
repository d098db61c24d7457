//! What an answer of S3, or its absence, means.

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;

use super::request::{Subject, Whose};
use super::{Failure, Reach, S3Error, Store, permission, reach};
use crate::engine::tls;
use crate::error_chain::error_chain;
use crate::plain::beginning;

/// Some stores ask for minutes whenever they are busy. To heed that would be to give up.
const LONGEST_WISH: Duration = Duration::from_secs(20);

/// S3's words are repeated up to so many characters.
const MESSAGE_CHARS: usize = 1000;

/// An error, and whether its code is one that nobody knows.
pub(super) struct Classified {
    pub(super) error: S3Error,
    pub(super) is_unknown: bool,
    /// How long S3 wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Store {
    /// What an error means for what the request was about. An answer about an object of our own is never taken
    /// for one about a log.
    pub(super) fn classify<E>(&self, subject: &Subject<'_>, error: &SdkError<E, HttpResponse>) -> Classified
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let answer = error.raw_response();
        let status = answer.map(|answer| answer.status().as_u16());
        let code = error.code().map(str::to_owned);
        let message = match (&code, error.message()) {
            (Some(_), message) => beginning(message.unwrap_or_default(), MESSAGE_CHARS),
            (None, _) => beginning(&error_chain(error), MESSAGE_CHARS),
        };
        let known = match status {
            Some(status) => reach::of_answer(code.as_deref(), status),
            None => Some(without_answer(error)),
        };
        let key = subject.key.to_owned();
        let is_logs = subject.whose == Whose::Log && known == Some(Reach::Object);
        let error = match (status, code.as_deref()) {
            (_, Some("InvalidObjectState")) if is_logs => S3Error::Archived { key },
            (Some(404), _) if is_logs => S3Error::Gone { key },
            (Some(412), _) if is_logs => S3Error::Changed { key },
            _ => {
                let elsewhere = answer.and_then(|answer| self.other_region(answer));
                let is_denial = known == Some(Reach::Object) && matches!(status, Some(401 | 403));
                let advice = elsewhere.or_else(|| {
                    is_denial.then(|| permission::advice(subject, code.as_deref(), &message, self.is_encrypted()))
                });
                let (operation, bucket) = (subject.operation, subject.bucket.to_owned());
                let reach = known.unwrap_or(Reach::Object);
                let request_id = error.request_id().map(str::to_owned);
                let failure = Failure { operation, bucket, key, status, code, message, request_id, advice, reach };
                S3Error::Failed(Box::new(failure))
            }
        };
        Classified { error, is_unknown: known.is_none(), retry_after: answer.and_then(retry_after) }
    }

    /// Where the bucket is, when the answer says that it is not where it was asked for.
    fn other_region(&self, answer: &HttpResponse) -> Option<String> {
        let body = answer.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
        let element = |name: &str| {
            let (_, rest) = body.split_once(&format!("<{name}>"))?;
            rest.split_once("</").map(|(text, _)| text.to_owned())
        };
        let region = answer.headers().get("x-amz-bucket-region").map(str::to_owned).or_else(|| element("Region"));
        let ours = self.region();
        match (region, element("Endpoint")) {
            (Some(region), _) if region != ours => Some(format!("the bucket is in {region}, and AWS_REGION is {ours}")),
            (None, Some(endpoint)) => Some(format!("the bucket is at {endpoint}, and AWS_REGION is {ours}")),
            _ => None,
        }
    }
}

/// In seconds, as S3 and its kin say it.
fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let wish = Duration::from_secs(answer.headers().get("retry-after")?.parse().ok()?);
    (wish <= LONGEST_WISH).then_some(wish)
}

/// How far an error reaches to which there is no answer: credentials that cannot be had are everybody's, and so
/// is a server whose certificate nobody vouches for. All else is the network's.
fn without_answer(error: &(dyn Error + 'static)) -> Reach {
    let mut causes = std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    let is_everybodys = causes.any(|cause| cause.is::<CredentialsError>()) || tls::is_untrusted(error);
    if is_everybodys { Reach::Everybody } else { Reach::Passing }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::primitives::SdkBody;

    use super::*;

    #[test]
    fn a_wish_is_heeded_unless_it_means_giving_up() {
        let wish = |text: &'static str| {
            let mut answer = HttpResponse::new(503.try_into().unwrap(), SdkBody::empty());
            answer.headers_mut().insert("retry-after", text);
            retry_after(&answer)
        };
        assert_eq!(wish("7"), Some(Duration::from_secs(7)));
        assert_eq!((wish("120"), wish("soon")), (None, None));
    }
}
