"""The top floor: the only place that knows Prefect, and where everything is put together."""
