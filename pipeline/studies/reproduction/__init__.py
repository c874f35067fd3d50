"""Is the published figure reproduced?"""
