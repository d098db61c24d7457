# The engine as the function sees it: a domain of the module's own, or one that exists.

locals {
  endpoint = var.domain == null ? var.endpoint : "https://${aws_opensearch_domain.this[0].endpoint}"
  sigv4    = var.domain == null ? var.sigv4 : "es"

  # Where IAM guards the engine, a second function sets it up: what reads logs day and night puts nothing.
  has_setup_function = local.sigv4 == "es"
  reading_actions    = ["es:ESHttpGet", "es:ESHttpPost"]
  setup_actions      = ["es:ESHttpGet", "es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut"]

  # Signed requests need a permission; who may do what is the engine's to say.
  signed_arn = var.domain == null ? var.engine_arn : local.domain_arn
}

resource "aws_iam_role_policy" "engine" {
  count = local.sigv4 == null ? 0 : 1

  name = "engine"
  role = aws_iam_role.ingest.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = local.sigv4 == "aoss" ? ["aoss:APIAccessAll"] : local.reading_actions
      Resource = local.sigv4 == "aoss" ? [local.signed_arn] : ["${local.signed_arn}/*"]
    }]
  })
}
