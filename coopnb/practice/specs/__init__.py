"""What comes in and what goes out: Go's JSON shapes, dockerd's checks, its read-back form, its filters."""
