"""CodeDeploy that deploys Lambda functions: hooks, traffic in steps, alarms, and back."""
