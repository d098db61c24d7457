# Before the first sweep the engine needs Albatross's index template.

locals {
  # What a change of calls for the work order again.
  setup_triggers = {
    package   = filesha256(var.package)
    engine    = sha256(join(" ", compact([local.endpoint, var.cloud_id])))
    settings  = sha256(join(" ", compact([var.settings, var.settings_uri])))
    retention = var.retention_days == null ? "for ever" : tostring(var.retention_days)
  }

  has_dashboards = try(var.domain.dashboards, false)

  setup_function_name = local.has_setup_function ? aws_lambda_function.setup[0].function_name : aws_lambda_function.ingest.function_name

  setup_order = merge(
    { albatross = "setup" },
    var.domain == null ? {} : { grant = aws_iam_role.ingest.arn },
    local.has_dashboards ? { dashboards = "${local.endpoint}/_dashboards" } : {},
  )
}

resource "aws_lambda_invocation" "setup" {
  count = var.setup_on_apply ? 1 : 0

  function_name = local.setup_function_name
  input         = jsonencode(local.setup_order)
  triggers      = local.setup_triggers

  # The way to the engine.
  depends_on = [
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.domain,
    aws_vpc_security_group_egress_rule.endpoints,
    aws_vpc_security_group_egress_rule.out,
    aws_vpc_security_group_egress_rule.s3,
    aws_vpc_security_group_ingress_rule.domain,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

# Where IAM guards the engine, a second function carries out this one order, and is the master user of a domain of the
# module's own: so what reads logs day and night is no administrator.
resource "aws_lambda_function" "setup" {
  #checkov:skip=CKV_AWS_116: an apply invokes it, and fails with it
  #checkov:skip=CKV_AWS_115: it runs once per apply
  #checkov:skip=CKV_AWS_50: it runs once per apply, and its answer says what was done
  #checkov:skip=CKV_AWS_272: the package is built where it is deployed; code signing needs a profile of the account's own
  count = local.has_setup_function ? 1 : 0

  function_name    = "${var.name}-setup"
  description      = "Albatross: sets up the engine"
  role             = aws_iam_role.setup[0].arn
  runtime          = aws_lambda_function.ingest.runtime
  handler          = aws_lambda_function.ingest.handler
  architectures    = aws_lambda_function.ingest.architectures
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  layers           = var.layers
  memory_size      = var.memory_mb
  timeout          = var.timeout_seconds
  kms_key_arn      = local.kms_key_arn

  environment {
    variables = local.environment
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.setup[0].name
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = concat([aws_security_group.function[0].id], vpc_config.value.security_group_ids)
    }
  }

  depends_on = [aws_iam_role_policy.setup]
}

resource "aws_cloudwatch_log_group" "setup" {
  #checkov:skip=CKV_AWS_338: how long logs are kept is a choice; they say when the engine was set up, and how
  count = local.has_setup_function ? 1 : 0

  name              = "/aws/lambda/${var.name}-setup"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.kms_key_arn
}

resource "aws_iam_role" "setup" {
  count = local.has_setup_function ? 1 : 0

  name               = "${var.name}-setup"
  description        = "What the setup of Albatross's engine may do"
  assume_role_policy = local.lambda_may_assume
}

resource "aws_iam_role_policy" "setup" {
  count = local.has_setup_function ? 1 : 0

  name = "setup"
  role = aws_iam_role.setup[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${local.log_group_arn}-setup:*"]
        },
        {
          Effect   = "Allow"
          Action   = local.setup_actions
          Resource = ["${local.signed_arn}/*"]
        },
      ],
      local.network_statements,
      # It does not begin without the key that the settings ask for.
      local.secret_statements,
      var.settings_uri == null ? [] : [
        {
          Effect   = "Allow"
          Action   = ["s3:GetObject"]
          Resource = ["arn:${local.partition}:s3:::${local.settings_object}"]
        },
      ],
      var.settings_uri == null || length(var.bucket_kms_key_arns) == 0 ? [] : [
        {
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = var.bucket_kms_key_arns
        },
      ],
    )
  })
}
