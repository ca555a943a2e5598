"""The benchmark: this project's programs beside its peers', whole processes, in one command."""
