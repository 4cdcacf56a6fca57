"""Where the platform is entered: the command line, the collector, the Lambda handlers."""
