# Everything: a load balancer whose logs go into a bucket, and from there into a domain, all of it new.

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

variable "name" {
  description = "Name of the deployment."
  type        = string
  default     = "albatross"
}

variable "bucket" {
  description = "Name of the bucket to make for the logs: unique in all of AWS."
  type        = string
}

variable "certificate_arn" {
  description = "ARN of the load balancer's certificate."
  type        = string
}

variable "alarm_emails" {
  description = "Who hears of alarms."
  type        = list(string)
}

module "albatross" {
  source = "../.."

  name    = var.name
  package = "${path.module}/../../../target/lambda/ingest-lambda/bootstrap.zip"

  memory_mb         = 512
  queue_concurrency = 4

  bucket     = var.bucket
  log_bucket = { noncurrent_days = 7 }
  prefix     = "AWSLogs/"
  settle     = "archive"
  archive_to = "s3://${var.bucket}/albatross/archive/"
  events     = true
  fanout     = true

  vpc = {
    vpc_id           = aws_vpc.this.id
    subnet_ids       = aws_subnet.private[*].id
    create_endpoints = true
    route_table_ids  = [aws_route_table.private.id]
  }
  domain = {
    instance_type  = "r7g.large.search"
    instance_count = 2
    volume_gb      = 200
  }
  retention_days = 30

  alarm_emails = var.alarm_emails
}

output "function_name" {
  description = "Name of the Lambda."
  value       = module.albatross.function_name
}

output "endpoint" {
  description = "URL of the domain, within the VPC."
  value       = module.albatross.endpoint
}

output "dashboards_url" {
  description = "URL of OpenSearch Dashboards, within the VPC."
  value       = module.albatross.dashboards_url
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard."
  value       = module.albatross.dashboard_url
}

output "load_balancer" {
  description = "Host name of the load balancer."
  value       = aws_lb.this.dns_name
}
