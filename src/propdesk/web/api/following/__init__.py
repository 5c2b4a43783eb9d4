"""The stream of the API: verdicts from the log, each once; equity as it is now."""
