"""API Gateway as its callers meet it: HTTP on loopback that answers what is deployed."""
