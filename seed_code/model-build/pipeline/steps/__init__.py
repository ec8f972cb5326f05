"""The steps of the pipeline, a module for each; those that run a job are named after its script."""
