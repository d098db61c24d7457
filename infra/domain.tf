# An OpenSearch domain of the deployment's own.

locals {
  domain_arn   = "arn:${local.partition}:es:${local.region}:${local.account}:domain/${var.name}"
  domain_zones = var.domain == null ? 0 : min(3, var.domain.instance_count, length(var.vpc.subnet_ids))
}

resource "aws_opensearch_domain" "this" {
  #checkov:skip=CKV2_AWS_59: dedicated masters are a choice: two small nodes do without
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

  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    enabled                  = true
    cloudwatch_log_group_arn = aws_cloudwatch_log_group.domain[0].arn
  }

  log_publishing_options {
    log_type                 = "ES_APPLICATION_LOGS"
    enabled                  = true
    cloudwatch_log_group_arn = aws_cloudwatch_log_group.domain[0].arn
  }

  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect    = "Allow"
          Principal = { AWS = aws_iam_role.ingest.arn }
          Action    = local.reading_actions
          Resource  = "${local.domain_arn}/*"
        },
        {
          Effect    = "Allow"
          Principal = { AWS = aws_iam_role.setup[0].arn }
          Action    = local.setup_actions
          Resource  = "${local.domain_arn}/*"
        },
      ],
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
