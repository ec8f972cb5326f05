"""CodePipeline and CodeBuild that run: from the definitions in the in-memory AWS, as processes of this machine."""
