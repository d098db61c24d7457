//! The Lambda: see `ingest_lambda::lambda`.

use std::process::ExitCode;
use std::sync::Arc;

use ingest_lambda::{Ingest, lambda, log_as_json};
use lambda_runtime::service_fn;

#[tokio::main]
async fn main() -> ExitCode {
    log_as_json();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "cannot serve");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    // Clients are made once, and serve all invocations.
    let ingest = Arc::new(Ingest::start().await.map_err(|error| error.to_string())?);
    let handler = service_fn(|event| lambda::handle(Arc::clone(&ingest), event));
    lambda_runtime::run(handler).await.map_err(|error| error.to_string())
}
