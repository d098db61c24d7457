//! One request that has to be answered before a run can begin.

use reqwest::Method;
use serde_json::Value;

use super::{Answer, Body, Engine};
use crate::backoff::Backoff;
use crate::cancel::StopReason;

impl Engine {
    /// Sends a request, again for as long as the engine is merely busy or away.
    ///
    /// # Errors
    /// When that was too long, or nothing authorizes us. A refusal is an answer.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Body) -> Result<Answer, StopReason> {
        let mut backoff = Backoff::default();
        loop {
            let (cause, retry_after) = match self.send(method.clone(), path, body.clone()).await {
                Ok(answer) if answer.is_transient() => (answer.excerpt(), answer.retry_after),
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_transient() => (error.to_string(), None),
                Err(error) => return Err(StopReason::Unavailable(error.to_string())),
            };
            if !backoff.pause(retry_after).await {
                return Err(StopReason::Unavailable(cause));
            }
        }
    }

    /// The same, and what the answer says: null where that is a refusal in other words than an engine's.
    ///
    /// # Errors
    /// As above, and when the answer is that of a gateway, a login page or another service.
    pub(crate) async fn ask_json(&self, method: Method, path: &str, body: Body) -> Result<(Answer, Value), StopReason> {
        let answer = self.ask(method, path, body).await?;
        match answer.json() {
            Some(json) => Ok((answer, json)),
            None if answer.is_foreign() => Err(self.no_engine(&answer)),
            None => Ok((answer, Value::Null)),
        }
    }

    /// The same, where any refusal ends the run.
    ///
    /// # Errors
    /// As above, and when the engine refuses.
    pub(crate) async fn demand(&self, method: Method, path: &str, body: Body) -> Result<(Answer, Value), StopReason> {
        let (answer, json) = self.ask_json(method, path, body).await?;
        if answer.is_success() { Ok((answer, json)) } else { Err(StopReason::Refused(answer.excerpt())) }
    }

    /// The answer is not an engine's.
    pub(crate) fn no_engine(&self, answer: &Answer) -> StopReason {
        StopReason::NoEngine(format!("{} answers {}", self.endpoint(), answer.excerpt()))
    }
}
