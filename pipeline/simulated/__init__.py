"""A benchmark simulated without emergence, in the image of BIG-bench."""
