locals {
  rate_seconds = try(
    regex("^rate\\(([0-9]+) ", var.tick)[0] * { minute = 60, hour = 3600, day = 86400 }[regex("^rate\\([0-9]+ (minute|hour|day)", var.tick)[0]],
    null
  )
  # cron(...) does not say how often: silent_seconds says what is too long.
  tick_seconds = coalesce(local.rate_seconds, var.silent_seconds)
}

resource "aws_scheduler_schedule" "tick" {
  name                = "${var.name}-tick"
  description         = "Albatross: sweeps ${var.bucket}"
  schedule_expression = var.tick
  state               = var.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn         = local.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_alias.tick.arn
    role_arn = aws_iam_role.schedule.arn

    # The event that EventBridge itself would send on a schedule.
    input = jsonencode({
      version     = "0"
      source      = "aws.scheduler"
      detail-type = "Scheduled Event"
      detail      = {}
    })

    # The next tick comes anyway.
    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 60
    }
  }

  # Before setup, the Lambda refuses to run.
  depends_on = [
    aws_iam_role_policy.schedule,
    aws_lambda_function_event_invoke_config.tick,
    aws_lambda_invocation.setup,
  ]
}

resource "aws_iam_role" "schedule" {
  name        = "${var.name}-schedule"
  description = "Lets EventBridge Scheduler invoke Albatross's Lambda"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "tick"
  role = aws_iam_role.schedule.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [aws_lambda_alias.tick.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [local.kms_key_arn]
      },
    ]
  })
}
