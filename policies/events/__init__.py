"""What agents print, read as events: one file an agent."""
