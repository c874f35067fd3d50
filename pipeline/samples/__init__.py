"""Logs of single examples -> the same outputs under several metrics, and two of them compared example by example."""
