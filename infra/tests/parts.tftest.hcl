# What is there, and what is not, by what is asked for.

mock_provider "aws" {
  source = "./tests/mock"
}

variables {
  package      = "./versions.tf"
  bucket       = "logs"
  endpoint     = "https://search.example:9200"
  settle       = "delete"
  alarm_emails = ["ops@example.com"]
}

run "the_least" {
  assert {
    condition = aws_lambda_function.ingest.environment[0].variables == tomap({
      ALBATROSS_BUCKET     = "logs"
      ALBATROSS_ENDPOINT   = "https://search.example:9200"
      ALBATROSS_SETTLE     = "delete"
      ALBATROSS_OWN_PREFIX = "albatross/"
      ALBATROSS_EVENTS     = "false"
      ALBATROSS_GRANT_ROLE = "arn:aws:iam::123456789012:role/a-role"
    })
    error_message = "The environment holds only what is set."
  }
  assert {
    condition = alltrue([
      for made in [
        aws_sqs_queue.events, aws_sqs_queue.fanout, aws_sqs_queue.dead_letters, aws_s3_bucket_notification.events,
        aws_s3_bucket.logs, aws_opensearch_domain.this, aws_lambda_function.setup, aws_security_group.function,
        aws_vpc_endpoint.s3, aws_iam_role_policy.engine, aws_iam_role_policy.secret, aws_iam_role_policy.archive,
        aws_iam_role_policy.network,
      ] : length(made) == 0
    ])
    error_message = "What nobody asked for is not made."
  }
  assert {
    condition = jsondecode(aws_scheduler_schedule.tick.target[0].input) == {
      version     = "0"
      source      = "aws.scheduler"
      detail-type = "Scheduled Event"
      detail      = {}
    }
    error_message = "The Lambda knows a tick by source and detail-type."
  }
  assert {
    condition     = aws_scheduler_schedule.tick.schedule_expression == "rate(5 minutes)" && aws_scheduler_schedule.tick.target[0].retry_policy[0].maximum_retry_attempts == 0
    error_message = "A tick comes every five minutes, and once."
  }
  assert {
    condition     = jsondecode(aws_lambda_invocation.setup[0].input) == { albatross = "setup" }
    error_message = "An engine that exists is set up by the function itself."
  }
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "errors", "throttles", "silent", "listing-cut", "ticks-skipped", "failing", "oldest-failed", "unstored",
      "unknown-names", "jobs-stopped", "state-not-written", "stopped", "alarm-lines", "quarantined", "damaged",
      "oldest-waiting",
    ])
    error_message = "There are alarms for what there is."
  }
  assert {
    condition = alltrue([
      for key in [aws_lambda_function.ingest.kms_key_arn, aws_cloudwatch_log_group.ingest.kms_key_id, aws_sns_topic.alarms[0].kms_master_key_id, aws_scheduler_schedule.tick.kms_key_arn] :
      key == aws_kms_key.this[0].arn
    ])
    error_message = "One key encrypts it all."
  }
}

run "setup_by_hand" {
  variables {
    setup_on_apply = false
  }

  assert {
    condition     = length(aws_lambda_invocation.setup) == 0 && output.setup_result == null
    error_message = "No work order is given."
  }
}

run "queues" {
  variables {
    events               = true
    fanout               = true
    prefix               = "AWSLogs/"
    timeout_seconds      = 900
    queue_concurrency    = 7
    reserved_concurrency = 15
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.events[0], aws_sqs_queue.fanout[0]] : queue.visibility_timeout_seconds == 6 * 900])
    error_message = "The visibility timeout follows the function's."
  }
  assert {
    condition = alltrue([
      for queue in [aws_sqs_queue.events[0], aws_sqs_queue.fanout[0]] :
      jsondecode(queue.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.dead_letters[0].arn, maxReceiveCount = 5 }
    ])
    error_message = "Both queues have the dead-letter queue."
  }
  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.events[0], aws_sqs_queue.fanout[0], aws_sqs_queue.dead_letters[0]] : queue.kms_master_key_id == aws_kms_key.this[0].arn])
    error_message = "All queues are encrypted by the key."
  }
  assert {
    condition = alltrue([
      for mapping in [aws_lambda_event_source_mapping.events[0], aws_lambda_event_source_mapping.fanout[0]] :
      mapping.function_response_types == toset(["ReportBatchItemFailures"]) && mapping.scaling_config[0].maximum_concurrency == 7
    ])
    error_message = "Both queues are consumed with ReportBatchItemFailures, and no faster than asked."
  }
  assert {
    condition     = aws_s3_bucket_notification.events[0].queue[0].filter_prefix == "AWSLogs/"
    error_message = "S3 tells of what the sweep would take."
  }
  assert {
    condition     = aws_lambda_function.ingest.environment[0].variables["ALBATROSS_EVENTS"] == "true" && aws_lambda_function.ingest.environment[0].variables["ALBATROSS_FANOUT_QUEUE_URL"] == aws_sqs_queue.fanout[0].url
    error_message = "The function knows of both."
  }
  assert {
    condition     = contains(keys(aws_cloudwatch_metric_alarm.this), "dead-letters")
    error_message = "There is an alarm for dead letters."
  }
  assert {
    condition     = anytrue([for statement in jsondecode(aws_kms_key.this[0].policy).Statement : try(statement.Principal.Service == "s3.amazonaws.com", false)])
    error_message = "S3 may use the key of the queue that it sends to."
  }
}

