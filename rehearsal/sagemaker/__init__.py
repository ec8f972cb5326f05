"""SageMaker that runs: jobs, pipelines and endpoints of the in-memory AWS as processes of this machine."""
