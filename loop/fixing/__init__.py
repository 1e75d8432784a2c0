"""What the built-in agent runs: the formatters and linters that a repository itself configures."""
