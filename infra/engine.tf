# The engine as the function sees it: a domain of the module's own, or one that exists.

locals {
  endpoint = var.domain == null ? var.endpoint : "https://${aws_opensearch_domain.this[0].endpoint}"
  sigv4    = var.domain == null ? var.sigv4 : "es"

  # Who reads logs puts nothing into the engine: with a domain, NAME-setup does. Elsewhere this function sets it up.
  es_actions = concat(["es:ESHttpGet", "es:ESHttpPost"], var.domain == null ? ["es:ESHttpPut"] : [])

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
      Action   = local.sigv4 == "aoss" ? ["aoss:APIAccessAll"] : local.es_actions
      Resource = local.sigv4 == "aoss" ? [local.signed_arn] : ["${local.signed_arn}/*"]
    }]
  })
}
