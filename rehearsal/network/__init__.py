"""Which hosts a build, a job, a function or an endpoint's container reaches, by the VPC that it is attached to."""
