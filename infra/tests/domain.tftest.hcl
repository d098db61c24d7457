# A domain of the deployment's own.

mock_provider "aws" {
  source = "./tests/mock"
}

override_resource {
  target = aws_iam_role.ingest
  values = { arn = "arn:aws:iam::123456789012:role/albatross" }
}

override_resource {
  target = aws_iam_role.setup
  values = { arn = "arn:aws:iam::123456789012:role/albatross-setup" }
}

variables {
  package        = "./versions.tf"
  bucket         = "logs"
  retention_days = 30
  domain         = { instance_count = 3 }
  vpc            = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"] }
  settle         = "delete"
  alarm_emails   = ["ops@example.com"]
}

run "domain" {
  assert {
    condition     = aws_opensearch_domain.this[0].domain_endpoint_options[0].enforce_https && aws_opensearch_domain.this[0].domain_endpoint_options[0].tls_security_policy == "Policy-Min-TLS-1-2-PFS-2023-10"
    error_message = "TLS 1.2 at least."
  }
  assert {
    condition     = aws_opensearch_domain.this[0].encrypt_at_rest[0].enabled && aws_opensearch_domain.this[0].encrypt_at_rest[0].kms_key_id == aws_kms_key.this[0].arn && aws_opensearch_domain.this[0].node_to_node_encryption[0].enabled
    error_message = "Encrypted at rest and between nodes."
  }
  assert {
    condition     = aws_opensearch_domain.this[0].ebs_options[0].volume_type == "gp3"
    error_message = "gp3 volumes."
  }
  assert {
    condition     = aws_opensearch_domain.this[0].cluster_config[0].zone_awareness_config[0].availability_zone_count == 2
    error_message = "As many zones as subnets."
  }
  assert {
    condition     = aws_opensearch_domain.this[0].advanced_security_options[0].enabled && aws_opensearch_domain.this[0].advanced_security_options[0].master_user_options[0].master_user_arn == aws_iam_role.setup[0].arn
    error_message = "The master user is the setup function's role, not that of the one that reads logs."
  }
  assert {
    condition = jsondecode(aws_lambda_invocation.setup[0].input) == {
      albatross  = "setup"
      grant      = aws_iam_role.ingest.arn
      dashboards = "https://vpc-albatross.eu-central-1.es.amazonaws.com/_dashboards"
    }
    error_message = "The work order lets the other role in, and has the dashboards made."
  }
  assert {
    condition     = aws_lambda_function.ingest.environment[0].variables["ALBATROSS_SIGV4"] == "es" && aws_lambda_function.ingest.environment[0].variables["ALBATROSS_ENDPOINT"] == "https://vpc-albatross.eu-central-1.es.amazonaws.com"
    error_message = "The function signs its requests to the domain."
  }
  assert {
    condition     = [for statement in jsondecode(aws_opensearch_domain.this[0].access_policies).Statement : statement.Principal.AWS] == [aws_iam_role.ingest.arn, aws_iam_role.setup[0].arn]
    error_message = "Nobody but the two roles may call the domain."
  }
  assert {
    condition = (
      [for statement in jsondecode(aws_opensearch_domain.this[0].access_policies).Statement : contains(statement.Action, "es:ESHttpPut")] == [false, true]
      && jsondecode(aws_iam_role_policy.engine[0].policy).Statement[0].Action == ["es:ESHttpGet", "es:ESHttpPost"]
    )
    error_message = "What reads logs puts nothing into the domain."
  }
  assert {
    condition = (
      aws_lambda_function.setup[0].environment[0].variables["ALBATROSS_GRANT_ROLE"] == aws_iam_role.ingest.arn
      && jsondecode(aws_lambda_invocation.setup[0].input).grant == aws_iam_role.ingest.arn
    )
    error_message = "A work order grants to the function's role, and to no other."
  }
  assert {
    condition     = length(setsubtract(["domain-red", "domain-blocked", "domain-space"], keys(aws_cloudwatch_metric_alarm.this))) == 0
    error_message = "The domain has alarms."
  }
  assert {
    condition     = length(aws_vpc_endpoint.s3) == 0 && length(aws_vpc_endpoint.interface) == 0 && keys(aws_vpc_security_group_egress_rule.out) == ["0.0.0.0/0 443"]
    error_message = "Without endpoints, AWS's services are reached by the network's way out."
  }
}

run "an_endpoint_for_any_queue" {
  variables {
    events = true
    vpc    = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], create_endpoints = true, route_table_ids = ["rtb-1"] }
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["sqs"]
    error_message = "The function itself says when a message of the events' queue comes again."
  }
}

run "endpoints" {
  variables {
    fanout = true
    vpc    = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"], create_endpoints = true, route_table_ids = ["rtb-1"] }
  }

  assert {
    condition     = length(aws_vpc_endpoint.s3) == 1 && keys(aws_vpc_endpoint.interface) == ["sqs"]
    error_message = "Endpoints for what the function calls: S3 and the fan-out queue."
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.out) == 0
    error_message = "The function reaches the domain and the endpoints, and nothing else."
  }
}

run "clients" {
  variables {
    domain = {
      instance_count            = 1
      client_arns               = ["arn:aws:iam::123456789012:role/reader"]
      client_security_group_ids = ["sg-1"]
    }
    vpc = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"] }
  }

  assert {
    condition     = !aws_opensearch_domain.this[0].cluster_config[0].zone_awareness_enabled && length(tolist(aws_opensearch_domain.this[0].vpc_options[0].subnet_ids)) == 1
    error_message = "One node lives in one zone."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.domain_clients) == 1 && length(jsondecode(aws_opensearch_domain.this[0].access_policies).Statement) == 3
    error_message = "Clients come in."
  }
}

run "another_schema" {
  variables {
    settings = jsonencode({ schema = "network-log" })
    domain   = { dashboards = false }
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.setup[0].input) == { albatross = "setup", grant = aws_iam_role.ingest.arn }
    error_message = "There are no dashboards for it."
  }
}
