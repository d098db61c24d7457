# What is refused, before anything is made.

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

run "numbers_below_their_limits" {
  command = plan

  variables {
    memory_mb               = 127
    timeout_seconds         = 14
    queue_concurrency       = 1
    queue_batch_size        = 0
    max_receive_count       = 4
    oldest_waiting_seconds  = 299
    silent_seconds          = 59
    request_timeout_seconds = 0
    batch_bytes             = 9999
    objects_in_flight       = 0
    retention_days          = 0
  }

  expect_failures = [
    var.memory_mb, var.timeout_seconds, var.queue_concurrency, var.queue_batch_size,
    var.max_receive_count, var.oldest_waiting_seconds, var.silent_seconds,
    var.request_timeout_seconds, var.batch_bytes, var.objects_in_flight, var.retention_days,
  ]
}

run "numbers_above_their_limits" {
  command = plan

  variables {
    memory_mb               = 10241
    timeout_seconds         = 901
    queue_concurrency       = 1001
    queue_batch_size        = 11
    max_receive_count       = 1001
    silent_seconds          = 86460
    request_timeout_seconds = 301
    batch_bytes             = 104857601
    objects_in_flight       = 65
    retention_days          = 36501
  }

  expect_failures = [
    var.memory_mb, var.timeout_seconds, var.queue_concurrency, var.queue_batch_size,
    var.max_receive_count, var.silent_seconds, var.request_timeout_seconds, var.batch_bytes,
    var.objects_in_flight, var.retention_days,
  ]
}

run "numbers_that_are_not_whole" {
  command = plan

  variables {
    memory_mb          = 256.5
    timeout_seconds    = 60.5
    objects_in_flight  = 1.5
    retention_days     = 1.5
    log_retention_days = 31
  }

  expect_failures = [
    var.memory_mb, var.timeout_seconds, var.objects_in_flight, var.retention_days, var.log_retention_days,
  ]
}

run "memory_for_less_than_is_in_flight" {
  command = plan

  variables {
    memory_mb         = 255
    objects_in_flight = 4
    batch_bytes       = 10485760
  }

  expect_failures = [aws_lambda_function.ingest]
}

run "memory_for_what_is_in_flight" {
  command = plan

  variables {
    memory_mb         = 256
    objects_in_flight = 4
    batch_bytes       = 10485760
  }
}

run "text_of_another_shape" {
  command = plan

  variables {
    name                = "Albatross"
    architecture        = "amd64"
    tick                = "5 minutes"
    bucket              = "s3://logs"
    prefix              = "/AWSLogs"
    endpoint            = "https://user:password@search.example"
    secret_arn          = "arn:aws:s3:::secret"
    geo_files           = ["/opt/a,b.mmdb"]
    redact_key_arn      = "0123456789abcdef"
    settle              = "move"
    s3_encryption       = "aws:kms:alias/key"
    log_level           = "trace"
    kms_key_arn         = "arn:aws:kms:eu-central-1:123456789012:alias/key"
    bucket_kms_key_arns = ["alias/key"]
    secret_kms_key_arns = ["alias/key"]
    alarm_topic_arn     = "alarms"
  }

  expect_failures = [
    var.name, var.architecture, var.tick, var.bucket, var.prefix, var.endpoint, var.secret_arn,
    var.geo_files, var.redact_key_arn, var.settle, var.s3_encryption, var.log_level, var.kms_key_arn, var.bucket_kms_key_arns,
    var.secret_kms_key_arns, var.alarm_topic_arn,
  ]
}

run "no_engine" {
  command = plan

  variables {
    endpoint = null
  }

  expect_failures = [var.endpoint]
}

run "two_engines" {
  command = plan

  variables {
    cloud_id = "prod:ZXUuZXhhbXBsZS5pbyQwMTIzYWJjZCRraWJhbmE="
  }

  expect_failures = [var.endpoint]
}

run "a_domain_and_an_endpoint" {
  command = plan

  variables {
    domain = {}
    vpc    = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
  }

  expect_failures = [var.endpoint]
}

run "a_domain_without_a_network" {
  command = plan

  variables {
    endpoint = null
    domain   = { instance_type = "t2.small.search", engine_version = "Elasticsearch_7.10", volume_gb = 5 }
  }

  expect_failures = [var.domain]
}

