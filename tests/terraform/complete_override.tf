# Without the domain: the provider waits for ten minutes before it looks at one for the first time.
module "albatross" {
  domain   = null
  endpoint = "https://search.example:9200"
}
