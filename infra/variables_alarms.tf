# Who hears of alarms, and when they ring.

variable "alarm_topic_arn" {
  description = "SNS topic that alarms go to; null to have one made."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null ? true : can(regex("^arn:[^:]+:sns:[^:]+:[0-9]{12}:[^:]+$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn must be the ARN of an SNS topic."
  }
}

variable "alarm_emails" {
  description = "Addresses that subscribe to the topic that is made; each gets a mail to confirm. Must be given, unless alarm_topic_arn is, or nobody_is_told says that it is meant."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.alarm_emails) > 0 || var.alarm_topic_arn != null || var.nobody_is_told
    error_message = "nobody would hear of an alarm: give alarm_emails or alarm_topic_arn, or set nobody_is_told = true."
  }

  validation {
    condition     = var.alarm_topic_arn == null || length(var.alarm_emails) == 0
    error_message = "alarm_emails are for the topic that the module makes: with alarm_topic_arn, subscribe there."
  }
}

variable "nobody_is_told" {
  description = "Whether alarms may ring without anybody subscribed."
  type        = bool
  default     = false
  nullable    = false
}

variable "oldest_waiting_seconds" {
  description = "Age of the oldest object that waits or fails, and of S3's oldest event, from which on there is an alarm."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.oldest_waiting_seconds >= 300
    error_message = "oldest_waiting_seconds must be at least 300: load balancers write every five minutes."
  }
}

variable "silent_seconds" {
  description = "After how long without a whole sweep there is an alarm, whatever else invokes the function: longer than tick's interval, also of cron(...)."
  type        = number
  default     = 1800
  nullable    = false

  validation {
    condition     = var.silent_seconds >= 60 && var.silent_seconds <= 86400 && var.silent_seconds % 60 == 0
    error_message = "silent_seconds must be a multiple of 60, from 60 to 86400."
  }
  validation {
    condition     = var.silent_seconds >= coalesce(local.rate_seconds, 0)
    error_message = "silent_seconds must not be shorter than tick's interval, or every pause between two is an alarm."
  }
}
