"""Does it survive another metric?"""