run "a_domain_and_a_secret" {
  command = plan

  variables {
    endpoint   = null
    domain     = {}
    vpc        = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
    secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:engine-AbCdEf"
  }

  expect_failures = [var.secret_arn]
}

run "a_cloud_id_that_is_none" {
  command = plan

  variables {
    endpoint = null
    cloud_id = "prod"
  }

  expect_failures = [var.cloud_id]
}

run "two_ways_of_authorization" {
  command = plan

  variables {
    sigv4      = "es"
    engine_arn = "arn:aws:es:eu-central-1:123456789012:domain/mine"
    secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:engine-AbCdEf"
  }

  expect_failures = [var.secret_arn]
}

run "signed_for_nobody" {
  command = plan

  variables {
    sigv4 = "es"
  }

  expect_failures = [var.engine_arn]
}

run "an_archive_that_is_not_used" {
  command = plan

  variables {
    archive_to = "s3://archive/logs/"
  }

  expect_failures = [var.archive_to]
}

run "an_archive_that_is_missing" {
  command = plan

  variables {
    settle = "archive"
  }

  expect_failures = [var.archive_to]
}

run "an_archive_without_a_slash" {
  command = plan

  variables {
    settle     = "archive"
    archive_to = "s3://archive/logs"
  }

  expect_failures = [var.archive_to]
}

run "credentials_in_the_clear" {
  command = plan

  variables {
    endpoint   = "http://search.example:9200"
    secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:engine-AbCdEf"
  }

  expect_failures = [var.allow_plain_http]
}

run "credentials_in_the_clear_as_meant" {
  command = plan

  variables {
    endpoint         = "http://search.example:9200"
    secret_arn       = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:engine-AbCdEf"
    allow_plain_http = true
  }
}

run "nothing_left_to_sweep" {
  command = plan

  variables {
    prefix     = "logs/mine/"
    own_prefix = "logs/"
  }

  expect_failures = [var.own_prefix]
}

run "own_prefix_without_a_slash" {
  command = plan

  variables {
    own_prefix = "albatross"
  }

  expect_failures = [var.own_prefix]
}

run "settings_that_are_no_object" {
  command = plan

  variables {
    settings = "[]"
  }

  expect_failures = [var.settings]
}

run "settings_twice" {
  command = plan

  variables {
    settings     = "{}"
    settings_uri = "s3://logs/settings.json"
  }

  expect_failures = [var.settings]
}

run "a_message_that_comes_again_too_early" {
  command = plan

  variables {
    events                   = true
    timeout_seconds          = 300
    queue_visibility_seconds = 1799
  }

  expect_failures = [var.queue_visibility_seconds]
}

run "queues_that_leave_nothing_to_the_sweep" {
  command = plan

  variables {
    events               = true
    fanout               = true
    queue_concurrency    = 5
    reserved_concurrency = 10
  }

  expect_failures = [var.reserved_concurrency]
}

run "a_backfill_that_leaves_nothing_to_the_sweep" {
  command = plan

  variables {
    fanout               = true
    backfill             = true
    queue_concurrency    = 5
    reserved_concurrency = 7
  }

  expect_failures = [var.reserved_concurrency]
}

run "mails_for_another_topic" {
  command = plan

  variables {
    alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:alarms"
    alarm_emails    = ["a@example.com"]
  }

  expect_failures = [var.alarm_emails]
}

run "endpoints_without_routes" {
  command = plan

  variables {
    vpc = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], create_endpoints = true }
  }

  expect_failures = [var.vpc]
}

run "a_bucket_with_slashes" {
  command = plan

  variables {
    log_bucket = { delivery_prefixes = ["alb/"] }
  }

  expect_failures = [var.log_bucket]
}

run "alarms_between_two_ticks" {
  command = plan

  variables {
    tick = "rate(1 hour)"
  }

  expect_failures = [var.silent_seconds]
}

run "dashboards_for_another_schema" {
  command = plan

  variables {
    endpoint = null
    settings = jsonencode({ schema = "network-log" })
    domain   = {}
    vpc      = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
  }

  expect_failures = [var.domain]
}

run "alarms_that_nobody_hears" {
  command = plan

  variables {
    alarm_emails = []
  }

  expect_failures = [var.alarm_emails]
}

run "alarms_that_nobody_is_to_hear" {
  command = plan

  variables {
    alarm_emails   = []
    nobody_is_told = true
  }
}
