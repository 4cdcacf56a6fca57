"""Whether the data can be relied on, and whether what it says is out of the ordinary."""
