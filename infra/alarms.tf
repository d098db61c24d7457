# What a person has to know. docs/operations.md says what to do about each.

locals {
  function_dimensions = { FunctionName = aws_lambda_function.ingest.function_name }
  bucket_dimensions   = { Bucket = var.bucket }
  domain_dimensions   = { DomainName = var.name, ClientId = local.account }

  run_alarms = {
    errors = {
      about      = "Invocations fail: the function's log says why, with kind and message."
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = local.function_dimensions
    }
    throttles = {
      about      = "Invocations are turned away: raise reserved_concurrency or the account's limit, or lower queue_concurrency."
      namespace  = "AWS/Lambda"
      metric     = "Throttles"
      dimensions = local.function_dimensions
    }
    silent = {
      about      = "Nothing invoked the function for ${var.silent_seconds} s: look at the schedule and its role."
      namespace  = "AWS/Lambda"
      metric     = "Invocations"
      dimensions = local.function_dimensions
      below      = 1
      missing    = "breaching"
      period     = var.silent_seconds
    }
    stopped = {
      about      = "The engine refuses, or is away, and the run stopped. Objects wait in S3. The log names the reason: stopped."
      namespace  = "Albatross"
      metric     = "Stopped"
      dimensions = local.bucket_dimensions
    }
    alarm-lines = {
      about      = "The log has lines with alarm: true: access denied, storage, unbalanced, and whatever else a person has to act on."
      namespace  = aws_cloudwatch_log_metric_filter.alarm_lines.metric_transformation[0].namespace
      metric     = aws_cloudwatch_log_metric_filter.alarm_lines.metric_transformation[0].name
      dimensions = {}
    }
    quarantined = {
      about      = "Lines or documents went to quarantine: ${var.own_prefix}quarantine/lines/ in the bucket. After a fix, replay."
      namespace  = "Albatross"
      metric     = "Quarantined"
      dimensions = local.bucket_dimensions
    }
    damaged = {
      about      = "Objects were damaged before they were read: ${var.own_prefix}quarantine/objects/ in the bucket has them, with .damage.json beside."
      namespace  = "Albatross"
      metric     = "ObjectsQuarantined"
      dimensions = local.bucket_dimensions
    }
    oldest-waiting = {
      about      = "Less is indexed than is written: more memory_mb, objects_in_flight, or fanout."
      namespace  = "Albatross"
      metric     = "OldestWaitingAge"
      dimensions = local.bucket_dimensions
      statistic  = "Maximum"
      above      = var.oldest_waiting_seconds
    }
  }

  queue_alarms = local.has_queue ? {
    dead-letters = {
      about      = "Messages failed again and again: the log says why of each object. Redrive them when it is mended."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = aws_sqs_queue.dead_letters[0].name }
      statistic  = "Maximum"
    }
  } : {}

  domain_alarms = {
    for name, alarm in {
      domain-red = {
        about      = "A primary shard of the domain is missing."
        namespace  = "AWS/ES"
        metric     = "ClusterStatus.red"
        dimensions = local.domain_dimensions
        statistic  = "Maximum"
      }
      domain-blocked = {
        about      = "The domain takes no documents: most often its disks are full. Set retention_days, or raise domain.volume_gb."
        namespace  = "AWS/ES"
        metric     = "ClusterIndexWritesBlocked"
        dimensions = local.domain_dimensions
        statistic  = "Maximum"
      }
      domain-space = {
        about      = "A node of the domain has less than a fifth of its disk left: set retention_days, or raise domain.volume_gb."
        namespace  = "AWS/ES"
        metric     = "FreeStorageSpace"
        dimensions = local.domain_dimensions
        statistic  = "Minimum"
        # In MiB.
        below = try(var.domain.volume_gb, 0) * 1024 / 5
      }
    } : name => alarm if var.domain != null
  }

  alarms = merge(local.run_alarms, local.queue_alarms, local.domain_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.about
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = try(each.value.statistic, "Sum")
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = try(each.value.below, each.value.above, 0)
  period              = try(each.value.period, 300)
  evaluation_periods  = 1
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [local.alarm_topic_arn]
  ok_actions          = [local.alarm_topic_arn]
}
