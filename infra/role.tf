locals {
  lambda_may_assume = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}"
  bucket_arn    = "arn:${local.partition}:s3:::${local.bucket}"
  swept         = "${local.bucket_arn}/${var.prefix == null ? "" : var.prefix}*"
  own           = "${local.bucket_arn}/${var.own_prefix}*"

  settings_object = var.settings_uri == null ? null : trimprefix(var.settings_uri, "s3://")
  archive_place   = var.archive_to == null ? null : trimprefix(var.archive_to, "s3://")

  # What the buckets have, and what our own objects are to have.
  bucket_kms_key_arns = distinct(concat(var.bucket_kms_key_arns, try(regex("^aws:kms:(arn:.*)$", var.s3_encryption), [])))

  # By ARN, the service that keeps a secret: secretsmanager or ssm.
  secrets = { for arn in compact([var.secret_arn, var.redact_key_arn]) : arn => split(":", arn)[2] }

  secret_statements = concat(
    [for arn, service in local.secrets : {
      Effect   = "Allow"
      Action   = [service == "ssm" ? "ssm:GetParameter" : "secretsmanager:GetSecretValue"]
      Resource = [arn]
    }],
    length(local.secrets) == 0 || length(var.secret_kms_key_arns) == 0 ? [] : [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = var.secret_kms_key_arns
    }],
  )
}

resource "aws_iam_role" "ingest" {
  name               = var.name
  description        = "What Albatross's Lambda may do"
  assume_role_policy = local.lambda_may_assume
}

resource "aws_iam_role_policy" "log" {
  name = "log"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local.log_group_arn}:*"
    }]
  })
}

resource "aws_iam_role_policy" "bucket" {
  name = "bucket"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # Not narrowed to prefixes: S3 says 404 of a missing object only to those who may list, and a
          # GetObject has no prefix. Without it every first run would look like access denied.
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = [local.bucket_arn]
        },
        {
          # A copy takes the object's tags along.
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectTagging"]
          Resource = [local.swept, local.own]
        },
        {
          Effect   = "Allow"
          Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging"]
          Resource = [local.own]
        },
      ],
      var.settle == "keep" ? [] : [
        {
          Effect   = "Allow"
          Action   = ["s3:DeleteObject"]
          Resource = [local.swept]
        },
      ],
    )
  })
}

resource "aws_iam_role_policy" "archive" {
  count = var.archive_to == null ? 0 : 1

  name = "archive"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # A copy is looked at before the original goes.
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"]
      Resource = "arn:${local.partition}:s3:::${local.archive_place}*"
    }]
  })
}

resource "aws_iam_role_policy" "settings" {
  count = var.settings_uri == null ? 0 : 1

  name = "settings"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = "arn:${local.partition}:s3:::${local.settings_object}"
    }]
  })
}

resource "aws_iam_role_policy" "bucket_keys" {
  count = length(local.bucket_kms_key_arns) == 0 ? 0 : 1

  name = "bucket-keys"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = local.bucket_kms_key_arns
    }]
  })
}

resource "aws_iam_role_policy" "secret" {
  count = length(local.secrets) == 0 ? 0 : 1

  name   = "secret"
  role   = aws_iam_role.ingest.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.secret_statements })
}
