"""Is E a detector of sudden gains?"""
