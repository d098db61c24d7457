# Where the function lives, if not outside of any VPC.

variable "vpc" {
  description = <<-EOT
    The VPC to run in; null for none. Needed with domain.
    vpc_id, subnet_ids: where; the subnets in different zones.
    security_group_ids: security groups of the function besides its own.
    egress_cidr_blocks: where an engine that exists, and AWS's services without create_endpoints, are reached.
    create_endpoints: whether to make the VPC endpoints that the function needs: a gateway for S3, in route_table_ids
    (those of the subnets), and interfaces for SQS (fanout), Secrets Manager or SSM (secret_arn). Interfaces have private
    DNS: the whole VPC reaches those services through them. Without them the subnets need another way out, such as NAT.
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

locals {
  in_vpc         = var.vpc != null
  makes_networks = local.in_vpc ? var.vpc.create_endpoints : false

  # Lambda itself delivers logs, polls queues and decrypts the configuration: none of it goes through the VPC.
  interface_endpoints = local.makes_networks ? toset(concat(
    var.fanout ? ["sqs"] : [],
    var.secret_arn == null ? [] : [local.secret_in_ssm ? "ssm" : "secretsmanager"],
  )) : toset([])

  # NAME:BASE64 of HOST[:PORT]$...
  cloud_host  = var.cloud_id == null ? "" : split("$", base64decode(split(":", var.cloud_id)[1]))[0]
  engine_url  = var.cloud_id == null ? coalesce(var.endpoint, "https://domain") : "https://${local.cloud_host}"
  url_port    = try(regex("^https?://[^/]*:([0-9]+)", local.engine_url)[0], null)
  engine_port = local.url_port != null ? tonumber(local.url_port) : startswith(local.engine_url, "http://") ? 80 : 443

  network_statements = local.in_vpc ? [
    {
      # AWS knows no narrower resource for it.
      Effect   = "Allow"
      Action   = ["ec2:DescribeNetworkInterfaces"]
      Resource = ["*"]
    },
    {
      # Lambda checks for these on all kinds: with network-interface/* alone it does not make the function.
      Effect = "Allow"
      Action = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
      ]
      Resource = ["arn:${local.partition}:ec2:${local.region}:${local.account}:*/*"]
    },
  ] : []
}

resource "aws_iam_role_policy" "network" {
  count = local.in_vpc ? 1 : 0

  name   = "network"
  role   = aws_iam_role.ingest.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.network_statements })
}

resource "aws_security_group" "function" {
  #checkov:skip=CKV2_AWS_5: attached to the functions
  count = local.in_vpc ? 1 : 0

  name        = "${var.name}-function"
  description = "Albatross Lambda: nothing comes in"
  vpc_id      = var.vpc.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "domain" {
  count = var.domain == null ? 0 : 1

  description                  = "The domain"
  security_group_id            = aws_security_group.function[0].id
  referenced_security_group_id = aws_security_group.domain[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "out" {
  for_each = local.in_vpc ? {
    for rule in setproduct(
      var.vpc.egress_cidr_blocks,
      # The engine, and AWS's services where no endpoints are made for them.
      toset(concat(var.domain == null ? [local.engine_port] : [], var.vpc.create_endpoints ? [] : [443])),
    ) : "${rule[0]} ${rule[1]}" => { cidr_block = rule[0], port = tonumber(rule[1]) }
  } : {}

  description       = each.value.port == 443 ? "AWS and the engine, by TLS" : "The engine"
  security_group_id = aws_security_group.function[0].id
  cidr_ipv4         = each.value.cidr_block
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}
