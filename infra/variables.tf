# What is deployed, and how large. The Lambda's own configuration is in knobs.tf.

variable "name" {
  description = "Name of the deployment: of the function, its role, the domain and, with a suffix, everything else. Roles are the whole account's: another region takes another name."
  type        = string
  default     = "albatross"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,27}$", var.name))
    error_message = "name must be 3 to 28 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "package" {
  description = "Path of the zip that `make package` makes: target/lambda/ingest-lambda/bootstrap.zip."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "Architecture that the package was built for: x86_64, which is what is tested, or arm64."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture must be x86_64 or arm64."
  }
}

variable "memory_mb" {
  description = "Memory of the function, and with it its share of a CPU: a whole one at 1769 MB. At least what objects_in_flight, batch_bytes and the files of geo_files need."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }
}

variable "enabled" {
  description = "Whether anything runs by itself: false pauses the schedule and the queues' mappings, and loses nothing. Work orders go on."
  type        = bool
  default     = true
  nullable    = false
}

variable "timeout_seconds" {
  description = "Timeout of the function. A sweep ends by itself before it, and leaves the rest to the next."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 15 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 15, below which the Lambda refuses to begin, to 900."
  }
}

variable "reserved_concurrency" {
  description = "Concurrent executions that are kept for the function, and its most; null for the account's common pool. At least one more than queue_concurrency of each queue and the backfill's two, or messages are throttled."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 1
    error_message = "reserved_concurrency must be at least 1: with 0 the function never runs."
  }
  validation {
    condition = var.reserved_concurrency == null ? true : (
      var.reserved_concurrency > sum([
        var.events ? var.queue_concurrency : 0,
        var.fanout ? var.queue_concurrency : 0,
        var.backfill ? local.backfill_concurrency : 0,
      ])
    )
    error_message = "reserved_concurrency must be greater than what the queues may take, queue_concurrency each and two for backfill: the sweep needs one, too."
  }
}

variable "layers" {
  description = "ARNs of Lambda layers, such as one with the MMDB files of geo_files or the PEM file of ca_file."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.layers) <= 5
    error_message = "layers may be five at most."
  }
}

variable "tick" {
  description = "When to sweep the bucket, as EventBridge Scheduler's rate(...) or cron(...)."
  type        = string
  default     = "rate(5 minutes)"
  nullable    = false

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.tick))
    error_message = "tick must be rate(...) or cron(...), such as rate(5 minutes)."
  }
}

variable "backfill" {
  description = "Whether backfills get a queue of their own, which the same function works off in two invocations at a time: new logs come first."
  type        = bool
  default     = false
  nullable    = false
}

variable "fanout" {
  description = "Whether sweeps hand their objects to an SQS queue, which the function works off at queue_concurrency, instead of working on them themselves: for big buckets."
  type        = bool
  default     = false
  nullable    = false
}

variable "bucket_notification" {
  description = "Whether, with events, the module owns the bucket's notifications. S3 has one document of them per bucket: what is there is replaced. With false, send the bucket's events (s3:ObjectCreated:*) to the output events_queue_arn by your own."
  type        = bool
  default     = true
  nullable    = false
}

variable "queue_concurrency" {
  description = "Most invocations at once for each queue (events, fanout). Each sends up to 2 × objects_in_flight requests at once: choose what the engine bears."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.queue_concurrency >= 2 && var.queue_concurrency <= 1000 && floor(var.queue_concurrency) == var.queue_concurrency
    error_message = "queue_concurrency must be a whole number from 2 to 1000: SQS takes no smaller one."
  }
}

variable "queue_batch_size" {
  description = "Most messages of one invocation, 1 to 10."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.queue_batch_size >= 1 && var.queue_batch_size <= 10 && floor(var.queue_batch_size) == var.queue_batch_size
    error_message = "queue_batch_size must be a whole number from 1 to 10."
  }
}

