# The Lambda's configuration: ALBATROSS_X is the variable x. docs/operations.md says more about each.
# What is null is not set, and the Lambda's own default holds. What follows from others is in environment.tf.

variable "bucket" {
  description = "The bucket that the load balancers write to: one that exists, or the name of the one to make by log_bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket must be the name of a bucket, without s3://."
  }
}

variable "prefix" {
  description = "Only keys that begin with this, such as AWSLogs/; null for all."
  type        = string
  default     = null

  validation {
    condition     = var.prefix == null ? true : !startswith(var.prefix, "/")
    error_message = "prefix must not begin with a slash: no key does."
  }
}

variable "endpoint" {
  description = "URL of an Elasticsearch or OpenSearch that exists, with its path where it sits behind one."
  type        = string
  default     = null

  validation {
    condition     = length([for given in [var.domain != null, var.endpoint != null, var.cloud_id != null] : given if given]) == 1
    error_message = "give exactly one of endpoint, cloud_id and domain: there is one engine."
  }
  validation {
    condition     = var.endpoint == null ? true : can(regex("^https?://[^/@?#]+(/[^?#]*)?$", var.endpoint))
    error_message = "endpoint must begin with http:// or https://, and hold no user, query or fragment."
  }
}

variable "cloud_id" {
  description = "Elastic Cloud id, instead of the URL."
  type        = string
  default     = null

  validation {
    condition     = var.cloud_id == null ? true : can(base64decode(regex("^[^:]+:(.+)$", var.cloud_id)[0]))
    error_message = "cloud_id must be NAME:BASE64, as the console shows it."
  }
}

variable "secret_arn" {
  description = "ARN of a Secrets Manager secret or an SSM parameter: JSON with username and password, or with api_key. Terraform's state never holds them."
  type        = string
  default     = null

  validation {
    condition     = length([for given in [var.domain != null, var.secret_arn != null, var.sigv4 != null] : given if given]) <= 1
    error_message = "choose one way of authorization: secret_arn or sigv4; neither of them with domain, where requests are signed."
  }

  validation {
    condition     = var.secret_arn == null ? true : can(regex("^arn:[^:]+:(secretsmanager:[^:]+:[0-9]{12}:secret:|ssm:[^:]+:[0-9]{12}:parameter/).+", var.secret_arn))
    error_message = "secret_arn must be the ARN of a Secrets Manager secret or of an SSM parameter."
  }
}

variable "sigv4" {
  description = "Sign requests with the function's role: es for Amazon OpenSearch Service, aoss for Serverless. With domain it is es."
  type        = string
  default     = null

  validation {
    condition     = var.sigv4 == null ? true : contains(["es", "aoss"], var.sigv4)
    error_message = "sigv4 must be es or aoss."
  }
}

variable "allow_plain_http" {
  description = "Whether credentials may go to an endpoint that begins with http://, where everybody on the way can read them; null for no."
  type        = bool
  default     = null

  validation {
    condition     = var.allow_plain_http == true || !try(startswith(var.endpoint, "http://"), false) || (var.secret_arn == null && var.sigv4 == null)
    error_message = "endpoint begins with http://, and credentials would go there in the clear: begin with https://, or set allow_plain_http = true."
  }
}

variable "ca_file" {
  description = "PEM file with the certificate authorities to trust, in one of the layers: /opt/..."
  type        = string
  default     = null
}

variable "request_timeout_seconds" {
  description = "How long the engine may take to answer, 1 to 300."
  type        = number
  default     = null

  validation {
    condition     = var.request_timeout_seconds == null ? true : contains(range(1, 301), var.request_timeout_seconds)
    error_message = "request_timeout_seconds must be a whole number from 1 to 300."
  }
}

variable "s3_encryption" {
  description = "How S3 encrypts quarantine, state and archived copies, where the bucket's policy asks for the header: AES256, aws:kms or aws:kms:KEY_ARN; null for the bucket's own way."
  type        = string
  default     = null

  validation {
    condition     = var.s3_encryption == null ? true : can(regex("^(AES256|aws:kms(:arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+)?)$", var.s3_encryption))
    error_message = "s3_encryption must be AES256, aws:kms or aws:kms:KEY_ARN."
  }
}

variable "settings" {
  description = "What documents look like, as JSON: what the page exports."
  type        = string
  default     = null

  validation {
    condition     = var.settings == null ? true : can(keys(jsondecode(var.settings)))
    error_message = "settings must be a JSON object, as the page exports it."
  }
  validation {
    condition     = var.settings == null || var.settings_uri == null
    error_message = "give settings or settings_uri, not both."
  }
}

