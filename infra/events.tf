# S3 tells of new objects by a queue, which the function works off.

resource "aws_sqs_queue" "events" {
  count = var.events ? 1 : 0

  name                       = "${var.name}-events"
  visibility_timeout_seconds = local.queue_visibility_seconds
  message_retention_seconds  = local.queue_retention_seconds
  kms_master_key_id          = local.kms_key_arn
  redrive_policy             = local.redrive_policy
}

resource "aws_sqs_queue_policy" "events" {
  count = var.events ? 1 : 0

  queue_url = aws_sqs_queue.events[0].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "FromTheBucket"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.events[0].arn
        Condition = {
          ArnLike      = { "aws:SourceArn" = local.bucket_arn }
          StringEquals = { "aws:SourceAccount" = local.account }
        }
      },
      merge(local.refuse_plain_text, { Resource = aws_sqs_queue.events[0].arn }),
    ]
  })
}

resource "aws_s3_bucket_notification" "events" {
  count = var.events && var.bucket_notification ? 1 : 0

  bucket = local.bucket

  queue {
    queue_arn     = aws_sqs_queue.events[0].arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = var.prefix
  }

  # S3 tries to send before it takes the notification.
  depends_on = [aws_sqs_queue_policy.events]
}

resource "aws_lambda_event_source_mapping" "events" {
  count = var.events ? 1 : 0

  event_source_arn        = aws_sqs_queue.events[0].arn
  function_name           = aws_lambda_function.ingest.arn
  batch_size              = var.queue_batch_size
  function_response_types = ["ReportBatchItemFailures"]
  enabled                 = var.enabled

  scaling_config {
    maximum_concurrency = var.queue_concurrency
  }

  depends_on = [aws_iam_role_policy.queues, aws_lambda_invocation.setup]
}