variable "queue_visibility_seconds" {
  description = "Visibility timeout of the queues; null for six times the function's timeout."
  type        = number
  default     = null

  validation {
    condition = var.queue_visibility_seconds == null ? true : (
      var.queue_visibility_seconds >= 6 * var.timeout_seconds && var.queue_visibility_seconds <= 43200
    )
    error_message = "queue_visibility_seconds must be at least six times timeout_seconds, or a message comes again while it is worked on; and 43200 at most."
  }
}

variable "max_receive_count" {
  description = "How often a message may fail before it goes to the dead-letter queue. A busy engine fails one a few times without fault of its own."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_receive_count >= 5 && var.max_receive_count <= 1000
    error_message = "max_receive_count must be from 5 to 1000."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the logs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days
    )
    error_message = "log_retention_days must be one of the numbers that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "kms_key_arn" {
  description = "KMS key for queues, logs, topic, schedule, configuration and domain; null to have one made. Its policy must let logs.REGION.amazonaws.com use it, s3.amazonaws.com with events, and cloudwatch.amazonaws.com for alarms: kms.tf has the statements."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias."
  }
}

variable "bucket_kms_key_arns" {
  description = "KMS keys of the buckets that are read and written (logs, archive, settings), where they have any. Buckets of Application and Classic Load Balancers have none: those write to buckets with SSE-S3 only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.bucket_kms_key_arns : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", arn))])
    error_message = "bucket_kms_key_arns must be ARNs of keys, not of aliases."
  }
}

variable "secret_kms_key_arns" {
  description = "KMS keys of the secrets or parameters that secret_arn and redact_key_arn name, where they have any of their own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.secret_kms_key_arns : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", arn))])
    error_message = "secret_kms_key_arns must be ARNs of keys, not of aliases."
  }
}

variable "engine_arn" {
  description = "With sigv4: ARN of the OpenSearch Service domain, or of the Serverless collection, that endpoint is the URL of."
  type        = string
  default     = null

  validation {
    condition     = (var.engine_arn != null) == (var.sigv4 != null)
    error_message = "engine_arn must be given with sigv4, and only then: it is what the function may call."
  }
  validation {
    condition     = var.engine_arn == null ? true : can(regex("^arn:[^:]+:(es:[^:]+:[0-9]{12}:domain|aoss:[^:]+:[0-9]{12}:collection)/[a-z0-9-]+$", var.engine_arn))
    error_message = "engine_arn must be arn:aws:es:REGION:ACCOUNT:domain/NAME or arn:aws:aoss:REGION:ACCOUNT:collection/ID."
  }
}

