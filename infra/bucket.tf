# The bucket that load balancers write to: one that exists, or this one.

locals {
  bucket = var.log_bucket == null ? var.bucket : aws_s3_bucket.logs[0].bucket

  delivered = var.log_bucket == null ? [] : [
    for prefix in var.log_bucket.delivery_prefixes :
    "${local.bucket_arn}/${prefix == "" ? "" : "${prefix}/"}AWSLogs/${local.account}/*"
  ]

  # The newer delivery may write Hive's folders, and with a prefix of its own no AWSLogs/ at all. For whom it writes
  # is in the conditions.
  delivered_newer = var.log_bucket == null ? [] : [
    for prefix in var.log_bucket.delivery_prefixes :
    prefix == "" ? "${local.bucket_arn}/AWSLogs/aws-account-id=${local.account}/*" : "${local.bucket_arn}/${prefix}/*"
  ]
}

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_145: load balancers deliver to buckets with SSE-S3 only
  #checkov:skip=CKV_AWS_18: it is a bucket of logs; logs of its reads would land in it again
  #checkov:skip=CKV_AWS_144: what has to outlive the region is what was indexed
  #checkov:skip=CKV2_AWS_62: notifications are there with events
  count = var.log_bucket == null ? 0 : 1

  bucket        = var.bucket
  force_destroy = var.log_bucket.force_destroy
}

resource "aws_s3_bucket_public_access_block" "logs" {
  count = var.log_bucket == null ? 0 : 1

  bucket                  = aws_s3_bucket.logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  count = var.log_bucket == null ? 0 : 1

  bucket = aws_s3_bucket.logs[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Application and Classic Load Balancers deliver to buckets with SSE-S3 only, not with a key of KMS.
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  count = var.log_bucket == null ? 0 : 1

  bucket = aws_s3_bucket.logs[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "logs" {
  count = var.log_bucket == null ? 0 : 1

  bucket = aws_s3_bucket.logs[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  count = var.log_bucket == null ? 0 : 1

  bucket = aws_s3_bucket.logs[0].id

  # A kill can leave a quarantine file's upload behind.
  rule {
    id     = "abandoned-uploads"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.log_bucket.noncurrent_days
    }

    expiration {
      expired_object_delete_marker = true
    }
  }

  # Logs only: quarantine and state stay.
  dynamic "rule" {
    for_each = var.log_bucket.expire_days == null ? [] : var.log_bucket.delivery_prefixes
    content {
      id     = "expire-${rule.value == "" ? "logs" : rule.value}"
      status = "Enabled"

      filter {
        prefix = "${rule.value == "" ? "" : "${rule.value}/"}AWSLogs/"
      }

      expiration {
        days = var.log_bucket.expire_days
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.logs]
}

resource "aws_s3_bucket_policy" "logs" {
  count = var.log_bucket == null ? 0 : 1

  bucket = aws_s3_bucket.logs[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Load balancers write below their own account's number, so no other account's come here. Where
        # the delivery says for whom it is, that has to be right, too: AWS documents it for some only, and
        # a condition on what is not said would stop the logs without a word.
        Sid       = "LoadBalancers"
        Effect    = "Allow"
        Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = local.delivered
        Condition = {
          ArnLikeIfExists      = { "aws:SourceArn" = "arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account}:loadbalancer/*" }
          StringEqualsIfExists = { "aws:SourceAccount" = local.account }
        }
      },
      {
        # Network Load Balancers of old, and the newer delivery of all.
        Sid       = "NetworkLoadBalancers"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = concat(local.delivered, local.delivered_newer)
        Condition = {
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:logs:${local.region}:${local.account}:*" }
          StringEquals = { "aws:SourceAccount" = local.account, "s3:x-amz-acl" = "bucket-owner-full-control" }
        }
      },
      {
        Sid       = "NetworkLoadBalancersAsk"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.bucket_arn
        Condition = {
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:logs:${local.region}:${local.account}:*" }
          StringEquals = { "aws:SourceAccount" = local.account }
        }
      },
      {
        Sid       = "OnlyTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.logs]
}
