# AWS's services inside the VPC, for subnets that have no other way out.

locals {
  makes_endpoints = var.vpc == null ? false : var.vpc.create_endpoints

  # Lambda itself delivers logs, polls queues and decrypts the configuration: none of it goes through the VPC.
  interface_endpoints = local.makes_endpoints ? toset(concat(
    # It says of each queue's messages when they come again.
    local.has_queue ? ["sqs"] : [],
    values(local.secrets),
  )) : toset([])
}

data "aws_vpc" "this" {
  count = length(local.interface_endpoints) > 0 ? 1 : 0

  id = var.vpc.vpc_id
}

# With the policy that it has by default: a route table may serve others, too, and what the function may
# do is in its role.
resource "aws_vpc_endpoint" "s3" {
  count = local.makes_endpoints ? 1 : 0

  vpc_id            = var.vpc.vpc_id
  service_name      = "com.amazonaws.${local.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = var.vpc.route_table_ids
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_id              = var.vpc.vpc_id
  service_name        = "com.amazonaws.${local.region}.${each.value}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = var.vpc.subnet_ids
  security_group_ids  = [aws_security_group.endpoints[0].id]
  private_dns_enabled = true
}

resource "aws_security_group" "endpoints" {
  count = length(local.interface_endpoints) > 0 ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "Albatross endpoints of AWS services"
  vpc_id      = var.vpc.vpc_id
}

# The whole VPC, since private DNS leads all of it here.
resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = length(local.interface_endpoints) > 0 ? 1 : 0

  description       = "The VPC"
  security_group_id = aws_security_group.endpoints[0].id
  cidr_ipv4         = data.aws_vpc.this[0].cidr_block
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
