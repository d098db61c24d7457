# What the local API server (moto) does not keep, and what would hence never be as it was applied. Each is created all
# the same, but for the first; tests/infra.py lays this file beside the module's own in a copy of it.

# Not known to moto: Terraform would wait three minutes for it and give up.
resource "aws_sqs_queue" "dead_letters" {
  redrive_allow_policy = null
}

# Given back with other spaces. tests/infra.py reads it back.
resource "aws_sqs_queue" "events" {
  lifecycle {
    ignore_changes = [redrive_policy]
  }
}

resource "aws_sqs_queue" "fanout" {
  lifecycle {
    ignore_changes = [redrive_policy]
  }
}

# Taken and forgotten.
resource "aws_lambda_function" "ingest" {
  lifecycle {
    ignore_changes = [logging_config]
  }
}

resource "aws_lambda_function" "setup" {
  lifecycle {
    ignore_changes = [logging_config]
  }
}

# Descriptions are forgotten where a rule names no addresses.
resource "aws_vpc_security_group_egress_rule" "endpoints" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_egress_rule" "domain" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_ingress_rule" "domain" {
  lifecycle {
    ignore_changes = [description]
  }
}
