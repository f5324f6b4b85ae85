"""Runs a stack without a cloud: a real control plane, simulated machines."""