variable "settings_uri" {
  description = "s3://bucket/key of that JSON, instead of the text itself."
  type        = string
  default     = null

  validation {
    condition     = var.settings_uri == null ? true : can(regex("^s3://[^/]+/.+", var.settings_uri))
    error_message = "settings_uri must be s3://bucket/key."
  }
}

variable "geo_files" {
  description = "MMDB files of places or autonomous systems, in one of the layers: /opt/...; the first that knows an address counts."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = !anytrue([for file in var.geo_files : strcontains(file, ",")])
    error_message = "geo_files are joined by commas: no name may hold one."
  }
}

variable "redact_key_arn" {
  description = "ARN of a Secrets Manager secret or an SSM parameter: the text, 16 bytes at least, under which settings with addresses: hmac replace addresses."
  type        = string
  default     = null

  validation {
    condition     = var.redact_key_arn == null ? true : can(regex("^arn:[^:]+:(secretsmanager:[^:]+:[0-9]{12}:secret:|ssm:[^:]+:[0-9]{12}:parameter/).+", var.redact_key_arn))
    error_message = "redact_key_arn must be the ARN of a Secrets Manager secret or of an SSM parameter."
  }
}

variable "settle" {
  description = "What becomes of an indexed object: delete, archive or keep. There is no default: nobody but you chooses what deletes."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["delete", "archive", "keep"], var.settle)
    error_message = "settle must be delete, archive or keep."
  }
}

variable "archive_to" {
  description = "s3://bucket/prefix/ for archived objects; in the same bucket below own_prefix, or outside prefix."
  type        = string
  default     = null

  validation {
    condition     = (var.archive_to != null) == (var.settle == "archive")
    error_message = "archive_to must be given where settle is archive, and only there."
  }
  validation {
    condition     = var.archive_to == null ? true : can(regex("^s3://[^/]+(/|/.*/)?$", var.archive_to))
    error_message = "archive_to must be s3://bucket/prefix/, with a slash at its end."
  }
}

variable "delete_filtered" {
  description = "Whether objects nearly all of whose lines are filtered out may be deleted, also by a run that lets nothing through; null for no."
  type        = bool
  default     = null
}

variable "own_prefix" {
  description = "Where the state and the quarantine of every deployment lie in the bucket; never swept, and not above prefix."
  type        = string
  default     = "albatross/"
  nullable    = false

  validation {
    condition     = endswith(var.own_prefix, "/") && !startswith(var.own_prefix, "/")
    error_message = "own_prefix must end with a slash, and not begin with one."
  }
  validation {
    condition     = var.prefix == null ? true : !startswith(var.prefix, var.own_prefix)
    error_message = "own_prefix holds prefix: nothing would be left to sweep."
  }
}

variable "events" {
  description = "Whether S3 events arrive too, by a queue that is made for them: a sweep then takes only objects older than 15 minutes."
  type        = bool
  default     = false
  nullable    = false
}

variable "batch_bytes" {
  description = "Most bytes of a bulk request before compression, 10000 to 104857600."
  type        = number
  default     = null

  validation {
    condition     = var.batch_bytes == null ? true : var.batch_bytes >= 10000 && var.batch_bytes <= 104857600 && floor(var.batch_bytes) == var.batch_bytes
    error_message = "batch_bytes must be a whole number from 10000 to 104857600."
  }
}

variable "objects_in_flight" {
  description = "Objects worked on at once, 1 to 64."
  type        = number
  default     = null

  validation {
    condition     = var.objects_in_flight == null ? true : contains(range(1, 65), var.objects_in_flight)
    error_message = "objects_in_flight must be a whole number from 1 to 64."
  }
}

variable "old_indices" {
  description = "Most indices of days before the last 31, or to come, that one run writes to (0 to 100000); 100 without. A line's time names its index, and a cluster takes so many shards."
  type        = number
  default     = null

  validation {
    condition     = var.old_indices == null ? true : var.old_indices >= 0 && var.old_indices <= 100000 && floor(var.old_indices) == var.old_indices
    error_message = "old_indices must be a whole number from 0 to 100000."
  }
}

variable "retention_days" {
  description = "How long documents are kept, 1 to 36500; null for ever. The work order setup puts it into the engine."
  type        = number
  default     = null

  validation {
    condition     = var.retention_days == null ? true : var.retention_days >= 1 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number from 1 to 36500."
  }
}

variable "log_level" {
  description = "The least that the Lambda logs: error, warn, info or debug; null for info."
  type        = string
  default     = null

  validation {
    condition     = var.log_level == null ? true : contains(["error", "warn", "info", "debug"], var.log_level)
    error_message = "log_level must be error, warn, info or debug."
  }
}
