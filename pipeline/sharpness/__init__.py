"""Is a curve sharp beyond noise, and unpredictable? The two halves of "emergent", tested on every curve that allows it."""
