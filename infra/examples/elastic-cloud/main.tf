# A deployment of Elastic Cloud: objects come by S3 events, and are archived when they are indexed.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {}

variable "bucket" {
  description = "The bucket that the load balancers write to; its notifications become this module's."
  type        = string
}

variable "cloud_id" {
  description = "Cloud id, as Elastic's console shows it."
  type        = string
}

variable "secret_arn" {
  description = "ARN of a Secrets Manager secret: {\"api_key\": \"...\"}, encoded as Kibana hands it out."
  type        = string
}

variable "alarm_emails" {
  description = "Who hears of alarms."
  type        = list(string)
}

module "albatross" {
  source = "../.."

  package = "${path.module}/../../../target/lambda/ingest-lambda/bootstrap.zip"

  bucket     = var.bucket
  prefix     = "AWSLogs/"
  events     = true
  settle     = "archive"
  archive_to = "s3://${var.bucket}/albatross/archive/"

  cloud_id       = var.cloud_id
  secret_arn     = var.secret_arn
  retention_days = 90
  alarm_emails   = var.alarm_emails
  settings = jsonencode({
    redact = { query = "mask", addresses = "truncate" }
  })
}

output "function_name" {
  description = "Name of the Lambda."
  value       = module.albatross.function_name
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard."
  value       = module.albatross.dashboard_url
}
