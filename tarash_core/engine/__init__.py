"""The engine: every wait, retry, clock and fallback, written once as generators and run by two short drivers."""
