# What the function needs to live in a VPC.

locals {
  in_vpc = var.vpc != null

  # NAME:BASE64 of HOST[:PORT]$DEPLOYMENT[:PORT]$...
  cloud_parts = var.cloud_id == null ? [] : split("$", base64decode(split(":", var.cloud_id)[1]))
  engine_port = tonumber(try(
    regex("^https?://[^/]*:([0-9]+)", var.endpoint)[0],
    regex(":([0-9]+)$", local.cloud_parts[1])[0],
    regex(":([0-9]+)$", local.cloud_parts[0])[0],
    startswith(var.endpoint, "http://") ? 80 : 443,
    443,
  ))

  network_statements = local.in_vpc ? [
    {
      # AWS knows no narrower resource for them.
      Effect   = "Allow"
      Action   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
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

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  count = length(local.interface_endpoints) > 0 ? 1 : 0

  description                  = "AWS by interface endpoints"
  security_group_id            = aws_security_group.function[0].id
  referenced_security_group_id = aws_security_group.endpoints[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  count = local.makes_endpoints ? 1 : 0

  description       = "S3 by its gateway"
  security_group_id = aws_security_group.function[0].id
  prefix_list_id    = aws_vpc_endpoint.s3[0].prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
