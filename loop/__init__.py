"""Effects: processes, git, files and the store. Knows no Prefect."""
