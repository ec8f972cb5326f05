"""EventBridge that delivers: events of services and of PutEvents, through the rules of a bus, to their targets."""
