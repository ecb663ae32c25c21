"""One small module a numbered SQL file."""
