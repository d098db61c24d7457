"""What the end-to-end tests, the demo and the benchmarks stand on: real servers, started, watched and stopped."""
