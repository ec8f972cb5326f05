"""The functions in front of a model: the API itself, its authorizer, the hooks of its deployments."""
