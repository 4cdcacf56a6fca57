"""All of the platform on AWS, without a NAT gateway: `python -m infra` writes the templates."""
