# An OpenSearch domain of the deployment's own.

variable "domain" {
  description = <<-EOT
    The OpenSearch domain to make, within vpc; null where endpoint or cloud_id names an engine that exists.
    engine_version, instance_type, instance_count: nodes are spread over as many zones as vpc has subnets, three at most.
    master_type: type of three dedicated master nodes; null for none.
    volume_gb, volume_iops, volume_mbps: the gp3 volume of each node.
    client_security_group_ids: who else may connect, such as a proxy before the dashboards.
    client_arns: IAM principals that may call the domain besides the Lambda; what they may do there is for the domain's own roles.
    create_service_linked_role: true where the account has never had a domain in a VPC.
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
  })
  default = null

  validation {
    condition     = var.domain == null || var.vpc != null
    error_message = "domain needs vpc: it is not made open to the internet."
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

locals {
  domain_arn   = "arn:${local.partition}:es:${local.region}:${local.account}:domain/${var.name}"
  domain_zones = var.domain == null ? 0 : min(3, var.domain.instance_count, length(var.vpc.subnet_ids))
}

resource "aws_opensearch_domain" "this" {
  count = var.domain == null ? 0 : 1

  domain_name    = var.name
  engine_version = var.domain.engine_version

  cluster_config {
    instance_type            = var.domain.instance_type
    instance_count           = var.domain.instance_count
    dedicated_master_enabled = var.domain.master_type != null
    dedicated_master_type    = var.domain.master_type
    dedicated_master_count   = var.domain.master_type == null ? null : 3
    zone_awareness_enabled   = local.domain_zones > 1

    dynamic "zone_awareness_config" {
      for_each = local.domain_zones > 1 ? [local.domain_zones] : []
      content {
        availability_zone_count = zone_awareness_config.value
      }
    }
  }

  ebs_options {
    ebs_enabled = true
    volume_type = "gp3"
    volume_size = var.domain.volume_gb
    iops        = var.domain.volume_iops
    throughput  = var.domain.volume_mbps
  }

  encrypt_at_rest {
    enabled    = true
    kms_key_id = local.kms_key_arn
  }

  node_to_node_encryption {
    enabled = true
  }

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }

  vpc_options {
    subnet_ids         = slice(var.vpc.subnet_ids, 0, local.domain_zones)
    security_group_ids = [aws_security_group.domain[0].id]
  }

  advanced_security_options {
    enabled                        = true
    internal_user_database_enabled = false

    master_user_options {
      master_user_arn = aws_iam_role.setup[0].arn
    }
  }

  dynamic "log_publishing_options" {
    for_each = toset(["AUDIT_LOGS", "ES_APPLICATION_LOGS"])
    content {
      log_type                 = log_publishing_options.value
      cloudwatch_log_group_arn = aws_cloudwatch_log_group.domain[0].arn
    }
  }

  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Effect    = "Allow"
        Principal = { AWS = [aws_iam_role.ingest.arn, aws_iam_role.setup[0].arn] }
        Action    = ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"]
        Resource  = "${local.domain_arn}/*"
      }],
      length(var.domain.client_arns) == 0 ? [] : [{
        Effect    = "Allow"
        Principal = { AWS = var.domain.client_arns }
        Action    = ["es:ESHttp*"]
        Resource  = "${local.domain_arn}/*"
      }],
    )
  })

  depends_on = [aws_cloudwatch_log_resource_policy.domain, aws_iam_service_linked_role.domain]
}

resource "aws_iam_service_linked_role" "domain" {
  count = try(var.domain.create_service_linked_role, false) ? 1 : 0

  aws_service_name = "opensearchservice.amazonaws.com"
}

resource "aws_security_group" "domain" {
  #checkov:skip=CKV2_AWS_5: attached to the domain
  count = var.domain == null ? 0 : 1

  name        = "${var.name}-domain"
  description = "Albatross domain: the Lambda and its clients come in"
  vpc_id      = var.vpc.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "domain" {
  count = var.domain == null ? 0 : 1

  description                  = "The Lambda"
  security_group_id            = aws_security_group.domain[0].id
  referenced_security_group_id = aws_security_group.function[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_ingress_rule" "domain_clients" {
  count = var.domain == null ? 0 : length(var.domain.client_security_group_ids)

  description                  = "A client"
  security_group_id            = aws_security_group.domain[0].id
  referenced_security_group_id = var.domain.client_security_group_ids[count.index]
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_cloudwatch_log_group" "domain" {
  #checkov:skip=CKV_AWS_338: how long logs are kept is a choice
  count = var.domain == null ? 0 : 1

  name              = "/aws/opensearch/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.kms_key_arn
}

resource "aws_cloudwatch_log_resource_policy" "domain" {
  count = var.domain == null ? 0 : 1

  policy_name = "${var.name}-domain"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.domain[0].arn}:*"
      Condition = {
        ArnLike      = { "aws:SourceArn" = local.domain_arn }
        StringEquals = { "aws:SourceAccount" = local.account }
      }
    }]
  })
}
