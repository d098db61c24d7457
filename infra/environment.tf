locals {
  # What is null is not set. Nothing in here is secret: secrets come by ARN.
  environment = {
    for name, value in {
      ALBATROSS_BUCKET                  = local.bucket
      ALBATROSS_PREFIX                  = var.prefix
      ALBATROSS_ENDPOINT                = local.endpoint
      ALBATROSS_CLOUD_ID                = var.cloud_id
      ALBATROSS_SECRET_ARN              = var.secret_arn
      ALBATROSS_SIGV4                   = local.sigv4
      ALBATROSS_SIGV4_REGION            = local.signed_arn == null ? null : split(":", local.signed_arn)[3]
      ALBATROSS_ALLOW_PLAIN_HTTP        = var.allow_plain_http
      ALBATROSS_CA_FILE                 = var.ca_file
      ALBATROSS_REQUEST_TIMEOUT_SECONDS = var.request_timeout_seconds
      ALBATROSS_S3_ENCRYPTION           = var.s3_encryption
      ALBATROSS_SETTINGS                = var.settings
      ALBATROSS_SETTINGS_URI            = var.settings_uri
      ALBATROSS_GEO_FILES               = length(var.geo_files) > 0 ? join(",", var.geo_files) : null
      ALBATROSS_REDACT_KEY_ARN          = var.redact_key_arn
      ALBATROSS_SETTLE                  = var.settle
      ALBATROSS_ARCHIVE_TO              = var.archive_to
      ALBATROSS_DELETE_FILTERED         = var.delete_filtered
      ALBATROSS_OWN_PREFIX              = var.own_prefix
      ALBATROSS_EVENTS                  = var.events
      ALBATROSS_FANOUT_QUEUE_URL        = one(aws_sqs_queue.fanout[*].url)
      ALBATROSS_BACKFILL_QUEUE_URL      = one(aws_sqs_queue.backfill[*].url)
      ALBATROSS_BATCH_BYTES             = var.batch_bytes
      ALBATROSS_OBJECTS_IN_FLIGHT       = var.objects_in_flight
      ALBATROSS_OLD_INDICES             = var.old_indices
      ALBATROSS_RETENTION_DAYS          = var.retention_days
      ALBATROSS_GRANT_ROLE              = aws_iam_role.ingest.arn
      ALBATROSS_LOG_LEVEL               = var.log_level
    } : name => tostring(value) if value != null
  }
}