variable "setup_on_apply" {
  description = "Whether an apply gives the Lambda the work order setup, after a change of package, settings, retention or engine. With false do it yourself, before the first sweep: where the engine's user may not manage templates, or where the engine cannot be reached yet."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_bucket" {
  description = <<-EOT
    The bucket to make, by the name `bucket`, for load balancers of this account and region; null where it exists.
    delivery_prefixes: prefixes that load balancers, or the destinations of the newer delivery, are configured with,
    without slashes at their ends; "" for none.
    noncurrent_days: how long versions stay of what was deleted or written anew.
    expire_days: after how many days objects go that nobody settled or, with keep, that were indexed; null for never.
    force_destroy: whether a destroy takes the logs along.
  EOT
  type = object({
    delivery_prefixes = optional(list(string), [""])
    noncurrent_days   = optional(number, 7)
    expire_days       = optional(number)
    force_destroy     = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.log_bucket == null ? true : length(var.log_bucket.delivery_prefixes) > 0 && !anytrue([for prefix in var.log_bucket.delivery_prefixes : startswith(prefix, "/") || endswith(prefix, "/")])
    error_message = "log_bucket.delivery_prefixes must be one at least, without slashes at their ends."
  }
}

variable "domain" {
  description = <<-EOT
    The OpenSearch domain to make, within vpc; null where endpoint or cloud_id names an engine that exists.
    engine_version, instance_type, instance_count: nodes are spread over as many zones as vpc has subnets, three at most.
    master_type: type of three dedicated master nodes; null for none.
    volume_gb, volume_iops, volume_mbps: the gp3 volume of each node.
    client_security_group_ids: who else may connect, such as a proxy before the dashboards.
    client_arns: IAM principals that may call the domain besides the Lambda; what they may do there is for the domain's own roles.
    create_service_linked_role: true where the account has never had a domain in a VPC.
    dashboards: whether setup imports Albatross's dashboards; false with the schema network-log, for which there are none.
  EOT
  type = object({
    engine_version             = optional(string, "OpenSearch_2.19")
    instance_type              = optional(string, "r7g.large.search")
    instance_count             = optional(number, 2)
    master_type                = optional(string)
    volume_gb                  = optional(number, 100)
    volume_iops                = optional(number, 3000)
    volume_mbps                = optional(number, 125)
    client_security_group_ids  = optional(list(string), [])
    client_arns                = optional(list(string), [])
    create_service_linked_role = optional(bool, false)
    dashboards                 = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.domain == null || var.vpc != null
    error_message = "domain needs vpc: it is not made open to the internet."
  }
  validation {
    condition     = !try(var.domain.dashboards, false) || try(jsondecode(var.settings).schema, "ecs") != "network-log"
    error_message = "domain.dashboards must be false with the schema network-log: there are none for its documents."
  }
  validation {
    condition     = var.domain == null ? true : can(regex("^OpenSearch_[23]\\.[0-9]+$", var.domain.engine_version))
    error_message = "domain.engine_version must be OpenSearch_2.x or 3.x, such as OpenSearch_2.19."
  }
  validation {
    condition     = var.domain == null ? true : var.domain.instance_count >= 1 && floor(var.domain.instance_count) == var.domain.instance_count
    error_message = "domain.instance_count must be a whole number, at least 1."
  }
  validation {
    condition     = var.domain == null ? true : can(regex("^[a-z0-9]+\\.[a-z0-9]+\\.search$", var.domain.instance_type)) && !startswith(var.domain.instance_type, "t2.")
    error_message = "domain.instance_type must be TYPE.SIZE.search, and none of t2: those know no encryption at rest."
  }
  validation {
    condition     = var.domain == null ? true : var.domain.volume_gb >= 10 && var.domain.volume_iops >= 3000 && var.domain.volume_mbps >= 125
    error_message = "domain.volume_gb must be at least 10, volume_iops 3000 and volume_mbps 125: less is no gp3 volume."
  }
}

variable "vpc" {
  description = <<-EOT
    The VPC to run in; null for none. Needed with domain.
    vpc_id, subnet_ids: where; the subnets in different zones.
    security_group_ids: security groups of the function besides its own.
    egress_cidr_blocks: where an engine that exists, and AWS's services without create_endpoints, are reached.
    create_endpoints: whether to make the VPC endpoints that the function needs: a gateway for S3, in route_table_ids
    (those of the subnets), and interfaces for SQS (events, fanout, backfill), Secrets Manager or SSM
    (secret_arn, redact_key_arn). Interfaces have private DNS: the whole VPC reaches those services through them. Without
    them the subnets need another way out, such as NAT.
  EOT
  type = object({
    vpc_id             = string
    subnet_ids         = list(string)
    security_group_ids = optional(list(string), [])
    egress_cidr_blocks = optional(list(string), ["0.0.0.0/0"])
    create_endpoints   = optional(bool, false)
    route_table_ids    = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.vpc == null ? true : length(var.vpc.subnet_ids) > 0
    error_message = "vpc.subnet_ids must name at least one subnet."
  }
  validation {
    condition     = var.vpc == null ? true : !var.vpc.create_endpoints || length(var.vpc.route_table_ids) > 0
    error_message = "vpc.route_table_ids must name the subnets' route tables: the endpoint of S3 is a route."
  }
}
