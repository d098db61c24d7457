locals {
  # AWS's advice; else a message comes again while it is worked on.
  queue_visibility_seconds = coalesce(var.queue_visibility_seconds, 6 * var.timeout_seconds)
  queue_retention_seconds  = 14 * 24 * 3600
  has_queue                = var.events || var.fanout || var.backfill

  # What came as a message, and failed again and again.
  redrive_policy = local.has_queue ? jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[0].arn
    maxReceiveCount     = var.max_receive_count
  }) : null

  refuse_plain_text = {
    Sid       = "OnlyTls"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
}

resource "aws_sqs_queue" "dead_letters" {
  count = local.has_queue ? 1 : 0

  name                      = "${var.name}-dead-letters"
  message_retention_seconds = local.queue_retention_seconds
  kms_master_key_id         = local.kms_key_arn
}

resource "aws_sqs_queue_policy" "dead_letters" {
  count = local.has_queue ? 1 : 0

  queue_url = aws_sqs_queue.dead_letters[0].url
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.refuse_plain_text, { Resource = aws_sqs_queue.dead_letters[0].arn })]
  })
}

# What the pollers of the queues need, and who says when a message comes again, and what encrypted queues ask of those who send.
resource "aws_iam_role_policy" "queues" {
  count = local.has_queue ? 1 : 0

  name = "queues"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        Resource = concat(aws_sqs_queue.events[*].arn, aws_sqs_queue.fanout[*].arn, aws_sqs_queue.backfill[*].arn)
      },
      {
        Effect   = "Allow"
        Action   = concat(["kms:Decrypt"], var.fanout || var.backfill ? ["kms:GenerateDataKey"] : [])
        Resource = [local.kms_key_arn]
      },
    ]
  })
}
