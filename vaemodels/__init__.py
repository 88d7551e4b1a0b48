"""Convolutional VAE and conditional VAE (placeholder docstring)."""
