"""Rules, each with a case: files that break it, and what the docker CLI makes of them."""
