"""The warehouse: its embedded server, its connections, its schema."""
