"""The evaluator and the encoding, which share no code, must answer every request alike."""
