# An existing bucket and engine: the least there is.

mock_provider "aws" {
  source = "./tests/mock"
}

variables {
  package  = "./versions.tf"
  bucket   = "logs"
  endpoint = "https://search.example:9200"
}

run "minimal" {
  assert {
    condition = aws_lambda_function.ingest.environment[0].variables == tomap({
      ALBATROSS_BUCKET     = "logs"
      ALBATROSS_ENDPOINT   = "https://search.example:9200"
      ALBATROSS_SETTLE     = "delete"
      ALBATROSS_OWN_PREFIX = "albatross/"
      ALBATROSS_EVENTS     = "false"
    })
    error_message = "The environment holds only what is set."
  }
}
