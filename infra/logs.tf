resource "aws_cloudwatch_log_group" "ingest" {
  #checkov:skip=CKV_AWS_338: how long logs are kept is a choice; what has to be kept is in the engine and in quarantine
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.kms_key_arn
}

# The lines on which a person has to act, whatever became of the invocation.
resource "aws_cloudwatch_log_metric_filter" "alarm_lines" {
  name           = "${var.name}-alarm-lines"
  log_group_name = aws_cloudwatch_log_group.ingest.name
  pattern        = "{ $.alarm IS TRUE }"

  metric_transformation {
    namespace = "Albatross/${var.name}"
    name      = "AlarmLines"
    value     = "1"
    unit      = "Count"
  }
}
