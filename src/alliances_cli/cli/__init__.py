"""The command line: options in, an answer on stdout, an exit code out."""
