"""What tests need of the real world: engines of their own, images under upstream names, and the docker CLI as an oracle."""
