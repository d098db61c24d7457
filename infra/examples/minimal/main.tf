# A bucket and an engine that exist; a sweep every five minutes.

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
  description = "The bucket that the load balancers write to."
  type        = string
}

variable "endpoint" {
  description = "URL of Elasticsearch or OpenSearch."
  type        = string
}

variable "alarm_emails" {
  description = "Who hears of alarms."
  type        = list(string)
}

variable "secret_arn" {
  description = "ARN of the secret with username and password, or with api_key; null where the engine asks for none."
  type        = string
  default     = null
}

module "albatross" {
  source = "../.."

  package      = "${path.module}/../../../target/lambda/ingest-lambda/bootstrap.zip"
  bucket       = var.bucket
  settle       = "delete"
  endpoint     = var.endpoint
  secret_arn   = var.secret_arn
  alarm_emails = var.alarm_emails
}

output "function_name" {
  description = "Name of the Lambda."
  value       = module.albatross.function_name
}
