"""Is it the metric or the size of the test set?"""