run "notifications_by_others" {
  variables {
    events                   = true
    bucket_notification      = false
    queue_visibility_seconds = 43200
  }

  assert {
    condition     = length(aws_s3_bucket_notification.events) == 0 && output.events_queue_arn != null
    error_message = "The bucket's notifications are left alone."
  }
  assert {
    condition     = aws_sqs_queue.events[0].visibility_timeout_seconds == 43200
    error_message = "A longer visibility timeout holds."
  }
  assert {
    condition     = length(aws_sqs_queue.fanout) == 0 && length(aws_sqs_queue.dead_letters) == 1
    error_message = "One queue is enough for dead letters."
  }
}

run "a_bucket" {
  variables {
    log_bucket = { delivery_prefixes = ["", "edge"], expire_days = 400 }
  }

  assert {
    condition     = tolist(aws_s3_bucket_server_side_encryption_configuration.logs[0].rule)[0].apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "Load balancers deliver to SSE-S3 only."
  }
  assert {
    condition = alltrue([
      for blocked in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] :
      aws_s3_bucket_public_access_block.logs[0][blocked]
    ])
    error_message = "Nothing is public."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.logs[0].rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 1
    error_message = "Uploads that were left behind go after a day."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.logs[0].rule : rule.filter[0].prefix if startswith(rule.id, "expire-")] == ["AWSLogs/", "edge/AWSLogs/"]
    error_message = "Logs expire; quarantine and state do not."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.logs[0].policy).Statement :
      try(statement.Condition.StringEquals, statement.Condition.StringEqualsIfExists)["aws:SourceAccount"] == "123456789012"
      if statement.Effect == "Allow"
    ])
    error_message = "Load balancers of this account deliver, and no others."
  }
  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.logs[0].policy).Statement : statement.Resource if statement.Sid == "LoadBalancers"][0] == [
      "arn:aws:s3:::logs/AWSLogs/123456789012/*", "arn:aws:s3:::logs/edge/AWSLogs/123456789012/*",
    ]
    error_message = "They deliver below their prefixes."
  }
  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.logs[0].policy).Statement : statement.Resource if statement.Sid == "NetworkLoadBalancers"][0] == [
      "arn:aws:s3:::logs/AWSLogs/123456789012/*", "arn:aws:s3:::logs/edge/AWSLogs/123456789012/*",
      "arn:aws:s3:::logs/AWSLogs/aws-account-id=123456789012/*", "arn:aws:s3:::logs/edge/*",
    ]
    error_message = "The newer delivery has Hive's folders, and prefixes without AWSLogs/."
  }
}

run "what_exists_already" {
  variables {
    alarm_emails    = []
    kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:mine"
    events          = true
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && length(aws_sns_topic.alarms) == 0
    error_message = "What is given is not made."
  }
  assert {
    condition     = aws_sqs_queue.events[0].kms_master_key_id == var.kms_key_arn && aws_cloudwatch_metric_alarm.this["stopped"].alarm_actions == toset([var.alarm_topic_arn])
    error_message = "What is given is used."
  }
}

run "elastic_cloud" {
  variables {
    endpoint       = null
    cloud_id       = "prod:ZXUuZXhhbXBsZS5pbzo5MjQzJDAxMjNhYmNkJGtpYmFuYQ=="
    secret_arn     = "arn:aws:ssm:eu-central-1:123456789012:parameter/engine"
    geo_files      = ["/opt/city.mmdb", "/opt/asn.mmdb"]
    retention_days = 90
    log_level      = "debug"
    vpc            = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
  }

  assert {
    condition = aws_lambda_function.ingest.environment[0].variables == tomap({
      ALBATROSS_BUCKET         = "logs"
      ALBATROSS_CLOUD_ID       = var.cloud_id
      ALBATROSS_SECRET_ARN     = var.secret_arn
      ALBATROSS_GEO_FILES      = "/opt/city.mmdb,/opt/asn.mmdb"
      ALBATROSS_SETTLE         = "delete"
      ALBATROSS_OWN_PREFIX     = "albatross/"
      ALBATROSS_EVENTS         = "false"
      ALBATROSS_RETENTION_DAYS = "90"
      ALBATROSS_GRANT_ROLE     = "arn:aws:iam::123456789012:role/a-role"
      ALBATROSS_LOG_LEVEL      = "debug"
    })
    error_message = "Lists are joined, numbers and truths written out."
  }
  assert {
    condition     = toset([for rule in aws_vpc_security_group_egress_rule.out : rule.from_port]) == toset([443, 9243])
    error_message = "The function reaches AWS and the port in the cloud id."
  }
}

