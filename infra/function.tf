locals {
  # What the Lambda asks for when it begins, beside MMDB files: 64 MB, and for each object two requests of a batch and its
  # compressed copy, and 8 MB.
  needed_mb = ceil(64 + coalesce(var.objects_in_flight, 4) * (4 * coalesce(var.batch_bytes, 3 * 1048576) / 1048576 + 8))
}

resource "aws_lambda_function" "ingest" {
  #checkov:skip=CKV_AWS_116: what a failed tick leaves the next one finds in the bucket; the queues have a dead-letter queue
  #checkov:skip=CKV_AWS_50: one log line and the metrics of every run say what took how long; no SDK for X-Ray is in the package
  #checkov:skip=CKV_AWS_272: the package is built where it is deployed; code signing needs a profile of the account's own
  function_name    = var.name
  description      = "Albatross: moves load-balancer logs from S3 into Elasticsearch or OpenSearch"
  role             = aws_iam_role.ingest.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  layers           = var.layers
  memory_size      = var.memory_mb
  timeout          = var.timeout_seconds
  kms_key_arn      = local.kms_key_arn

  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  environment {
    variables = local.environment
  }

  # Text, since the program writes JSON by itself; and its metrics are read from unwrapped lines only.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.ingest.name
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = concat([aws_security_group.function[0].id], vpc_config.value.security_group_ids)
    }
  }

  lifecycle {
    precondition {
      condition     = var.memory_mb >= local.needed_mb
      error_message = "memory_mb must be at least ${local.needed_mb} with these objects_in_flight and batch_bytes: with less the Lambda refuses to begin."
    }
  }

  # Without them the function would begin without rights, and fail its first invocations.
  depends_on = [
    aws_iam_role_policy.log,
    aws_iam_role_policy.bucket,
    aws_iam_role_policy.bucket_keys,
    aws_iam_role_policy.archive,
    aws_iam_role_policy.settings,
    aws_iam_role_policy.secret,
    aws_iam_role_policy.engine,
    aws_iam_role_policy.network,
    aws_iam_role_policy.queues,
    aws_iam_role_policy.fanout,
    aws_iam_role_policy.backfill,
  ]
}

# Ticks and the events of S3, SNS and EventBridge come by Lambda's asynchronous queue, whose retries are set for a function
# or for an alias. Events come to the function itself, and Lambda's own default holds: two retries, for six hours. Ticks
# come by this alias, and are not repeated: the next tick takes what one left, and a repeat would meet its lease.
resource "aws_lambda_alias" "tick" {
  name             = "tick"
  description      = "The schedule's way in: without retries"
  function_name    = aws_lambda_function.ingest.function_name
  function_version = "$LATEST"
}

resource "aws_lambda_function_event_invoke_config" "tick" {
  function_name                = aws_lambda_function.ingest.function_name
  qualifier                    = aws_lambda_alias.tick.name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 300
}
