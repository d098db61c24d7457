# What a person has to know. docs/operations.md says what to do about each.
#
# Each cause rings once. A cause that has a metric of its own rings by it. What is only a sign that something is wrong
# (errors, silence, age) has `unless`: it rings where none of those alarms does, which would explain it.

locals {
  # As the program names its metrics: by the function.
  own_dimensions      = { Deployment = aws_lambda_function.ingest.function_name }
  function_dimensions = { FunctionName = aws_lambda_function.ingest.function_name }
  domain_dimensions   = { DomainName = var.name, ClientId = local.account }

  # Ticks and their ends are not quite regular: two intervals hold one of them for sure, so an alarm does not come and go
  # while its cause stays. What has to happen several times in a row is looked at tick by tick.
  tick_period = max(300, local.tick_seconds)
  run_period  = min(86400, 2 * local.tick_period)

  causes = {
    stopped = {
      about  = "A run stopped, as the engine or S3 refuses or is away, or none of its objects could be settled. Objects wait in S3. The log names the reason: stopped, left_by_reason."
      metric = "Stopped"
    }
    failing = {
      about      = "Objects failed for a reason that needs a person: albatross status lists them with their reasons. All others go on."
      metrics    = { failed = "ObjectsFailed", stopped = "Stopped", unstored = "Unstored" }
      expression = "IF(stopped + unstored > 0, 0, failed)"
    }
    unstored = {
      about  = "The engine acknowledged lines and did not store them, or stored them elsewhere: look at its ingest pipelines. The objects stay."
      metric = "Unstored"
    }
    quarantined = {
      about  = "Lines or documents went to quarantine: ${var.own_prefix}*/quarantine/lines/ in the bucket. After a fix, replay."
      metric = "Quarantined"
    }
    damaged = {
      about  = "Objects were damaged before they were read: ${var.own_prefix}*/quarantine/objects/ in the bucket has them, with .damage.json beside."
      metric = "ObjectsQuarantined"
    }
    unknown-names = {
      about  = "Keys below AWSLogs/.../elasticloadbalancing/ have names that no known log has: AWS may have begun to use others. They stay."
      metric = "UnknownNames"
    }
    jobs-stopped = {
      about  = "A backfill or a replay ended before its work did, or left something: its line in the log says what."
      metric = "JobsStopped"
    }
    state-not-written = {
      about  = "The state below ${var.own_prefix} could not be written: look at the function's permissions there."
      metric = "StateNotWritten"
    }
    listing-cut = {
      about     = "Two sweeps in a row did not list all that they have to see: give more time (timeout_seconds) or memory, a narrower prefix, or events."
      metric    = "ListingComplete"
      statistic = "Maximum"
      below     = 1
      period    = local.tick_period
      periods   = 2
    }
    ticks-skipped = {
      about   = "Three ticks in a row found another run under way: ticks come faster than sweeps end, or a lease is stuck."
      metric  = "TicksSkipped"
      period  = local.tick_period
      periods = 3
    }
  }

  signs = {
    silent = {
      about   = "No sweep was whole for ${var.silent_seconds} s: look at the schedule and its role, at the log, and at the lease."
      metric  = "Sweeps"
      below   = 1
      missing = var.enabled ? "breaching" : "notBreaching"
      period  = var.silent_seconds
      unless  = ["stopped", "listing-cut", "ticks-skipped", "errors", "throttles"]
    }
    oldest-failed = {
      about     = "Objects have been failing for more than ${var.oldest_waiting_seconds} s: albatross status lists them with their reasons."
      metric    = "OldestFailedAge"
      statistic = "Maximum"
      above     = var.oldest_waiting_seconds
      unless    = ["stopped", "failing", "unstored"]
    }
    oldest-waiting = {
      about     = "Less is indexed than is written: more memory_mb, objects_in_flight, or fanout."
      metric    = "OldestWaitingAge"
      statistic = "Maximum"
      above     = var.oldest_waiting_seconds
      unless    = ["stopped", "failing", "unstored", "oldest-failed", "listing-cut", "ticks-skipped", "silent", "errors", "throttles"]
    }
  }

  own_alarms = {
    for name, alarm in merge(local.causes, local.signs) :
    name => merge({ namespace = "Albatross", dimensions = local.own_dimensions, period = local.run_period }, alarm)
  }

  function_alarms = {
    # A failed invocation is made good by the next one: what fails twice in a row, or more, does not pass by itself.
    errors = {
      about      = "Invocations fail again and again: the function's log says why, with kind and message."
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = local.function_dimensions
      period     = local.tick_period
      periods    = 2
      unless     = ["stopped", "failing", "unstored"]
    }
    throttles = {
      about      = "Invocations are turned away: raise reserved_concurrency or the account's limit, or lower queue_concurrency."
      namespace  = "AWS/Lambda"
      metric     = "Throttles"
      dimensions = local.function_dimensions
    }
    # Every such line is counted by a metric of its own; this is for one that is not.
    alarm-lines = {
      about      = "The log has lines with alarm: true that no other alarm is about: read them."
      namespace  = aws_cloudwatch_log_metric_filter.alarm_lines.metric_transformation[0].namespace
      metric     = aws_cloudwatch_log_metric_filter.alarm_lines.metric_transformation[0].name
      dimensions = {}
      period     = local.tick_period
      periods    = 3
      unless     = concat(["errors", "silent", "oldest-failed"], keys(local.causes), keys(local.queue_alarms))
    }
  }

  # While all is paused, messages may wait.
  event_alarms = var.events && var.enabled ? {
    events-wait = {
      about      = "Events of S3 have not been worked off for ${var.oldest_waiting_seconds} s: look at the mapping of the queue. A sweep takes their objects meanwhile."
      namespace  = "AWS/SQS"
      metric     = "ApproximateAgeOfOldestMessage"
      dimensions = { QueueName = aws_sqs_queue.events[0].name }
      statistic  = "Maximum"
      above      = var.oldest_waiting_seconds
      unless     = ["stopped", "failing", "unstored", "errors", "throttles"]
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

  alarms = merge(local.own_alarms, local.function_alarms, local.event_alarms, local.queue_alarms, local.domain_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.about
  namespace           = can(each.value.expression) ? null : each.value.namespace
  metric_name         = try(each.value.metric, null)
  dimensions          = can(each.value.expression) ? null : each.value.dimensions
  statistic           = can(each.value.expression) ? null : try(each.value.statistic, "Sum")
  period              = can(each.value.expression) ? null : try(each.value.period, 300)
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = try(each.value.below, each.value.above, 0)
  evaluation_periods  = try(each.value.periods, 1)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = can(each.value.unless) ? [] : [local.alarm_topic_arn]
  ok_actions          = can(each.value.unless) ? [] : [local.alarm_topic_arn]

  # Of one line of the log, and hence always of the same moment.
  dynamic "metric_query" {
    for_each = try(each.value.metrics, {})
    content {
      id = metric_query.key
      metric {
        namespace   = each.value.namespace
        metric_name = metric_query.value
        dimensions  = each.value.dimensions
        stat        = "Sum"
        period      = each.value.period
      }
    }
  }

  dynamic "metric_query" {
    for_each = try([each.value.expression], [])
    content {
      id          = "rings"
      label       = each.key
      expression  = metric_query.value
      return_data = true
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "unless" {
  for_each = { for name, alarm in local.alarms : name => alarm.unless if can(alarm.unless) }

  alarm_name        = "${var.name}-${each.key}-alone"
  alarm_description = local.alarms[each.key].about
  alarm_rule = join(" AND ", concat(
    ["ALARM(\"${aws_cloudwatch_metric_alarm.this[each.key].alarm_name}\")"],
    [for other in each.value : "NOT ALARM(\"${aws_cloudwatch_metric_alarm.this[other].alarm_name}\")"],
  ))
  alarm_actions = [local.alarm_topic_arn]
  ok_actions    = [local.alarm_topic_arn]
}
