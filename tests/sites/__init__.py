"""Sites with known contents, served on loopback, that tests and benchmarks crawl."""
