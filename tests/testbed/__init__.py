"""What tests need of the real world: engines of their own, images under upstream names, the docker CLI as oracle."""
