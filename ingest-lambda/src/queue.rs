//! The fan-out queue: a sweep hands its objects over, and the same Lambda works them off.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use thiserror::Error;

use crate::backoff::Backoff;
use crate::error_chain::error_chain;
use crate::event::ObjectRef;

/// SQS's limit on the entries of one request.
pub(crate) const BATCH: usize = 10;

/// An SQS queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// The queue does not do what it should.
#[derive(Debug, Error)]
pub enum QueueError {
    /// A request failed, also after the client's own retries.
    #[error("the fan-out queue: {operation}: {message}")]
    Failed {
        /// The API operation.
        operation: &'static str,
        /// The error with its causes.
        message: String,
    },
}

impl Queue {
    /// The queue with this URL; connects at the first request.
    #[must_use]
    pub fn new(sdk: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(sdk), url: url.to_owned() }
    }

    /// Whether nothing waits in the queue, is delayed, or is being worked on. SQS counts
    /// approximately; ids make an object that is queued twice harmless.
    ///
    /// # Errors
    /// When SQS does not tell.
    pub async fn is_empty(&self) -> Result<bool, QueueError> {
        let counts = self.counts(&[
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ]);
        Ok(counts.await?.into_iter().all(|count| count == 0))
    }

    /// How many messages wait to be received; those that are delayed or being worked on do not count.
    ///
    /// # Errors
    /// When SQS does not tell.
    pub async fn visible(&self) -> Result<u64, QueueError> {
        Ok(self.counts(&[QueueAttributeName::ApproximateNumberOfMessages]).await?.into_iter().sum())
    }

    async fn counts(&self, names: &[QueueAttributeName]) -> Result<Vec<u64>, QueueError> {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let answer = request.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|error| failed("GetQueueAttributes", error_chain(&error)))?;
        let counts = answer.attributes.unwrap_or_default();
        let count = |name| counts.get(name).and_then(|count| count.parse().ok());
        let counts: Option<Vec<u64>> = names.iter().map(count).collect();
        counts.ok_or_else(|| failed("GetQueueAttributes", "the answer lacks a number".to_owned()))
    }

    /// Lets a received message come again after so many seconds.
    ///
    /// # Errors
    /// When SQS does not take it: the message comes again when the queue's visibility timeout ends.
    pub async fn change_visibility(&self, receipt: &str, seconds: u32) -> Result<(), QueueError> {
        let request = self.client.change_message_visibility().queue_url(&self.url).receipt_handle(receipt);
        let request = request.visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX));
        request.send().await.map(drop).map_err(|error| failed("ChangeMessageVisibility", error_chain(&error)))
    }

    /// Sends one message of this text.
    ///
    /// # Errors
    /// When SQS does not take it.
    pub async fn send_text(&self, text: &str) -> Result<(), QueueError> {
        let request = self.client.send_message().queue_url(&self.url).message_body(text);
        request.send().await.map(drop).map_err(|error| failed("SendMessage", error_chain(&error)))
    }

    /// Sends one message for each object. An entry that SQS refuses is sent again.
    ///
    /// # Errors
    /// When SQS goes on refusing. Some objects may be in the queue then, which is harmless.
    pub async fn send(&self, objects: &[ObjectRef]) -> Result<(), QueueError> {
        for batch in objects.chunks(BATCH) {
            let mut left: Vec<&ObjectRef> = batch.iter().collect();
            let mut backoff = Backoff::default();
            while !left.is_empty() {
                let answer = self.send_batch(&left).await?;
                let Some(cause) = answer.first().map(|(_, cause)| cause.clone()) else { break };
                left = answer.iter().filter_map(|(index, _)| left.get(*index).copied()).collect();
                if !backoff.pause(None).await {
                    return Err(failed("SendMessageBatch", cause));
                }
            }
        }
        Ok(())
    }

    /// Sends at most ten; gives those that were refused, by index, and why.
    async fn send_batch(&self, objects: &[&ObjectRef]) -> Result<Vec<(usize, String)>, QueueError> {
        let mut request = self.client.send_message_batch().queue_url(&self.url);
        for (index, object) in objects.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(object.to_message());
            let entry = entry.build().map_err(|error| failed("SendMessageBatch", error.to_string()))?;
            request = request.entries(entry);
        }
        let answer = request.send().await.map_err(|error| failed("SendMessageBatch", error_chain(&error)))?;
        let refused = answer.failed.into_iter();
        Ok(refused.filter_map(|entry| Some((entry.id.parse().ok()?, entry.message.unwrap_or(entry.code)))).collect())
    }
}

fn failed(operation: &'static str, message: String) -> QueueError {
    QueueError::Failed { operation, message }
}
