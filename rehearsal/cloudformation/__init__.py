"""CloudFormation stacks and stack sets of the in-memory AWS, made through the APIs of their resources."""
