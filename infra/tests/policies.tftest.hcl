# What the roles may do. tests/test_infra_permissions.py compares the actions with the code.

mock_provider "aws" {
  source = "./tests/mock"
}

variables {
  package      = "./versions.tf"
  bucket       = "logs"
  prefix       = "AWSLogs/"
  endpoint     = "https://search.example"
  settle       = "delete"
  alarm_emails = ["ops@example.com"]
}

run "everything" {
  variables {
    events              = true
    fanout              = true
    settle              = "archive"
    archive_to          = "s3://archive/logs/"
    settings_uri        = "s3://settings/albatross.json"
    bucket_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"]
    endpoint            = null
    domain              = {}
    vpc                 = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
  }

  assert {
    condition = alltrue(flatten([
      for policy in [
        aws_iam_role_policy.log.policy, aws_iam_role_policy.bucket.policy, aws_iam_role_policy.archive[0].policy,
        aws_iam_role_policy.settings[0].policy, aws_iam_role_policy.bucket_keys[0].policy,
        aws_iam_role_policy.queues[0].policy, aws_iam_role_policy.fanout[0].policy, aws_iam_role_policy.engine[0].policy,
        aws_iam_role_policy.network[0].policy, aws_iam_role_policy.setup[0].policy, aws_iam_role_policy.schedule.policy,
        ] : [
        for statement in jsondecode(policy).Statement :
        # AWS knows no narrower resource for what describes.
        alltrue([for resource in flatten([statement.Resource]) : startswith(resource, "arn:aws:")]) || statement.Action == ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
      ]
    ]))
    error_message = "Where an ARN can stand, one stands."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.archive[0].policy).Statement[0].Resource == "arn:aws:s3:::archive/logs/*"
    error_message = "The archive alone, of the archive's bucket."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.settings[0].policy).Statement[0].Resource == "arn:aws:s3:::settings/albatross.json"
    error_message = "The settings alone, of the settings' bucket."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule.policy).Statement[0] == { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [aws_lambda_alias.tick.arn] }
    error_message = "The schedule invokes this one function, by the alias whose invocations are not repeated."
  }
}

run "objects_that_are_deleted" {
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.bucket.policy).Statement : statement.Resource if contains(statement.Action, "s3:DeleteObject")] == [["arn:aws:s3:::logs/albatross/*"], ["arn:aws:s3:::logs/AWSLogs/*"]]
    error_message = "What is swept is deleted."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.bucket.policy).Statement : statement.Resource if contains(statement.Action, "s3:PutObject")] == [["arn:aws:s3:::logs/albatross/*"]]
    error_message = "Only our own is written."
  }
}

run "objects_that_stay" {
  variables {
    settle = "keep"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.bucket.policy).Statement : statement.Resource if contains(statement.Action, "s3:DeleteObject")] == [["arn:aws:s3:::logs/albatross/*"]]
    error_message = "What stays cannot be deleted."
  }
}

run "a_secret" {
  variables {
    secret_arn          = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:engine-AbCdEf"
    secret_kms_key_arns = ["arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111"]
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.secret[0].policy).Statement : [statement.Action, statement.Resource]] == [[["secretsmanager:GetSecretValue"], [var.secret_arn]], [["kms:Decrypt"], [var.secret_kms_key_arns[0]]]]
    error_message = "This secret and its key."
  }
}

run "a_parameter" {
  variables {
    secret_arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/engine"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.secret[0].policy).Statement : [statement.Action, statement.Resource]] == [[["ssm:GetParameter"], [var.secret_arn]]]
    error_message = "This parameter."
  }
}

run "a_collection" {
  variables {
    sigv4      = "aoss"
    engine_arn = "arn:aws:aoss:eu-central-1:123456789012:collection/abcdef"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.engine[0].policy).Statement[0] == { Effect = "Allow", Action = ["aoss:APIAccessAll"], Resource = [var.engine_arn] }
    error_message = "This collection."
  }
}

run "a_redaction_key" {
  variables {
    endpoint       = null
    redact_key_arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/redaction"
    domain         = {}
    vpc            = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], create_endpoints = true, route_table_ids = ["rtb-1"] }
  }

  assert {
    condition = (
      aws_lambda_function.ingest.environment[0].variables["ALBATROSS_REDACT_KEY_ARN"] == var.redact_key_arn
      && !contains(keys(aws_lambda_function.ingest.environment[0].variables), "ALBATROSS_REDACT_KEY")
    )
    error_message = "The function is told where the key is, and not the key."
  }
  assert {
    condition = alltrue([
      for policy in [aws_iam_role_policy.secret[0].policy, aws_iam_role_policy.setup[0].policy] :
      contains(jsondecode(policy).Statement, { Effect = "Allow", Action = ["ssm:GetParameter"], Resource = [var.redact_key_arn] })
    ])
    error_message = "Both functions read it when they begin."
  }
  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ssm"]
    error_message = "There is a way to it."
  }
}

run "a_domain_that_exists" {
  variables {
    sigv4      = "es"
    engine_arn = "arn:aws:es:us-east-1:123456789012:domain/mine"
  }

  assert {
    condition     = aws_lambda_function.ingest.environment[0].variables["ALBATROSS_SIGV4_REGION"] == "us-east-1"
    error_message = "Requests are signed for the domain's region."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.engine[0].policy).Statement[0] == { Effect = "Allow", Action = ["es:ESHttpGet", "es:ESHttpPost"], Resource = ["${var.engine_arn}/*"] }
    error_message = "What reads logs puts nothing into the engine."
  }
  assert {
    condition = contains(
      jsondecode(aws_iam_role_policy.setup[0].policy).Statement,
      { Effect = "Allow", Action = ["es:ESHttpGet", "es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut"], Resource = ["${var.engine_arn}/*"] }
    )
    error_message = "The setup does."
  }
  assert {
    condition     = aws_lambda_invocation.setup[0].function_name == "albatross-setup" && jsondecode(aws_lambda_invocation.setup[0].input) == { albatross = "setup" }
    error_message = "The order goes to the setup, and grants nothing."
  }
}

run "an_encryption_of_our_own_objects" {
  variables {
    s3_encryption = "aws:kms:arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-2222-2222-222222222222"
  }

  assert {
    condition     = aws_lambda_function.ingest.environment[0].variables["ALBATROSS_S3_ENCRYPTION"] == var.s3_encryption
    error_message = "The function sends the header."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.bucket_keys[0].policy).Statement[0] == {
      Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [trimprefix(var.s3_encryption, "aws:kms:")]
    }
    error_message = "It may use the key that it names."
  }
}
