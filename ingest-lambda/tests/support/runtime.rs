//! The Lambda Runtime API, and the built Lambda polling it: one invocation after another.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{Reply, Request, Server, configure};

/// A machine that is busy with other tests may be late by so much. What never ends is much later.
const LATE: Duration = Duration::from_secs(60);

/// How an invocation ended.
pub struct Invocation {
    /// The answer, or the error.
    pub answer: Value,
    pub is_error: bool,
}

pub struct Lambda {
    process: Child,
    events: Sender<(Value, Duration)>,
    answers: Mutex<Receiver<(bool, Value)>>,
}

impl Lambda {
    /// Starts it with the two servers as its bucket `logs` and its engine.
    pub fn start(s3: &Server, engine: &Server, variables: &[(&str, &str)]) -> Self {
        Self::start_logging_to(Stdio::null(), s3, engine, variables)
    }

    /// The same, with a place for its log.
    pub fn start_logging_to(log: impl Into<Stdio>, s3: &Server, engine: &Server, variables: &[(&str, &str)]) -> Self {
        let (events, waiting) = channel::<(Value, Duration)>();
        let (ended, answers) = channel();
        let (waiting, ended) = (Arc::new(Mutex::new(waiting)), Arc::new(Mutex::new(ended)));
        let api = Server::start(move |request: &Request| {
            if request.path.ends_with("/invocation/next") {
                // The process ends before its last question is answered.
                let Ok((event, time)) = waiting.lock().expect("lock").recv() else { return Reply::new(500, "") };
                let until = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970") + time;
                return Reply::new(200, event.to_string())
                    .header("lambda-runtime-aws-request-id", "1")
                    .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:1:function:albatross")
                    .header("lambda-runtime-deadline-ms", until.as_millis());
            }
            let answer = serde_json::from_slice(&request.body).unwrap_or_default();
            let _ = ended.lock().expect("lock").send((request.path.ends_with("/error"), answer));
            Reply::new(202, "{}")
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_ingest-lambda"));
        configure(&mut command, s3, engine);
        command
            .env("AWS_LAMBDA_RUNTIME_API", api.url().trim_start_matches("http://"))
            .env("AWS_LAMBDA_FUNCTION_NAME", "albatross")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "log")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "log")
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(log);
        Self { process: command.spawn().expect("the Lambda starts"), events, answers: Mutex::new(answers) }
    }

    /// Invokes it with so much time to answer.
    pub fn invoke(&self, event: Value, time: Duration) -> Invocation {
        self.events.send((event, time)).expect("it runs");
        let (is_error, answer) =
            self.answers.lock().expect("lock").recv_timeout(time + LATE).expect("it ends by itself");
        Invocation { answer, is_error }
    }

    /// The most memory that it has had, as the kernel tells.
    pub fn peak_rss_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        kib.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
    }

    /// A schedule's tick.
    pub fn tick(&self, time: Duration) -> Invocation {
        self.invoke(serde_json::json!({ "source": "aws.events", "detail-type": "Scheduled Event" }), time)
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
