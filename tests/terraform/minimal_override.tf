# The least example, with both queues, so that a log can come by each; and with index names that nobody else has.
module "albatross" {
  events   = true
  fanout   = true
  settings = file("${path.module}/settings.json")
}
