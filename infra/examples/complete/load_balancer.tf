# A load balancer that answers by itself, and writes all its logs.

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_150: an example, to be destroyed again
  #checkov:skip=CKV2_AWS_28: an example without anything behind it to be guarded
  name                       = var.name
  load_balancer_type         = "application"
  subnets                    = aws_subnet.public[*].id
  security_groups            = [aws_security_group.load_balancer.id]
  drop_invalid_header_fields = true

  access_logs {
    bucket  = module.albatross.bucket
    enabled = true
  }

  connection_logs {
    bucket  = module.albatross.bucket
    enabled = true
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "It flies."
      status_code  = "200"
    }
  }
}

resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "The load balancer: HTTPS comes in from anywhere"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  description       = "HTTPS"
  security_group_id = aws_security_group.load_balancer.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# Version 5.100 of the provider has no argument for health check logs, and leaves attributes alone that it does not know.
output "health_check_logs" {
  description = "The command that has the load balancer write its health check logs, too."
  value = join(" ", [
    "aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${aws_lb.this.arn} --attributes",
    "Key=health_check_logs.s3.enabled,Value=true",
    "Key=health_check_logs.s3.bucket,Value=${module.albatross.bucket}",
  ])
}
