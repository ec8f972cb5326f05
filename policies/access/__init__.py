"""Access: decided (`evaluator`), proven (`encoding`, `proofs`), shown (`matrix`), all from what was really built."""
