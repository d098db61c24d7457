output "function_name" {
  description = "Name of the Lambda, for work orders: aws lambda invoke --function-name ..."
  value       = aws_lambda_function.ingest.function_name
}

output "function_arn" {
  description = "ARN of the Lambda."
  value       = aws_lambda_function.ingest.arn
}

output "role_arn" {
  description = "ARN of the Lambda's role: the one to let in where the engine, a bucket or a key is guarded by a policy of its own."
  value       = aws_iam_role.ingest.arn
}

output "bucket" {
  description = "Name of the bucket with the logs, once load balancers may write to it."
  value       = local.bucket
  depends_on  = [aws_s3_bucket_policy.logs]
}

output "endpoint" {
  description = "URL of the engine; null with cloud_id."
  value       = local.endpoint
}

output "events_queue_arn" {
  description = "ARN of the queue that S3's events go to; null without events."
  value       = one(aws_sqs_queue.events[*].arn)
}

output "events_queue_url" {
  description = "URL of the queue that S3's events go to; null without events."
  value       = one(aws_sqs_queue.events[*].url)
}

output "fanout_queue_url" {
  description = "URL of the queue that sweeps hand their objects to; null without fanout."
  value       = one(aws_sqs_queue.fanout[*].url)
}

output "backfill_queue_url" {
  description = "URL of the queue that backfills hand their objects to, for ALBATROSS_BACKFILL_QUEUE_URL of a command elsewhere; null without backfill."
  value       = one(aws_sqs_queue.backfill[*].url)
}

output "dead_letter_queue_url" {
  description = "URL of the queue of what failed again and again; null without events, fanout and backfill."
  value       = one(aws_sqs_queue.dead_letters[*].url)
}

output "log_group" {
  description = "Name of the Lambda's log group."
  value       = aws_cloudwatch_log_group.ingest.name
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts queues, logs, topic, schedule, configuration and domain."
  value       = local.kms_key_arn
}

output "dashboards_url" {
  description = "URL of the domain's OpenSearch Dashboards, within the VPC; null without domain."
  value       = var.domain == null ? null : "${local.endpoint}/_dashboards"
}

output "setup_role_arn" {
  description = "ARN of the setup function's role, the master user of a domain of the module's: the one that an engine lets manage templates; null where requests are not signed for es."
  value       = one(aws_iam_role.setup[*].arn)
}

output "setup_function_name" {
  description = "Name of the Lambda that carries out the work order setup."
  value       = local.setup_function_name
}

output "setup_result" {
  description = "What the Lambda answered to the work order setup, as JSON; null where setup_on_apply is false."
  value       = one(aws_lambda_invocation.setup[*].result)
}

output "security_group_id" {
  description = "Security group of the function, for the rules of an engine that exists; null without vpc."
  value       = one(aws_security_group.function[*].id)
}

output "alarm_topic_arn" {
  description = "ARN of the SNS topic that alarms go to."
  value       = local.alarm_topic_arn
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard."
  value       = "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${var.name}"
}
