"""Random mutations: parts of policies and settings dropped, widened and swapped, and whether any check notices."""