run "a_pause" {
  variables {
    enabled  = false
    events   = true
    fanout   = true
    backfill = true
  }

  assert {
    condition     = aws_scheduler_schedule.tick.state == "DISABLED"
    error_message = "No tick comes."
  }
  assert {
    condition = alltrue([
      for mapping in [aws_lambda_event_source_mapping.events[0], aws_lambda_event_source_mapping.fanout[0], aws_lambda_event_source_mapping.backfill[0]] :
      !mapping.enabled
    ])
    error_message = "No queue is worked off."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["silent"].treat_missing_data == "notBreaching"
    error_message = "Nobody is woken for a pause."
  }
  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "events-wait") && contains(keys(aws_cloudwatch_metric_alarm.this), "dead-letters")
    error_message = "Messages may wait meanwhile, but not fail."
  }
}

run "a_backfill_of_its_own" {
  variables {
    fanout               = true
    backfill             = true
    queue_concurrency    = 5
    reserved_concurrency = 8
  }

  assert {
    condition     = aws_lambda_function.ingest.environment[0].variables["ALBATROSS_BACKFILL_QUEUE_URL"] == aws_sqs_queue.backfill[0].url
    error_message = "The function knows of the queue."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.backfill[0].scaling_config[0].maximum_concurrency == 2
    error_message = "Live logs come first."
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.backfill[0].redrive_policy).deadLetterTargetArn == aws_sqs_queue.dead_letters[0].arn
    error_message = "It has the dead-letter queue."
  }
}

run "a_dead_schedule_rings" {
  variables {
    events = true
    fanout = true
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["silent"].metric_name == "Sweeps"
      && aws_cloudwatch_metric_alarm.this["silent"].treat_missing_data == "breaching"
      && aws_cloudwatch_metric_alarm.this["silent"].period == 1800
      && aws_cloudwatch_metric_alarm.this["silent"].dimensions == tomap({ Deployment = "albatross" })
    )
    error_message = "The absence of whole sweeps is an alarm, whatever else invokes the function."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["events-wait"].metric_name == "ApproximateAgeOfOldestMessage"
    error_message = "So is a queue that nobody works off."
  }
  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.dimensions == tomap({ Deployment = "albatross" })
      if alarm.namespace == "Albatross"
    ])
    error_message = "No deployment hides another's metrics."
  }
}

run "what_may_happen_once_rings_when_it_lasts" {
  variables {
    tick           = "rate(1 hour)"
    silent_seconds = 7200
  }

  assert {
    condition = [
      for name in ["listing-cut", "ticks-skipped", "errors"] :
      [aws_cloudwatch_metric_alarm.this[name].evaluation_periods, aws_cloudwatch_metric_alarm.this[name].period]
    ] == [[2, 3600], [3, 3600], [2, 3600]]
    error_message = "It is counted tick by tick."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["listing-cut"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.this["listing-cut"].statistic == "Maximum"
    error_message = "A listing that was whole is enough."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["stopped"].period == 7200
    error_message = "An alarm does not come and go between two ticks."
  }
}

run "each_cause_rings_once" {
  variables {
    events   = true
    backfill = true
  }

  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.this :
      length(alarm.alarm_actions) == (contains(keys(aws_cloudwatch_composite_alarm.unless), name) ? 0 : 1)
    ])
    error_message = "An alarm rings by itself, or where no other explains it."
  }
  assert {
    condition = toset(keys(aws_cloudwatch_composite_alarm.unless)) == toset([
      "errors", "silent", "oldest-failed", "oldest-waiting", "events-wait", "alarm-lines",
    ])
    error_message = "Signs ring where no cause does."
  }
  assert {
    condition     = aws_cloudwatch_composite_alarm.unless["errors"].alarm_rule == "ALARM(\"albatross-errors\") AND NOT ALARM(\"albatross-stopped\") AND NOT ALARM(\"albatross-failing\") AND NOT ALARM(\"albatross-unstored\")"
    error_message = "The rule names the others."
  }
  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_composite_alarm.unless :
      alarm.alarm_actions == toset([aws_sns_topic.alarms[0].arn]) && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "They go where the others go."
  }
  assert {
    condition = (
      { for query in aws_cloudwatch_metric_alarm.this["failing"].metric_query : query.id => query.expression }["rings"] == "IF(stopped + unstored > 0, 0, failed)"
      && length(aws_cloudwatch_metric_alarm.this["failing"].metric_query) == 4
    )
    error_message = "A run of which nothing was settled is told once."
  }
}

run "ticks_come_once_and_events_again" {
  assert {
    condition = (
      aws_scheduler_schedule.tick.target[0].arn == aws_lambda_alias.tick.arn
      && aws_lambda_function_event_invoke_config.tick.qualifier == "tick"
      && aws_lambda_function_event_invoke_config.tick.maximum_retry_attempts == 0
    )
    error_message = "A tick that failed is not repeated; what comes to the function itself is, by Lambda's own default."
  }
}
