"""Removes what a project's deploy pipeline has put into workload accounts, when the project goes."""
