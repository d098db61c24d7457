# What a person has to know. docs/operations.md says what to do about each.

locals {
  function_dimensions = { FunctionName = aws_lambda_function.ingest.function_name }
  # As the program names its metrics: by the function.
  own_dimensions    = { Deployment = aws_lambda_function.ingest.function_name }
  domain_dimensions = { DomainName = var.name, ClientId = local.account }

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
      about      = "No sweep saw all that it has to see for ${var.silent_seconds} s: look at the schedule and its role, at the log, and at the lease."
      namespace  = "Albatross"
      metric     = "Sweeps"
      dimensions = local.own_dimensions
      below      = 1
      missing    = var.enabled ? "breaching" : "notBreaching"
      period     = var.silent_seconds
    }
    listing-cut = {
      about      = "Two sweeps in a row did not come to the end of their listing, nor saw the newest folders: more time, a narrower prefix, or events."
      namespace  = "Albatross"
      metric     = "ListingComplete"
      dimensions = local.own_dimensions
      statistic  = "Maximum"
      below      = 1
      periods    = 2
    }
    ticks-skipped = {
      about      = "Three ticks in a row found another run under way: ticks come faster than sweeps end, or a lease is stuck."
      namespace  = "Albatross"
      metric     = "TicksSkipped"
      dimensions = local.own_dimensions
      periods    = 3
    }
    failing = {
      about      = "Objects have been failing for an hour: albatross status lists them with their reasons."
      namespace  = "Albatross"
      metric     = "OldestFailedAge"
      dimensions = local.own_dimensions
      statistic  = "Maximum"
      above      = 3600
    }
    unstored = {
      about      = "The engine acknowledged lines and did not store them, or stored them elsewhere: look at its ingest pipelines. The objects stay."
      namespace  = "Albatross"
      metric     = "Unstored"
      dimensions = local.own_dimensions
    }
    unknown-names = {
      about      = "Keys below AWSLogs/.../elasticloadbalancing/ have names that no known log has: AWS may have begun to use others. They stay."
      namespace  = "Albatross"
      metric     = "UnknownNames"
      dimensions = local.own_dimensions
    }
    jobs-stopped = {
      about      = "A backfill or a replay ended before its work did, or left something: its answer says what."
      namespace  = "Albatross"
      metric     = "JobsStopped"
      dimensions = local.own_dimensions
    }
    state-not-written = {
      about      = "The state below ${var.own_prefix} could not be written: look at the function's permissions there."
      namespace  = "Albatross"
      metric     = "StateNotWritten"
      dimensions = local.own_dimensions
    }
    stopped = {
      about      = "The engine refuses, or is away, and the run stopped. Objects wait in S3. The log names the reason: stopped."
      namespace  = "Albatross"
      metric     = "Stopped"
      dimensions = local.own_dimensions
    }
    alarm-lines = {
      about      = "The log has lines with alarm: true: access denied, storage, unbalanced, and whatever else a person has to act on."
      namespace  = aws_cloudwatch_log_metric_filter.alarm_lines.metric_transformation[0].namespace
      metric     = aws_cloudwatch_log_metric_filter.alarm_lines.metric_transformation[0].name
      dimensions = {}
    }
    quarantined = {
      about      = "Lines or documents went to quarantine: ${var.own_prefix}*/quarantine/lines/ in the bucket. After a fix, replay."
      namespace  = "Albatross"
      metric     = "Quarantined"
      dimensions = local.own_dimensions
    }
    damaged = {
      about      = "Objects were damaged before they were read: ${var.own_prefix}*/quarantine/objects/ in the bucket has them, with .damage.json beside."
      namespace  = "Albatross"
      metric     = "ObjectsQuarantined"
      dimensions = local.own_dimensions
    }
    oldest-waiting = {
      about      = "Less is indexed than is written: more memory_mb, objects_in_flight, or fanout."
      namespace  = "Albatross"
      metric     = "OldestWaitingAge"
      dimensions = local.own_dimensions
      statistic  = "Maximum"
      above      = var.oldest_waiting_seconds
    }
  }

  event_alarms = var.events ? {
    events-wait = {
      about      = "Events of S3 have not been worked off for an hour: look at the mapping of the queue. A sweep takes their objects after 15 minutes."
      namespace  = "AWS/SQS"
      metric     = "ApproximateAgeOfOldestMessage"
      dimensions = { QueueName = aws_sqs_queue.events[0].name }
      statistic  = "Maximum"
      above      = 3600
    }
  } : {}

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

  alarms = merge(local.run_alarms, local.event_alarms, local.queue_alarms, local.domain_alarms)
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
  evaluation_periods  = try(each.value.periods, 1)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [local.alarm_topic_arn]
  ok_actions          = [local.alarm_topic_arn]
}
