# Old logs come by a queue of their own, at a concurrency that leaves room for new ones.

locals {
  # The least that SQS's mappings take.
  backfill_concurrency = 2
}

resource "aws_sqs_queue" "backfill" {
  count = var.backfill ? 1 : 0

  name                       = "${var.name}-backfill"
  visibility_timeout_seconds = local.queue_visibility_seconds
  message_retention_seconds  = local.queue_retention_seconds
  kms_master_key_id          = local.kms_key_arn
  redrive_policy             = local.redrive_policy
}

resource "aws_sqs_queue_policy" "backfill" {
  count = var.backfill ? 1 : 0

  queue_url = aws_sqs_queue.backfill[0].url
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.refuse_plain_text, { Resource = aws_sqs_queue.backfill[0].arn })]
  })
}

resource "aws_iam_role_policy" "backfill" {
  count = var.backfill ? 1 : 0

  name = "backfill"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [aws_sqs_queue.backfill[0].arn]
    }]
  })
}

resource "aws_lambda_event_source_mapping" "backfill" {
  count = var.backfill ? 1 : 0

  event_source_arn        = aws_sqs_queue.backfill[0].arn
  function_name           = aws_lambda_function.ingest.arn
  batch_size              = var.queue_batch_size
  function_response_types = ["ReportBatchItemFailures"]
  enabled                 = var.enabled

  scaling_config {
    maximum_concurrency = local.backfill_concurrency
  }

  depends_on = [aws_iam_role_policy.queues, aws_lambda_invocation.setup]
}
